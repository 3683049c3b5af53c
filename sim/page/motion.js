
// --- the ecosystem in motion: one record of one world, drawn month by month on a canvas, and said in words
const motion = { record: null, at: 0, chosen: -1, timer: 0 };
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const many = (x) => x.toLocaleString("en-US");

const GONE = 0, OPERATING = 2;  // statuses

motion.hear = (message) => {
  $("motion-said").textContent = message.said;
  $("motion-run").hidden = !message.cost;
  if (message.record) motion.show(JSON.parse(message.record), message.of, message.seed);
};

// What was sent of a frame is what had changed: here every frame is whole.
motion.whole = (changes, size) => {
  let last = new Int32Array(size);
  return changes.map((flat) => {
    const next = last.slice();
    for (let n = 0, place = 0; n < flat.length; n += 2) { place += flat[n]; next[place] = flat[n + 1]; }
    last = next;
    return next;
  });
};
motion.show = (record, side, seed) => {
  const size = record.who.length;
  Object.assign(motion, { record, side, seed, asked: number, at: 0, chosen: -1, months: calendar.slice() });
  motion.states = motion.whole(record.states, size);
  motion.staff = motion.whole(record.staff, size);
  motion.lives = record.who.map(() => []);
  for (let n = 0, who = 0; n < record.lives.length; n += 4) {
    who += record.lives[n];
    motion.lives[who].push(record.lives.slice(n + 1, n + 4));
  }
  $("motion-stage").hidden = false;
  $("motion-month").max = record.frames - 1;
  motion.caption();
  motion.table();
  motion.life();
  motion.go(0);
  if (still.matches) motion.announce();
  else motion.play();
};
motion.caption = () => {
  const { record, side, seed } = motion, [share, big] = record.shares, size = record.who.length;
  const percent = (x) => `${Number((100 * x).toPrecision(2))}%`;
  const places = { side, seed, size: many(size), ever: many(record.ever), big: percent(big), share: percent(share), weight: many(record.weight) };
  const said = [t("{side}, seed {seed}.", places)];
  if (size >= record.ever) said.push(t("All {size} enterprises that there ever were are shown.", places));
  else if (big < 1) said.push(t("{size} of {ever} enterprises are shown, the same ones in every month: {big} of those that were big when they came, and {share} of the others.", places));
  else said.push(t("{size} of {ever} enterprises are shown, the same ones in every month: all that were big when they came, and {share} of the others.", places));
  if (record.weight > 1) said.push(t("Each stands for {weight} real ones; the numbers are of those in the world.", places));
  if (motion.asked !== number && side !== t("As it is")) said.push(t("This is from before your latest change."));
  $("motion-what").textContent = said.join(start.language === "zh" ? "" : " ");
};

// What a month's state says of one enterprise.
motion.state = (who, at = motion.at) => {
  const { base } = motion.record, code = motion.states[at][who], kind = code % 12, where = Math.floor(code / 12);
  return { status: Math.floor(kind / 3), size: kind % 3, platform: where % base, site: Math.floor(where / base) - 1 };
};
motion.label = (at) => at ? motion.months[at - 1] : t("Opening");
motion.name = (who) => t("enterprise {who}", { who: motion.record.who[who].slice(-5) });

