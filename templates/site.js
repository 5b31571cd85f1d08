// Range buttons, read-out and scale of the charts; sorting and filtering of tables. Every page works without it.
"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const el = (name, properties, ...children) => {
  const e = Object.assign(document.createElement(name), properties);
  e.append(...children);
  return e;
};
const svg = (name, attributes, text) => {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) e.setAttribute(key, attributes[key]);
  if (text !== undefined) e.textContent = text;
  return e;
};
const number = (value, digits, plus) => {
  const text = Math.abs(value).toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (/[1-9]/.test(text) ? (value < 0 ? "−" : plus ? "+" : "") : "") + text;
};
const percent = (value, digits = 1, plus = true) => number(value * 100, digits, plus) + "%";
const DAY = 864e5;
const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const utc = (day) => { const d = new Date(day * DAY); return { y: d.getUTCFullYear(), m: d.getUTCMonth(), d: d.getUTCDate() }; };
const inWords = (day) => { const { y, m, d } = utc(day); return `${d} ${names[m]} ${y}`; };
const dayOf = (y, m, d) => Date.UTC(y, m, d) / DAY;

// What the reader has chosen is kept here and not in the page's markup, so that `start` can put it into markup that is new.
const chosen = { pressed: new Map(), sorted: new Map(), words: new Map(), recomputed: false };
const nameOf = (table) => table.dataset.filter || (table.caption ? table.caption.textContent : "");
let panels;

start(document);

// Makes of a document's markup what the scripts make of it. What is made already stays.
function start(root) {
  const section = root.getElementById("panels");
  if (section && !section.classList.contains("scripted")) panels = charts(section, JSON.parse(root.getElementById("series").textContent));
  all("table[data-sortable]", root).forEach(sortable);
  all("form.filter", root).forEach((form) => filter(form, root));
  all("[data-recompute]", root).forEach(recomputable);
}

// The events of the whole page come here: markup that comes later needs no listeners of its own.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.classList.contains("sort")) sort(button.closest("table"), button.closest("th"));
  else if (panels && button.closest("#panels")) panels.press(button);
  else if (button.closest("[data-recompute]")) recompute(button.closest("[data-recompute]"));
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("form.filter");
  if (!form) return;
  chosen.words.set(form.dataset.for, event.target.value);
  filter(form, document);
});
document.addEventListener("submit", (event) => { if (event.target.matches("form.filter")) event.preventDefault(); });
for (const name of ["pointermove", "pointerdown", "pointerout", "focusout", "keydown"]) {
  document.addEventListener(name, (event) => {
    const figure = panels && event.target.closest?.("#panels figure");
    if (figure) panels[name](event, figure);
  });
}

