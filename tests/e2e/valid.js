// The HTML of one page of each kind, of the demo and of records at the edges, by the Nu HTML Checker: `bash .ci/e2e BINARY valid.js [NAME ...]`.
// It takes Java. Of styles its checker knows neither container queries nor what SVG adds, so that only pages are held to it.
"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const vnu = String(require("vnu-jar"));
const extremes = require("./extremes.js");
const { pagesOf } = require("./pages.js");
const { demo } = require("./support.js");

/** What the checker calls an error of these pages. */
function errorsOf(site, pages) {
  const { stderr, error } = spawnSync("java", ["-Xss4m", "-jar", vnu, "--format", "json", ...pages], { cwd: site, maxBuffer: 1 << 28 });
  if (error) throw error;
  const { messages } = JSON.parse(stderr.toString());
  const name = (url) => (url ?? "").split("/public/").pop();
  return messages.filter(({ type, message }) => type !== "info" && !message.startsWith("CSS:")).map(({ url, lastLine, message }) => `${name(url)}:${lastLine}: ${message}`);
}

function main([binary, ...wanted]) {
  const names = ["demo", ...extremes.names].filter((name) => !wanted.length || wanted.includes(name));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "trackrecord-valid-"));
  let bad = 0;
  try {
    for (const name of names) {
      const root = name === "demo" ? demo(path.resolve(binary)) : extremes.make(path.resolve(binary), path.join(folder, name), name);
      const site = path.join(root, "public"), pages = pagesOf(site, false), errors = errorsOf(site, pages);
      // It must be able to fail: a page with an element that is never closed.
      fs.writeFileSync(path.join(site, "planted.html"), "<!doctype html><html lang=\"en\"><title>x</title><p><b>never closed");
      if (!errorsOf(site, ["planted.html"]).length) throw new Error("a planted error is not noticed");
      bad += errors.length;
      console.log([`${errors.length ? "not ok" : "ok"}: ${name}: ${pages.length} pages`, ...errors.slice(0, 40)].join("\n  "));
      if (name === "demo") fs.rmSync(path.dirname(root), { recursive: true });
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  if (bad) throw new Error(`${bad} errors`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
