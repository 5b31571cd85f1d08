// Records at the edges of what a site can show, made by the ordinary ways into it: `import nav`, `import csv`, files as data/README.md
// describes them. `node tests/e2e/extremes.js target/release/trackrecord FOLDER [NAME ...]`
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execFileSync } = require("node:child_process");

const DEMO = path.join(__dirname, "../../data/demo/prices");

/** Numbers between 0 and 1 that are the same in every run. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** About normal, with a mean and a standard deviation of its own. */
function normal(seed, mean, deviation) {
  const next = random(seed);
  return () => mean + deviation * (Array.from({ length: 12 }, next).reduce((sum, part) => sum + part, 0) - 6);
}

/** Weekdays from one date to another. */
function weekdays(from, to) {
  const days = [];
  for (let day = new Date(from + "T12:00Z"); day <= new Date(to + "T13:00Z"); day.setUTCDate(day.getUTCDate() + 1)) {
    if (day.getUTCDay() % 6 !== 0) days.push(day.toISOString().slice(0, 10));
  }
  return days;
}

/** The sessions of New York from one date to another, from 2014 to 2022. */
function sessions(from, to) {
  const lines = fs.readFileSync(path.join(DEMO, "^GSPC.csv"), "utf8").trim().split("\n").slice(1);
  return lines.map((line) => line.slice(0, 10)).filter((date) => from <= date && date <= to);
}

const cents = (number) => (number / 100).toFixed(2);
const csv = (header, rows) => [header, ...rows].join("\n") + "\n";
const prices = (rows) => csv("date,open,high,low,close,adj_close,volume,currency", rows.map(([date, price]) => `${date},,,,${price},,,USD`));

/** A site that is being made. */
class Site {
  constructor(binary, root) {
    Object.assign(this, { binary, root, config: [], about: "A record for tests." });
    this.run("init", root);
    for (const name of ["about", "disclosures", "methodology"]) fs.rmSync(this.path(`content/${name}.md`));
    this.write("content/about.md", `${this.about}\n`);
  }

  path(name) { return path.join(this.root, name); }
  run(...words) { return execFileSync(this.binary, words, { stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 }).toString(); }

  write(name, text) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), text);
  }

  configure({ title, status = "paper", more = "", benchmark = "^GSPC", strategies = "", privacy = "" }) {
    this.write("config/config.toml", `[site]\ntitle = "${title}"\nauthor = "A. Trader"\ndescription = "A record at the edge."\nstatus = "${status}"
[account]\nbase_currency = "USD"\n[benchmark]\nsymbol = "${benchmark}"\nname = "${benchmark ? "S&P 500" : ""}"\n[privacy]\n${privacy}\n${more}\n${strategies || STRATEGY}`);
  }

  /** Net values as a table: dates, values and flows in cents. */
  values(rows) {
    const flows = rows.some((row) => row[2]);
    const table = csv(flows ? "date,value,flow" : "date,value", rows.map(([date, value, flow]) => `${date},${cents(value)}${flows ? `,${flow ? cents(flow) : ""}` : ""}`));
    this.write("values.csv", table);
    this.run("import", "nav", this.path("values.csv"), "--root", this.root);
  }

  /** The index of the demo, for records of its years. */
  index() {
    this.write("data/prices/^GSPC.csv", fs.readFileSync(path.join(DEMO, "^GSPC.csv")));
  }

  build() { this.run("build", "--root", this.root); }
}

const STRATEGY = `[[strategy]]\nid = "hand"\nname = "By hand"\nrule = "buy_and_hold"\nuniverse = [{ symbol = "AAA", name = "First Fund" }]\n`;

/** A walk in cents from 100,000.00, with money in and out on some of its days. */
function walk(days, step, flows = {}) {
  let value = 10_000_000;
  return days.map((date, number) => {
    if (number) value = Math.round(value * (1 + step(number)));
    const flow = flows[date] ?? 0;
    value += flow;
    return [date, value, flow];
  });
}

/** An account that trades: cash, positions and fills, in cents. */
class Account {
  constructor(site, symbols, days, { seed = 1, mean = 0.0004, deviation = 0.011, name = (symbol) => symbol } = {}) {
    Object.assign(this, { site, symbols, days, cash: 10_000_000, held: new Map(), fills: [], name });
    this.closes = new Map(symbols.map((symbol, number) => {
      const step = normal(seed * 1000 + number, mean, deviation);
      let price = 2000 + 517 * (number % 23);
      return [symbol, days.map(() => (price = Math.max(50, Math.round(price * (1 + step())))))];
    }));
  }

