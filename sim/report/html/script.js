"use strict";
// What the page does beyond standing there: the months under the pointer, and the sweep's sliders. Nothing is loaded.
const read = (id) => { const it = document.getElementById(id); return it ? JSON.parse(it.textContent) : null; };

// --- the month under the pointer, the same in every chart; arrow keys move it where a chart has the focus
function months(data) {
  const charts = [...document.querySelectorAll("svg.chart")];
  const left = data.left, width = data.width, count = data.months.length;
  let at = -1;
  function show(month) {
    at = month;
    for (const svg of charts) {
      const cursor = svg.querySelector(".cursor");
      cursor.classList.toggle("on", month >= 0);
      if (month >= 0) cursor.setAttribute("transform", `translate(${left + width * (month + 0.5) / count} 0)`);
    }
    for (const line of document.querySelectorAll(".readout")) {
      const said = data.said[line.dataset.for];
      const shown = month >= 0 ? month : count - 1;
      if (said) line.textContent = `${data.months[shown]}: ${said[shown]}`;
    }
  }
  const within = (month) => Math.max(0, Math.min(count - 1, month));
  for (const svg of charts) {
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      show(within(Math.floor((x - left) / width * count)));
    });
    svg.addEventListener("pointerleave", () => show(-1));
    svg.addEventListener("blur", () => show(-1));
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 12, PageDown: -12 }[event.key];
      if (event.key === "Escape") return show(-1);
      if (event.key === "Home" || event.key === "End") show(event.key === "Home" ? 0 : count - 1);
      else if (step) show(within((at < 0 ? (step > 0 ? -1 : count) : at) + step));
      else return;
      event.preventDefault();
    });
  }
}
const over = read("months-data");
if (over) months(over);

