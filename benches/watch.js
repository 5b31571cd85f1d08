// From the rename of a saved file to the frame that shows it, in a browser without a window: `watch` over the demo and over
// 5,000 notes and, where it is installed, `hugo server`, side by side in one run. It prints the tables of CONTRIBUTING and README.
// `NODE_PATH=... node benches/watch.js target/release/trackrecord [SAVES [demo|notes|hugo]]`
"use strict";
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { addNotes } = require("./many_notes.js");
const { Watch, browse, demo, until } = require("../tests/e2e/support.js");

/** How long all saves of one program may take. */
const WHOLE_LIMIT = 3600000;

/** How long one save is waited for. */
const SAVE_LIMIT = 10000;

const [binary, saves = "200", only = ""] = process.argv.slice(2);
/** What is said below the table. */
const remarks = [];

const MONTH = "content/months/2020-03.md";

/** Milliseconds since 1970, with fractions; pages count theirs the same way. */
const now = () => performance.timeOrigin + performance.now();

/** In the page: notes when the frame comes that follows a change after which a word is there. */
function observe() {
  window.seen = new Map();
  const look = () => {
    const words = [...(document.body?.textContent ?? "").matchAll(/mark-(\d+)-/g)].map((match) => match[1]);
    const style = /mark-(\d+)-/.exec(getComputedStyle(document.documentElement).getPropertyValue("--mark"));
    for (const word of style ? [...words, style[1]] : words) {
      if (window.seen.has(word)) continue;
      window.seen.set(word, 0);
      requestAnimationFrame(() => window.seen.set(word, performance.timeOrigin + performance.now()));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  addEventListener("load", look, true);
  look();
}

/** How long a program rests between two saves, in ms. */
const REST = 150;

/** Hugo reloads a page twice for one save that renames: the second must be over, else the next save falls into it and is lost. */
const HUGO_REST = 1000;

/** Saves a file again and again, and waits each time for the frame that shows it. */
async function measure(page, save, count, isReady = () => true, rest = REST) {
  const times = [];
  let lost = 0;
  // The first few warm everything up.
  for (let n = -5; n < count; n++) {
    await until(isReady, "the page to be ready for the next save");
    const mark = `${Date.now()}${n + 5}`, began = save(mark);
    const shown = await shownAt(page, mark);
    if (shown === null) {
      lost += 1;
      if (lost > count / 4) throw new Error(`${lost} of ${count} saves were never shown`);
      await page.reload();
    } else if (n >= 0) times.push(shown - began);
    await new Promise((done) => setTimeout(done, rest));
  }
  return { times: times.sort((a, b) => a - b), lost };
}

/** When the frame came that shows a word, or `null` where none came. */
async function shownAt(page, mark) {
  try {
    const shown = await page.waitForFunction((mark) => window.seen?.get(mark), mark, { polling: 5, timeout: SAVE_LIMIT });
    return await shown.jsonValue();
  } catch (error) {
    if (error.name === "TimeoutError") return null;
    throw error;
  }
}

const share = (times, of) => times[Math.min(times.length - 1, Math.floor(times.length * of))];

/** Prints a row of the table, and gives its figures. */
function row(name, { times, lost }) {
  const [median, late, longest] = [share(times, 0.5), share(times, 0.95), times[times.length - 1]];
  console.log(`| ${name} | ${median.toFixed(0)} | ${late.toFixed(0)} | ${longest.toFixed(0)} |`);
  if (lost) remarks.push(`${name}: ${lost} of ${times.length + lost} saves were not shown within ${SAVE_LIMIT / 1000} s, and are in no figure.`);
  return { median, late };
}

/** Renames a file that lies beside, and says when. */
function rename(file, text) {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.new`);
  fs.writeFileSync(beside, text);
  const began = now();
  fs.renameSync(beside, file);
  return began;
}

function resources(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  const memory = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024, threads = Number(/Threads:\s+(\d+)/.exec(status)[1]);
  return { memory, threads, descriptors: fs.readdirSync(`/proc/${pid}/fd`).length };
}

/** The page that an edit of this file shows, as `watch` itself says. */
async function pageOf(watch, root, file, text) {
  const abort = new AbortController();
  const events = await fetch(`${watch.address}-/events`, { signal: abort.signal });
  let said = "";
  try {
    rename(path.join(root, file), text);
    for await (const part of events.body) {
      said += Buffer.from(part).toString();
      // The stream begins with how things are, which is what was edited before.
      const edited = [...said.matchAll(/"edited":\{"file":"([^"]*)"[^}]*"page":"([^"]*)index\.html"/g)];
      const page = edited.find(([, name]) => `content/${name}` === file);
      if (page) return page[2];
    }
  } finally {
    abort.abort();
  }
  throw new Error(`no page shows ${file}: ${said}`);
}

/** One note of very many. */
async function notes(browser) {
  const count = 5000, root = demo(path.resolve(binary)), note = addNotes(root, count);
  execFileSync(path.resolve(binary), ["--root", root, "build"], { stdio: "ignore" });
  const watch = await Watch.start(path.resolve(binary), root);
  try {
    await fetch(watch.address + "months/2020-03.pdf");
    const file = path.join(root, note), text = fs.readFileSync(file, "utf8");
    const address = await pageOf(watch, root, note, `${text}\n\nmark-0-\n`);
    const page = await browser.newPage();
    await page.addInitScript(observe);
    await page.goto(watch.address + address);
    row(`a note of ${count.toLocaleString("en")}`, await measure(page, (mark) => rename(file, `${text}\n\nmark-${mark}-\n`), Math.min(60, Number(saves))));
  } finally {
    await watch.stop();
    fs.rmSync(path.dirname(root), { recursive: true, force: true });
  }
}

/** The demo's texts, style and configuration; gives the figures of a page. */
async function trackrecord(browser) {
  const rows = {};
  const root = demo(path.resolve(binary)), watch = await Watch.start(path.resolve(binary), root);
  try {
    // The reports come first, so that they are not typeset meanwhile.
    await fetch(watch.address + "months/2020-03.pdf");
    const page = await browser.newPage();
    await page.addInitScript(observe);
    const note = fs.readdirSync(path.join(root, "content/trades"))[0], noteFile = `content/trades/${note}`;
    const kinds = {
      "a month's commentary": [MONTH, "months/2020-03/", (text, mark) => `${text}\n\nmark-${mark}-\n`],
      "a note": [noteFile, null, (text, mark) => `${text}\n\nmark-${mark}-\n`],
      "a page": ["content/about.md", "about/", (text, mark) => `${text}\n\nmark-${mark}-\n`],
      "the style": ["templates/extra.css", "about/", (text, mark) => `html { --mark: "mark-${mark}-" }\n`],
      "the configuration": ["config/config.toml", "about/", (text, mark) => text.replace(/^title = .*$/m, `title = "mark-${mark}-"`)],
    };
    fs.mkdirSync(path.join(root, "templates"), { recursive: true });
    for (const [kind, [name, address, change]] of Object.entries(kinds)) {
      const file = path.join(root, name), text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
      let shown = address;
      if (!shown) {
        shown = await pageOf(watch, root, name, change(text, "0"));
      }
      await page.goto(watch.address + shown);
      const count = kind === "the configuration" ? Math.min(30, Number(saves)) : Number(saves);
      rows[kind] = row(kind, await measure(page, (mark) => rename(file, change(text, mark)), count));
    }
    await page.goto(watch.address + "about/");
    const file = path.join(root, "content/about.md"), before = resources(watch.process.pid);
    for (let n = 0; n < 1000; n++) {
      rename(file, `Words ${n}.\n`);
      await new Promise((done) => setTimeout(done, 15));
    }
    await page.waitForFunction(() => document.body.innerText.includes("Words 999."));
    await new Promise((done) => setTimeout(done, 1000));
    const after = resources(watch.process.pid);
    remarks.push(`1,000 saves: ${before.memory.toFixed(0)} to ${after.memory.toFixed(0)} MB, ${before.threads} to ${after.threads} threads, ${before.descriptors} to ${after.descriptors} descriptors`);
    return rows["a page"];
  } finally {
    await watch.stop();
    fs.rmSync(path.dirname(root), { recursive: true, force: true });
  }
}

/** Whether Hugo has answered a page that asks to be told of changes: what is saved before that it never shows. */
function listens(page) {
  let isListening = false;
  page.on("framenavigated", () => { isListening = false; });
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => { isListening ||= String(payload).includes("\"hello\""); }));
  return () => isListening;
}

/** How many pages there are: as many as the demo's. */
const HUGO_PAGES = 230;

/** Pages of a few lines, in the simplest site there is. */
async function hugo(browser) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "hugo-"));
  const write = (name, text) => { fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true }); fs.writeFileSync(path.join(root, name), text); };
  write("config.toml", "baseURL = \"http://127.0.0.1/\"\ntitle = \"Site\"\n");
  write("layouts/_default/single.html", "<!doctype html><html><head><title>{{ .Title }}</title></head><body>{{ .Content }}</body></html>");
  write("layouts/_default/list.html", "<!doctype html><html><head><title>{{ .Title }}</title></head><body>{{ range .Pages }}<a href=\"{{ .RelPermalink }}\">{{ .Title }}</a>{{ end }}</body></html>");
  const words = "Words of a page, enough to fill a line or two of it. ".repeat(20);
  for (let n = 0; n < HUGO_PAGES; n++) write(`content/page-${n}.md`, `+++\ntitle = "Page ${n}"\n+++\n\n${words}\n`);
  const port = 41313, server = spawn("hugo", ["server", "--port", String(port), "--bind", "127.0.0.1"], { cwd: root, stdio: "ignore" });
  const address = `http://127.0.0.1:${port}/page-7/`;
  try {
    await until(async () => (await fetch(address).catch(() => ({}))).ok, "hugo");
    const page = await browser.newPage();
    await page.addInitScript(observe);
    const isReady = listens(page);
    await page.goto(address);
    const file = path.join(root, "content/page-7.md"), text = fs.readFileSync(file, "utf8");
    return row("`hugo server`: a page", await measure(page, (mark) => rename(file, `${text}\n\nmark-${mark}-\n`), Number(saves), isReady, HUGO_REST));
  } finally {
    server.kill();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

function isInstalled(program) {
  try { execFileSync("which", [program], { stdio: "ignore" }); return true; } catch { return false; }
}

/** The table of the README: the same kind of save in both programs. */
function compare(own, other) {
  const version = /v([\d.]+)/.exec(execFileSync("hugo", ["version"]).toString())[1];
  const line = (name, { median, late }) => `| ${name} | ${median.toFixed(0)} ms | ${late.toFixed(0)} ms |`;
  const times = (share) => `${(other[share] / own[share]).toFixed(1)} times`;
  console.log(`\n| a saved page, until a browser shows it | median | 95 % |\n|---|--:|--:|`);
  console.log(line("`trackrecord watch`, the demo with all its figures", own));
  console.log(line(`\`hugo server\` ${version}, ${HUGO_PAGES} pages of plain text`, other));
  console.log(`| as long | ${times("median")} | ${times("late")} |`);
}

async function main() {
  const wanted = (name) => !only || only === name;
  console.log(`| from saving to the frame that shows it, ${saves} saves | median ms | 95 % | longest |\n|---|--:|--:|--:|`);
  const own = wanted("demo") && await browse(trackrecord, WHOLE_LIMIT);
  if (wanted("notes")) await browse(notes, WHOLE_LIMIT);
  const other = wanted("hugo") && isInstalled("hugo") && await browse(hugo, WHOLE_LIMIT);
  if (own && other) compare(own, other);
  remarks.forEach((remark) => console.log(`\n${remark}`));
}

main().catch((error) => { console.error(error); process.exit(1); });
