// A demo site of one's own, `trackrecord watch` over it, and a browser that looks.
"use strict";
const { spawn, execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { chromium } = require("playwright-core");

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

function browserPath() {
  for (const name of BROWSERS) {
    try { return execFileSync("which", [name], { stdio: ["ignore", "pipe", "ignore"] }).toString().trim(); } catch { /* the next one */ }
  }
  throw new Error(`none of ${BROWSERS.join(", ")} is installed`);
}

/** How long anything may take on a machine that is busy with other things. */
const LIMIT = 60000;

/** How long a whole check may take, however many things it waits for. */
const CHECK_LIMIT = 180000;

/** What a promise comes to, or an error when it has come to nothing in that time: a browser that hangs answers nothing. */
async function within(limit, what, promise) {
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`${what} did not end within ${limit / 1000} s`)), limit); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lends a browser without a window, and ends it afterwards whether it still answers or not. */
async function browse(use, limit = CHECK_LIMIT) {
  const server = await chromium.launchServer({ executablePath: browserPath(), args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const browser = await within(LIMIT, "connecting to the browser", chromium.connect(server.wsEndpoint()));
    return await within(limit, "the check", use(browser));
  } finally {
    await within(LIMIT / 6, "the browser", server.close()).catch(() => server.process().kill("SIGKILL"));
  }
}

/** A folder with the demo and its site. */
function demo(binary) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "trackrecord-watch-"));
  execFileSync(binary, ["demo", path.join(root, "demo")], { stdio: "ignore" });
  return path.join(root, "demo");
}

/** The demo without its site, and with the record of these months alone: all of it is soon made again. */
function smallDemo(binary, months) {
  const root = demo(binary);
  for (const folder of ["data/executions", "data/snapshots", "data/signals", "data/plans", "content/months", "content/trades"]) {
    for (const name of fs.readdirSync(path.join(root, folder))) {
      if (!months.test(name)) fs.rmSync(path.join(root, folder, name));
    }
  }
  for (const folder of ["public", ".cache"]) fs.rmSync(path.join(root, folder), { recursive: true });
  return root;
}

/** Every file below a folder, by its path in it. */
function filesBelow(folder) {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)).split(path.sep).join("/"));
}

/** `trackrecord watch` over a folder: its address, what it says, and its end. */
class Watch {
  static async start(binary, root, ...options) {
    const watch = new Watch();
    watch.root = root;
    watch.said = "";
    watch.printed = "";
    watch.process = spawn(binary, ["--root", root, "watch", ...(options.includes("--port") ? [] : ["--port", "0"]), ...options]);
    watch.process.stderr.on("data", (data) => { watch.said += data; });
    watch.process.stdout.on("data", (data) => { watch.printed += data; });
    await until(() => /^http\S+/.test(watch.printed), "the address");
    watch.address = /^http\S+/.exec(watch.printed)[0];
    await (await fetch(watch.address)).text();
    return watch;
  }

  /** Ends it as Ctrl-C does; how many milliseconds that took. */
  async stop(signal = "SIGINT") {
    const began = performance.now();
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill(signal);
    await ended;
    return performance.now() - began;
  }

  path(name) { return path.join(this.root, name); }
  read(name) { return fs.readFileSync(this.path(name), "utf8"); }

  /** Saves as most editors do: beside the file, and renamed over it. */
  save(name, text) {
    const file = this.path(name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const beside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
    fs.writeFileSync(beside, text);
    fs.renameSync(beside, file);
  }

  edit(name, change) { this.save(name, change(this.read(name))); }
  remove(name) { fs.rmSync(this.path(name), { recursive: true }); }
}

async function until(isSo, what, limit = LIMIT) {
  const end = performance.now() + limit;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited ${limit / 1000} s for ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

function equal(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

const isTrue = (found, what) => equal(Boolean(found), true, what);

module.exports = { LIMIT, Watch, browse, browserPath, demo, equal, filesBelow, isTrue, smallDemo, until };
