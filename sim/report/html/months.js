"use strict";
const read = (id) => { const it = document.getElementById(id); return it ? JSON.parse(it.textContent) : null; };
// A text in the language of the page, with its places filled; the page hands over what is not English.
const words = read("words") || {};
const t = (text, places = {}) => (words[text] || text).replace(/{(\w+)}/g, (all, name) => name in places ? places[name] : all);

// --- the month under the pointer, the same in every chart; arrow keys move it where a chart has the focus.
// Events are heard at the document, so that charts which arrive later have their read-out too.
const months = { data: read("months-data"), at: -1 };
months.show = (month) => {
  const data = months.data, count = data.months.length;
  months.at = month;
  for (const cursor of document.querySelectorAll("svg.chart .cursor")) {
    cursor.classList.toggle("on", month >= 0);
    if (month >= 0) cursor.setAttribute("transform", `translate(${data.left + data.width * (month + 0.5) / count} 0)`);
  }
  for (const line of document.querySelectorAll(".readout")) {
    const said = data.said[line.dataset.for];
    const shown = month >= 0 ? month : count - 1;
    if (said) line.textContent = t("{month}: {said}", { month: data.months[shown], said: said[shown] });
  }
};
months.chart = (event) => months.data && event.target instanceof Element && event.target.closest("svg.chart");
months.within = (month) => Math.max(0, Math.min(months.data.months.length - 1, month));
document.addEventListener("pointermove", (event) => {
  const svg = months.chart(event), data = months.data;
  if (!svg) return;
  const box = svg.getBoundingClientRect();
  const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
  months.show(months.within(Math.floor((x - data.left) / data.width * data.months.length)));
});
document.addEventListener("pointerout", (event) => {
  const svg = months.chart(event);
  if (svg && !svg.contains(event.relatedTarget)) months.show(-1);
});
document.addEventListener("focusout", (event) => { if (months.chart(event)) months.show(-1); });
document.addEventListener("keydown", (event) => {
  if (!months.chart(event)) return;
  const at = months.at, count = months.data.months.length;
  const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 12, PageDown: -12 }[event.key];
  if (event.key === "Escape") return months.show(-1);
  if (event.key === "Home" || event.key === "End") months.show(event.key === "Home" ? 0 : count - 1);
  else if (step) months.show(months.within((at < 0 ? (step > 0 ? -1 : count) : at) + step));
  else return;
  event.preventDefault();
});