  price(symbol, day) { return this.closes.get(symbol)[day]; }

  /** Buys (above zero) or sells so many shares; in two fills where that is wanted. */
  trade(day, symbol, quantity, { reference, parts = 1, order = `o${this.fills.length}` } = {}) {
    const close = this.price(symbol, day), size = Math.abs(quantity);
    for (let part = 0; part < parts; part++) {
      const shares = part + 1 < parts ? Math.floor(size / parts) : size - Math.floor(size / parts) * (parts - 1);
      const price = close + (quantity > 0 ? 1 : -1) * (part + 1), fee = 35 + shares;
      this.cash -= Math.sign(quantity) * shares * price + fee;
      const time = `${this.days[day]}T${14 + (this.fills.length % 6)}:${String(31 + part).padStart(2, "0")}:0${part}Z`;
      this.fills.push({ time, symbol, side: quantity > 0 ? "BUY" : "SELL", shares, price, fee, order, reference, close });
    }
    const before = this.held.get(symbol) ?? { quantity: 0, cost: 0 };
    const after = before.quantity + quantity;
    const opens = before.quantity * quantity >= 0, turns = before.quantity * after < 0;
    const cost = opens ? (before.cost * Math.abs(before.quantity) + close * size) / (Math.abs(after) || 1) : turns ? close : before.cost;
    this.held.set(symbol, { quantity: after, cost });
    if (!after) this.held.delete(symbol);
  }

  /** The account at the end of a day, as a file of `data/snapshots`. */
  close(day) {
    const date = this.days[day];
    const positions = [...this.held].map(([symbol, { quantity, cost }]) => {
      const price = this.price(symbol, day);
      return { symbol, conid: null, exchange: "NYSE", currency: "USD", quantity: String(quantity), average_cost: cents(cost), market_price: cents(price),
        market_value: cents(price * quantity), unrealized_pnl: cents(Math.round((price - cost) * quantity)), realized_pnl: null };
    });
    const worth = positions.reduce((sum, { symbol, quantity }) => sum + this.price(symbol, day) * Number(quantity), 0);
    this.site.write(`data/snapshots/${date}.json`, JSON.stringify({ schema: 2, date, as_of: `${date}T21:30:00Z`, account: "ACCOUNT-ONE", base_currency: "USD",
      net_liquidation: cents(this.cash + worth), cash: { USD: cents(this.cash) }, fx: {}, positions, source: "manual" }, null, 1));
    return this.cash + worth;
  }

  /** Fills as a table of another broker, and prices as they are stored. */
  finish() {
    const rows = this.fills.map((fill) => [fill.time, fill.symbol, fill.side, fill.shares, cents(fill.price), "USD", cents(fill.fee), fill.order, fill.reference ?? "",
      cents(fill.close), "STK", "NYSE", "ACCOUNT-ONE"].join(","));
    this.site.write("fills.csv", csv("time,symbol,side,quantity,price,currency,commission,order_id,order_ref,reference_price,asset_class,exchange,account", rows));
    this.site.run("import", "csv", this.site.path("fills.csv"), "--root", this.site.root);
    for (const symbol of this.symbols) {
      this.site.write(`data/prices/${symbol}.csv`, prices(this.days.map((date, day) => [date, cents(this.price(symbol, day))])));
    }
  }
}

const note = (id, symbol, at, side, { thesis, lesson = "", body = "" }) => `+++\nid = "${id}"\nsymbol = "${symbol}"\ncreated_at = ${at}\n
[pre_trade]\nside = "${side}"\nthesis = ${JSON.stringify(thesis)}\nexit_plan = "Out when the reason is gone."\n${lesson ? `
[post_trade]\ncompleted_at = ${at.slice(0, 10)}T23:00:00Z\noutcome = "It came as it did."\nmatched_expectation = false\nlesson = ${JSON.stringify(lesson)}\n` : ""}+++\n\n${body}\n`;

/** A ranking as `trackrecord signal` saves it. */
function signal(strategy, month, date, ranked) {
  return JSON.stringify({ schema: 1, strategy, rule: "momentum", as_of: date, made_on: date, formation: month, lookback_months: 12, skip_months: 1,
    ranking: ranked.map(([symbol, momentum], rank) => ({ rank: rank + 1, previous_rank: null, symbol, name: `${symbol} Fund`, momentum,
      start: { date: `${Number(month.slice(0, 4)) - 1}-${month.slice(5)}-28`, price: 100 }, end: { date, price: 100 * (1 + momentum) }, target_weight: rank < 3 ? 1 / 3 : 0 })),
    selected: ranked.slice(0, 3).map(([symbol]) => symbol), skipped: [] });
}

