#!/usr/bin/env python3
"""Ugly tables of fills of any broker, imported in any cut and order, and judged by a ledger of their own.

Each account trades shares in its own and in a foreign currency: partial fills, equal fills within a second, orders through
zero, short sales, fractions of a share, days on which much is bought and sold. The files have other delimiters, decimal
marks, times, names and signs of columns, commissions in one column or two, rows that are no trades, and rows that several
files hold. For each seed the round trips, in pairs of an opening and a closing order, first in, first out, must be those of
the ledger (exact fractions), whatever the cut and order of the files. Exit 1 and the seed where they are not.
"""

import random
import sys
import tempfile
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction as F
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent))

from nav import DOLLARS, SESSIONS, close  # noqa: E402
from seeds import Site, in_two_orders, play  # noqa: E402


@dataclass
class Fill:
    time: datetime  # UTC
    symbol: str
    currency: str
    quantity: F  # below zero for a sale
    price: F
    commission: F
    rate: F  # of its currency in dollars
    order: int


class Account:
    def __init__(self, source):
        self.has_orders = source.random() < .5
        symbols = [(name, source.choice(["USD", "USD", "EUR", "GBP"])) for name in source.sample(["ABC", "XYZ", "BRK B", "Q", "NOVO-B", "LONG.L"], 4)]
        held, prices = defaultdict(F), {name: F(source.randrange(500, 40000), 100) for name, _ in symbols}
        self.fills, order = [], 1000
        step = F(1, 1000) if source.random() < .3 else F(1)
        start = source.randrange(0, 1500)
        for day in SESSIONS[start:start + source.randrange(20, 250)]:
            for name, currency in symbols:
                prices[name] = max(F(100, 100), F(round(prices[name] * F(source.gauss(1.0003, .012)).limit_denominator(10_000) * 100), 100))
                if source.random() > .25:
                    continue
                order += 1
                quantity = source.randrange(1, 200) * step * source.choice([1, 1, -1])
                if held[name] and source.random() < .5:
                    quantity = -held[name] * source.choice([1, 1, 2])
                time = datetime(day.year, day.month, day.day, source.randrange(14, 20), source.randrange(60), source.randrange(60), tzinfo=ZoneInfo("UTC"))
                rate = F(1) if currency == "USD" else F(source.randrange(10_500, 13_500), 10_000)
                parts, left = [], abs(quantity)
                for _ in range(source.choice([0, 0, 1, 2]) if self.has_orders else 0):
                    part = source.randrange(1, 50) * step
                    if part < left:
                        parts.append(part)
                        left -= part
                parts.append(left)
                price = prices[name]
                for number, part in enumerate(parts):
                    price += F(source.choice([0, 0, 1, -1]), 100)
                    commission = F(source.choice([0, 100, 125, 35]), 100)
                    signed = part if quantity > 0 else -part
                    when = time + timedelta(seconds=source.choice([0, number]))
                    self.fills.append(Fill(when, name, currency, signed, price, commission, rate, order))
                    if source.random() < .03 and (quantity > 0) == (held[name] + signed > 0):
                        # The same once more within the second: two fills, not one row twice.
                        self.fills.append(Fill(when, name, currency, signed, price, commission, rate, order))
                        held[name] += signed
                    held[name] += signed
        # Times of one instrument never cross, so that orders follow each other.
        self.fills.sort(key=lambda fill: fill.time)
        last = {}
        for fill in self.fills:
            before = last.get(fill.symbol)
            if before and before[0] == fill.time and before[1] != fill.order:
                fill.time += timedelta(seconds=1)
            last[fill.symbol] = (fill.time, fill.order)
        self.fills.sort(key=lambda fill: fill.time)

    def figures(self):
        books, pairs = defaultdict(deque), {}
        for number, fill in enumerate(self.fills):
            order = fill.order if self.has_orders else number
            lots, left, each = books[fill.symbol], abs(fill.quantity), fill.commission / abs(fill.quantity)
            sign = 1 if fill.quantity > 0 else -1
            while left and lots and lots[0][0] * sign < 0:
                lot = lots[0]
                part = min(left, abs(lot[0]))
                side = -sign
                if side > 0:
                    gain = part * (fill.price * fill.rate - lot[1] * lot[2])
                else:
                    gain = -part * (fill.price - lot[1]) * fill.rate
                gain -= part * (lot[3] * lot[2] + each * fill.rate)
                key = (fill.symbol, lot[4], order)
                pairs[key] = pairs.get(key, F(0)) + gain
                lot[0] -= side * part
                left -= part
                if lot[0] == 0:
                    lots.popleft()
            if left:
                lots.append([sign * left, fill.price, fill.rate, each, order])
        trips = list(pairs.values())
        wins, losses = [t for t in trips if t > 0], [t for t in trips if t < 0]
        return {
            "executions": len(self.fills),
            "round_trips": len(trips),
            "win_rate": F(len(wins), len(wins) + len(losses)) if wins or losses else None,
            "average_win": sum(wins) / len(wins) if wins else None,
            "average_loss": sum(losses) / len(losses) if losses else None,
        }