// --- the sweep: every number on the page at the sliders' position, from the simulated points
function sweep(data) {
  const $ = (id) => document.getElementById(id);
  const keys = data.keys, sliders = keys.map((_, k) => $(`key${k}`)), choice = $("outcome");
  const lengths = keys.map((key) => key.levels ? key.levels.length : 0);

  // Numbers as the rest of the page writes them.
  function text(x) {
    if (x === null || !Number.isFinite(x)) return "-";
    const size = Math.abs(x);
    if (x === 0) return "0";
    if (size >= 1000) return x.toLocaleString("en-US", { maximumFractionDigits: 0 });
    if (size >= 100) return Number.isInteger(x) || size >= 999.95 ? x.toFixed(0) : x.toFixed(1);
    return Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(3)));
  }
  const signed = (x) => (x > 0 ? "+" : "") + text(x);
  const known = (values) => values.filter((x) => x !== null);
  function percentile(sorted, share) {
    const at = share * (sorted.length - 1), low = Math.floor(at);
    return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  }
  function bands(values) {
    const sorted = known(values).sort((a, b) => a - b);
    return sorted.length ? [0.05, 0.5, 0.95].map((share) => percentile(sorted, share)) : [null, null, null];
  }
  // Mean paired difference with its 95% interval: Student's t, corrected for skewness from so many seeds on.
  function difference(values, baseline) {
    const pairs = values.map((x, s) => (x === null || baseline[s] === null ? null : x - baseline[s]));
    const found = known(pairs), n = found.length;
    if (!n) return { mean: null, low: null, high: null, seeds: 0 };
    const mean = found.reduce((sum, x) => sum + x, 0) / n;
    if (n === 1) return { mean, low: null, high: null, seeds: 1 };
    const moment = (power) => found.reduce((sum, x) => sum + (x - mean) ** power, 0) / n;
    const spread = Math.sqrt(moment(2)), deviation = spread * Math.sqrt(n / (n - 1));
    const skewness = n >= data.skewed_from && spread > 0 ? moment(3) / spread ** 3 : 0, reach = data.t[n] / Math.sqrt(n);
    const unskewed = (t) => Math.abs(skewness) > 1e-6
      ? (Math.cbrt(1 + skewness * (t - skewness / (6 * n))) - 1) * 3 / skewness : t;
    return { mean, low: mean - deviation * unskewed(reach), high: mean - deviation * unskewed(-reach), seeds: n };
  }

  // A slider's place as a value of its key, and back.
  function valueAt(k, place) {
    const key = keys[k];
    if (!key.levels) {
      const value = key.low + (key.high - key.low) * place / 100;
      return value;
    }
    const low = Math.floor(place);
    if (!key.numeric || low === place) return key.levels[Math.round(place)];
    return key.levels[low] + (place - low) * (key.levels[low + 1] - key.levels[low]);
  }
  function placeOf(k, words) {
    const key = keys[k], value = Number(words);
    if (!key.levels) return Number.isFinite(value) ? Math.max(0, Math.min(100, 100 * (value - key.low) / (key.high - key.low))) : null;
    const exact = key.levels.findIndex((level, n) => String(level) === words || key.labels[n] === words);
    if (exact >= 0) return exact;
    if (!key.numeric || words === "" || !Number.isFinite(value)) return null;
    for (let n = 0; n + 1 < key.levels.length; n++) {
      const [a, b] = [key.levels[n], key.levels[n + 1]];
      if ((value - a) * (value - b) <= 0) return n + (value - a) / (b - a);
    }
    return null;
  }
  const words = (k, place) => keys[k].levels && Number.isInteger(place) ? keys[k].labels[place]
    : String(Number(Number(valueAt(k, place)).toPrecision(4)));

  // Every seed's value at a position: as simulated, or multilinear between the corners of the grid's cell.
  function gridValues(outcome, places) {
    let corners = [[0, 1]];
    places.forEach((place, k) => {
      const low = Math.floor(place), part = place - low, next = [];
      for (const [index, weight] of corners) {
        next.push([index * lengths[k] + low, weight * (1 - part)]);
        if (part > 0) next.push([index * lengths[k] + low + 1, weight * part]);
      }
      corners = next;
    });
    return outcome.baseline.map((_, seed) => {
      let sum = 0;
      for (const [index, weight] of corners) {
        const x = outcome.values[index][seed];
        if (x === null) return null;
        sum += weight * x;
      }
      return sum;
    });
  }
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
  const inGrid = (places) => places.every(Number.isInteger);
  const pointWords = (n) => keys.map((key, k) => `${key.key} = ${key.levels ? key.labels[key.levels.indexOf(data.points[n][k])] : Number(data.points[n][k].toPrecision(4))}`).join(", ");
  function at(places) {
    if (data.grid) return { simulated: inGrid(places), values: (outcome) => gridValues(outcome, places) };
    const n = nearest(places);
    return { point: n, simulated: distance(data.points[n], places) < 1e-6, values: (outcome) => outcome.values[n] };
  }

  function show() {
    const places = position(), here = at(places);
    const outcome = data.outcomes.find((it) => it.name === choice.value) || data.outcomes[0];
    sliders.forEach((slider, k) => {
      const said = `${words(k, places[k])} ${keys[k].unit}`.trim();
      $(`value${k}`).textContent = said;
      slider.setAttribute("aria-valuetext", said + (data.grid && Number.isInteger(places[k]) ? ", simulated" : ""));
    });
    const values = here.values(outcome), [low, middle, high] = bands(values), it = difference(values, outcome.baseline);
    const state = $("state");
    const whole = !data.grid || here.simulated;
    state.textContent = whole ? "simulated" : "estimated";
    state.className = `badge ${whole ? "simulated" : "estimated"}`;
    $("state-words").textContent = here.simulated ? `${known(values).length} seeds at this point`
      : data.grid ? "between simulated points, interpolated" : `nearest simulated point: ${pointWords(here.point)}`;
    $("level").textContent = middle === null ? "no value" : `${text(middle)} ${outcome.unit}`;
    $("band").textContent = `${outcome.label}, ${data.month}: median; 90% of seeds ${text(low)} to ${text(high)}`;
    const flat = it.low !== null && it.low <= 0 && it.high >= 0 && !(it.mean === 0 && it.low === 0);
    $("difference").textContent = it.mean === null ? "" : `${signed(it.mean)} ${outcome.unit} against the baseline`
      + (it.low === null ? "" : ` (95%: ${text(it.low)} to ${text(it.high)}${flat ? ", not distinguishable from 0" : ""})`)
      + `, on ${it.seeds} common seed${it.seeds === 1 ? "" : "s"}`;
    const body = $("live");
    body.textContent = "";
    for (const one of data.outcomes) {
      const found = here.values(one), [a, b, c] = bands(found), d = difference(found, one.baseline);
      const row = body.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = one.label;
      row.append(head);
      for (const cell of [text(b), `${text(a)} to ${text(c)}`, d.mean === null ? "-" : signed(d.mean), d.low === null ? "-" : `${text(d.low)} to ${text(d.high)}`, one.unit])
        row.insertCell().textContent = cell;
      for (const n of [1, 3]) row.cells[n].className = "n";
    }
    keys.forEach((_, k) => slice(k, places, outcome, here));
  }

  // --- one key's chart: the outcome along it
  function element(name, attributes, words) {
    const made = document.createElementNS($("slice0").namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (words !== undefined) made.textContent = words;
    return made;
  }
  const W = 360, H = 220, L = 48, R = 58, T = 12, B = 26;
  const ranges = new Map();
  function range(outcome) {
    if (!ranges.has(outcome.name)) {
      const all = [...outcome.values, outcome.baseline].flatMap((values) => bands(values)).filter((x) => x !== null);
      let low = Math.min(...all), high = Math.max(...all);
      if (!all.length) [low, high] = [0, 1];
      if (low > 0 && low < 0.3 * high) low = 0;
      const room = 0.07 * (high - low) || Math.abs(high) * 0.05 || 1;
      ranges.set(outcome.name, [low === 0 ? 0 : low - room, high + room]);
    }
    return ranges.get(outcome.name);
  }
  function ticks(low, high, count) {
    const raw = (high - low) / count, ten = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * ten).reduce((a, b) => Math.abs(Math.log(raw / b)) < Math.abs(Math.log(raw / a)) ? b : a);
    const found = [];
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; n++) found.push(n * step);
    const decimals = Math.max(0, Math.min(9, -Math.floor(Math.log10(step) + 1e-9)));
    return found.map((x) => [x, (x || 0).toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })]);
  }
  function slice(k, places, outcome, here) {
    const key = keys[k], [low, high] = range(outcome), count = lengths[k];
    const last = key.levels ? Math.max(1, count - 1) : 100;
    const x = (place) => L + 12 + (W - L - R - 24) * place / last, y = (value) => T + (H - T - B) * (high - value) / (high - low);
    const svg = $(`slice${k}`);
    svg.replaceChildren(element("title", {}, `${outcome.label} along ${key.key}: median and 90% of seeds at the simulated points`));
    for (const [value, label] of ticks(low, high, 4)) {
      svg.append(element("path", { d: `M${L} ${y(value)}H${W - R}`, class: "grid" }));
      svg.append(element("text", { x: L - 6, y: y(value) + 3.5, class: "tick y" }, label));
    }
    const labels = key.levels ? key.labels : [0, 25, 50, 75, 100].map((place) => words(k, place));
    const every = Math.ceil(labels.length / 6);
    labels.forEach((label, n) => {
      if (n % every === 0 || (n === labels.length - 1 && n % every > every / 2))
        svg.append(element("text", { x: x(key.levels ? n : 25 * n), y: H - 8, class: "tick x" }, label));
    });
    const base = bands(outcome.baseline)[1];
    if (base !== null) {
      svg.append(element("path", { d: `M${L} ${y(base)}H${W - R}`, class: "zero dashed" }));
      svg.append(element("text", { x: W - R + 5, y: y(base) + 3.5, class: "tick first" }, "baseline"));
    }
    svg.append(element("path", { d: `M${x(places[k])} ${T}V${H - B}`, class: "here-line" }));
    if (data.grid) {
      const along = (place) => places.map((it, n) => n === k ? place : it);
      const found = Array.from({ length: count }, (_, n) => bands(gridValues(outcome, along(n))));
      const whole = places.every((place, n) => n === k || Number.isInteger(place));
      if (key.numeric) {
        const line = found.map((it, n) => it[1] === null ? "" : `${x(n)} ${y(it[1])}`).filter(Boolean).join("L");
        if (line) svg.append(element("path", { d: `M${line}`, class: "line dashed s0" }));
      }
      found.forEach((it, n) => dot(svg, x(n), it, y, whole, n === places[k]));
      const now = bands(here.values(outcome));
      if (!Number.isInteger(places[k])) dot(svg, x(places[k]), now, y, false, true);
    } else {
      data.points.forEach((point, n) => {
        const place = placeOf(k, String(point[k]));
        dot(svg, x(place), bands(outcome.values[n]), y, true, n === here.point, data.points.length > 40);
      });
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
      const place = given.has(key.key) ? placeOf(k, given.get(key.key)) : null;
      if (place !== null) sliders[k].value = place;
    });
    if (data.outcomes.some((it) => it.name === given.get("outcome"))) choice.value = given.get("outcome");
  }
  function toBaseline() {
    keys.forEach((key, k) => {
      const place = key.own === null ? null : placeOf(k, String(key.own));
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
      slider.value = data.grid ? Math.round(places[k]) : placeOf(k, String(data.points[nearest(places)][k]));
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