// --- words
motion.counts = (at) => {
  const { record } = motion, row = record.counts.map((it) => it[at]), named = record.platforms, sites = record.sites;
  const after = 7 + named.length, end = after + sites.length;
  return {
    sizes: row.slice(0, 3), registered: row[3], stopped: row[4], jobs: row[5], own: row[6],
    members: named.map((it, n) => [it.name, row[7 + n]]), tenants: sites.map((it, n) => [it.name, row[after + n]]),
    flows: Object.fromEntries(record.flows.map((it, n) => [it, row[end + n]])),
  };
};
motion.total = (sizes) => sizes.reduce((sum, x) => sum + x, 0);
motion.words = (at) => {
  const { record } = motion, it = motion.counts(at), { flows } = it;
  const [small, medium, big] = it.sizes.map(many), total = motion.total(it.sizes);
  const places = { month: motion.label(at), at, last: record.frames - 1, total: many(total), big, medium, small, jobs: many(it.jobs), stopped: many(it.stopped) };
  const said = [];
  if (at && total === 1) said.push(t("{month}, month {at} of {last}: {total} enterprise operates ({big} big, {medium} medium, {small} small), with {jobs} staff; {stopped} stopped.", places));
  else if (at) said.push(t("{month}, month {at} of {last}: {total} enterprises operate ({big} big, {medium} medium, {small} small), with {jobs} staff; {stopped} stopped.", places));
  else if (total === 1) said.push(t("{month}: {total} enterprise operates ({big} big, {medium} medium, {small} small), with {jobs} staff; {stopped} stopped.", places));
  else said.push(t("{month}: {total} enterprises operate ({big} big, {medium} medium, {small} small), with {jobs} staff; {stopped} stopped.", places));
  const flow = { founded: many(flows.founded), stopped: many(flows.stopped), left: many(flows.left), answered: many(flows.matched), came: many(flows.let) };
  const sites = record.sites.length > 0;
  if (at && sites && flows.matched === 1) said.push(t("In the month: {founded} founded, {stopped} stopped, {left} struck off, {answered} request answered, {came} came to a site.", flow));
  else if (at && sites) said.push(t("In the month: {founded} founded, {stopped} stopped, {left} struck off, {answered} requests answered, {came} came to a site.", flow));
  else if (at && flows.matched === 1) said.push(t("In the month: {founded} founded, {stopped} stopped, {left} struck off, {answered} request answered.", flow));
  else if (at) said.push(t("In the month: {founded} founded, {stopped} stopped, {left} struck off, {answered} requests answered.", flow));
  const open = (there, list) => there.filter((one, n) => list[n].opens >= 0 && list[n].opens <= at).map(([name, x]) => ({ name, count: many(x) }));
  for (const one of open(it.members, record.platforms)) said.push(t("Members of {name}: {count}.", one));
  if (it.own) said.push(t("On platforms of their own: {count}.", { count: many(it.own) }));
  for (const one of open(it.tenants, record.sites)) said.push(t("Tenants of {name}: {count}.", one));
  return said.join(start.language === "zh" ? "" : " ");
};
motion.announce = () => { $("motion-announce").textContent = motion.words(motion.at); };
motion.table = () => {
  const { record } = motion, own = record.counts[6].some(Boolean);
  const heads = [t("month"), t("big"), t("medium"), t("small"), t("stopped"), t("staff"), ...record.platforms.map((it) => t("members of {name}", it)),
    ...(own ? [t("on platforms of their own")] : []), ...record.sites.map((it) => t("tenants of {name}", it))];
  const rows = [];
  for (let at = 0; at < record.frames; at += 1) {
    if (at && at < record.frames - 1 && !motion.label(at).endsWith("-12")) continue;
    const it = motion.counts(at), cells = [...it.sizes.slice().reverse(), it.stopped, it.jobs, ...it.members.map(([, x]) => x), ...(own ? [it.own] : []), ...it.tenants.map(([, x]) => x)];
    rows.push(made("tr", {}, made("th", { scope: "row" }, motion.label(at)), ...cells.map((x) => made("td", { class: "n" }, many(x)))));
  }
  const box = made("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("The months of one seed") },
    made("table", {}, made("caption", {}, t("{side}, seed {seed}, all enterprises", motion)),
      made("thead", {}, made("tr", {}, ...heads.map((it, n) => made("th", { scope: "col", class: n ? "n" : false }, it)))), made("tbody", {}, ...rows)));
  $("motion-table").replaceChildren(box);
};

