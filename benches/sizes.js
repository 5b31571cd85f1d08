// How long a site of some sizes takes to build when everything is made again, without the monthly reports and with those of before:
// `node benches/sizes.js target/release/trackrecord [RUNS]`, on an idle machine; NODE_PATH has playwright-core.
"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { execFileSync } = require("node:child_process");
const extremes = require("../tests/e2e/extremes.js");

const [binary, runs = "5"] = process.argv.slice(2);
const program = path.resolve(binary), quiet = { stdio: ["ignore", "ignore", "pipe"], maxBuffer: 1 << 28 };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "trackrecord-sizes-"));

/** Seconds of a build that finds nothing but reports. */
function build(root, ...options) {
  for (const name of fs.readdirSync(path.join(root, ".cache"))) {
    if (name !== "reports") fs.rmSync(path.join(root, ".cache", name), { recursive: true });
  }
  fs.rmSync(path.join(root, "public"), { recursive: true });
  const began = performance.now();
  execFileSync(program, ["--quiet", "--root", root, "build", ...options], quiet);
  return (performance.now() - began) / 1000;
}

try {
  const demo = path.join(folder, "demo");
  execFileSync(program, ["demo", demo], quiet);
  const sizes = [["the demo", demo, 0.2], ["8 years, 400 orders", extremes.traded(program, path.join(folder, "eight"), [2014, 2021], 400), 0.5],
    ["40 years, 3,000 orders", extremes.traded(program, path.join(folder, "forty"), [1982, 2021], 3000), 2]];
  console.log(`| build, median of ${runs} | \`--no-reports\` | reports as before | wanted without reports |\n|---|--:|--:|--:|`);
  for (const [name, root, wanted] of sizes) {
    const median = (...options) => {
      const times = Array.from({ length: Number(runs) }, () => build(root, ...options)).sort((a, b) => a - b);
      return times[times.length >> 1].toFixed(2);
    };
    console.log(`| ${name} | ${median("--no-reports")} s | ${median()} s | ${wanted} s |`);
  }
} finally {
  fs.rmSync(folder, { recursive: true });
}
