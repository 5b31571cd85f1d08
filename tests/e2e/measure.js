// What the browser says of a page that is open in it. Each function runs inside the page.
"use strict";

/** Every visible piece of text that is cut off, runs into another, or is smaller than `least` pixels; and a page that scrolls sideways. */
function measureText(least) {
  const faults = [], width = document.documentElement.clientWidth;
  const short = (text) => text.trim().replace(/\s+/g, " ").slice(0, 40);
  if (document.scrollingElement.scrollWidth > width) faults.push(`the page scrolls sideways: it is ${document.scrollingElement.scrollWidth} px wide`);

  const styles = new Map();
  const styleOf = (element) => styles.get(element) ?? styles.set(element, getComputedStyle(element)).get(element);
  /** Whether it is not meant to be seen: in details that are closed, or a hint for readers of screens alone. */
  const isUnseen = (element) => !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest(".hidden, .skip, .why") !== null;
  /** The part of the page in which it can be seen, or brought to be seen by scrolling a box of its own. */
  const windowOf = (element) => {
    let left = 0, right = width, canScroll = false;
    for (let e = element; e && e !== document.documentElement; e = e.parentElement) {
      const style = styleOf(e);
      if (style.overflowX === "auto" || style.overflowX === "scroll") { canScroll = true; break; }
      if (style.overflowX !== "visible") {
        const box = e.getBoundingClientRect();
        left = Math.max(left, box.left);
        right = Math.min(right, box.right);
      }
    }
    return { left, right, canScroll };
  };

  const pieces = [], words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || /^(SCRIPT|STYLE|TEMPLATE|OPTION|TITLE)$/.test(element.tagName) || isUnseen(element)) continue;
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0.5 && box.height > 0.5);
    if (!boxes.length) continue;
    const size = parseFloat(styleOf(element).fontSize);
    if (size < least) faults.push(`letters of ${size} px: ${short(node.data)}`);
    const seen = windowOf(element);
    const isCut = boxes.some((box) => box.left < seen.left - 1 || box.right > seen.right + 1);
    if (isCut && !seen.canScroll) faults.push(`cut off: ${short(node.data)}`);
    for (const box of boxes) {
      // The letters themselves, without what the font leaves free above and below them.
      const top = box.top + box.height * 0.24, bottom = box.bottom - box.height * 0.24;
      pieces.push({ node, left: box.left + 0.5, right: box.right - 0.5, top, bottom, scroller: seen.canScroll ? element.closest(".scroll, pre") : null });
    }
  }

  pieces.sort((a, b) => a.top - b.top);
  for (let first = 0; first < pieces.length; first++) {
    const a = pieces[first];
    for (let second = first + 1; second < pieces.length && pieces[second].top < a.bottom - 1; second++) {
      const b = pieces[second];
      if (a.node === b.node || a.scroller !== b.scroller) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left), down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) faults.push(`runs into each other: "${short(a.node.data)}" and "${short(b.node.data)}"`);
    }
  }
  return [...new Set(faults)];
}

/** Charts without a drawing, a title or a label on their axis. */
function measureCharts() {
  const faults = [];
  for (const chart of document.querySelectorAll(".chart")) {
    const box = chart.querySelector(".box"), name = chart.querySelector(".title")?.textContent.trim() ?? "";
    if (!name) faults.push("a chart has no title");
    if (!box || box.getBoundingClientRect().height < 100) faults.push(`the chart has no place: ${name}`);
    const shapes = [...(box?.querySelectorAll("svg path, svg rect, svg circle") ?? [])];
    if (!shapes.some((shape) => !/\b(grid|base)\b/.test(shape.getAttribute("class") ?? "")) && !box?.querySelector(".point")) faults.push(`the chart is empty: ${name}`);
    const labels = [...(box?.querySelectorAll(".y") ?? [])].map((label) => label.textContent);
    const left = box?.querySelector("svg")?.getBoundingClientRect().left ?? 0;
    const inside = [...(box?.querySelectorAll(".y") ?? [])].find((label) => label.getClientRects().length && label.getBoundingClientRect().right > left);
    if (inside) faults.push(`a label of the axis stands on the drawing: ${name}: ${inside.textContent}`);
    if (labels.length < 2) faults.push(`the axis has ${labels.length} labels: ${name}`);
    if (!box?.querySelector(".x")) faults.push(`the chart has no label below it: ${name}`);
    const heads = box?.querySelectorAll(".head").length ?? 0;
    const below = [...(box?.querySelectorAll(".x") ?? [])].map((label) => label.textContent);
    if (below.some((label, number) => number && label === below[number - 1])) faults.push(`labels below the chart are repeated: ${name}: ${below.join(", ")}`);
    if (!heads && new Set(labels).size < labels.length) faults.push(`labels of the axis are repeated: ${name}: ${labels.join(", ")}`);
  }
  return faults;
}

/** The numbers that can be read on the page, each once, but for what only a script can do something with. */
function numbers() {
  document.querySelectorAll(".controls, .filter").forEach((element) => { element.style.display = "none"; });
  const text = document.querySelector("main").innerText;
  document.querySelectorAll(".controls, .filter").forEach((element) => { element.style.display = ""; });
  return [...new Set(text.match(/[\u2212+]?\d[\d,.]*%?/g) ?? [])];
}

/** Headings that say the same twice in a row, and the title again at the head of the text. */
function headings() {
  const all = [...document.querySelectorAll("main h1, main h2, main h3:not(.notes h3)")].map((heading) => heading.textContent.trim().toLowerCase());
  return all.flatMap((text, number) => (number && text === all[number - 1] ? [`a heading is there twice: ${text.slice(0, 40)}`] : []));
}

/** Where the page's links lead. */
const links = () => [...document.querySelectorAll("a[href], link[href], img[src], script[src]")].map((element) => element.href || element.src);

module.exports = { headings, links, measureCharts, measureText, numbers };