// --- one enterprise's life
motion.told = ([at, words, what]) => {
  const { record } = motion, said = record.words[words], shown = t(said);
  if (!said.includes("{}")) return [shown];
  const [before, after] = shown.split("{}");
  let name = "";
  if (said.includes("platform")) name = what > 1 ? record.platforms[what - 2].name : t("of its own");
  else if (said.includes("site")) name = record.sites[what - 1].name;
  else if (what > 0) {
    const size = t(record.classes[motion.state(what - 1, at).size]);
    return [before, made("button", { type: "button", "data-who": what - 1 }, motion.name(what - 1)), ` (${size})`, after];
  } else name = [t("a resource of its platform"), t("a partner, but the one it had knows more of what it needs"), t("one of several enterprises that know the same")][-what]
    || t("a {size} enterprise that is not shown", { size: t(record.classes[-3 - what]) });
  return [before, name, after];
};
motion.decembers = (who) => {
  const { record } = motion, found = [];
  for (let at = record.first[who]; at < record.frames; at += 1) {
    if (motion.state(who, at).status === GONE) continue;
    if (!found.length || (at && motion.label(at).endsWith("-12"))) found.push([motion.label(at), motion.staff[at][who]]);
  }
  return found;
};
motion.life = () => {
  const who = motion.chosen, { record } = motion, next = document.createElement("div");
  if (who < 0) next.append(made("p", { class: "note" }, t("No enterprise is chosen.")));
  else {
    const host = record.host[who], first = record.first[who], came = t(record.origins[record.origin[who]].replace("_", "-"));
    next.append(made("h3", {}, sentence(motion.name(who))),
      made("p", { class: "note" }, t("Identity {identity} in an event log. Origin: {came}.", { identity: BigInt.asIntN(64, BigInt(`0x${record.who[who]}`)), came }),
        ...(host >= 0 ? [t(" From "), made("button", { type: "button", "data-who": host }, motion.name(host)), t(".")] : [])));
    const list = made("ol", { class: "life" });
    if (!first) list.append(made("li", {}, made("b", {}, t("Opening")), t(" was there")));
    for (const event of motion.lives[who]) list.append(made("li", {}, made("b", {}, motion.label(event[0])), " ", ...motion.told(event)));
    const staff = motion.decembers(who).map(([month, x], n) => n || !first ? t("{month}: {count}", { month, count: many(x) }) : t("{month} (came): {count}", { month, count: many(x) }));
    const said = staff.length ? t("{list}.", { list: staff.join(t(", ")) }) : t("It was gone before the month ended in which it came.");
    next.append(list, made("p", {}, made("b", {}, t("Staff each December. ")), said));
  }
  $("motion-life").replaceChildren(...next.childNodes);
};
motion.choose = (who) => {
  motion.chosen = who;
  motion.life();
  motion.draw();
  if (who < 0) { $("motion-announce").textContent = t("No enterprise is chosen."); return; }
  const { status, size } = motion.state(who), { record } = motion;
  $("motion-announce").textContent = t("{name}, {size}, {status}, {staff} staff. {count} events below.", { name: sentence(motion.name(who)), size: t(record.classes[size]), status: t(record.statuses[status]), staff: many(motion.staff[motion.at][who]), count: motion.lives[who].length });
};
// The next one of those there this month, from the largest on.
motion.turn = (by) => {
  const staff = motion.staff[motion.at], there = [...motion.record.who.keys()].filter((who) => motion.state(who).status !== GONE);
  if (!there.length) return;
  there.sort((a, b) => staff[b] - staff[a] || a - b);
  const here = there.indexOf(motion.chosen);
  motion.choose(there[here < 0 ? (by > 0 ? 0 : there.length - 1) : (here + by + there.length) % there.length]);
};

// --- time
motion.go = (at) => {
  motion.at = Math.max(0, Math.min(motion.record.frames - 1, at));
  $("motion-month").value = motion.at;
  $("motion-month").setAttribute("aria-valuetext", motion.label(motion.at));
  $("motion-label").textContent = motion.label(motion.at);
  $("motion-now").textContent = motion.words(motion.at);
  motion.draw();
};
motion.pause = () => {
  clearInterval(motion.timer);
  motion.timer = 0;
  $("motion-play").textContent = t("Play");
};
motion.play = () => {
  motion.pause();
  if (motion.at === motion.record.frames - 1) motion.go(0);
  $("motion-play").textContent = t("Pause");
  motion.timer = setInterval(() => {
    motion.go(motion.at + 1);
    if (motion.at === motion.record.frames - 1) { motion.pause(); motion.announce(); }
    else if (motion.label(motion.at).endsWith("-12")) motion.announce();
  }, 1000 / Number($("motion-speed").value));
};
motion.toggle = () => { if (motion.timer) { motion.pause(); motion.announce(); } else motion.play(); };
motion.step = (by) => { motion.pause(); motion.go(motion.at + by); motion.announce(); };
motion.clear = () => {
  motion.pause();
  motion.record = null;
  $("motion-stage").hidden = true;
  $("motion-said").textContent = "";
  $("motion-run").hidden = true;
};