const records = {
  /** One valuation. */
  "first-day"(site) {
    site.configure({ title: "The First Day" });
    site.index();
    site.values([["2022-12-01", 10_000_000]]);
  },

  /** One return, on a Friday. */
  "two-days"(site) {
    site.configure({ title: "Two Days" });
    site.index();
    site.values([["2022-12-01", 10_000_000], ["2022-12-02", 10_123_400]]);
  },

  /** Six weeks with a valuation on each Friday: no return is that of a day. */
  weekly(site) {
    site.configure({ title: "Fridays", status: "live" });
    site.index();
    const fridays = sessions("2022-09-02", "2022-10-14").filter((date) => new Date(`${date}T12:00Z`).getUTCDay() === 5);
    site.values(walk(fridays, normal(61, 0.002, 0.025)));
  },

  /** Half a year of somebody's own money, without an index. */
  young(site) {
    site.configure({ title: "Half a Year", status: "live", benchmark: "" });
    const step = normal(5, 0.0004, 0.007);
    site.values(walk(sessions("2022-03-01", "2022-09-12"), step));
    site.write("content/months/2022-05.md", "# May 2022\n\nA first comment, under a heading that says the month again.\n");
  },

  /** Three bad years, with everything that a fine record shows. */
  losing(site) {
    site.configure({ title: "Three Bad Years", status: "live", privacy: "precision = \"fine\"" });
    site.index();
    const step = normal(8, -0.0011, 0.012);
    site.values(walk(sessions("2019-06-03", "2022-06-30"), (day) => step() - (day % 250 === 180 ? 0.09 : 0)));
    site.write("content/posts/2022-07-01-why.md", "+++\ntags = [\"risk\"]\n+++\n# Why it went wrong\n\nBecause it did.\n\n## What follows\n\nNothing yet.\n");
  },

  /** More than thirtyfold in one month, eightfold in another, and most of it lost again. */
  doubling(site) {
    site.configure({ title: "Doubling" });
    site.index();
    const step = normal(13, 0.001, 0.02), days = sessions("2019-11-01", "2021-06-30");
    const drift = { "2020-11": 0.19, "2021-02": 0.12, "2021-05": -0.1 };
    site.values(walk(days, (day) => step() + (drift[days[day].slice(0, 7)] ?? 0)));
  },

  /** Everything taken out again. */
  emptied(site) {
    site.configure({ title: "Closed" });
    site.index();
    const days = sessions("2020-02-03", "2021-11-30"), step = normal(11, 0.0006, 0.01);
    const rows = walk(days, step, { "2020-09-01": 5_000_000 });
    const last = rows[rows.length - 1];
    last[2] -= last[1];
    last[1] = 0;
    site.values(rows);
  },

  /** Forty years of daily valuations. */
  "forty-years"(site) {
    site.configure({ title: "Forty Years", status: "live" });
    const days = weekdays("1982-01-04", "2021-12-31"), market = normal(21, 0.00036, 0.0105), own = normal(22, 0.00008, 0.0035);
    let index = 12_000;
    const steps = days.map(() => market());
    site.write("data/prices/^GSPC.csv", prices(days.map((date, number) => [date, cents(index = Math.round(index * (1 + (number ? steps[number] : 0))))])));
    site.values(walk(days, (number) => steps[number] * 0.9 + own(), { "1990-03-05": 4_000_000, "2001-05-07": -9_000_000 }));
    for (const year of [1987, 1994, 2001, 2008, 2020]) site.write(`content/months/${year}-10.md`, `+++\ntitle = "October ${year}"\n+++\n\nWhat an October.\n`);
  },

  /** Long one fund and short two others, with amounts of money. */
  shorts(site) {
    site.configure({ title: "Long and Short", privacy: "mode = \"absolute\"", strategies: STRATEGY.replace("{ symbol", "{ symbol = \"BBB\", name = \"Second Fund\" }, { symbol = \"CCC\", name = \"Third Fund\" }, { symbol") });
    site.index();
    const days = sessions("2021-01-04", "2022-12-30");
    const account = new Account(site, ["AAA", "BBB", "CCC"], days, { seed: 3 });
    days.forEach((_, day) => {
      if (day === 1) { account.trade(day, "AAA", 2500, { parts: 2 }); account.trade(day, "BBB", -900); }
      if (day === 90) account.trade(day, "BBB", 900);
      if (day === 91) account.trade(day, "CCC", -800);
      if (day === 200) account.trade(day, "AAA", -3000);
      if (day === 320) account.trade(day, "BBB", -700, { parts: 2 });
      account.close(day);
    });
    account.finish();
    site.write("content/trades/bbb.md", note("bbb-short", "BBB", `${days[1]}T14:00:00Z`, "SELL", { thesis: "It is dear. I sell what I do not have.", lesson: "Cheap things fall, too." }));
  },

  /** Thirty strategies, one with a ranking of thirty; positions are held back. */
  "thirty-strategies"(site) {
    const symbols = Array.from({ length: 30 }, (_, number) => `${String.fromCharCode(65 + (number % 26))}${String.fromCharCode(65 + Math.floor(number / 26))}X`);
    const universe = (list) => `universe = [${list.map((symbol) => `{ symbol = "${symbol}", name = "${symbol} Fund of Considerable Length (Accumulating)" }`).join(", ")}]`;
    const strategies = symbols.map((symbol, number) => `[[strategy]]\nid = "s${number}"\nname = "${number ? `Strategy ${number + 1} of thirty` : "Momentum over thirty funds"}"\nrule = "${number ? "buy_and_hold" : "momentum"}"\n` +
      `order_ref = "s${number}-"\nsymbols = ["${symbol}"]\n${universe(number ? [symbol] : symbols)}\n`);
    site.configure({ title: "Thirty Strategies and a Long Name of the Whole", privacy: "delay_days = 45", strategies: strategies.join("\n") });
    site.index();
    const days = sessions("2021-06-01", "2022-12-30");
    const account = new Account(site, symbols, days, { seed: 7 });
    const rank = random(77);
    days.forEach((date, day) => {
      symbols.forEach((symbol, number) => {
        if (day === 2 + number * 3) account.trade(day, symbol, Math.floor(320_000 / account.price(symbol, day)), { reference: `s${number}-1` });
        if (number % 4 === 1 && day === 250 + number) account.trade(day, symbol, -account.held.get(symbol).quantity, { reference: `s${number}-2` });
      });
      account.close(day);
      const next = days[day + 1];
      if (next && next.slice(0, 7) !== date.slice(0, 7)) {
        const ranked = symbols.map((symbol) => [symbol, rank() - 0.4]).sort((a, b) => b[1] - a[1]);
        site.write(`data/signals/${date.slice(0, 7)}-s0.json`, signal("s0", date.slice(0, 7), next, ranked));
      }
    });
    account.finish();
  },

  /** Six years of month-ends, and nothing else. */
  "month-ends"(site) {
    site.configure({ title: "Month-ends Alone", status: "live", privacy: "precision = \"monthly\"" });
    site.index();
    const step = normal(31, 0.008, 0.03);
    const months = Array.from({ length: 72 }, (_, number) => `${2017 + Math.floor(number / 12)}-${String(1 + (number % 12)).padStart(2, "0")}`);
    site.values(walk(months, step, { "2019-04": 2_500_000 }));
  },

  /** Eight years with 3,000 orders, some with notes. */
  "many-orders"(site) {
    const symbols = Array.from({ length: 24 }, (_, number) => `${"BCDFGHJKLM"[number % 10]}${"AEIOU"[number % 5]}${"NRST"[number % 4]}${number > 9 ? number : ""}`);
    const strategies = STRATEGY.replace(/universe.*/, `universe = [${symbols.map((symbol) => `{ symbol = "${symbol}", name = "${symbol} Inc." }`).join(", ")}]`);
    site.configure({ title: "Three Thousand Orders", status: "live", strategies });
    site.index();
    const days = sessions("2015-01-02", "2022-12-30"), choose = random(41);
    const account = new Account(site, symbols, days, { seed: 9 });
    let orders = 0;
    days.forEach((date, day) => {
      for (let each = 0; each < 2 && orders < 3000 && day; each++) {
        const symbol = symbols[Math.floor(choose() * symbols.length)], held = account.held.get(symbol)?.quantity ?? 0;
        if (each && choose() < 0.47) continue;
        if (account.fills.some((fill) => fill.symbol === symbol && fill.time.startsWith(date))) continue;
        const quantity = held ? -held : Math.floor(400_000 / account.price(symbol, day));
        if (!held && account.cash < 500_000) continue;
        account.trade(day, symbol, quantity, { parts: orders % 7 ? 1 : 2 });
        if (orders % 90 === 0) {
          const side = quantity > 0 ? "BUY" : "SELL";
          site.write(`content/trades/n${orders}.md`, note(`n${orders}`, symbol, `${date}T13:30:00Z`, side,
            { thesis: `Order ${orders}: it looked cheap, and it had for some time.`, lesson: orders % 180 ? "Look twice." : "", body: orders % 270 ? "" : "More words on it." }));
        }
        orders += 1;
      }
      account.close(day);
    });
    account.finish();
  },

  /** Words that no template expects: long, from right to left, beyond the plane, marked up. */
  words(site) {
    const long = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle".repeat(3);
    site.configure({ title: "Übergrößenträger & <b>Söhne</b>: a name that goes on for longer than a phone is wide" });
    site.index();
    const days = sessions("2021-05-03", "2022-12-30"), account = new Account(site, ["BRK.B", "ÄÖÜ", "VERYLONGTICKER123"], days, { seed: 15 });
    days.forEach((_, day) => {
      if (day === 5) account.trade(day, "BRK.B", 800, { parts: 2 });
      if (day === 6) account.trade(day, "VERYLONGTICKER123", 1000);
      if (day === 150) account.trade(day, "BRK.B", -800);
      if (day === 200) account.trade(day, "VERYLONGTICKER123", -400);
      account.close(day);
    });
    account.finish();
    site.write("content/trades/long.md", note("long", "BRK.B", `${days[5]}T13:00:00Z`, "BUY", { thesis: `${long} <script>alert(1)</script> שלום עולם 🚀🚀`, lesson: long, body: `# A heading\n\n${long}\n\n| a | b | c | d |\n|--|--|--|--|\n| ${long.slice(0, 60)} | ${long.slice(0, 60)} | 3 | 4 |\n` }));
    site.write("content/posts/2022-11-02-heading.md", `+++\ntags = ["${long.slice(0, 48)}", "<i>risk</i>", "שלום"]\n+++\n# The heading is the title\n\n> [!NOTE]\n> A callout.\n\n- [x] done\n- [ ] to do\n\nA footnote[^1].\n\n\`\`\`\n${long}\n\`\`\`\n\n[^1]: At the foot.\n`);
    site.write("content/posts/2022-12-01-rtl.md", "+++\ntitle = \"שלום עולם 🚀 <script>alert(1)</script>\"\ntags = [\"<i>risk</i>\"]\n+++\nFigures in words: {{ stat:total_return }}.\n\n{{ chart:equity }}\n");
    for (let number = 1; number <= 14; number++) site.write(`content/folder/page-${number}.md`, `# Page ${number}: ${number === 3 ? long : "words"}\n\nText of page ${number}.\n`);
    site.write("content/months/2022-03.md", `+++\ntitle = "${long.slice(0, 90)}"\n+++\n\n${long}\n\n![A picture](curve.svg)\n`);
    site.write("content/months/curve.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1600\" height=\"200\"><path d=\"M0 200L1600 0\" stroke=\"#123f6b\"/></svg>\n");
  },
};

