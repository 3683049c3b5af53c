
// --- the live page: what is asked goes to the server over one socket, and the parts of the answer come back.
const $ = (id) => document.getElementById(id);
const made = (name, attributes = {}, ...children) => {
  const it = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) it.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) it.setAttribute(key, value);
  }
  it.append(...children);
  return it;
};
const counted = (x) => x.toLocaleString("en-US");
const fresh = (name = "", of = "") => ({ name, of, since: "", changes: {} });

const start = read("start");
const blank = (scenario, variant = fresh()) => ({ scenario, variants: [variant], show: [], lead: "", seeds: 10, months: 0 });
let asked = blank(start.scenario);
let chosen = 0;                    // the variant that the controls change
let groups = { "": [] };           // of the baseline, and of other scenarios from which variants start
let calendar = [], outcomes = [], headline = [];
let leads = {};                    // the outcome that leads, of each variant
let changed = [];                  // of each variant, as the server tells it
let names = [];                    // of the variants: what the reader called them, or their number in words
const nameOf = (n) => asked.variants[n].name || names[n] || t("Variant {number}", { number: n + 1 });
let loaded = "";                   // the scenario whose controls are shown
let begun = false;                 // what the page begins with was asked since the last connection, in place of a link
let number = 0, answered = 0;      // of the last question, and of the last answer
let good = null;                   // what was asked last that could be answered
const refused = new Map();         // what was said of a key whose value was refused, and of what has no key
let waiting = "";                  // a link that cannot be followed until its file is opened
let own = null;                    // a file that was opened: it is sent again when the connection comes back

// --- patching: what is on the page stays, so that the focus and opened folds do
function patch(target, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  morph(target, template.content);
}
function morph(old, next) {
  const here = [...old.childNodes], there = [...next.childNodes];
  there.forEach((node, n) => {
    const it = here[n];
    if (!it) old.append(node);
    else if (it.nodeType !== node.nodeType || it.nodeName !== node.nodeName) it.replaceWith(node);
    else if (node.nodeType !== Node.ELEMENT_NODE) { if (it.data !== node.data) it.data = node.data; }
    else {
      for (const { name } of [...it.attributes]) if (!node.hasAttribute(name) && name !== "open") it.removeAttribute(name);
      for (const { name, value } of node.attributes) if (it.getAttribute(name) !== value) it.setAttribute(name, value);
      morph(it, node);
    }
  });
  here.slice(there.length).forEach((it) => it.remove());
}