function charts(section, data) {
  const origin = Date.parse(data.start) / DAY;
  const days = data.d.map((gap) => origin + gap);
  const last = days.length - 1;
  let high = 0;
  const drawdown = data.i.map((value) => value / (high = Math.max(high, value)) - 1);
  const months = data.m.map(([month, value]) => {
    const [year, number] = month.split("-").map(Number);
    return { value: value / 1e4, from: dayOf(year, number - 1, 1), to: dayOf(year, number, 1) };
  });
  const drawingsOf = (section) => all("svg.chart", section);
  const original = drawingsOf(section).map((drawing) => drawing.innerHTML);
  let from = 0;

  const startOf = (range) => {
    if (range === "All") return 0;
    const { y, m, d } = utc(days[last]), back = { "6m": 6, "1y": 12, "3y": 36 }[range];
    const limit = back ? dayOf(y, m - back, d) : dayOf(y, 0, 1) - 1;
    // The last day on or before the limit: returns start from its close.
    const start = days.findIndex((day) => day > limit) - 1;
    return Math.max(0, Math.min(start, last - 1));
  };

  const scale = (section, name) => all("figure", section).forEach((figure) => {
    const kind = figure.dataset.panel;
    if (kind === "log" || kind === "linear") { figure.classList.toggle("on", kind === name); figure.classList.toggle("off", kind !== name); }
  });
  function press(section, button) {
    all("button", button.parentElement).forEach((other) => other.setAttribute("aria-pressed", other === button));
    if (button.dataset.scale) return scale(section, button.dataset.scale);
    from = startOf(button.dataset.range);
    drawingsOf(section).forEach(redraw);
    clear(section);
  }
  const round = (low, high, wanted) => {
    const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw * 0.999);
    const ticks = [];
    for (let n = Math.ceil(low / step); n <= Math.floor(high / step); n++) ticks.push(n * step);
    return { ticks, digits: Math.max(0, -Math.floor(Math.log10(step))) };
  };

  const dates = (wanted) => {
    const first = utc(days[from]), end = utc(days[last]), start = first.y * 12 + first.m;
    const span = end.y * 12 + end.m - start;
    const step = [1, 2, 3, 6, 12, 24, 60, 120].find((step) => span / step <= wanted) || 240;
    const ticks = [];
    for (let n = start; ; n++) {
      const at = dayOf(Math.floor(n / 12), n % 12, 1);
      if (at > days[last]) break;
      if (n % step === 0 && at >= days[from]) ticks.push([at, n % 12 ? names[n % 12] : String(Math.floor(n / 12))]);
    }
    return ticks;
  };

  const frame = (drawing) => {
    const [left, top, right, bottom] = drawing.dataset.plot.split(" ").map(Number);
    const width = days[last] - days[from] || 1, narrow = drawing.classList.contains("narrow");
    return { left, top, right, bottom, x: (day) => Math.round(left + ((day - days[from]) / width) * (right - left)), narrow, letters: narrow ? 130 : 110 };
  };

  function redraw(drawing, n) {
    drawing.innerHTML = original[n];
    if (from === 0) return;
    all("path,rect,text", drawing).forEach((shape) => shape.remove());
    const f = frame(drawing), kind = drawing.dataset.kind, log = kind === "growth-log";
    const shown = days.map((_, n) => n).slice(from);
    const lines = { ours: [], bench: [] };
    let bars = [];
    if (kind === "drawdown") lines.down = shown.map((n) => [days[n], drawdown[n]]);
    else if (kind === "months") bars = months.filter((month) => month.to > days[from] + 10);
    else {
      const height = log ? Math.log : Number;
      const start = data.b && shown.find((n) => data.b[n] !== null);
      lines.ours = shown.map((n) => [days[n], height((100 * data.i[n]) / data.i[from])]);
      if (start !== undefined && data.b) lines.bench = shown.filter((n) => data.b[n] !== null).map((n) => [days[n], height((100 * data.b[n]) / data.b[start])]);
    }
    const heights = [...Object.values(lines).flat().map((point) => point[1]), ...bars.map((bar) => bar.value)];
    const growth = kind.startsWith("growth"), unit = growth ? 1 : 100;
    if (!growth) heights.push(0);
    let low = Math.min(...heights), up = Math.max(...heights);
    const margin = (up - low || 0.02) * 0.05;
    low -= margin; if (kind !== "drawdown") up += margin;
    const y = (value) => Math.round(f.bottom - ((value - low) / (up - low)) * (f.bottom - f.top));
    const ticks = log ? round(Math.exp(low), Math.exp(up), 5) : round(low * unit, up * unit, growth ? 5 : 3);
    const add = (name, attributes, text) => drawing.append(svg(name, attributes, text));
    for (const tick of ticks.ticks) {
      const at = y(log ? Math.log(tick) : tick / unit);
      add("path", { class: "grid", fill: "none", "stroke-width": 10, d: `M${f.left} ${at}H${f.right}` });
      add("text", { class: "label", "font-size": f.letters, x: f.right + 80, y: at + 38 }, number(tick, ticks.digits) + (growth ? "" : "%"));
    }
    for (const [day, label] of dates(f.narrow ? 5 : 12)) {
      const x = f.x(day);
      add("text", { class: "label", "font-size": f.letters, x, y: f.bottom + 80 + f.letters * 0.7, "text-anchor": x - f.left < 150 ? "start" : f.right - x < 150 ? "end" : "middle" }, label);
    }
    const base = y(growth ? (log ? Math.log(100) : 100) : 0);
    for (const bar of bars) {
      const gap = (bar.to - bar.from) * 0.12, x1 = Math.max(f.left, f.x(bar.from + gap)), x2 = Math.min(f.right, f.x(bar.to - gap)), top = y(bar.value);
      if (x2 > x1) add("rect", { class: bar.value < 0 ? "down-bar" : "up-bar", x: x1, y: Math.min(top, base), width: x2 - x1, height: Math.max(1, Math.abs(top - base)) });
    }
    add("path", { class: "base", fill: "none", "stroke-width": 10, d: `M${f.left} ${base}H${f.right}` });
    for (const name of ["bench", "down", "ours"]) {
      const points = lines[name];
      if (!points || !points.length) continue;
      const d = "M" + points.map(([day, value]) => `${f.x(day)} ${y(value)}`).join("L");
      if (name === "down") add("path", { class: "down area", "fill-opacity": 0.16, d: `${d}L${f.right} ${base}L${f.left} ${base}z` });
      add("path", { class: name, fill: "none", "stroke-width": name === "ours" ? 18 : 13, d });
    }
  }

  let cursor = last;
  function show(section, at) {
    const readout = section.querySelector(".readout");
    cursor = Math.max(from, Math.min(last, at));
    const growth = (values) => values[cursor] / values[from] - 1;
    const item = (name, text) => el("span", {}, el("b", { textContent: text }), name);
    readout.replaceChildren(el("span", {}, el("b", { textContent: inWords(days[cursor]) })));
    readout.append(item("account", percent(growth(data.i))));
    if (data.b && data.b[cursor] !== null && data.b[from] !== null) readout.append(item(readout.dataset.benchmark, percent(growth(data.b))));
    readout.append(item("drawdown", percent(drawdown[cursor], 1, false)));
    const month = months.find((month) => month.from <= days[cursor] && days[cursor] < month.to);
    if (month) readout.append(item(`in ${names[utc(month.from).m]}`, percent(month.value)));
    drawingsOf(section).forEach((drawing) => {
      const f = frame(drawing), x = f.x(days[cursor]);
      const line = drawing.querySelector(".cursor") || drawing.appendChild(svg("path", { class: "cursor" }));
      line.setAttribute("d", `M${x} ${f.top}V${f.bottom}`);
    });
  }
  function clear(section) {
    section.querySelector(".readout").textContent = "\xa0";
    all(".cursor", section).forEach((line) => line.remove());
  }
  const nearest = (day) => {
    let low = from, high = last;
    while (low < high) { const middle = (low + high) >> 1; if (days[middle] < day) low = middle + 1; else high = middle; }
    return low > from && day - days[low - 1] < days[low] - day ? low - 1 : low;
  };
  function point(event, figure) {
    const drawing = event.target.closest("svg");
    if (!drawing) return;
    const box = drawing.getBoundingClientRect(), f = frame(drawing);
    const x = ((event.clientX - box.left) / box.width) * drawing.viewBox.baseVal.width;
    show(figure.closest("#panels"), nearest(days[from] + ((x - f.left) / (f.right - f.left)) * (days[last] - days[from])));
  }
  const leave = (event, figure) => { if (!figure.contains(event.relatedTarget)) clear(figure.closest("#panels")); };

  section.classList.add("scripted");
  section.querySelector(".controls").hidden = false;
  for (const [name, value] of chosen.pressed) {
    const button = section.querySelector(`button[data-${name}="${value}"]`);
    if (button) press(section, button);
  }
  return {
    press(button) {
      const name = button.dataset.scale ? "scale" : "range";
      chosen.pressed.set(name, button.dataset[name]);
      press(button.closest("#panels"), button);
    },
    pointermove: point,
    pointerdown: point,
    pointerout: leave,
    focusout: leave,
    keydown(event, figure) {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -21, PageDown: 21 }[event.key];
      if (step) { event.preventDefault(); show(figure.closest("#panels"), cursor + step); }
    },
  };
}

