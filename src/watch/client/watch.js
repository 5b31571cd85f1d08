// Brings changes of the site into the page that is open: it is morphed, not loaded again.
"use strict";
(() => {
  const own = document.currentScript;
  const { page, session, script } = own.dataset;
  let generation = Number(own.dataset.generation);
  const FOLLOWED = "watch-followed", BLOCKS = "[data-line], p, li, h1, h2, h3, h4, tr, figure, pre, dt, dd";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const address = (path) => "/" + path.split("/").map(encodeURIComponent).join("/").replace(/(^|\/)index\.html$/, "$1");

  // ---- the stream ----

  let stream, latest, busy = false;
  function connect() {
    stream?.close();
    stream = new EventSource("/-/events");
    stream.onmessage = (message) => { latest = JSON.parse(message.data); work(); };
  }
  // A browser opens few connections to one server: pages that nobody sees leave theirs to others.
  function attend() {
    if (document.hidden) { stream?.close(); stream = undefined; } else if (!stream) connect();
  }
  document.addEventListener("visibilitychange", attend);
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });

  async function work() {
    if (busy) return;
    busy = true;
    try {
      while (latest) {
        const event = latest;
        latest = undefined;
        await take(event);
      }
    } finally {
      busy = false;
    }
  }

  async function take(event) {
    if (event.session !== session) return location.reload();
    show(event.failure);
    if (event.number === generation) return;
    // Where generations were missed there may be good ones among them, even before an error.
    const known = event.number === generation + 1 && event.changed;
    if (event.failure && known && !known.length) { generation = event.number; return; }
    const isOther = (path) => !known || known.includes(path);
    if (!page || event.script !== script) return location.reload();
    if (isOther("style.css")) swapStyles(event.number);
    for (const picture of all("img")) {
      const path = pathOf(picture);
      if (path && isOther(path)) newest.set(path, event.number);
    }
    freshen(document);
    if (isOther(page) && !(await refresh())) return location.reload();
    generation = event.number;
    if (event.edited) point(event.edited, event.follow);
  }

  // ---- what went wrong ----

  let failure;
  function show(html) {
    if (!html) { failure?.remove(); failure = undefined; return; }
    if (!failure) {
      failure = document.createElement("div");
      failure.className = "watch-failure";
      failure.setAttribute("role", "alert");
      // Beside the body, so that morphing it leaves this alone.
      document.documentElement.append(failure);
    }
    failure.innerHTML = html;
    if (page) failure.insertAdjacentHTML("beforeend", "<p class='still'>Below is the last good build.</p>");
  }

  // ---- style, pictures, page ----

  function swapStyles(number) {
    for (const link of all("link[rel=stylesheet]:not([data-watch])")) {
      if (link.dataset.old) continue;
      const next = link.cloneNode();
      next.href = link.href.replace(/\?.*|$/, "?" + number);
      link.dataset.old = "true";
      next.onload = next.onerror = () => link.remove();
      link.after(next);
    }
  }

  // Pictures of the site that have changed since the page was loaded, with the number of the generation they came with: a browser
  // would take what it has of the old address.
  const newest = new Map();
  function pathOf(picture) {
    try {
      const url = new URL(picture.getAttribute("src") ?? "", location.href);
      return url.origin === location.origin && decodeURIComponent(url.pathname).slice(1);
    } catch { return undefined; }
  }
  function freshen(root) {
    for (const picture of all("img", root)) {
      const number = newest.get(pathOf(picture)), address = picture.getAttribute("src")?.replace(/\?.*|$/, "?" + number);
      if (number && picture.getAttribute("src") !== address) picture.setAttribute("src", address);
    }
  }

  // What only search engines and previews of links read.
  const UNSEEN = "meta[name=description], meta[property], script[type='application/ld+json']";

  // What of a head or a script cannot be morphed.
  function fixed(root) {
    const head = [...root.head.children].filter((e) => !e.matches(`title, link[rel=stylesheet], [data-watch], ${UNSEEN}`));
    const styles = all("link[rel=stylesheet]:not([data-watch], [data-old])", root).map((link) => link.getAttribute("href").replace(/\?.*/, ""));
    // Styles that were swapped have an absolute address.
    const names = styles.map((style) => new URL(style, location.href).pathname);
    const scripts = all("body script:not([type='application/json'])", root);
    return [...head, ...scripts].map((e) => e.outerHTML).concat(names).join("\n");
  }

  async function refresh() {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || fixed(next) !== fixed(document)) return false;
    // What scripts make of the page's markup is made of the new one before it replaces the old.
    if (typeof start === "function") start(next);
    else if (all("script[src]:not([data-watch])").length) return false;
    freshen(next);
    const hold = holdScroll();
    document.title = next.title;
    for (const e of all(UNSEEN, document.head)) e.remove();
    document.head.append(...all(UNSEEN, next.head));
    document.documentElement.lang = next.documentElement.lang;
    for (const { name, value } of next.body.attributes) document.body.setAttribute(name, value);
    // Its children, because a body that has a parent would be put into this one.
    Idiomorph.morph(document.body, next.body.childNodes, {
      morphStyle: "innerHTML",
      ignoreActiveValue: true,
      callbacks: {
        // What the reader has opened stays open, and what was entered stays there.
        beforeAttributeUpdated: (name, e) => !(name === "open" && e.localName === "details") && !(name === "class" && outlined(e)) && !isEntered(name, e),
      },
    });
    hold();
    return true;
  }

  function isEntered(name, e) {
    switch (name) {
      case "value": return e.value !== e.defaultValue;
      case "checked": return e.checked !== e.defaultChecked;
      case "selected": return e.selected !== e.defaultSelected;
      default: return false;
    }
  }

  // Holds the first visible block where it is, wherever the new page has it.
  function holdScroll() {
    if (scrollY === 0) return () => {};
    const before = all(BLOCKS, document.body);
    const visible = before.map((e, n) => ({ n, top: e.getBoundingClientRect().top, text: e.textContent }))
      .filter(({ top, text }) => top >= 0 && top < innerHeight && text.trim()).slice(0, 8);
    return () => {
      const now = all(BLOCKS, document.body);
      for (const { n, top, text } of visible) {
        const same = now.map((e, m) => [Math.abs(m - n), e]).filter(([, e]) => e.textContent === text);
        if (!same.length) continue;
        const [, e] = same.reduce((one, other) => (other[0] < one[0] ? other : one));
        const by = e.getBoundingClientRect().top - top;
        if (by) scrollBy({ top: by, behavior: "instant" });
        return;
      }
    };
  }

  // ---- what was edited ----

  const placeOf = (e) => {
    const [, file, line] = /^(.*):(\d+)$/.exec(e.dataset.line);
    return { file, line: Number(line) };
  };

  function blockAt({ file, line }) {
    const blocks = all("[data-line]").map((e) => ({ e, ...placeOf(e) })).filter((block) => block.file === file);
    const before = blocks.filter((block) => block.line <= line);
    return before.length ? before.reduce((one, other) => (other.line >= one.line ? other : one)).e : blocks[0]?.e;
  }

  const outlined = (e) => e.classList.contains("watch-edited");
  function outline(e) {
    e.classList.remove("watch-edited");
    void e.offsetWidth;
    e.classList.add("watch-edited");
    e.addEventListener("animationend", () => { e.classList.remove("watch-edited"); if (!e.className) e.removeAttribute("class"); }, { once: true });
    const { top, bottom } = e.getBoundingClientRect();
    const isVisible = bottom > 0 && top < innerHeight && (top >= 0 || bottom > innerHeight / 3);
    if (!isVisible) e.scrollIntoView({ block: "center", behavior: "instant" });
  }

  function point(edited, follow) {
    note();
    const block = blockAt(edited);
    if (block) return outline(block);
    if (!edited.page || edited.page === page) return;
    if (follow) return go(edited);
    const link = document.createElement("a");
    link.href = address(edited.page);
    link.textContent = edited.file;
    link.addEventListener("click", () => sessionStorage.setItem(FOLLOWED, JSON.stringify(edited)));
    note("Edited on another page: ", link);
  }

  function go(edited) {
    sessionStorage.setItem(FOLLOWED, JSON.stringify(edited));
    location.href = address(edited.page);
  }

  let noted;
  function note(...words) {
    noted?.remove();
    noted = undefined;
    if (!words.length) return;
    noted = document.createElement("p");
    noted.className = "watch-note";
    noted.append(...words);
    document.documentElement.append(noted);
  }

  const followed = sessionStorage.getItem(FOLLOWED);
  if (followed) {
    sessionStorage.removeItem(FOLLOWED);
    const block = blockAt(JSON.parse(followed));
    if (block) outline(block);
  }

  // ---- where a block was written ----

  document.addEventListener("click", (event) => {
    const block = (event.ctrlKey || event.metaKey) && !event.target.closest("a, button, input, summary, label") && event.target.closest("[data-line]");
    if (!block) return;
    event.preventDefault();
    fetch("/-/open?place=" + encodeURIComponent(block.dataset.line), { method: "POST" });
  });

  attend();
})();
