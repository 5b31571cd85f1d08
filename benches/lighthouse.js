// Lighthouse over pages of the demo, on a phone and on a desktop, the median of five: `bash .ci/e2e BINARY ../../benches/lighthouse.js`
// with `lighthouse` of npm in NODE_PATH, on an idle machine. Ends with 1 where accessibility, best practices or SEO is under 100, or
// performance under 98.
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const zlib = require("node:zlib");
const { execFileSync } = require("node:child_process");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");
const { browserPath } = require("../tests/e2e/support.js");

const RUNS = 5, LEAST = { performance: 98, accessibility: 100, "best-practices": 100, seo: 100 };
const PAGES = ["", "months/2020-03/", "trades/", "trades/2020-02-03-mtum-buy/", "signals/"];
const TYPES = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml", woff2: "font/woff2", png: "image/png", txt: "text/plain" };

/** The site as a host of pages sends it: packed, and to be kept. */
function serve(site) {
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, "http://site").pathname);
    const file = path.join(site, name, name.endsWith("/") ? "index.html" : "");
    if (!fs.existsSync(file)) return response.writeHead(404).end();
    const type = TYPES[file.split(".").pop()] ?? "application/octet-stream", packed = /^(text|image\/svg)/.test(type);
    const content = fs.readFileSync(file), headers = { "content-type": type, "cache-control": "max-age=31536000" };
    response.writeHead(200, packed ? { ...headers, "content-encoding": "gzip" } : headers).end(packed ? zlib.gzipSync(content) : content);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function main([binary]) {
  const { default: lighthouse, desktopConfig } = await import(pathToFileURL(require.resolve("lighthouse")));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "trackrecord-lighthouse-")), root = path.join(folder, "demo"), quiet = { stdio: "ignore" };
  execFileSync(path.resolve(binary), ["demo", root], quiet);
  const server = await serve(path.join(root, "public")), address = `http://127.0.0.1:${server.address().port}/`, port = 9500;
  execFileSync(path.resolve(binary), ["--root", root, "build", "--base-url", address], quiet);
  const browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox", `--remote-debugging-port=${port}`] });
  let low = 0;
  try {
    for (const page of PAGES) {
      for (const form of ["mobile", "desktop"]) {
        const scores = Object.fromEntries(Object.keys(LEAST).map((name) => [name, []]));
        for (let run = 0; run < RUNS; run++) {
          const { lhr } = await lighthouse(address + page, { port, output: "json", logLevel: "error", onlyCategories: Object.keys(LEAST) }, form === "desktop" ? desktopConfig : undefined);
          for (const name in scores) scores[name].push(Math.round((lhr.categories[name]?.score ?? 0) * 100));
        }
        const found = Object.entries(scores).map(([name, values]) => [name, median(values)]);
        low += found.filter(([name, value]) => value < LEAST[name]).length;
        console.log(`/${page} ${form}: ${found.map(([name, value]) => `${name} ${value}`).join(", ")}`);
      }
    }
  } finally {
    await browser.close();
    server.close();
    fs.rmSync(folder, { recursive: true });
  }
  if (low) throw new Error(`${low} scores are too low`);
}

main(process.argv.slice(2)).catch((error) => { console.error(error.message); process.exitCode = 1; });