function sortable(table) {
  all("thead th", table).forEach((head) => {
    if (head.querySelector("button.sort")) return;
    const button = el("button", { type: "button", className: "sort" });
    button.append(...head.childNodes);
    head.append(button);
  });
  const sorted = chosen.sorted.get(nameOf(table));
  const head = sorted && all("thead th", table)[sorted.column];
  if (head && !head.hasAttribute("aria-sort")) order(table, head, sorted);
}

function sort(table, head) {
  const sorted = { column: all("thead th", table).indexOf(head), up: head.getAttribute("aria-sort") === "descending" };
  chosen.sorted.set(nameOf(table), sorted);
  order(table, head, sorted);
}

function order(table, head, { column, up }) {
  const body = table.tBodies[0];
  all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = (row) => { const cell = row.cells[column]; return cell.dataset.key ?? cell.textContent.trim(); };
  const compare = (a, b) => {
    const [x, y] = [key(a), key(b)];
    // What is unknown stays at the end in both directions.
    if (x === "" || y === "") return (x === "") - (y === "");
    const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
    return up ? order : -order;
  };
  body.append(...[...body.rows].sort(compare));
}

function filter(form, root) {
  const table = root.querySelector(`table[data-filter="${form.dataset.for}"]`);
  if (!table) return;
  const output = form.querySelector("output"), input = form.querySelector("input");
  const text = chosen.words.get(form.dataset.for) ?? input.value;
  form.hidden = false;
  if (input.value !== text) input.value = text;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  const rows = [...table.tBodies[0].rows];
  rows.forEach((row) => {
    const said = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => said.includes(word));
    shown += !row.hidden;
  });
  output.textContent = words.length ? `${shown} of ${rows.length}` : "";
}

