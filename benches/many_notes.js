// Adds orders to a demo, each bought and sold at the day's close at once, and a note on each: a record of many words.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const SYMBOLS = ["MTUM", "QUAL", "SIZE", "USMV", "VLUE"];

/** The closes of each session inside the record: `[symbol, close]` by date. */
function closes(root) {
  const dates = new Map();
  for (const symbol of SYMBOLS) {
    for (const line of fs.readFileSync(path.join(root, `data/prices/${symbol}.csv`), "utf8").split("\n").slice(1)) {
      const [date, , , , close] = line.split(",");
      if (date < "2015-02-03" || date > "2022-12-19") continue;
      dates.set(date, [...(dates.get(date) ?? []), [symbol, close]]);
    }
  }
  return dates;
}

/** Round after round over all sessions, so that the holdings of no evening change. */
function* orders(root) {
  const dates = closes(root);
  for (let round = 0; ; round++) {
    for (const [date, list] of dates) {
      const [symbol, price] = list[round % list.length], hour = 15 + round % 4;
      yield { date, symbol, price, side: "BUY", time: `${date}T${hour}:05:00Z` };
      yield { date, symbol, price, side: "SELL", time: `${date}T${hour}:35:00Z` };
    }
  }
}

/** Adds them, and gives the file of the note in the middle. */
function addNotes(root, count) {
  const folder = path.join(root, "data/executions");
  const [header] = fs.readFileSync(path.join(folder, fs.readdirSync(folder)[0]), "utf8").split("\n");
  const days = new Map();
  const note = (n) => `content/trades/many-${String(n).padStart(5, "0")}.md`;
  let n = 0;
  for (const { date, symbol, price, side, time } of orders(root)) {
    if (n === count) break;
    const fill = `0000many.${String(n).padStart(8, "0")}.01.01`;
    const row = `${fill},${time},DU0000000,${symbol},,STK,BATS,USD,${side},10,${price},1,0,USD,,1,${4100000000 + n * 7919},${980000000 + n * 7},,${price},demo,,,,,,`;
    days.set(date, [...(days.get(date) ?? []), row]);
    fs.writeFileSync(path.join(root, note(n)), `+++\nid = "many-${n}"\nsymbol = "${symbol}"\ncreated_at = ${date}T14:40:00Z\nexec_ids = ["${fill}"]\n\n[pre_trade]\nside = "${side}"\nthesis = "Reason ${n}, a sentence that is long enough to fill a line or two of the page it is on."\n+++\n\nWords of note ${n}, a few of them, and then some more.\n`);
    n++;
  }
  for (const [date, rows] of days) {
    const file = path.join(folder, `${date}.csv`);
    const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(1) : [];
    const time = (row) => row.split(",")[1];
    const all = [...before, ...rows].sort((one, other) => (time(one) < time(other) ? -1 : 1));
    fs.writeFileSync(file, `${[header, ...all].join("\n")}\n`);
  }
  return note(Math.floor(count / 2));
}

module.exports = { addNotes };

if (require.main === module) console.log(addNotes(process.argv[2], Number(process.argv[3] ?? 5000)));