class Form:
    def __init__(self, source, account):
        self.account = account
        self.mark = source.choice(".,")
        self.delimiter = source.choice([";", "\t"] if self.mark == "," else [",", ";"])
        self.thousands = source.choice(["", {".": ",", ",": "."}[self.mark]])
        self.zone = source.choice(["UTC", "America/New_York", "Europe/Berlin"])
        self.time = source.choice(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S"])
        self.two_columns = source.random() < .3
        self.side = source.choice(["signed", ("BUY", "SELL"), ("Buy", "Sell"), ("Kauf", "Verkauf"), ("B", "S"), ("Market buy", "Market sell")])
        self.costs = source.choice(["below zero", "above zero", "split"])
        self.ids = source.random() < .4
        self.newest_first = source.random() < .3
        self.others = source.random() < .4 and self.side != "signed"
        # A file that is sorted newest first turns fills of one second round.
        self.encoding = source.choice(["utf-8", "utf-8-sig", "utf-16"])

    def number(self, value, digits=2):
        scaled = abs(int(value * 10 ** digits))
        assert F(scaled, 10 ** digits) == abs(value), value
        whole = f"{scaled // 10 ** digits:,}".replace(",", self.thousands)
        return ("-" if value < 0 else "") + whole + (f"{self.mark}{scaled % 10 ** digits:0{digits}}" if digits else "")

    def arguments(self):
        columns = {"symbol": "Instrument", "quantity": "Shares", "price": "Fill price", "currency": "Ccy", "fx_to_base": "Rate"}
        columns |= {"date": "Day", "time": "Hour"} if self.two_columns else {"time": "Executed at"}
        if self.side != "signed":
            columns["side"] = "Type"
        columns["commission"] = "Fee+Tax" if self.costs == "split" else "Fee"
        if self.ids:
            columns["exec_id"] = "Reference"
        if self.account.has_orders:
            columns["order_id"] = "Order"
        made = [part for ours, theirs in columns.items() for part in ("--column", f"{ours}={theirs}")]
        # A small file alone may not prove its form.
        return [*made, "--time-zone", self.zone, "--decimal-mark", self.mark, "--delimiter", self.delimiter]

    def write(self, numbered):
        heads = [*(["Day", "Hour"] if self.two_columns else ["Executed at"]), "Instrument", "Shares", "Fill price", "Ccy", "Rate"]
        heads += [] if self.side == "signed" else ["Type"]
        heads += ["Fee", "Tax"] if self.costs == "split" else ["Fee"]
        heads += ["Reference"] * self.ids + ["Order"] * self.account.has_orders
        rows = []
        for number, fill in numbered:
            text = fill.time.astimezone(ZoneInfo(self.zone)).strftime(self.time)
            times = text.replace("T", " ").split(" ") if self.two_columns else [text]
            quantity = fill.quantity if self.side == "signed" else abs(fill.quantity)
            cells = [*times, fill.symbol, self.number(quantity, 3 if quantity.denominator > 1 else 0), self.number(fill.price), fill.currency, self.number(fill.rate, 4)]
            if self.side != "signed":
                cells.append(self.side[0 if fill.quantity > 0 else 1])
            if self.costs == "split":
                tax = F(int(fill.commission * 100) // 3, 100)
                cells += [self.number(-(fill.commission - tax)), self.number(-tax)]
            else:
                cells.append(self.number(-fill.commission if self.costs == "below zero" else fill.commission))
            cells += [f"T{number}"] * self.ids + [str(fill.order)] * self.account.has_orders
            rows.append(cells)
            if self.others and number % 7 == 0:
                rows.append([*times, "", "", "", fill.currency, "", *(["Dividend"]), *([""] * (len(heads) - len(times) - 6))])
        if self.newest_first:
            rows.reverse()
        quoted = [self.delimiter.join(f'"{cell}"' if self.delimiter in cell else cell for cell in row) for row in [heads, *rows]]
        return ("\n".join(quoted) + "\n").encode(self.encoding)


def parts(fills, source):
    """Files that together hold all fills, some twice: cut where a second ends, as downloads of whole days are."""
    days = sorted({fill.time.date() for fill in fills})
    count = min(source.choice([1, 2, 4]), len(days))
    cuts = [days[0], *sorted(source.sample(days[1:], count - 1)), days[-1] + timedelta(days=1)]
    for first, end in zip(cuts, cuts[1:]):
        lap = timedelta(days=source.choice([0, 3, 30]))
        part = [(number, fill) for number, fill in enumerate(fills) if first - lap <= fill.time.date() < end]
        if part:
            yield part


def one(binary, seed, keep):
    source = random.Random(seed * 611_953)
    account = Account(source)
    form, right = Form(source, account), account.figures()
    with tempfile.TemporaryDirectory() as folder:
        folder, files = Path(folder), []
        for number, part in enumerate(parts(account.fills, source)):
            files.append(folder / f"fills-{number}.csv")
            files[-1].write_bytes(form.write(part))
        values = folder / "values.csv"
        values.write_text("date,value\n" + "".join(f"{day},1000000\n" for day in sorted({fill.time.date() for fill in account.fills})))
        def attempt(root, _):
            site, problems = Site(binary, root, DOLLARS), []
            site.run("import", "nav", values)
            for path in files:
                site.run("import", "csv", path, *form.arguments())
            trades = site.figures()["trades"]
            for key, value in right.items():
                if not close(trades[key], value):
                    problems.append(f"{key}: {trades[key]} instead of {value if value is None else float(value)}")
            return trades, problems

        problems = in_two_orders(source, files, folder, keep and keep / f"fills-{seed}", attempt)
    return problems and [" ".join(map(str, form.arguments())), *problems]


if __name__ == "__main__":
    sys.exit(play(__doc__, one))
