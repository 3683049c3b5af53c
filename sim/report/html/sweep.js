
// --- numbers as sim/formats.py writes them; Python rounds what is half-way to the even digit, toFixed does not
function fixed(size, digits) {
  const text = size.toFixed(digits), last = Math.round(Number(text) * 10 ** digits);
  const halfWay = size * 2 ** (digits + 1) % 2 === 1;
  return halfWay && last % 2 ? ((last - 1) / 10 ** digits).toFixed(digits) : text;
}
function number(x) {
  if (x === null) return "-";
  const size = Math.abs(x), sign = x < 0 ? "-" : "";
  if (size >= 999.95 || Number.isInteger(x)) return sign + fixed(size, 0).replace(/\B(?=(\d{3})+$)/g, ",");
  if (size >= 100) return sign + fixed(size, 1);
  const [digits, power] = size.toExponential(2).split("e").map(Number);
  return sign + (power < -4 ? `${digits}e-${String(-power).padStart(2, "0")}` : String(Number(fixed(size, 2 - power))));
}

// --- the sweep: every number on the page at the sliders' position, from the simulated points
function sweep(data) {
  const $ = (id) => document.getElementById(id);
  const keys = data.keys, sliders = keys.map((_, k) => $(`key${k}`)), choice = $("outcome");
  const MEDIAN = 1, DIFFERENCE = 3, LOW = 4, HIGH = 5;  // places in a point's numbers; 0 and 2 are its 90% interval

  // A slider's place as a value of its key, and back.
  function valueAt(k, place) {
    const { levels, low, high, numeric } = keys[k], n = Math.floor(place);
    if (!levels) return low + (high - low) * place / 100;
    return numeric && n < place ? levels[n] + (place - n) * (levels[n + 1] - levels[n]) : levels[Math.round(place)];
  }
  function placeOf(k, value) {
    const { levels, low, high, numeric } = keys[k], number = Number(value);
    if (!levels) return Number.isFinite(number) ? Math.max(0, Math.min(100, 100 * (number - low) / (high - low))) : null;
    const exact = levels.findIndex((level) => String(level) === String(value));
    if (exact >= 0) return exact;
    if (!numeric || !Number.isFinite(number)) return null;
    for (let n = 0; n + 1 < levels.length; n++) {
      const [a, b] = [levels[n], levels[n + 1]];
      if ((number - a) * (number - b) <= 0) return n + (number - a) / (b - a);
    }
    return null;
  }
  // What the page writes of a value, in the everyday unit; and a place by it.
  function placeOfWords(k, words) {
    const n = (keys[k].labels || []).indexOf(words);
    return n >= 0 ? n : words === "" || Number.isNaN(Number(words)) ? null : placeOf(k, Number(words) / keys[k].factor);
  }
  const words = (k, place) => keys[k].levels && Number.isInteger(place) ? keys[k].labels[place]
    : String(Number((Number(valueAt(k, place)) * keys[k].factor).toPrecision(4)));

  // An outcome at a simulated point, and at a position on a grid: there multilinear between the corners of its cell.
  const simulated = (outcome, n) => ({ values: outcome.values[n], texts: outcome.texts[n], seeds: outcome.seeds[n], hangs: outcome.hangs[n] });
  function onGrid(outcome, places) {
    let corners = [[0, 1]];
    places.forEach((place, k) => {
      const low = Math.floor(place), part = place - low, next = [];
      for (const [index, weight] of corners) {
        next.push([index * keys[k].levels.length + low, weight * (1 - part)]);
        if (part > 0) next.push([index * keys[k].levels.length + low + 1, weight * part]);
      }
      corners = next;
    });
    if (corners.length === 1) return simulated(outcome, corners[0][0]);
    const values = outcome.values[0].map((_, i) => corners.reduce((sum, [n, weight]) =>
      sum === null || outcome.values[n][i] === null ? null : sum + weight * outcome.values[n][i], 0));
    return { values, texts: values.map(estimate), seeds: Math.min(...corners.map(([n]) => outcome.seeds[n])) };
  }
  const estimate = (x, i) => (i === DIFFERENCE && x > 0 ? "+" : "") + number(x);

  // How far a point is from the sliders, each key by its range; a key without numbers is the same or one apart.
  function distance(point, places) {
    return keys.reduce((sum, key, k) => {
      const here = valueAt(k, places[k]);
      if (!key.numeric) return sum + (point[k] === here ? 0 : 1);
      const [low, high] = key.levels ? [Math.min(...key.levels), Math.max(...key.levels)] : [key.low, key.high];
      return sum + ((point[k] - here) / (high - low || 1)) ** 2;
    }, 0);
  }
  const nearest = (places) => data.points.reduce((best, point, n) =>
    distance(point, places) < distance(data.points[best], places) - 1e-12 ? n : best, 0);
  const position = () => sliders.map((slider) => Number(slider.value));

  function show() {
    const places = position(), point = data.grid ? null : nearest(places);
    const at = (outcome) => data.grid ? onGrid(outcome, places) : simulated(outcome, point);
    const reached = data.grid ? places.every(Number.isInteger) : distance(data.points[point], places) < 1e-6;
    const outcome = data.outcomes.find((it) => it.name === choice.value) || data.outcomes[0];
    sliders.forEach((slider, k) => {
      const said = `${words(k, places[k])} ${keys[k].unit}`.trim();
      $(`value${k}`).textContent = said;
      slider.setAttribute("aria-valuetext", data.grid && Number.isInteger(places[k]) ? t("{value}, simulated", { value: said }) : said);
    });
    const { values, texts, seeds, hangs } = at(outcome), kind = !data.grid || reached ? "simulated" : "estimated";
    $("state").textContent = kind === "simulated" ? t("simulated") : t("estimated");
    $("state").className = `badge ${kind}`;
    $("state-words").textContent = reached
      ? (seeds === 1 ? t("1 common seed at this point") : t("{count} common seeds at this point", { count: seeds }))
      : data.grid ? t("between simulated points, interpolated") : t("nearest simulated point: {point}", { point: data.names[point] });
    $("level").textContent = values[MEDIAN] === null ? t("no value") : `${texts[MEDIAN]} ${outcome.unit}`;
    $("band").textContent = t("{outcome}, {month}: median; 90% of seeds {low} to {high}",
      { outcome: outcome.label, month: data.month, low: texts[0], high: texts[2] });
    const [mean, low, high] = values.slice(DIFFERENCE);
    const flat = low <= 0 && high >= 0 && (mean || low);
    const about = { difference: texts[DIFFERENCE], unit: outcome.apart, low: texts[LOW], high: texts[HIGH], count: seeds };
    const against = low === null
      ? (seeds === 1 ? t("{difference} {unit} against the baseline, on 1 common seed", about)
        : t("{difference} {unit} against the baseline, on {count} common seeds", about))
      : flat ? t("{difference} {unit} against the baseline (95%: {low} to {high}, not distinguishable from 0), on {count} common seeds", about)
        : t("{difference} {unit} against the baseline (95%: {low} to {high}), on {count} common seeds", about);
    $("difference").textContent = mean === null ? "" : hangs ? t("{said}; {without}", { said: against, without: hangs }) : against;
    const body = $("live");
    body.textContent = "";
    for (const one of data.outcomes) {
      const [p5, median, p95, difference, below, above] = at(one).texts, row = body.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = one.label;
      row.append(head);
      for (const cell of [median, t("{low} to {high}", { low: p5, high: p95 }), difference,
        below === "-" ? "-" : t("{low} to {high}", { low: below, high: above }), one.unit])
        row.insertCell().textContent = cell;
      for (const n of [1, 3]) row.cells[n].className = "n";
    }
    keys.forEach((_, k) => slice(k, places, outcome, at(outcome), point));
  }

  // --- one key's chart: the outcome along it
  function element(name, attributes, words) {
    const made = document.createElementNS($("slice0").namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (words !== undefined) made.textContent = words;
    return made;
  }
  const W = 360, H = 220, L = 48, R = 58, T = 12, B = 26;
  function slice(k, places, outcome, here, nearby) {
    const key = keys[k], { low, high } = outcome, count = key.levels ? key.levels.length : 0;
    const last = key.levels ? Math.max(1, count - 1) : 100;
    const x = (place) => L + 12 + (W - L - R - 24) * place / last, y = (value) => T + (H - T - B) * (high - value) / (high - low);
    const svg = $(`slice${k}`);
    svg.replaceChildren(element("title", {}, t("{outcome} along {key}: median and 90% of seeds at the simulated points", { outcome: outcome.label, key: key.key })));
    for (const [value, label] of outcome.ticks) {
      svg.append(element("path", { d: `M${L} ${y(value)}H${W - R}`, class: "grid" }));
      svg.append(element("text", { x: L - 6, y: y(value) + 3.5, class: "tick y" }, label));
    }
    const labels = key.levels ? key.labels : [0, 25, 50, 75, 100].map((place) => words(k, place));
    const every = Math.ceil(labels.length / 6);
    labels.forEach((label, n) => {
      if (n % every === 0 || (n === labels.length - 1 && n % every > every / 2))
        svg.append(element("text", { x: x(key.levels ? n : 25 * n), y: H - 8, class: "tick x" }, label));
    });
    if (outcome.baseline !== null) {
      svg.append(element("path", { d: `M${L} ${y(outcome.baseline)}H${W - R}`, class: "zero dashed" }));
      svg.append(element("text", { x: W - R + 5, y: y(outcome.baseline) + 3.5, class: "tick first" }, t("baseline")));
    }
    svg.append(element("path", { d: `M${x(places[k])} ${T}V${H - B}`, class: "here-line" }));
    if (data.grid) {
      const along = (place) => onGrid(outcome, places.map((it, n) => n === k ? place : it)).values;
      const found = Array.from({ length: count }, (_, n) => along(n));
      const whole = places.every((place, n) => n === k || Number.isInteger(place));
      if (key.numeric) {
        const line = found.map((it, n) => it[MEDIAN] === null ? "" : `${x(n)} ${y(it[MEDIAN])}`).filter(Boolean).join("L");
        if (line) svg.append(element("path", { d: `M${line}`, class: "line dashed s0" }));
      }
      found.forEach((it, n) => dot(svg, x(n), it, y, whole, n === places[k]));
      if (!Number.isInteger(places[k])) dot(svg, x(places[k]), here.values, y, false, true);
    } else {
      data.points.forEach((point, n) =>
        dot(svg, x(placeOf(k, point[k])), outcome.values[n], y, true, n === nearby, data.points.length > 40));
    }
  }
  // A point: filled where the sliders stand, dashed where it is estimated; its whisker is 90% of the seeds.
  function dot(svg, x, [low, middle, high], y, simulated, here, bare) {
    if (middle === null) return;
    const kind = simulated ? "s0" : "s1";
    if (!bare || here) svg.append(element("path", { d: `M${x} ${y(low)}V${y(high)}`, class: `whisker ${kind}` }));
    svg.append(element("circle", { cx: x, cy: y(middle), r: here ? 5 : 3.5, class: `dot ${kind}${here ? " here" : ""}${simulated ? "" : " dashed-dot"}` }));
  }

  // --- the position in the address
  function write() {
    const places = position();
    const parts = keys.map((key, k) => `${encodeURIComponent(key.key)}=${encodeURIComponent(words(k, places[k]))}`);
    const hash = `#${[...parts, `outcome=${encodeURIComponent(choice.value)}`].join("&")}`;
    if (hash !== location.hash) history.replaceState(null, "", hash);
  }
  function restore() {
    if (!location.hash.includes("=")) return;
    const given = new URLSearchParams(location.hash.slice(1));
    keys.forEach((key, k) => {
      const place = given.has(key.key) ? placeOfWords(k, given.get(key.key)) : null;
      if (place !== null) sliders[k].value = place;
    });
    if (data.outcomes.some((it) => it.name === given.get("outcome"))) choice.value = given.get("outcome");
  }
  function toBaseline() {
    keys.forEach((key, k) => {
      const place = key.own === null ? null : placeOf(k, key.own);
      sliders[k].value = place === null ? Math.floor(Number(sliders[k].max) / 2) : place;
    });
    snap();
  }
  function moved() { show(); write(); }
  sliders.forEach((slider, k) => {
    slider.addEventListener("input", moved);
    slider.addEventListener("keydown", (event) => {
      const step = { PageUp: 1, PageDown: -1 }[event.key];
      if (!step || !keys[k].levels) return;
      const place = Number(slider.value);
      slider.value = step > 0 ? Math.floor(place) + 1 : Math.ceil(place) - 1;
      event.preventDefault();
      moved();
    });
  });
  choice.addEventListener("change", moved);
  function snap() {
    const places = position();
    sliders.forEach((slider, k) => {
      slider.value = data.grid ? Math.round(places[k]) : placeOf(k, data.points[nearest(places)][k]);
    });
  }
  $("snap").addEventListener("click", () => { snap(); moved(); });
  $("to-baseline").addEventListener("click", () => { toBaseline(); moved(); });
  // Links within the page would write over the position.
  for (const link of document.querySelectorAll('nav a[href^="#"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.querySelector(link.getAttribute("href")).scrollIntoView();
    });
  }
  addEventListener("hashchange", () => { restore(); show(); });
  toBaseline();
  restore();
  show();
}
const varied = read("sweep-data");
if (varied) sweep(varied);
