// Every page of the demo and of records at the edges, in a real browser: `node tests/e2e/pages.js BINARY [sample | all [RECORD ...] | RECORD ...]`.
// A sample takes one page of each kind, and leaves out the records that take long to build. `few DEMO` takes some of those kinds from
// each record, other ones at other widths from the next, and a demo that is built already: what a minute is enough for.
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");
const extremes = require("./extremes.js");
const measure = require("./measure.js");
const { browse, demo, filesBelow } = require("./support.js");
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [320, 390, 768, 1024, 1440];
const LEAST_LETTERS = 11;
const BELOW = "/some/sub/path/";
const LARGE = ["forty-years", "many-orders"];
const FEW = ["demo", "first-day", "two-days", "losing", "shorts", "words"];

/** Which pages are made from one template, as far as their paths tell. */
const kind = (page) => page.replace(/^(months|trades|tags|strategies|posts|folder)\/[^/]+\//, "$1/*/").replace(/^(journal)\/(?!index)[^/]+\//, "$1/*/").replace(/^(?!.*\/index|index|404).*/, "own");

/** A site's pages, or one of each kind: that with most in it. */
function pagesOf(site, all) {
  const pages = filesBelow(site).filter((name) => name.endsWith(".html")).sort();
  if (all) return pages;
  const largest = new Map();
  for (const page of pages) {
    const size = fs.statSync(path.join(site, page)).size, known = largest.get(kind(page));
    if (!known || size > known.size) largest.set(kind(page), { page, size });
  }
  return [...largest.values()].map(({ page }) => page);
}

/** Of one page of each kind those that a quick look at the site of this number takes: the front, and every third of the others. */
function fewOf(site, number) {
  const [front, ...others] = ["index.html", ...pagesOf(site, false).filter((page) => page !== "index.html")];
  return [front, ...others.filter((_, place) => place % 3 === number % 3)];
}

/** The site under a path of a server, where nothing else is. */
async function serve(site, use) {
  const types = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml", woff2: "font/woff2", png: "image/png" };
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, "http://site").pathname);
    const file = path.join(site, name.slice(BELOW.length), name.endsWith("/") ? "index.html" : "");
    // Without a word in the answer the browser would show a page of its own.
    if (!name.startsWith(BELOW) || !fs.existsSync(file)) return response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    response.writeHead(200, { "content-type": types[file.split(".").pop()] ?? "application/octet-stream" }).end(fs.readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    return await use(`http://127.0.0.1:${server.address().port}${BELOW}`);
  } finally {
    server.close();
  }
}

/** What is wrong of a site's pages: each fault with its page. */
class Look {
  constructor(browser, site, widths = WIDTHS) {
    Object.assign(this, { browser, site, widths, root: pathToFileURL(site).href + "/", faults: [], anchors: new Map() });
  }

  add(page, faults) { this.faults.push(...faults.map((fault) => `${page}: ${fault}`)); }

  /** A page of a browser that notes errors and requests to anywhere else. */
  async tab(root, options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    // A busy machine is slow and not wrong.
    context.setDefaultTimeout(180_000);
    const tab = await context.newPage();
    tab.heard = [];
    tab.on("console", (message) => { if (message.type() === "error") tab.heard.push(`console: ${message.text()}`); });
    tab.on("pageerror", (error) => tab.heard.push(`script: ${error.message}`));
    tab.on("requestfailed", (request) => { if (request.failure().errorText !== "net::ERR_ABORTED") tab.heard.push(`request failed: ${request.url()}`); });
    tab.on("response", (response) => { if (response.status() >= 400) tab.heard.push(`${response.status()}: ${response.url()}`); });
    tab.on("request", (request) => { if (!request.url().startsWith(root) && !request.url().startsWith("data:")) tab.heard.push(`a request outside: ${request.url()}`); });
    return tab;
  }

  async open(tab, root, page) {
    tab.heard.length = 0;
    await tab.goto(root + page, { waitUntil: "load" });
    await tab.evaluate(() => document.fonts.ready);
    return [...tab.heard];
  }

  /** Everything that can be seen from files. */
  async fromFiles(pages) {
    const tab = await this.tab(this.root), plain = await this.tab(this.root, { javaScriptEnabled: false });
    for (const page of pages) {
      this.add(page, await this.open(tab, this.root, page));
      this.add(page, this.badLinks(page, await tab.evaluate(measure.links)));
      this.add(page, await tab.evaluate(measure.headings));
      const scripted = await tab.evaluate(measure.numbers);
      await plain.goto(this.root + page);
      const without = new Set(await plain.evaluate(measure.numbers));
      this.add(page, (await plain.evaluate(measure.measureCharts)).map((fault) => `without a script: ${fault}`));
      this.add(page, scripted.filter((number) => !without.has(number)).map((number) => `without a script it lacks ${number}`));
      const found = new Map();
      for (const width of this.widths) {
        await tab.setViewportSize({ width, height: 900 });
        const faults = [...(await tab.evaluate(measure.measureText, LEAST_LETTERS)), ...(await tab.evaluate(measure.measureCharts))];
        for (const fault of faults) found.set(fault, [...(found.get(fault) ?? []), width]);
      }
      this.add(page, [...found].map(([fault, widths]) => `${widths.join(", ")} px: ${fault}`));
      await tab.setViewportSize({ width: 1440, height: 900 });
    }
    await tab.context().close();
    await plain.context().close();
  }