// --- the canvas
motion.layout = () => {
  const canvas = $("motion-canvas"), wide = canvas.clientWidth, high = canvas.clientHeight, { field } = motion.record;
  const top = motion.record.platforms.length ? 54 : 16, low = motion.record.sites.length ? 60 : 16, side = 18;
  const at = (place) => [side + (wide - 2 * side) * Math.floor(place / field) / field, top + (high - top - low) * (place % field) / field];
  const spread = (list, y) => list.map((_, n) => [wide * (n + 1) / (list.length + 1), y]);
  return { wide, high, at, platforms: spread(motion.record.platforms, 20), sites: spread(motion.record.sites, high - 24), scale: wide < 600 ? 0.65 : 0.9 };
};
motion.radius = (who, scale) => Math.max(1.6, scale * Math.cbrt(motion.staff[motion.at][who]));
motion.draw = () => {
  const { record, at } = motion, canvas = $("motion-canvas");
  if (!record || !canvas.clientWidth) return;
  const { wide, high, at: place, platforms, sites, scale } = motion.layout(), ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(high * ratio)) {
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(high * ratio);
  }
  const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const pen = canvas.getContext("2d"), sizes = [colour("s0"), colour("s1"), colour("s3")];
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, wide, high);
  const spots = record.place.map(place), states = record.who.map((_, who) => motion.state(who));
  const line = ([x, y], [u, v]) => { pen.moveTo(x, y); pen.lineTo(u, v); };
  const stroke = (name, alpha, width, lines) => {
    pen.globalAlpha = alpha; pen.strokeStyle = colour(name); pen.lineWidth = width;
    pen.beginPath(); lines(); pen.stroke(); pen.globalAlpha = 1;
  };
  const links = [];
  for (let n = 0; n < record.links.length; n += 4) if (record.links[n + 2] <= at && at <= record.links[n + 3]) links.push([record.links[n], record.links[n + 1]]);
  const there = [...record.who.keys()].filter((who) => states[who].status !== GONE);
  stroke("soft", 0.22, 0.6, () => links.forEach(([buyer, seller]) => line(spots[buyer], spots[seller])));
  stroke("accent", 0.25, 0.8, () => there.forEach((who) => { const { platform } = states[who]; if (platform > 1) line(spots[who], platforms[platform - 2]); }));
  stroke("accent", 0.9, 1.6, () => record.platforms.forEach(({ host, opens }, n) => {  // from a platform to its host
    if (host >= 0 && opens >= 0 && opens <= at && states[host].status !== GONE) line(spots[host], platforms[n]);
  }));
  stroke("s2", 0.45, 0.9, () => there.forEach((who) => { const { site } = states[who]; if (site >= 0) line(spots[who], sites[site]); }));
  there.sort((a, b) => motion.staff[at][b] - motion.staff[at][a]);
  for (const who of there) {
    const [x, y] = spots[who], { status, size, platform, site } = states[who], radius = motion.radius(who, scale);
    pen.beginPath(); pen.arc(x, y, radius, 0, 7);
    if (status === OPERATING) {
      pen.fillStyle = sizes[size]; pen.globalAlpha = 0.75; pen.fill(); pen.globalAlpha = 1;
      pen.strokeStyle = colour("card"); pen.lineWidth = 0.6; pen.stroke();
    } else { pen.strokeStyle = sizes[size]; pen.lineWidth = 1; pen.stroke(); }
    const ring = (name, more) => { pen.beginPath(); pen.arc(x, y, radius + more, 0, 7); pen.strokeStyle = colour(name); pen.lineWidth = 1.2; pen.stroke(); };
    if (site >= 0) ring("s2", 1.6);
    if (platform === 1) ring("accent", 2.4);
  }
  pen.font = "12px system-ui, sans-serif"; pen.textAlign = "center"; pen.lineWidth = 1.5;
  record.platforms.forEach((it, n) => {
    const [x, y] = platforms[n], open = it.opens >= 0 && it.opens <= at;
    pen.beginPath(); pen.moveTo(x, y - 10); pen.lineTo(x + 10, y); pen.lineTo(x, y + 10); pen.lineTo(x - 10, y); pen.closePath();
    pen.strokeStyle = colour("accent"); pen.fillStyle = open ? colour("accent") : colour("card"); pen.fill(); pen.stroke();
    motion.text(pen, it.name + motion.closed(it), x, y + 24, colour);
  });
  record.sites.forEach((it, n) => {
    const [x, y] = sites[n], open = it.opens >= 0 && it.opens <= at;
    pen.fillStyle = open ? colour("s2") : colour("card"); pen.strokeStyle = colour("s2");
    pen.fillRect(x - 15, y - 8, 30, 14); pen.strokeRect(x - 15, y - 8, 30, 14);
    motion.text(pen, it.name + motion.closed(it), x, y + 20, colour);
  });
  if (motion.chosen >= 0 && states[motion.chosen].status !== GONE) motion.mark(pen, spots, states, links, scale, colour);
};
motion.closed = ({ opens }) => opens < 0 ? t(": does not open") : opens > motion.at ? t(": not open yet") : "";
motion.text = (pen, words, x, y, colour) => {
  pen.lineWidth = 4; pen.strokeStyle = colour("card"); pen.strokeText(words, x, y);
  pen.fillStyle = colour("ink"); pen.fillText(words, x, y); pen.lineWidth = 1.5;
};
motion.mark = (pen, spots, states, links, scale, colour) => {
  const who = motion.chosen, [x, y] = spots[who], radius = motion.radius(who, scale);
  pen.strokeStyle = colour("ink"); pen.lineWidth = 1.6; pen.beginPath();
  for (const [buyer, seller] of links) if (buyer === who || seller === who) { pen.moveTo(...spots[buyer]); pen.lineTo(...spots[seller]); }
  pen.stroke();
  pen.lineWidth = 2.4; pen.beginPath(); pen.arc(x, y, radius + 5, 0, 7); pen.stroke();
  const { wide } = motion.layout(), edge = 60;
  motion.text(pen, motion.name(who), Math.max(edge, Math.min(wide - edge, x)), y > 40 ? y - radius - 9 : y + radius + 18, colour);
};
motion.nearest = (x, y) => {
  const { at, scale } = motion.layout();
  let best = -1, least = 12, round = Infinity;  // of several under the pointer the smallest, which is drawn on top
  motion.record.place.forEach((place, who) => {
    if (motion.state(who).status === GONE) return;
    const [u, v] = at(place), radius = motion.radius(who, scale), away = Math.max(0, Math.hypot(x - u, y - v) - radius);
    if (away < least || (away === least && radius < round)) { best = who; least = away; round = radius; }
  });
  return best;
};

