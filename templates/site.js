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
const { marks = ",.", monthFirst } = document.documentElement.dataset;
const marked = (text) => text.replace(/[,.]/g, (mark) => marks[mark === "," ? 0 : 1]);
const plain = (text) => text.replaceAll(marks[0], "").replace(marks[1], ".").replace("−", "-").replace(/[+%]|\s?bps/g, "");
const number = (value, digits, plus) => {
  const text = marked(Math.abs(value).toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  return (/[1-9]/.test(text) ? (value < 0 ? "−" : plus ? "+" : "") : "") + text;
};
const percent = (value, digits = 1, plus = true) => number(value * 100, digits, plus) + "%";
const DAY = 864e5;
const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const utc = (day) => { const d = new Date(day * DAY); return { y: d.getUTCFullYear(), m: d.getUTCMonth(), d: d.getUTCDate() }; };
const dayOfYear = (day) => { const { m, d } = utc(day); return monthFirst === undefined ? `${d} ${names[m]}` : `${names[m]} ${d}`; };
const inWords = (day) => dayOfYear(day) + (monthFirst === undefined ? " " : ", ") + utc(day).y;
const dayOf = (y, m, d) => Date.UTC(y, m, d) / DAY;

const GROWTH = [0, 0.56], BELOW = [0.632, 0.8], MONTHS = [0.872, 0.985];
const stepOf = (low, high, wanted) => {
  const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw));
  return raw > 0 ? [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw * 0.999) : 1;
};
const cent = (part) => `${Math.round(part * 1e4) / 100}%`;
const letter = (className, style, ...children) => {
  const e = el("b", { className }, ...children);
  for (const name in style) e.style.setProperty(name, style[name]);
  return e;
};

// What the reader has chosen is kept here, so that `start` can put it into new markup.
const chosen = { pressed: new Map(), sorted: new Map(), words: new Map(), recomputed: false };
const nameOf = (table) => table.dataset.filter || (table.caption ? table.caption.textContent : "");
let panels;

start(document);

// Makes of a document's markup what the scripts make of it. What is made already stays.
function start(root) {
  const section = root.getElementById("panels");
  if (section && !section.classList.contains("scripted") && root.getElementById("series").textContent !== "null") panels = charts(section, JSON.parse(root.getElementById("series").textContent));
  all("table[data-sortable]", root).forEach(sortable);
  all("form.filter", root).forEach((form) => filter(form, root));
  all("[data-recompute]", root).forEach(recomputable);
  all(".ranks .box", root).forEach(pickable);
}

// Events of the whole page: later markup needs no listeners of its own.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.classList.contains("sort")) sort(button.closest("table"), button.closest("th"));
  else if (panels && button.closest("#panels")) panels.press(button);
  else if (button.dataset.lines) pick(button);
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
    const box = panels && event.target.closest?.("#panels .box");
    if (box) panels[name](event, box);
  });
}