// --- the socket
let socket = null, delay = 500, timer = 0, sent = 0, first = true;
const send = (message) => {
  if (!socket || socket.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
};
function ask(again = false) {
  if (!again) refused.delete("");
  number += 1;
  document.body.classList.add("asking");
  if (timer) return;
  const now = () => { timer = 0; sent = performance.now(); send({ do: "ask", number, asked }); };
  const wait = 40 - (performance.now() - sent);  // a drag asks at once, and then at most every 40 ms
  if (wait > 0) timer = setTimeout(now, wait);
  else now();
}
function connect() {
  socket = new WebSocket(`ws://${location.host}/socket?lang=${start.language}`);
  socket.addEventListener("open", () => {
    delay = 500;
    document.body.classList.remove("lost");
    say(t("Connected."));
    bar();
    const link = linked();
    number += 1;
    loaded = "";
    begun = false;
    if (own && asked.scenario === own.asked) send({ do: "file", number, name: own.name, text: own.text });
    else if (first && link) send({ do: "link", number, link });
    else send({ do: "ask", number, asked });
  });
  socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  socket.addEventListener("close", (event) => {
    document.body.classList.add("lost");
    const again = t("{reason}. Trying again…", { reason: event.reason || t("The connection is lost") });
    const asks = t("Is sim app still running? If it was started again, open the address that it printed.");
    say(delay < 4000 ? again : [again, asks].join(start.language === "zh" ? "" : " "));
    bar();
    setTimeout(connect, delay);
    delay = Math.min(8000, 2 * delay);
  });
}
const linked = () => location.hash.startsWith("#w=") ? location.hash.slice(3) : "";
const say = (text) => { if ($("status").textContent !== text) $("status").textContent = text; };

function hear(message) {
  if (message.do === "scenario") scenario(message);
  else if (message.do === "controls") { groups = message.groups; controls(); }
  else if (message.do === "asked" && message.number === number) accepted(message);
  else if (message.do === "progress" && message.number === number) progress(message);
  else if (message.do === "answer" && message.number === number) answer(message);
  else if (message.do === "fault") fault(message);
  else if (message.do === "saved") $("said").textContent = t("Saved: {said} The report is {report}.", message);
  else if (message.do === "file") keep(message);
  else if (message.do === "why" && message.number === number) told(message);
  else if (message.do === "motion" && message.number === number) motion.hear(message);
}

// What is told of a question about the answer: its cost, what is known so far, or all of it.
function told(message) {
  const { what, cost, said, state, running, done, of, few } = message;
  if (said) patch($(`${what}-said`), said);
  $(`${what}-run`).hidden = !cost;
  $(`${what}-run`).textContent = few ? t("Run all") : t("Run it");
  $(`${what}-few`).hidden = !few;
  $(`${what}-stop`).hidden = $(`${what}-progress`).hidden = !running;
  if (running) { $(`${what}-progress`).max = of; $(`${what}-progress`).value = done; }
  $(`${what}-state`).textContent = state || (running ? t("{done} of {of} worlds", { done: counted(done), of: counted(of) }) : "");
  if (!running) $("announce").textContent = state || cost || t("The answer is there.");
}

function scenario(message) {
  motion.clear();
  loaded = message.name;
  first = false;
  groups = message.groups;
  calendar = message.months;
  if (document.activeElement !== $("months")) $("months").value = calendar.length;
  outcomes = message.outcomes;
  headline = message.headline;
  leads = {};
  $("title").textContent = message.title;
  document.title = t("What if? {title}", message);
  $("summary").textContent = message.summary;
  $("span").textContent = t("What if? · {span}", message);
  patch($("part-rests"), message.rests);
  for (const part of ["lead", "failed", "decision", "differences", "months", "changed"]) $(`part-${part}`).replaceChildren();
  $("part-decision").style.minHeight = "";
  $("since").replaceChildren(made("option", { value: "" }, t("the start")), ...calendar.slice(1).map((it) => made("option", {}, it)));
  $("outcomes").replaceChildren(...outcomes.map(([name, words]) => made("option", { value: name }, words)));
}

function accepted(message) {
  const before = JSON.stringify([asked.scenario, asked.variants.map((it) => it.of)]);
  const focus = document.activeElement;
  asked = message.asked;
  if (!asked.variants.length) asked.variants = [fresh()];
  good = structuredClone(asked);
  if (own && asked.scenario.startsWith("file:")) own.asked = asked.scenario;
  if (own && waiting) {
    number += 1;
    send({ do: "link", number, link: waiting });
    waiting = "";
  }
  chosen = Math.min(chosen, asked.variants.length - 1);
  changed = message.changed;
  names = message.names;
  if (!refused.has("") && focus !== $("months")) $("months").value = calendar.length;
  $("fault").textContent = [...refused.values()].join(" · ");
  for (const it of document.querySelectorAll("[data-cost]")) {
    $(`${it.id}-said`).replaceChildren();
    $(`${it.id}-state`).textContent = "";
    for (const part of ["few", "run", "stop", "progress"]) $(`${it.id}-${part}`).hidden = true;
  }
  right();
  history.replaceState(null, "", `#w=${message.link}`);
  $("said").dataset.private = message.private ? "yes" : "";
  const select = $("scenario");
  for (const option of [...select.options]) if (option.dataset.own && option.value !== asked.scenario) option.remove();
  if (![...select.options].some((it) => it.value === asked.scenario))
    select.append(made("option", { value: asked.scenario, "data-own": "yes" }, asked.scenario.replace(/^file:/, "")));
  select.value = asked.scenario;
  if (built !== shownGroups() || before !== JSON.stringify([asked.scenario, asked.variants.map((it) => it.of)])) controls();
  variants();
  changes();
  shown();
  motion.sides();
  values(focus);
}

function fault(message) {
  document.body.classList.remove("asking");
  const said = message.faults.map((it) => it.said);
  $("fault").textContent = said.join(" · ");
  for (const it of message.faults) {
    const row = it.key && document.querySelector(`[data-key="${CSS.escape(it.key)}"]`);
    if (row) wrong(row, it.said);
  }
  if (message.faults.some((it) => it.file)) waiting = linked();
  if (!loaded && !begun) {  // a link that cannot be followed: the page begins as it would without it, if it can
    begun = true;
    refused.set("", $("fault").textContent);
    first = false;
    history.replaceState(null, "", location.pathname);
    asked = blank(start.scenario);
    number += 1;
    send({ do: "ask", number, asked });
  } else if (good && message.asking && message.number === number) back(message.faults);
}
// A value that is refused would refuse every later move too: what was answered last is asked again, while what was
// typed stays in its place with what was said of it.
function back(faults) {
  const before = JSON.stringify(asked), others = [];
  for (const { key, variant, said } of faults) {
    const n = asked.variants.findIndex((_, at) => nameOf(at) === variant), was = good.variants[n];
    if (n < 0 || !(key in asked.variants[n].changes)) { others.push(said); continue; }
    refused.set(key, said);
    if (was && key in was.changes) asked.variants[n].changes[key] = was.changes[key];
    else delete asked.variants[n].changes[key];
  }
  if (others.length) refused.set("", others.join(" · "));
  if (before === JSON.stringify(asked)) {  // nothing of these keys can be taken back: all is
    asked = structuredClone(good);
    chosen = Math.max(0, Math.min(chosen, asked.variants.length - 1));
  }
  if (before !== JSON.stringify(asked)) ask(true);
}

// What is wrong is said beside the control too: the list of controls is long.
function wrong(row, words, input = row.querySelector("[data-part=typed], [data-part=value], [data-part=point]")) {
  const id = `wrong-${row.dataset.key}`;
  if (input) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", id); }
  if (!$(id)) row.querySelector(".about").before(made("p", { class: "wrong", id }));
  $(id).textContent = words;
}
function right() {
  for (const row of document.querySelectorAll("#groups .control")) {
    if (refused.has(row.dataset.key)) continue;
    for (const it of row.querySelectorAll("[aria-invalid]")) { it.removeAttribute("aria-invalid"); it.removeAttribute("aria-describedby"); }
    for (const it of row.querySelectorAll(".wrong")) it.remove();
  }
}

function progress(message) {
  const { seeds, of, worlds, seconds, months: done } = message;
  $("progress").max = of;
  $("progress").value = seeds;
  $("more").disabled = asked.seeds >= 30 || seeds < of;
  $("progress").hidden = !worlds;
  const places = { seeds, of, left: Math.ceil(seconds), percent: done && Math.floor(100 * done[0] / done[1]) };
  if (!worlds) return say(t("{of} seeds done.", places));
  const said = [seconds >= 1 ? t("{seeds} of {of} seeds, about {left} s left", places) : t("{seeds} of {of} seeds", places)];
  if (!seeds && message.first) said.push(t("the first answer in about {first} s", { first: message.first.toFixed(1) }));
  if (!seeds && done) said.push(t("{percent}% of its first world done", places));
  say(said.join(start.language === "zh" ? "；" : "; "));
}

function answer(message) {
  document.body.classList.remove("asking");
  // A card that is to come takes as much room as the one it stands for, so that what is below stays where it is.
  const { decision } = message.parts, card = $("part-decision");
  if (decision !== undefined) card.style.minHeight = decision.includes('class="note coming"') ? `${card.offsetHeight}px` : "";
  for (const [part, html] of Object.entries(message.parts)) patch($(`part-${part}`), html);
  if (message.readout) {
    months.data = message.readout;
    if (months.at >= 0) months.show(months.at);
  }
  $("months-heading").hidden = !$("part-months").firstChild;
  bar();
  if (message.leads) { leads = message.leads; shown(); }
  if (!message.parts.lead) return;
  if (answered !== message.number || message.seeds === 10 || message.seeds === 30)
    $("announce").textContent = $("part-lead").textContent;
  answered = message.number;
}
// On a phone the answer is below the controls: its first sentence stays in sight. So does a connection that is lost.
function bar() {
  $("bar").textContent = $(document.body.classList.contains("lost") ? "status" : "part-lead").textContent;
  $("bar").hidden = !$("bar").textContent;
}

function keep(message) {
  const data = Uint8Array.from(atob(message.data), (it) => it.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([data], { type: message.type }));
  made("a", { href: address, download: message.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  $("said").textContent = t("Downloaded {name}.", message);
}

// --- variants
function variants() {
  const several = asked.variants.length > 1;
  const tabs = asked.variants.map((_, n) => made("button", { type: "button", "data-variant": n, "aria-pressed": String(n === chosen) }, nameOf(n)));
  const more = asked.variants.length < 4 ? [made("button", { type: "button", "data-add": true }, t("+ Another variant"))] : [];
  const less = several ? [made("button", { type: "button", "data-remove": true }, t("Remove {name}", { name: nameOf(chosen) }))] : [];
  const next = document.createElement("div");
  next.append(...tabs, ...more, ...less);
  morph($("variants"), next);
  if (document.activeElement !== $("name")) $("name").value = nameOf(chosen);
  $("since").value = asked.variants[chosen].since;
  $("since").disabled = Boolean(asked.variants[chosen].of);
}

function changes() {
  const mine = asked.variants[chosen], rows = changed[chosen] || [], most = 12, next = document.createElement("ul");
  for (const it of rows.slice(0, most)) {
    const back = it.key in mine.changes || (mine.of && it.base !== null) ? [made("button", { type: "button", "data-undo": it.key, "aria-label": t("Set back: {meaning}", it) }, t("Set back"))] : [];
    next.append(made("li", {}, t("{name}: ", { name: sentence(it.meaning) }), made("span", {}, it.said), " ", made("code", {}, it.key), " ", ...back));
  }
  if (rows.length > most) next.append(made("li", {}, t("and {count} more", { count: rows.length - most })));
  if (!rows.length) next.append(made("li", { class: "note" }, t("Nothing yet. Open a group below and move a slider.")));
  if (Object.keys(mine.changes).length > 1) next.append(made("li", {}, made("button", { type: "button", "data-undo": "*" }, t("Set all back"))));
  morph($("changes"), next);
}

function shown() {
  const next = document.createElement("ul");
  for (const name of asked.show) next.append(made("li", {}, name, " ", made("button", { type: "button", "data-hide": name, "aria-label": t("Remove {name}", { name }) }, t("Remove"))));
  morph($("shown"), next);
  const names = [...new Set([...headline, ...asked.show])], words = new Map(outcomes.map(([name, said]) => [name, said]));
  const options = document.createElement("select");
  // It stays what it is from move to move, so that answers can be compared: which one it is is said.
  const first = leads[nameOf(chosen)];
  options.append(made("option", { value: "" }, first ? t("the first that differed: {name}", { name: words.get(first) || first }) : t("the first that differs")), ...names.map((it) => made("option", { value: it }, words.get(it) || it)));
  morph($("lead"), options);
  $("lead").value = asked.lead;
}

// --- controls
let built = null;
const shownGroups = () => groups[asked.variants[chosen].of] || groups[""];
const controlOf = (key) => shownGroups().flatMap((it) => it.controls).find((it) => it.key === key);
const valueOf = (control) => control.key in asked.variants[chosen].changes ? asked.variants[chosen].changes[control.key] : control.value;
const isTable = (value) => typeof value === "object" && value !== null;
const digits = (x) => Number(x.toPrecision(6));
const everyday = (control, value) => digits(value * control.factor);
const declared = (control, value) => { const x = Number((value / control.factor).toPrecision(12)); return control.whole ? Math.round(x) : x; };
const unitOf = (control) => !control.unit || /^%|[^\x00-\x7f]/.test(control.unit) ? control.unit || "" : ` ${control.unit}`;
const broken = (unit) => unit.replaceAll("/", "/\u200b");  // a long unit breaks at its slashes

function controls() {
  built = shownGroups();
  const open = new Set([...document.querySelectorAll("#groups details[open]")].map((it) => it.dataset.group));
  if (!open.size) open.add("policy");
  $("groups").replaceChildren(...built.map((group) => {
    const it = made("details", { "data-group": group.name, open: open.has(group.name) },
      made("summary", {}, `${group.title}\u00a0`, made("small", {}, `${group.controls.length}`)));
    if (open.has(group.name)) fill(it);
    return it;
  }));
  search();
}
function fill(details) {
  if (details.dataset.filled) return;
  details.dataset.filled = "yes";
  const group = shownGroups().find((it) => it.name === details.dataset.group);
  const box = made("div", { class: "group" });
  let last = "";
  for (const it of group.controls) {
    const table = tableOf(it.key);
    if (table !== last) box.append(made("h3", { "data-table": table }, group.tables[table]));
    last = table;
    box.append(row(it));
  }
  details.append(box);
}
const tableOf = (key) => key.slice(0, key.lastIndexOf("."));
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function row(control) {
  const { key, meaning, kind, source, plausible } = control, id = `c-${key}`, value = valueOf(control);
  const it = made("div", { class: "control", "data-key": key });
  const name = sentence(meaning || key);
  if (control.type === "switch") {
    it.append(made("label", {}, made("input", { type: "checkbox", id, "data-part": "value" }), ` ${name}`));
  } else if (control.type === "choice") {
    it.append(made("label", { for: id }, name), made("select", { id, "data-part": "value" }, ...control.choices.map(([word, said]) => made("option", { value: word }, said))));
  } else if (control.type !== "number") {
    it.append(made("label", { for: id }, name), made("input", { type: "text", id, "data-part": "value", placeholder: control.type === "month" ? t("YYYY-MM, or empty") : "" }));
  } else if (isTable(value)) {
    it.append(made("p", { class: "label" }, name), schedule(control, value));
  } else {
    const slider = made("input", { type: "range", id, "data-part": "slider", min: control.low, max: control.high, step: control.step });
    if (plausible) {
      const at = (x) => `${Math.max(0, Math.min(100, 100 * (x * control.factor - control.low) / (control.high - control.low)))}%`;
      slider.style.setProperty("--from", at(plausible[0]));
      slider.style.setProperty("--to", at(plausible[1]));
      slider.classList.add("ranged");
    }
    it.append(made("label", { for: id }, name),
      made("div", { class: "pair" }, slider,
        made("span", { class: "typed" }, made("input", { type: "text", inputmode: "decimal", "data-part": "typed", "aria-label": t("{name}, value{unit}", { name, unit: unitOf(control) }), autocomplete: "off" }),
          made("span", { class: "unit" }, broken(control.unit)))));
  }
  const range = control.range ? t("plausible {range}", { range: control.range }) : "";
  const about = made("p", { class: "about" }, made("span", { class: `kind ${kind}` }, t(kind)), " ",
    [range, source, key].filter(Boolean).join(" · "));
  if (control.type === "number" && control.scheduled && !isTable(value))
    about.append(" ", made("button", { type: "button", "data-by-month": key }, t("Change it over the months")));
  it.append(about);
  write(control, it, null);
  return it;
}
function schedule(control, value) {
  const box = made("div", { class: "points" });
  for (const [month, point] of Object.entries(value)) {
    if (month === "shape") continue;
    const when = month === "before" ? t("before") : t("from");
    const label = month === "before" ? t("value before the first month") : t("value from {month}", { month });
    box.append(made("span", { class: "point" }, when, " ",
      ...(month === "before" ? [] : [made("input", { type: "text", value: month, "data-part": "month", "aria-label": t("month"), size: 8 }), " "]),
      made("input", { type: "text", inputmode: "decimal", value: everyday(control, point), "data-part": "point", "data-exact": point, "aria-label": label, size: 8 }),
      ` ${control.unit} `,
      ...(month === "before" ? [] : [made("button", { type: "button", "data-drop": month, "aria-label": t("Leave out {month}", { month }) }, "✕")])));
  }
  box.append(made("button", { type: "button", "data-point": control.key }, t("+ a month")));
  return box;
}
// The control's value as it is now; one that somebody is typing in stays as it is.
function write(control, it, focus) {
  const value = valueOf(control), said = (x) => String(everyday(control, x));
  it.classList.toggle("moved", control.key in asked.variants[chosen].changes);
  for (const input of it.querySelectorAll("[data-part]")) {
    if (input === focus || (refused.has(control.key) && input.hasAttribute("aria-invalid"))) continue;
    const part = input.dataset.part;
    if (part === "value" && control.type === "switch") input.checked = Boolean(value);
    else if (part === "value") input.value = value;
    else if (part === "slider") { input.value = said(value); input.setAttribute("aria-valuetext", `${said(value)}${unitOf(control)}`); }
    else if (part === "typed") input.value = said(value);
  }
}
function values(focus) {
  for (const it of document.querySelectorAll("#groups .control")) {
    const control = controlOf(it.dataset.key);
    if (!control) continue;
    const table = Boolean(it.querySelector(".points"));
    if (control.type === "number" && table !== isTable(valueOf(control))) it.replaceWith(row(control));
    else if (!it.contains(focus) || focus.dataset.part === "slider" || focus.type === "checkbox") write(control, it, focus);
  }
}
function set(key, value) {
  const control = controlOf(key), mine = asked.variants[chosen];
  refused.delete(key);
  if (JSON.stringify(value) === JSON.stringify(control.value)) delete mine.changes[key];
  else mine.changes[key] = value;
  ask();
}
// Words are found where a word begins, as "rent" is not in "different"; Chinese has no spaces between them.
const letter = /[\p{Script=Latin}\p{N}]/u;
function isIn(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!at || !letter.test(word[0]) || !letter.test(text[at - 1])) return true;
  return false;
}
let openBefore = null;             // the groups that were open when the search began
function search() {
  const words = $("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...document.querySelectorAll("#groups details")];
  if (words.length && !openBefore) openBefore = new Set(all.filter((it) => it.open).map((it) => it.dataset.group));
  let found = 0;
  for (const details of all) {
    const group = shownGroups().find((it) => it.name === details.dataset.group);
    if (words.length) fill(details);
    const tables = new Set();
    for (const it of details.querySelectorAll(".control")) {
      const { key, meaning, kind, source } = controlOf(it.dataset.key), table = tableOf(key);
      const text = [meaning, group.tables[table], t(kind), source, key].join(" ").toLowerCase();
      it.hidden = !words.every((word) => isIn(text, word));
      if (!it.hidden) { tables.add(table); found += 1; }
    }
    for (const it of details.querySelectorAll("h3")) it.hidden = !tables.has(it.dataset.table);
    details.hidden = words.length > 0 && !tables.size;
    if (words.length) details.open = tables.size > 0;
    else if (openBefore) details.open = openBefore.has(details.dataset.group);
  }
  if (!words.length) openBefore = null;
  $("search-said").textContent = words.length ? t("{count} found", { count: found }) : "";
}

// --- what a visitor does
$("groups").addEventListener("toggle", (event) => { if (event.target.open) fill(event.target); }, true);
$("search").addEventListener("input", search);
$("groups").addEventListener("input", (event) => {
  const it = event.target.closest(".control"), control = it && controlOf(it.dataset.key), part = event.target.dataset.part;
  if (!control) return;
  if (part === "slider") {
    const value = Number(event.target.value);
    const exact = everyday(control, isTable(control.value) ? NaN : control.value);
    set(control.key, value === exact ? control.value : declared(control, value));
    write(control, it, event.target);
    event.target.setAttribute("aria-valuetext", `${value}${unitOf(control)}`);
  } else if (part === "value" && control.type === "switch") set(control.key, event.target.checked);
});
$("groups").addEventListener("change", (event) => {
  const it = event.target.closest(".control"), control = it && controlOf(it.dataset.key), part = event.target.dataset.part;
  if (!control) return;
  if (part === "value" && control.type !== "switch") set(control.key, event.target.value.trim());
  else if (part === "typed") {
    const value = typedNumber(it, control, event.target);
    if (value !== null) set(control.key, value === everyday(control, control.value) ? control.value : declared(control, value));
  } else if (part === "month" || part === "point") points(it, control);
});
// The number that is typed; null where it is none, which is said.
function typedNumber(it, control, input) {
  const value = input.value.trim() === "" ? NaN : Number(input.value.replaceAll(",", ""));
  if (!Number.isNaN(value)) return value;
  const words = t("{key}: \"{value}\" is no number", { key: control.key, value: input.value });
  refused.set(control.key, words);
  $("fault").textContent = words;
  wrong(it, words, input);
  return null;
}
function points(it, control) {
  const rows = [];
  for (const row of it.querySelectorAll(".point")) {
    const month = row.querySelector("[data-part=month]"), input = row.querySelector("[data-part=point]"), exact = Number(input.dataset.exact);
    const value = typedNumber(it, control, input);
    if (value === null) return;
    // What is shown of a value is rounded: one that stays as it is shown stays as it is.
    rows.push([month ? month.value.trim() : "before", value === everyday(control, exact) ? exact : declared(control, value)]);
  }
  const [before, ...later] = rows;
  later.sort(([one], [other]) => one < other ? -1 : 1);
  const shape = isTable(valueOf(control)) && valueOf(control).shape ? { shape: valueOf(control).shape } : {};
  set(control.key, { ...Object.fromEntries([before, ...later]), ...shape });
}
document.addEventListener("click", (event) => {
  const it = event.target.closest("button");
  if (!it) return;
  const data = it.dataset, mine = asked.variants[chosen];
  if (data.variant !== undefined) { chosen = Number(data.variant); turn(); }
  else if (data.add !== undefined) {
    asked.variants.push({ ...structuredClone(mine), name: "" });
    names = [];
    chosen = asked.variants.length - 1;
    changed.push(structuredClone(changed[chosen - 1] || []));
    turn();
    ask();
  } else if (data.remove !== undefined) {
    asked.variants.splice(chosen, 1);
    changed.splice(chosen, 1);
    names = [];
    chosen = Math.max(0, chosen - 1);
    turn();
    ask();
  } else if (data.undo === "*") { mine.changes = {}; refused.clear(); ask(); }
  else if (data.undo) {
    const { base } = changed[chosen].find((it) => it.key === data.undo);
    refused.delete(data.undo);
    if (mine.of && base !== null) mine.changes[data.undo] = base;  // what comes with the variant's own scenario
    else delete mine.changes[data.undo];
    ask();
  }
  else if (data.byMonth) {
    const control = controlOf(data.byMonth), value = valueOf(control);
    refused.delete(control.key);
    mine.changes[control.key] = { before: value, [calendar[Math.min(12, calendar.length - 1)]]: value };
    values(null);
    ask();
  } else if (data.point || data.drop) {
    const control = controlOf(it.closest(".control").dataset.key), value = { ...valueOf(control) };
    if (data.drop) delete value[data.drop];
    else {
      const last = Object.keys(value).filter((key) => key !== "before" && key !== "shape").at(-1);
      const next = calendar[Math.min(calendar.length - 1, calendar.indexOf(last) + 12)];
      const free = next in value ? calendar.findLast((month) => !(month in value)) : next;
      if (free) value[free] = value[last];
      for (const month of Object.keys(value).sort()) if (month !== "before" && month !== "shape") { const it = value[month]; delete value[month]; value[month] = it; }
    }
    const left = Object.keys(value).filter((key) => key !== "before" && key !== "shape");
    set(control.key, left.length ? value : value.before);
    it.closest(".control").replaceWith(row(control));
  } else if (data.hide) { asked.show = asked.show.filter((name) => name !== data.hide); if (asked.lead === data.hide) asked.lead = ""; ask(); }
  else if (data.scenario) {
    own = null;
    begin(blank(data.control, fresh(data.scenario, data.scenario)));
    $("answer").scrollIntoView();
  } else if (data.download) send({ do: "download", number, what: data.download });
  else if (it.id === "more") { asked.seeds = 30; ask(); }
  else if (it.id === "save") { $("said").textContent = t("Saving…"); send({ do: "save", number }); }
  else if (it.id === "copy") copy();
  else if (data.cost || data.run || data.few || data.stop) {
    const what = data.cost || data.run || data.few || data.stop, run = Boolean(data.run || data.few);
    if (run) { $(`${what}-state`).textContent = t("Running…"); $(`${what}-run`).hidden = $(`${what}-few`).hidden = true; $(what).focus(); }
    send({ do: "why", number, what, variant: chosen, run, few: Boolean(data.few), stop: Boolean(data.stop) });
  }
  else if (it.id === "bar") $("answer").scrollIntoView();
});
function turn() { refused.clear(); right(); if (built !== shownGroups()) controls(); variants(); changes(); shown(); values(null); }
function begin(next) { refused.clear(); asked = next; chosen = 0; changed = []; ask(); }
function copy() {
  const own = Boolean($("said").dataset.private);
  const copied = own
    ? t("Link copied. It carries your changes, not the values of your own file: to follow it, open that file first.")
    : t("Link copied. It opens this what-if in a sim app at the same address; elsewhere, put what begins with # behind the address of its page.");
  const above = own
    ? t("The link is the address of this page. It carries your changes, not the values of your own file: to follow it, open that file first.")
    : t("The link is the address of this page. It opens this what-if in a sim app at the same address; elsewhere, put what begins with # behind the address of its page.");
  navigator.clipboard.writeText(location.href).then(() => { $("said").textContent = copied; },
    () => { $("said").textContent = above; });
}
$("scenario").addEventListener("change", (event) => {
  if (event.target.value.startsWith("file:")) return;
  own = null;
  begin(blank(event.target.value));
});
$("file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  if (file.size > 1e6) { $("fault").textContent = t("{name}: has {size} bytes, allowed: at most 1,000,000", { name: file.name, size: counted(file.size) }); return; }
  own = { name: file.name, text: await file.text(), asked: "" };
  refused.clear();
  number += 1;
  chosen = 0;
  send({ do: "file", number, name: own.name, text: own.text });
  event.target.value = "";
});
$("since").addEventListener("change", (event) => { asked.variants[chosen].since = event.target.value; ask(); });
$("months").addEventListener("change", (event) => {
  const count = Number(event.target.value);
  if (!Number.isInteger(count) || count < 0) { $("fault").textContent = t("months: \"{value}\" is no whole number", event.target); return; }
  asked.months = count;
  ask();
});
for (const it of document.querySelectorAll("[data-language]"))  // the page in another language asks the same
  it.addEventListener("click", () => { it.href = `/?lang=${it.dataset.language}${location.hash}`; });
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); $("controls").focus(); });
$("name").addEventListener("change", (event) => {
  const name = event.target.value.trim();
  if (name === nameOf(chosen)) return;
  asked.variants[chosen].name = name;  // none: it is called by its number
  names = [];
  ask();
});
$("show").addEventListener("change", (event) => {
  const name = event.target.value.trim();
  if (!outcomes.some(([known]) => known === name)) { $("fault").textContent = t("{name}: no such outcome, allowed: one of the list", { name }); return; }
  event.target.value = "";
  if (!asked.show.includes(name) && !headline.includes(name)) { asked.show.push(name); ask(); }
});
$("lead").addEventListener("change", (event) => { asked.lead = event.target.value; ask(); });
addEventListener("hashchange", () => { const link = linked(); if (link) { own = null; number += 1; chosen = 0; send({ do: "link", number, link }); } });
connect();