// --- what may be shown, and what a visitor does
motion.sides = () => {
  const sides = [t("As it is"), ...names.filter((_, n) => (changed[n] || []).length)], was = $("motion-of").value;
  $("motion-of").replaceChildren(...sides.map((it) => made("option", {}, it)));
  $("motion-of").value = sides.includes(was) ? was : sides[0];
  $("motion-run").hidden = true;
  $("motion-said").textContent = "";
  if (motion.record) motion.caption();
};
motion.ask = (run) => {
  const seed = $("motion-seed").value.trim();
  if (!/^[0-9]+$/.test(seed)) { $("motion-said").textContent = t("seed: \"{seed}\" is no whole number", { seed }); return; }
  const sent = send({ do: "motion", number, of: $("motion-of").value, seed: Number(seed), run });
  if (run || !sent) $("motion-said").textContent = sent ? t("Running…") : t("The connection is lost.");
};
motion.does = {
  "motion-cost": () => motion.ask(false),
  "motion-run": () => { $("motion-run").hidden = true; motion.ask(true); },
  "motion-play": motion.toggle, "motion-back": () => motion.step(-1), "motion-on": () => motion.step(1),
  "motion-next": () => motion.turn(1), "motion-previous": () => motion.turn(-1), "motion-none": () => motion.choose(-1),
};
$("motion").addEventListener("click", (event) => {
  const it = event.target.closest("button");
  if (it && it.dataset.who) { motion.choose(Number(it.dataset.who)); $("motion-canvas").focus(); }
  else if (it && motion.does[it.id]) motion.does[it.id]();
});
$("motion-canvas").addEventListener("click", (event) => {
  const box = event.target.getBoundingClientRect();
  motion.choose(motion.nearest(event.clientX - box.left, event.clientY - box.top));
});
$("motion-canvas").addEventListener("keydown", (event) => {
  const does = { " ": motion.toggle, ArrowRight: () => motion.step(1), ArrowLeft: () => motion.step(-1), Home: () => motion.step(-Infinity),
    End: () => motion.step(Infinity), ArrowDown: () => motion.turn(1), ArrowUp: () => motion.turn(-1), Escape: () => motion.choose(-1) }[event.key];
  if (!does || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  does();
});
$("motion-month").addEventListener("input", (event) => { motion.pause(); motion.go(Number(event.target.value)); });
$("motion-speed").addEventListener("change", () => { if (motion.timer) motion.play(); });
for (const id of ["motion-of", "motion-seed"]) $(id).addEventListener("change", () => { $("motion-run").hidden = true; $("motion-said").textContent = ""; });
still.addEventListener("change", () => { if (still.matches && motion.timer) motion.pause(); });
dark.addEventListener("change", () => motion.draw());
new ResizeObserver(() => motion.draw()).observe($("motion-canvas"));
