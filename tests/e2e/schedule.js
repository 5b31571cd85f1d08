// A job brings a fill while a real browser looks at `watch`: it comes into the open page, which is not loaded again.
// `NODE_PATH=... node tests/e2e/schedule.js target/release/trackrecord`
"use strict";
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const { LIMIT, Watch, browse, equal, isTrue, until } = require("./support.js");

/** A Flex service on this computer whose every statement has these fills, each of six shares. */
async function flexService(fills) {
  const server = http.createServer((request, answer) => {
    const { pathname, searchParams: asked } = new URL(request.url, "http://localhost");
    if (pathname.endsWith("SendRequest")) {
      answer.end(`<FlexStatementResponse timestamp="x"><Status>Success</Status>
        <ReferenceCode>${asked.get("fd")}-${asked.get("td")}</ReferenceCode><Url>https://example.invalid/</Url></FlexStatementResponse>`);
      return;
    }
    const [from, to] = asked.get("q").split("-");
    const rows = fills.map(({ symbol, date }, number) => `<Trade accountId="U7654321" currency="USD" fxRateToBase="1" assetCategory="STK"
      symbol="${symbol}" conid="${4711 + number}" multiplier="1" tradeID="${date}" transactionID="9${date}" ibExecID="00.${date}.01.01"
      dateTime="${date};100531" tradeDate="${date}" transactionType="ExchTrade" quantity="6" tradePrice="18.25" ibCommission="-0.62"
      ibCommissionCurrency="USD" buySell="BUY" levelOfDetail="EXECUTION"/>`);
    answer.end(`<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1"><FlexStatement accountId="U7654321" fromDate="${from}"
      toDate="${to}" period="" whenGenerated="${to};220000"><AccountInformation accountId="U7654321" currency="USD"/>
      <Trades>${rows.join("")}</Trades></FlexStatement></FlexStatements></FlexQueryResponse>`);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

/** A site of a year, and a job that has been due since New Year and asks that service. */
function site(binary, service) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "trackrecord-schedule-"));
  fs.mkdirSync(path.join(root, "config"));
  fs.writeFileSync(path.join(root, "config/config.toml"), `[site]
status = "live"
title = "A year"
[account]
base_currency = "USD"
[benchmark]
symbol = ""
[flex]
query_id = "77"
base_url = "http://127.0.0.1:${service.address().port}"
[[job]]
name = "statements"
cron = "0 0 1 1 *"
zone = "UTC"
run = ["flex"]
`);
  execFileSync(binary, ["--root", root, "import", "flex", path.join(__dirname, "../fixtures/flex/year.xml")], { stdio: "ignore" });
  return root;
}

/** `schedule run`, what it says, and its end. */
class Schedule {
  constructor(binary, root) {
    this.said = "";
    this.process = spawn(binary, ["--root", root, "schedule", "run"], { env: { ...process.env, TRACKRECORD_FLEX_TOKEN: "1234567890" } });
    this.process.stderr.on("data", (data) => { this.said += data; });
    this.ended = new Promise((done) => this.process.once("exit", done));
  }

  async stop() {
    this.process.kill("SIGTERM");
    return this.ended;
  }
}

async function look(browser, watch, binary) {
  const context = await browser.newContext();
  context.setDefaultTimeout(LIMIT);
  const trades = await context.newPage(), first = await context.newPage();
  const errors = [];
  for (const [page, name] of [[trades, "trades/"], [first, ""]]) {
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(watch.address + name, { waitUntil: "load" });
    await page.evaluate(() => { window.isSame = true; });
  }
  const orders = (page) => page.locator("table.orders tbody tr").count();
  const row = trades.locator("table.orders tbody tr", { hasText: "ZYXW" });
  equal(await row.count(), 0, "fills before the job has run");
  const before = await orders(trades);
  const schedule = new Schedule(binary, watch.root);
  try {
    await row.waitFor();
    equal(await orders(trades), before + 1, "the orders of the page");
    isTrue(await trades.evaluate(() => window.isSame), "the page was not loaded again");
    await first.bringToFront();
    await first.waitForFunction(() => document.body.textContent.includes("ZYXW"));
    equal(await first.locator("body").count(), 1, "bodies of the page");
    isTrue(await first.evaluate(() => window.isSame), "the first page was not loaded again");
    await until(() => schedule.said.includes("flex 1 new"), `what the job says: ${schedule.said}`);
    equal(schedule.process.exitCode, null, "the schedule goes on");
  } finally {
    await schedule.stop();
  }
  const rows = watch.read("data/runs.csv").trim().split("\n");
  isTrue(rows.length === 2 && /^statements,.*,done,/.test(rows[1]), `one run, and done: ${rows.slice(1)}`);
  equal(errors, [], "errors of the pages");
}

async function main() {
  const binary = path.resolve(process.argv[2]), began = performance.now();
  const service = await flexService([{ symbol: "ZYXW", date: "20241230" }]);
  const root = site(binary, service);
  const watch = await Watch.start(binary, root);
  try {
    await browse((browser) => look(browser, watch, binary));
    console.log(`ok    a job's new fill appears in the open pages (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } finally {
    await watch.stop();
    service.close();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

main().then(() => process.exit(0), (error) => { console.log(`FAIL  ${error.message}`); process.exit(1); });