// Round numbers about a base; with `sides`, at least one on each side where there is data.
function axis(base, low, high, wanted, sides) {
  const step = stepOf(low, high, wanted), numbers = [];
  if (sides && low < base - step * 1e-6) low = Math.min(low, base - step);
  if (sides && high > base + step * 1e-6) high = Math.max(high, base + step);
  if (low >= high) { low = base - step; high = base + step; }
  for (let n = Math.ceil((low - base) / step - 1e-6); n <= Math.floor((high - base) / step + 1e-6); n++) numbers.push(base + n * step);
  return { low, high, numbers, digits: Math.max(0, -Math.floor(Math.log10(step))) };
}
function growthAxis(low, high) {
  if (high / low < 10) return axis(100, low, high, 4);
  const numbers = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) numbers.push(...[1, 2, 5].map((factor) => factor * power).filter((number) => number >= low && number <= high));
  return { low, high, numbers, digits: 0 };
}
function ticksOf(dates) {
  const first = dates[0], last = dates[dates.length - 1], a = utc(first), b = utc(last), months = b.y * 12 + b.m - a.y * 12 - a.m, ticks = [];
  if (last - first <= 75) {
    const count = Math.max(1, Math.min(dates.length - 1, 5));
    for (let n = 0; n <= count; n++) {
      const day = dates[Math.floor(((dates.length - 1) * n) / count)], known = n && utc(ticks[n - 1][0]).y === utc(day).y;
      ticks.push([day, known ? dayOfYear(day) : inWords(day), false]);
    }
    return ticks;
  }
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((step) => months / step < 13) || 240;
  for (let n = a.y * 12 + a.m; ; n++) {
    const day = dayOf(Math.floor(n / 12), n % 12, 1), year = Math.floor(n / 12);
    if (day > last) return ticks;
    if (n % step || day < first) continue;
    if (!ticks.length && day - first > step * 14) ticks.push([first, step < 12 ? `${names[a.m]} ${a.y}` : `${a.y}`, false]);
    ticks.push([day, n % 12 ? names[n % 12] + (ticks.length ? "" : ` ${year}`) : `${year}`, true]);
  }
}
function charts(section, data) {
  const origin = Date.parse(data.start) / DAY;
  const days = data.d.map((gap) => origin + gap), last = days.length - 1;
  let high = 0;
  const drawdown = data.i.map((value) => value / (high = Math.max(high, value)) - 1);
  const months = data.m.map(([month, value]) => {
    const [year, number] = month.split("-").map(Number);
    return { value: value / 1e4, from: dayOf(year, number - 1, 1), to: dayOf(year, number, 1) };
  });
  const boxOf = (section) => section.querySelector(".box");
  // An account that was emptied stands nowhere now.
  const ended = section.querySelector(".end.now small");
  const original = boxOf(section).innerHTML, first = section.querySelector(".title small")?.textContent || "";
  const name = section.dataset.benchmark, short = name.replace(/ without dividends$/, "");
  const state = { range: "all", scale: "log", index: "on" };
  let from = 0, cursor = last, shown = null;

  const startOf = (range) => {
    if (range === "all") return 0;
    const { y, m, d } = utc(days[last]), back = { "1m": 1, "6m": 6, "1y": 12, "3y": 36, "5y": 60 }[range];
    const limit = back ? Math.min(dayOf(y, m - back, d), dayOf(y, m - back + 1, 0)) : dayOf(y, 0, 1) - 1;
    // The last day on or before the limit: returns start from its close.
    const start = days.findIndex((day) => day > limit) - 1;
    return Math.max(0, Math.min(start, last - 1));
  };
  const marks = all(".marks a", section).map((mark) => ({ mark, day: dayOf(...mark.dataset.month.split("-").map((part, n) => part - n), 1), left: mark.style.left, top: mark.style.top }));
  const isFirst = () => state.range === "all" && state.scale === "log";
  const log = () => state.scale === "log";
  const ours = (n) => (100 * data.i[n]) / data.i[from];
  const start = () => (data.b ? data.b.findIndex((value, n) => n >= from && value !== null) : -1);
  const theirs = (n) => { const at = start(); return at < 0 || n < at || data.b[n] === null ? null : (100 * data.b[n]) / data.b[at]; };
  const x = (day) => (day - days[from]) / (days[last] - days[from] || 1);

  function growthOf(values) {
    const height = log() ? Math.log : Number, low = Math.min(100, ...values), up = Math.max(100, ...values);
    const found = log() ? growthAxis(low, up) : axis(100, low, up, 4);
    const length = height(up) - height(low) || 0.01, ends = [height(low) - length * 0.05, height(up) + length * 0.04];
    return { ...found, place: (value) => place(GROWTH, ends, height(value)) };
  }
  const place = ([top, bottom], [low, up], value) => top + ((up - value) / (up - low)) * (bottom - top);

  function draw(section) {
    const box = boxOf(section);
    section.classList.toggle("alone", state.index === "off");
    all("button", section).forEach((button) => {
      const { range, scale } = button.dataset;
      button.setAttribute("aria-pressed", range ? range === state.range : scale ? scale === state.scale : state.index === "on");
    });
    shown = null;
    const note = section.querySelector(".title small");
    if (note) note.textContent = note.textContent.replace(/^(log|linear)/, state.scale);
    for (const { mark, left, top } of marks) Object.assign(mark.style, { left, top, display: "" });
    if (isFirst()) { box.innerHTML = original; return; }
    const drawing = svg("svg", { viewBox: "0 0 2000 1000", preserveAspectRatio: "none", "aria-hidden": "true" });
    const at = (day) => Math.round(x(day) * 2000), px = (part) => Math.round(part * 1000);
    const path = (kind, d) => drawing.append(svg("path", { class: kind, fill: "none", d }));
    const letters = [];
    const levels = (numbers, base, place, text) => numbers.forEach((number) => {
      const top = place(number);
      path(Math.abs(number - base) < 1e-9 ? "base" : "grid", `M0 ${px(top)}H2000`);
      letters.push(letter("y", { top: cent(top) }, text(number)));
    });
    // Widths of a date's letter and of a gap, at three sizes. Years go before months.
    const rooms = [[0.0085, 0.012], [0.0145, 0.02], [0.027, 0.028]], taken = [[], [], []];
    const dates = ticksOf(days.slice(from)).map(([day, text, line], at) => ({ left: x(day), text, last: at && !/^\d{4}$/.test(text), line: line && day }));
    dates.forEach(({ line }) => { if (line) path("grid", `M${at(line)} 0V1000`); });
    for (const { left, text } of dates.sort((a, b) => a.last - b.last || a.left - b.left)) {
      const late = left > 0.93;
      let sizes = 0;
      for (const [width, gap] of rooms) {
        const first = late ? left - text.length * width : left, end = first + text.length * width;
        if (taken[sizes].some(([start, stop]) => first < stop + gap && start < end + gap)) break;
        taken[sizes++].push([first, end]);
      }
      if (sizes) letters.push(letter(`x${late ? " last" : ""}${["", " widest", " wide", ""][sizes]}`, { left: cent(left) }, text));
    }
    const visible = days.map((_, n) => n).slice(from), lines = [visible.map((n) => [days[n], ours(n)])];
    lines.push(visible.filter((n) => theirs(n) !== null).map((n) => [days[n], theirs(n)]));
    const growth = growthOf(lines.flat().map((point) => point[1]));
    levels(growth.numbers, 100, growth.place, (value) => number(value, growth.digits));
    const curve = (points, place) => "M" + points.map(([day, value]) => `${at(day)} ${px(place(value))}`).join("L");
    if (lines[1].length > 1) path("bench", curve(lines[1], growth.place));
    path("ours", curve(lines[0], growth.place));
    ends(letters, lines, growth.place);

    const falls = visible.map((n) => [days[n], drawdown[n]]), below = axis(0, Math.min(-0.1, ...falls.map((point) => point[1] * 100)), 0, 4, true);
    const depth = (value) => place(BELOW, [below.low * 1.04, 0], value * 100);
    levels(below.numbers, 0, (value) => depth(value / 100), (value) => number(value, below.digits) + (value ? "%" : ""));
    path("down", curve(falls, depth));
    drawing.append(svg("path", { class: "down area", "fill-opacity": 0.16, d: `${curve(falls, depth)}L2000 ${px(BELOW[0])}L0 ${px(BELOW[0])}z` }));
    const now = drawdown[last];
    letters.push(letter(now <= -0.0005 ? "end now loss" : "end now", { top: cent(depth(now)) }, now <= -0.0005 ? `${percent(now, 1, false)} ${ended ? "" : "now"}` : "at its peak", ...(ended && now <= -0.0005 ? [ended.cloneNode(true)] : [])));

    const bars = months.filter((month) => month.to > days[from] + 2 && month.from <= days[last]), sizes = bars.map((bar) => bar.value * 100);
    const of = axis(0, Math.min(0, ...sizes), Math.max(0, ...sizes), 3, true), margin = (of.high - of.low) * 0.04;
    const size = (value) => place(MONTHS, [of.low - (of.low < 0) * margin, of.high + (of.high > 0) * margin], value * 100);
    levels(of.numbers, 0, (value) => size(value / 100), (value) => number(value, of.digits, true) + (value ? "%" : ""));
    for (const { mark, day } of marks) {
      const bar = bars.find((bar) => bar.from === day);
      if (!bar) mark.style.display = "none";
      else Object.assign(mark.style, { left: cent(x((bar.from + bar.to) / 2)), top: cent(size(Math.max(0, bar.value))) });
    }
    for (const { from: begin, to, value } of bars) {
      const gap = (to - begin) * 0.12, left = Math.max(0, at(begin + gap)), right = Math.min(2000, at(to - gap)), top = px(size(value)), zero = px(size(0));
      if (right > left) drawing.append(svg("rect", { class: value < 0 ? "down-bar" : "up-bar", x: left, y: Math.min(top, zero), width: right - left, height: Math.max(1, Math.abs(top - zero)) }));
    }
    for (const [[top], name, note] of [[BELOW, "Below the last peak", "of the whole record"], [MONTHS, "Each month", "net"]]) letters.push(letter("head", { top: cent(top) }, name + " ", el("small", { textContent: note })));
    box.replaceChildren(drawing, ...letters);
  }

  function ends(letters, lines, place) {
    const kinds = [["ours", "Account"], ["bench", short]], late = days[last] - (days[last] - days[from]) * 0.28;
    const found = lines.map((points, n) => ({ points, kind: kinds[n] })).filter(({ points }) => points.length);
    const tops = found.map(({ points }) => place(points[points.length - 1][1]));
    const order = tops.map((_, n) => n).sort((a, b) => tops[a] - tops[b]), moved = [...tops];
    if (order.length > 1) {
      const lacking = 0.09 - (tops[order[1]] - tops[order[0]]);
      if (lacking > 0) { moved[order[0]] -= lacking / 2; moved[order[1]] += lacking / 2; }
    }
    order.forEach((n, rank) => {
      const { points, kind: [kind, name] } = found[n];
      const places = points.filter(([day]) => day >= late).map(([, value]) => place(value));
      const inside = rank ? Math.max(...places) + 0.012 : Math.max(-0.05, Math.min(...places) - 0.055);
      const more = kind === "bench" && short !== section.dataset.benchmark ? [el("small", { textContent: "without dividends" })] : [];
      letters.push(letter(`end ${kind}`, { top: cent(moved[n]), "--p": cent(inside) }, `${name} ${number(points[points.length - 1][1], 1)}`, ...more));
      letters.push(letter(`point ${kind}`, { left: "100%", top: cent(tops[n]) }));
    });
  }

  const placeOf = () => {
    if (!shown) {
      const y = isFirst() ? null : growthOf(days.slice(from).flatMap((_, n) => [ours(from + n), theirs(from + n)]).filter((value) => value !== null)).place;
      shown = y || placeFromLevels(boxOf(section));
    }
    return shown;
  };
  // The labels of the first drawing say where two values are.
  function placeFromLevels(box) {
    const found = all(".y", box).map((e) => [Number(plain(e.textContent)), parseFloat(e.style.top) / 100]).filter(([value, top]) => value > 0 && top <= GROWTH[1]);
    const [[a, top], [b, bottom]] = [found[0], found[found.length - 1]], height = first.startsWith("log") ? Math.log : Number;
    return (value) => top + ((height(value) - height(a)) / (height(b) - height(a) || 1)) * (bottom - top);
  }

  function show(section, n) {
    const box = boxOf(section);
    cursor = Math.max(from, Math.min(last, n));
    const left = x(days[cursor]), mine = ours(cursor), index = state.index === "on" ? theirs(cursor) : null, y = placeOf();
    const parts = [el("span", { className: "ours" }, "Account ", el("strong", { textContent: number(mine, 1) }))];
    const said = [inWords(days[cursor]), `account ${number(mine, 1)}`];
    if (index !== null) {
      const apart = number(Number(mine.toFixed(1)) - Number(index.toFixed(1)), 1, true);
      parts.push(el("span", { className: "bench" }, `${short} `, el("strong", { textContent: number(index, 1) })), el("span", { textContent: `${apart} points` }));
      said.push(`${short} ${number(index, 1)}`, `${apart} points`);
    }
    const fall = drawdown[cursor], below = fall <= -0.0005 ? `${number(-fall * 100, 1)}% below peak` : "at its peak";
    parts.push(el("span", { className: fall <= -0.0005 ? "loss" : "", textContent: below }));
    const tip = el("div", { className: "tip" }, el("strong", { textContent: inWords(days[cursor]) }), ...parts);
    const hair = letter("hair", { left: cent(left) });
    const points = [letter("point ours", { left: cent(left), top: cent(y(mine)) })];
    if (index !== null) points.push(letter("point bench", { left: cent(left), top: cent(y(index)) }));
    clear(section);
    box.append(...[hair, ...points, tip].map((e) => { e.dataset.cross = ""; return e; }));
    const room = left * box.clientWidth;
    if (room > 222) tip.style.right = `calc(${cent(1 - left)} + 10px)`;
    else tip.style.left = `min(calc(${cent(left)} + 10px), calc(100% - 214px))`;
    box.setAttribute("aria-valuenow", cursor);
    box.setAttribute("aria-valuetext", [...said, below].join(", "));
  }
  const clear = (section) => all("[data-cross]", section).forEach((e) => e.remove());
  const nearest = (day) => {
    let n = from;
    while (n < last && days[n + 1] - day < day - days[n]) n++;
    return n;
  };
  function point(event, box) {
    const { left, width } = box.getBoundingClientRect();
    show(box.closest("#panels"), nearest(days[from] + ((event.clientX - left) / width) * (days[last] - days[from])));
  }
  const leave = (event, box) => { if (!box.contains(event.relatedTarget)) clear(box.closest("#panels")); };

  function remember() {
    const parts = Object.entries(state).filter(([key, value]) => value !== { range: "all", scale: "log", index: "on" }[key]).map((pair) => pair.join("="));
    history.replaceState(null, "", parts.length ? `#${parts.join("&")}` : location.pathname + location.search);
  }
  function recall() {
    for (const part of location.hash.slice(1).split("&")) {
      const [key, value] = part.split("=");
      if (key in state && section.querySelector(key === "index" ? "button[data-index]" : `button[data-${key}="${CSS.escape(value || "")}"]`)) state[key] = value;
    }
    from = startOf(state.range);
    draw(section);
  }

  section.classList.add("scripted");
  const controls = section.querySelector(".controls"), box = boxOf(section);
  if (controls) controls.hidden = false;
  box.tabIndex = 0;
  for (const [key, value] of Object.entries({ role: "slider", "aria-valuemin": 0, "aria-valuemax": last, "aria-valuenow": last, "aria-valuetext": inWords(days[last]) })) box.setAttribute(key, value);
  for (const [key, value] of chosen.pressed) state[key] = value;
  if (controls) recall();
  return {
    press(button) {
      const key = button.dataset.scale ? "scale" : button.dataset.range ? "range" : "index";
      state[key] = key === "index" ? (state.index === "on" ? "off" : "on") : button.dataset[key];
      chosen.pressed.set(key, state[key]);
      from = startOf(state.range);
      draw(button.closest("#panels"));
      remember();
    },
    pointermove: point,
    pointerdown: point,
    pointerout: leave,
    focusout: leave,
    keydown(event, box) {
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageUp: -21, PageDown: 21, Home: -last, End: last }[event.key];
      if (step) { event.preventDefault(); show(box.closest("#panels"), cursor + step); }
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
  const column = all("thead th", table).indexOf(head), was = head.getAttribute("aria-sort");
  // Figures begin with the largest, names and dates with the first.
  const sorted = { column, up: was ? was[0] === "d" : isNaN(keyOf(bodyOf(table).rows[0], column)) };
  chosen.sorted.set(nameOf(table), sorted);
  order(table, head, sorted);
}

const bodyOf = (table) => table.querySelector("tbody:not([hidden])");
const keyOf = ({ cells }, column) => cells[column].dataset.key ?? cells[column].textContent.trim();

function order(table, head, { column, up }) {
  const body = bodyOf(table);
  all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const compare = (a, b) => {
    const [x, y] = [keyOf(a, column), keyOf(b, column)];
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
  if (form.dataset.index) return filterAll(form.dataset.index, table, words, output);
  let shown = 0;
  const rows = all("tbody:first-of-type tr", table);
  rows.forEach((row) => {
    const said = (row.textContent + all("time", row).map((time) => ` ${time.dateTime}`).join("")).toLowerCase();
    row.hidden = !words.every((word) => said.includes(word));
    shown += !row.hidden;
  });
  output.textContent = words.length ? `${shown} of ${rows.length}` : "";
}

const MOST = 200;
let everyOrder;

// The orders of all years come as a script: files cannot be fetched.
function filterAll(address, table, words, output) {
  const found = table.querySelector("tbody.found") ?? table.appendChild(el("tbody", { className: "found", hidden: true }));
  const isAll = !words.length, wanted = words.join(" ");
  table.dataset.wanted = wanted;
  table.tBodies[0].hidden = !isAll;
  found.hidden = isAll;
  if (isAll) { output.textContent = ""; return; }
  everyOrder ??= new Promise((done) => document.head.append(el("script", { src: address, onload: () => done(window.allOrders) })));
  everyOrder.then((orders) => {
    if (table.dataset.wanted !== wanted) return;
    const said = ([date, day, side, symbol, price, , , , , note]) => `${day} ${date} ${side} ${symbol} ${price}${note ? " note" : ""}`.toLowerCase();
    const matches = orders.filter((order) => { const text = said(order); return words.every((word) => text.includes(word)); });
    found.replaceChildren(...matches.slice(0, MOST).map((order) => row(order, address)));
    output.textContent = `${number(matches.length, 0)} of ${number(orders.length, 0)}${matches.length > MOST ? `, the newest ${MOST} of them below` : ""}`;
  });
}

function row([date, day, side, symbol, price, currency, weight, slippage, result, note, page], address) {
  const cell = (key, className, ...inside) => { const made = el("td", { className }, ...inside); made.dataset.key = key ?? ""; return made; };
  const figure = (text) => cell(text && plain(text), "num", text ?? "—");
  const link = el("a", { href: address.replace("orders.js", `${page}/index.html`) }, side === "BUY" ? "Buy " : "Sell ", el("b", { textContent: symbol }));
  return el("tr", {}, cell(date, "", el("time", { dateTime: date, textContent: day })), cell(`${symbol} ${side}`, "", link), cell(plain(price), "num", `${price} `, el("small", { textContent: currency })),
    figure(weight), figure(slippage), figure(result), cell(note, "", ...(note ? [el("span", { className: "tag", textContent: "note" })] : [])));
}

function pickable(box) {
  if (box.querySelector("button")) return;
  box.setAttribute("role", "group");
  all("svg path[fill=none]:not(.grid)", box).forEach((line, number) => { line.dataset.number = number; });
  for (const name of all(".name [data-lines]", box)) {
    const button = el("button", { type: "button", textContent: name.textContent });
    button.dataset.lines = name.dataset.lines;
    button.setAttribute("aria-pressed", name.parentNode.classList.contains("ours"));
    name.replaceWith(button);
  }
}

function pick(button) {
  const box = button.closest(".box"), own = button.dataset.lines.split(" ");
  for (const line of all("svg [data-number]", box)) {
    const isOwn = own.includes(line.dataset.number);
    line.setAttribute("class", isOwn ? "ours" : "base");
    if (isOwn) line.parentNode.append(line);
  }
  for (const other of all(".name button", box)) {
    other.setAttribute("aria-pressed", other === button);
    other.parentNode.classList.toggle("ours", other === button);
  }
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
    "drawdown.max": [fall, days || steps.of_the_logarithm ? 1e-6 : steps.index + steps.returns / 2],
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
