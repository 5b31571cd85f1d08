// Checks the log on the page of the proof in the reader's own browser: a convenience, as this script comes from the site itself.
(() => {
  "use strict";
  const script = document.currentScript;
  const button = document.getElementById("check"), said = document.getElementById("checked");
  if (!button || !said) return;
  const LINE = /^[0-9a-f]{64}  entries\/[0-9]{6}-[a-z]+-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json$/;
  const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  async function digest(bytes) {
    const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** From a server the files themselves; a page opened from a folder may fetch nothing, but run a script that brings the newest entries. */
  async function read() {
    const at = (name) => new URL(name, script.src).href;
    if (location.protocol !== "file:") {
      const text = async (name) => {
        const answer = await fetch(at(name), { cache: "no-store" });
        if (!answer.ok) throw new Error(`${name} cannot be fetched: ${answer.status}`);
        return answer.text();
      };
      return { log: await text("log"), entries: await text("entries.jsonl") };
    }
    await new Promise((done, fail) => {
      const brought = document.createElement("script");
      Object.assign(brought, { src: at("inlined.js"), onload: done, onerror: () => fail(new Error("inlined.js cannot be read")) });
      document.head.append(brought);
    });
    return window.trackrecordProof;
  }

  /** What is in order, a sentence each; an error for the first thing that is not. */
  async function check({ log, entries }, head) {
    const bytes = new TextEncoder().encode(log), lines = log.split("\n"), found = [];
    if (lines.pop() !== "") throw new Error("the log does not end its last line");
    const ends = [0], files = new Map();
    lines.forEach((line, at) => {
      if (!LINE.test(line)) throw new Error(`line ${at + 1} is none of a log`);
      if (Number(line.slice(74, 80)) !== at + 1) throw new Error(`line ${at + 1} has another number`);
      ends.push(ends[at] + line.length + 1);
      files.set(line.slice(0, 64), at + 1);
    });
    found.push(`${count(lines.length, "line")} of the log, numbered without a gap`);
    const all = entries.split("\n");
    if (all.pop() !== "") throw new Error("the last entry does not end its line");
    let last = 0;
    for (const entry of all) {
      const line = files.get(await digest(new TextEncoder().encode(`${entry}\n`)));
      if (!line) throw new Error(`an entry is not one that the log names: ${entry.slice(0, 60)}`);
      if (line <= last) throw new Error(`the entry of line ${line} is not in its place`);
      last = line;
      const says = JSON.parse(entry);
      // A name that stands twice is there once when it is written again.
      if (JSON.stringify(says).length !== entry.length && !/\\u00/.test(entry)) throw new Error(`line ${line}: a name stands twice`);
      if (says.seq !== line) throw new Error(`line ${line}: the entry says that it is number ${says.seq}`);
      if (says.prev !== (await digest(bytes.subarray(0, ends[line - 1])))) throw new Error(`line ${line}: the entry does not follow from the lines before it`);
    }
    const which = all.length < lines.length ? `each of the ${all.length.toLocaleString("en")} entries that are here` : "every entry";
    found.push(`${which} has the digest that the log names, says nothing twice, and follows from all lines before it`);
    if ((await digest(bytes)) !== head) throw new Error("the log is not the one of this page");
    found.push("the log is the one of this page");
    return found;
  }

  function show(sentences, isWrong) {
    const items = sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence }));
    const list = Object.assign(document.createElement("ul"), { className: isWrong ? "loss" : "gain" });
    list.append(...items);
    said.replaceChildren(list);
  }

  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "Checking…";
    try {
      if (!globalThis.crypto?.subtle) throw new Error("this browser computes digests only for pages from files or over https");
      show(await check(await read(), button.dataset.head), false);
    } catch (error) {
      show([`Not in order: ${error.message}`], true);
    }
    button.disabled = false;
  });
})();