/** A record of weekdays with so many orders, evenly over its years: for measuring, not to be looked at. */
function traded(binary, root, [first, last], count) {
  const site = new Site(binary, root), symbols = Array.from({ length: 12 }, (_, number) => `T${String.fromCharCode(65 + number)}X`);
  site.configure({ title: `${count} orders`, status: "live", benchmark: "",
    strategies: STRATEGY.replace(/universe.*/, `universe = [${symbols.map((symbol) => `{ symbol = "${symbol}", name = "${symbol} Inc." }`).join(", ")}]`) });
  const days = weekdays(`${first}-01-04`, `${last}-12-31`), account = new Account(site, symbols, days, { seed: 51, mean: 0.0002 });
  let orders = 0;
  days.forEach((_, day) => {
    for (; day && orders < Math.floor((count * day) / (days.length - 1)); orders++) {
      const symbol = symbols[orders % symbols.length], held = account.held.get(symbol)?.quantity ?? 0;
      account.trade(day, symbol, held ? -held : Math.max(1, Math.floor(600_000 / account.price(symbol, day))));
    }
    account.close(day);
  });
  account.finish();
  site.build();
  return root;
}

/** Makes a record and its site in a folder. */
function make(binary, root, name) {
  const site = new Site(binary, root);
  records[name](site);
  site.build();
  return root;
}

module.exports = { names: Object.keys(records), make, traded };

if (require.main === module) {
  const [binary, folder, ...names] = process.argv.slice(2);
  for (const name of names.length ? names : Object.keys(records)) {
    const began = performance.now();
    fs.rmSync(path.join(folder, name), { recursive: true, force: true });
    make(path.resolve(binary), path.join(folder, name), name);
    console.log(`${name}: ${Math.round(performance.now() - began)} ms`);
  }
}