function recomputable(box) {
  if (!box.querySelector("button,table")) box.append(el("button", { type: "button", textContent: "Recompute them here" }));
  if (chosen.recomputed) recompute(box);
}

// Figures made anew from the index that the page holds, beside the published ones.
function recompute(box) {
  chosen.recomputed = true;
  if (box.querySelector("table")) return;
  const { index, days, periods, rate, steps, figures } = JSON.parse(box.querySelector("script").textContent);
  const n = index.length - 1, end = index[n], years = (from, to) => (days[to] - days[from]) / 365.25;
  const P = days ? n / years(0, n) : periods;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values) => { const m = mean(values); return Math.sqrt(values.reduce((sum, value) => sum + (value - m) ** 2, 0) / (values.length - 1)); };
  const returns = index.slice(1).map((value, at) => value / index[at] - 1), sd = deviation(returns);
  const excess = returns.map((value, at) => value - Math.expm1(Math.log1p(rate) * (days ? years(at, at + 1) : 1 / P)));
  let high = 0, fall = 0;
  for (const value of index) { high = Math.max(high, value); fall = Math.min(fall, value / high - 1); }
  const half = (steps.of_the_logarithm ? Math.expm1(steps.index / 2) * end : steps.index / 2);
  const q = steps.index ** 2 / 6 / sd ** 2, part = q / 2 + 3 * Math.sqrt(q / n), sharpe = (mean(excess) / deviation(excess)) * Math.sqrt(P);
  const made = {
    "returns.total": [end / index[0] - 1, half + steps.returns / 2],
    "risk.volatility": [sd * Math.sqrt(P), sd * Math.sqrt(P) * part + steps.figures / 2],
    "risk.sharpe": [sharpe, Math.abs(sharpe) * part + steps.index / n / sd * Math.sqrt(P) + steps.ratios / 2],
    "drawdown.max": [fall, days && !steps.of_the_logarithm ? 1e-6 : steps.index + steps.returns / 2],
  };
  const cell = (name, text) => el(name, name === "td" ? { className: "num", textContent: text } : { scope: "row", textContent: text });
  const body = el("tbody", {});
  for (const { id, name, value, digits, of_days } of figures) {
    const [found, limit] = made[id], write = (value, more = 0) => (id === "risk.sharpe" ? number(value, digits + more) : percent(value, digits + more, false));
    const agrees = Math.abs(found - value) <= limit;
    body.append(el("tr", {}, cell("th", name), cell("td", write(value)), cell("td", write(found, 1)), cell("td", of_days ? "of days, of months" : `${write(limit, 2)}: ${agrees ? "agrees" : "differs by more"}`)));
  }
  const head = el("thead", {}, el("tr", {}, ...["Figure", "Published", "Recomputed", "May differ by"].map((text, at) => el("th", { scope: "col", className: at ? "num" : "", textContent: text }))));
  box.querySelector("button")?.remove();
  box.append(el("div", { className: "scroll" }, el("table", {}, el("caption", { textContent: `From the ${number(n + 1, 0)} values of the index in this page, by this browser` }), head, body)));
}