  /** Links to pages of the site that are not there, or have no such place. */
  badLinks(page, links) {
    return links.filter((link) => link.startsWith("file:")).flatMap((link) => {
      const [address, anchor] = link.split("#");
      const file = fileURLToPath(address);
      if (!fs.existsSync(file) || fs.statSync(file).isDirectory()) return [`a link leads nowhere: ${link.slice(this.root.length)}`];
      if (!anchor || !file.endsWith(".html")) return [];
      if (!this.anchors.has(file)) this.anchors.set(file, new Set([...fs.readFileSync(file, "utf8").matchAll(/\sid="([^"]+)"/g)].map((match) => match[1])));
      return this.anchors.get(file).has(decodeURIComponent(anchor)) ? [] : [`a link has no place to lead to: ${link.slice(this.root.length)}`];
    });
  }

  /** The same pages under a path of a server, and the way back and forward. */
  async served(pages) {
    await serve(this.site, async (root) => {
      const tab = await this.tab(root);
      for (const page of pages) this.add(page, (await this.open(tab, root, page)).map((fault) => `served: ${fault}`));
      await this.open(tab, root, "index.html");
      const entries = await tab.locator("header nav a").evaluateAll((links) => links.map((link) => link.href));
      for (const entry of entries.slice(1)) {
        await tab.goto(root + "index.html");
        await tab.locator(`header nav a[href="${await tab.evaluate((href) => [...document.querySelectorAll("header nav a")].find((a) => a.href === href).getAttribute("href"), entry)}"]`).click();
        await tab.waitForURL(entry);
        await tab.goBack();
        if (tab.url() !== root + "index.html") this.add("index.html", [`back from ${entry} leads to ${tab.url()}`]);
        await tab.goForward();
        if (tab.url() !== entry) this.add("index.html", [`forward leads to ${tab.url()} instead of ${entry}`]);
        this.add("index.html", tab.heard.splice(0));
      }
      await tab.context().close();
    });
  }

  /** What axe finds at these looks. */
  async accessible(pages, looks) {
    const tab = await this.tab(this.root, { bypassCSP: true });
    for (const page of pages) {
      await tab.goto(this.root + page);
      await tab.evaluate(AXE);
      for (const [colorScheme, width] of looks) {
        await tab.emulateMedia({ colorScheme });
        await tab.setViewportSize({ width, height: 900 });
        const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        this.add(page, violations.map((found) => `axe, ${colorScheme}, ${width} px: ${found.id}: ${found.nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ")}`));
      }
    }
    await tab.context().close();
  }
}

/** Light and dark, narrow and wide; of a sample's sites two of the four. */
const LOOKS = [["light", 320], ["dark", 1440], ["dark", 320], ["light", 1440]];

/** Everything that is wrong of these pages of a site. */
async function faultsOf(site, pages, { looks = LOOKS, widths = WIDTHS, limit = 600_000 } = {}) {
  return browse(async (browser) => {
    const look = new Look(browser, site, widths);
    await Promise.all([look.fromFiles(pages), look.served(pages), look.accessible(pages, looks)]);
    return { count: pages.length, faults: look.faults };
  }, limit);
}

/** What is looked at of the site of this number, and how. */
function planOf(how, name, number, site) {
  if (how === "few") return [fewOf(site, number), { looks: [LOOKS[number % LOOKS.length]], widths: number % 2 ? [390, 1440] : [320, 1024] }];
  if (how === "all") return [pagesOf(site, true), { limit: 7_200_000 }];
  return [pagesOf(site, false), { looks: name === "demo" ? LOOKS : LOOKS.slice(0, 2) }];
}

/** Faults that are put into a sound site, each with the words by which it is noticed. */
const PLANTED = [
  ["small letters", "style.css", (css) => css + "\n.sentence { font-size: 10px !important; }", "letters of 10 px"],
  ["text that is cut", "style.css", (css) => css + "\n.sentence { width: 90px; overflow: hidden; white-space: nowrap; }", "cut off"],
  ["text over text", "style.css", (css) => css + "\n.proof { margin-top: -60px !important; }", "runs into each other"],
  ["a page wider than the screen", "style.css", (css) => css + "\nmain { width: 2000px; }", "scrolls sideways"],
  ["a dead link", "index.html", (html) => html.replace("months/index.html", "month/index.html"), "a link leads nowhere"],
  ["a link to a place that is not there", "index.html", (html) => html.replace("months/index.html", "months/index.html#nothing"), "no place to lead to"],
  ["a request to somewhere else", "index.html", (html) => html.replace("</main>", "<img alt=\"\" src=\"https://example.invalid/pixel.png\"></main>"), "console:"],
  ["a style from the root of the server", "index.html", (html) => html.replace("href=\"style.css\"", "href=\"/style.css\""), "served: 404"],
  ["a script that fails", "site.js", (script) => `${script}\nnull.nothing;`, "script:"],
  ["a figure that needs the script", "site.js", (script) => `${script}\ndocument.querySelector("main p").append(" 98.765%");`, "without a script it lacks 98.765%"],
  ["an empty chart", "index.html", (html) => html.replace(/<svg viewBox[^]*?<\/svg>/, "").replace(/<b class="point[^]*?<\/b>/g, ""), "the chart is empty"],
  ["an axis without labels", "index.html", (html) => html.replaceAll("class=\"y", "class=\"z"), "the axis has 0 labels"],
  ["a heading twice", "index.html", (html) => html.replace(/<h2[^]*?<\/h2>/, "$&$&"), "a heading is there twice"],
  ["grey on grey", "style.css", (css) => css + "\n.proof { color: #bbb !important; background: #ccc; }", "color-contrast"],
  ["a picture without words", "index.html", (html) => html.replace("</main>", "<img src=\"favicon.svg\"></main>"), "image-alt"],
];

async function selfTest(site, planted) {
  for (const [name, file, spoil, words] of planted) {
    const copy = fs.mkdtempSync(path.join(os.tmpdir(), "trackrecord-planted-"));
    fs.cpSync(site, copy, { recursive: true });
    for (const page of filesBelow(copy).filter((page) => page.endsWith(".html") && page !== "index.html" && !page.endsWith("/index.html"))) fs.rmSync(path.join(copy, page));
    const sound = fs.readFileSync(path.join(site, file), "utf8"), spoilt = spoil(sound);
    if (spoilt === sound) throw new Error(`${name}: nothing was planted`);
    fs.writeFileSync(path.join(copy, file), spoilt);
    const { faults } = await browse(async (browser) => {
      const look = new Look(browser, copy, [390, 1440]);
      for (const step of ["fromFiles", "served", "accessible"]) await look[step](["index.html"], LOOKS.slice(0, 1));
      return look;
    }, 600_000);
    fs.rmSync(copy, { recursive: true });
    if (!faults.some((fault) => fault.includes(words))) throw new Error(`${name} is not noticed; found: ${faults.join(" | ") || "nothing"}`);
    console.log(`ok: ${name} is noticed`);
  }
}

async function main([binary, how = "sample", ...wanted]) {
  const names = ["demo", ...extremes.names];
  const chosen = { all: names.filter((name) => !wanted.length || wanted.includes(name)), few: FEW, sample: names.filter((name) => !LARGE.includes(name)) }[how] ?? names.filter((name) => [how, ...wanted].includes(name));
  const [built] = how === "few" ? wanted : [];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "trackrecord-pages-"));
  const roots = new Map();
  let bad = 0;
  try {
    for (const [number, name] of chosen.entries()) {
      const began = performance.now();
      const made = () => (name === "demo" ? demo(path.resolve(binary)) : extremes.make(path.resolve(binary), path.join(folder, name), name));
      const root = name === "demo" && built ? path.resolve(built) : made();
      const ready = performance.now();
      const { count, faults } = await faultsOf(path.join(root, "public"), ...planOf(how, name, number, path.join(root, "public")));
      roots.set(name, root);
      bad += faults.length;
      console.log(`${faults.length ? "not ok" : "ok"}: ${name}: ${count} pages, built in ${Math.round(ready - began)} ms, looked at in ${Math.round(performance.now() - ready)} ms`);
      for (const fault of faults.slice(0, 60)) console.log(`  ${fault}`);
      if (faults.length > 60) console.log(`  and ${faults.length - 60} more`);
    }
    if (roots.has("two-days") && !bad) await selfTest(path.join(roots.get("two-days"), "public"), how === "few" ? PLANTED.filter((_, number) => number % 5 === 0) : PLANTED);
  } finally {
    fs.rmSync(folder, { recursive: true });
    if (roots.has("demo") && !built) fs.rmSync(path.dirname(roots.get("demo")), { recursive: true });
  }
  if (bad) throw new Error(`${bad} faults`);
}

module.exports = { faultsOf, pagesOf };

if (require.main === module) main(process.argv.slice(2)).catch((error) => { console.error(error.message); process.exitCode = 1; });
