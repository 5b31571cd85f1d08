// The check of the proof in a reader's browser: from files and from a server, of a good log and of ones that were changed.
// `node tests/e2e/proof.js BINARY`
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const { execFileSync } = require("node:child_process");
const { pathToFileURL } = require("node:url");
const { browse, equal, isTrue, smallDemo } = require("./support.js");

const TYPES = { html: "text/html", css: "text/css", js: "text/javascript" };

/** The site on a server. */
async function serve(site, use) {
  const server = http.createServer((request, response) => {
    const file = path.join(site, new URL(request.url, "http://site").pathname);
    if (!fs.existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[file.split(".").pop()] ?? "text/plain" }).end(fs.readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    return await use(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
  }
}

/** What the page says after a click. */
async function said(browser, address) {
  const tab = await browser.newPage();
  const heard = [];
  tab.on("console", (message) => { if (message.type() === "error") heard.push(message.text()); });
  tab.on("pageerror", (error) => heard.push(error.message));
  await tab.goto(`${address}proof/index.html`);
  await tab.click("#check");
  await tab.waitForSelector("#checked li");
  const words = await tab.textContent("#checked");
  equal(heard, [], "errors of the page");
  await tab.close();
  return words;
}

function changed(site, name, change) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), "trackrecord-proof-"));
  fs.cpSync(site, copy, { recursive: true });
  const file = path.join(copy, "proof", name), text = fs.readFileSync(file, "utf8");
  isTrue(change(text) !== text, `${name} is changed`);
  fs.writeFileSync(file, change(text));
  return copy;
}

async function main() {
  const binary = process.argv[2], root = smallDemo(binary, /^2022-0[67]/), site = path.join(root, "public");
  for (const command of [["proof", "init"], ["build"]]) execFileSync(binary, ["--root", root, ...command], { stdio: "ignore" });
  const copies = [];
  const cases = [
    [["inlined.js", "entries.jsonl"], (text) => text.replace(/charter(?=\\?",)/, "chapter"), /Not in order: an entry is not one that the log names/],
    [["inlined.js", "log"], (text) => text.replace("  entries/000003-", "  entries/000004-"), /line 3 has another number/],
    [["inlined.js", "log"], (text) => text.replace("  entries/000002-", "  ../000002-"), /line 2 is none of a log/],
    [["index.html", "index.html"], (text) => text.replace(/data-head="./, 'data-head="x'), /the log is not the one of this page/],
  ];
  await browse(async (browser) => {
    const from = [(folder) => said(browser, `${pathToFileURL(folder).href}/`), (folder) => serve(folder, (address) => said(browser, address))];
    for (const ask of from) isTrue(/every entry has the digest that the log names.*the log is the one of this page/.test(await ask(site)), "a good log is in order");
    for (const [names, change, words] of cases) {
      for (const [at, ask] of from.entries()) {
        copies.push(changed(site, names[at], change));
        const found = await ask(copies.at(-1));
        isTrue(words.test(found), `${words} is said and not: ${found}`);
      }
    }
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const tab = await plain.newPage();
    await tab.goto(`${pathToFileURL(site).href}/proof/index.html`);
    isTrue(await tab.isHidden("#check"), "without a script there is no button");
  });
  for (const folder of [root && path.dirname(root), ...copies]) fs.rmSync(folder, { recursive: true, force: true });
  console.log(`the log is checked in a browser from files and from a server; ${cases.length} changes are seen in both`);
}

main().catch((error) => { console.error(error); process.exit(1); });
