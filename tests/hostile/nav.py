#!/usr/bin/env python3
"""Ugly files of net values, imported in any cut and order, and judged by a ledger of their own.

Each account has daily, weekly or monthly values with holes, values and flows of days without a session, flows beside a
value, in rows of their own or several on one day, and is written with other delimiters, decimal marks, dates, names and
kinds of columns, and with lines that are no values. For each seed the figures must be those of the ledger (exact
fractions, METRICS of the site: money comes in at the start of an interval and leaves at its end), whatever the cut and
order of the files, and the site must build. Exit 1 and the seed where one does not.
"""

import math
import random
import sys
import tempfile
from datetime import date, timedelta
from fractions import Fraction as F
from pathlib import Path

import exchange_calendars

sys.path.insert(0, str(Path(__file__).parent))

from seeds import Site, in_two_orders, play  # noqa: E402

TOLERANCE = 1e-9
DOLLARS = 'base_currency = "USD"\nexchange = "XNYS"'
SESSIONS = [day.date() for day in exchange_calendars.get_calendar("XNYS").sessions_in_range("2018-01-02", "2025-12-31")]
KNOWN = set(SESSIONS)


def session_of(day):
    """The session that a day's closing value belongs to."""
    while day not in KNOWN:
        day -= timedelta(days=1)
    return day


def month_end(year, month):
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


class Account:
    """Values by day, the flows since the value before, and the figures that follow from them."""

    def __init__(self, source):
        self.rhythm = source.choice(["daily", "daily", "weekly", "monthly"])
        first = SESSIONS[source.randrange(0, 900)]
        if self.rhythm == "daily":
            days = SESSIONS[SESSIONS.index(first):][:source.randrange(20, 500)]
            days = [day for day in days if source.random() > source.choice([0, .02])]
        elif self.rhythm == "weekly":
            friday = first + timedelta(days=(4 - first.weekday()) % 7)
            weekend = source.choice([0, 0, 1, 2])
            days = [friday + timedelta(days=7 * n + weekend) for n in range(source.randrange(10, 150))]
        else:
            # The last day of a month, whether there was a session or not.
            days = [month_end(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1)
                    for n in range(source.randrange(5, 60))]
            days = [day for day in days if day <= SESSIONS[-1]]
        # One value a session: the later of two days that belong to one session is the one that counts.
        self.days = list({session_of(day): day for day in days}.values())
        self.values, self.flows = {}, {}
        value = F(source.randrange(500_000, 90_000_000), 100)
        often = source.choice([.03, .3])
        for at, day in enumerate(self.days):
            if at:
                before = self.days[at - 1]
                paid_in = paid_out = F(0)
                made = []
                if source.random() < often:
                    # One sign an interval: how two signs net is no question of this file.
                    is_deposit = source.random() < .6
                    for _ in range(source.choice([1, 1, 1, 2])):
                        when = source.choice([day, before + timedelta(days=source.randrange(1, (day - before).days + 1))])
                        amount = F(source.randrange(1000, max(1001, int(value * 30))), 100)
                        made.append((when, amount if is_deposit else -amount))
                        if is_deposit:
                            paid_in += amount
                        else:
                            paid_out += amount
                growth = F(source.gauss(0.0004, 0.01)).limit_denominator(10_000)
                value = F(round((value + paid_in) * (1 + growth) * 100), 100) - paid_out
                if value <= 1000:
                    # Still one sign: what was to be paid out stays, and more comes in.
                    value += paid_out + 100_000
                    made = [(when, amount) for when, amount in made if amount > 0] + [(day, F(100_000))]
                for when, amount in made:
                    self.flows.setdefault(when, []).append(amount)
            self.values[day] = value

    def intervals(self):
        for before, day in zip(self.days, self.days[1:]):
            flows = [f for when, several in self.flows.items() if before < when <= day for f in several]
            paid_in, paid_out = sum(f for f in flows if f > 0), -sum(f for f in flows if f < 0)
            yield session_of(day), (self.values[day] + paid_out) / (self.values[before] + paid_in) - 1

    def figures(self):
        returns = list(self.intervals())
        index, highest, deepest = F(1), F(1), F(0)
        months, years = {}, {}
        for day, one in returns:
            index *= 1 + one
            highest = max(highest, index)
            deepest = min(deepest, index / highest - 1)
            for key, parts in ((f"{day:%Y-%m}", months), (f"{day:%Y}", years)):
                parts[key] = parts.get(key, F(1)) * (1 + one)
        first, last = session_of(self.days[0]), session_of(self.days[-1])
        calendar_days = (last - first).days
        n = len(returns)
        between = [day for day in SESSIONS if first < day <= last]
        periods = 252 if n >= .9 * len(between) else n * 365.25 / calendar_days
        enough = n >= 63 if periods >= 100 else n >= 36 and calendar_days >= 365
        mean = sum(one for _, one in returns) / n
        variance = sum((one - mean) ** 2 for _, one in returns) / (n - 1) if n > 1 else None
        return {
            "returns.total": index - 1,
            "returns.annualized": float(index) ** (365.25 / calendar_days) - 1 if calendar_days >= 365 else None,
            "returns.by_month": {key: value - 1 for key, value in months.items()},
            "returns.by_year": {key: value - 1 for key, value in years.items()},
            "drawdown.max": deepest,
            "risk.volatility": math.sqrt(variance) * math.sqrt(periods) if enough else None,
            "observations": n,
            "calendar_days": calendar_days,
        }


def spans(account, source):
    """Spans of the account that overlap or adjoin, which together cover it: the value before each, its first and its last."""
    count = min(source.choice([1, 1, 2, 3, 5]), len(account.days) // 3)
    cuts = sorted(source.sample(range(1, len(account.days) - 1), count - 1)) if count > 1 else []
    edges = list(zip([0, *cuts], [*cuts, len(account.days) - 1]))
    for first, last in edges:
        begin = max(0, first + source.choice([1, 0, 0, -1, -4]) if first else 0)
        before = account.days[begin - 1] if begin else None
        yield before, account.days[begin], account.days[min(len(account.days) - 1, last + source.choice([0, 2]))]


class Form:
    """How the files of an account are written."""

    def __init__(self, source, account):
        self.mark = source.choice(".,")
        self.delimiter = source.choice([";", "\t", "|"] if self.mark == "," else [",", ";", "\t"])
        self.date = source.choice(["%Y-%m-%d", "%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y"])
        thousands = {".": ["", ",", " "], ",": ["", ".", " "]}[self.mark]
        self.thousands = source.choice([mark for mark in thousands if mark != self.delimiter])
        self.names = source.choice([
            ("date", "value", "flow", "deposit", "withdrawal"), ("Date", "NAV", "Cash flow", "Deposits", "Withdrawals"),
            ("Datum", "Depotwert", "Ein- und Auszahlungen", "Einzahlungen", "Auszahlungen"),
            ("As of", "Net liquidation value", "Net deposits", "Paid in", "Paid out")])
        self.columns = source.choice(["flow", "flow", "two", "total"])
        self.own_rows = source.random() < .5
        self.newest_first = source.random() < .2
        self.encoding = source.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])
        self.ending = source.choice(["\n", "\r\n"])
        self.preamble = source.random() < .2
        self.zeros = source.random() < .3
        self.note = source.random() < .3
        self.has_time = self.date == "%Y-%m-%d" and source.random() < .2

    def number(self, value):
        sign, cents = "-" if value < 0 else "", abs(int(value * 100))
        digits = f"{cents // 100:,}".replace(",", self.thousands)
        return f"{sign}{digits}{self.mark}{cents % 100:02}"

    def day(self, day):
        return day.strftime(self.date) + (" 22:00:00" if self.has_time else "")

    def write(self, account, before, first, last):
        date_name, value_name, flow, paid_in, paid_out = self.names
        heads = [date_name, value_name] + {"flow": [flow], "two": [paid_in, paid_out], "total": ["Cumulative deposits"]}[self.columns]
        if self.note:
            heads.insert(1, "Note")
        start = first if before is None else before
        total = sum((f for when, several in account.flows.items() if when <= start for f in several), F(0))
        rows = []

        def row(day, value, flows):
            nonlocal total
            total += sum(flows)
            net = sum(flows)
            zero = self.number(F(0)) if self.zeros and value is not None else ""
            if self.columns == "flow":
                cells = [self.number(net) if net else zero]
            elif self.columns == "two":
                cells = [self.number(net) if net > 0 else zero, self.number(-net) if net < 0 else zero]
            else:
                cells = [self.number(total)]
            written = "" if value is None else self.number(value)
            cells = [self.day(day), *([""] if self.note else []), written, *cells]
            rows.append([f'"{cell}"' if self.delimiter in cell else cell for cell in cells])

        pending = []
        for when in sorted({*account.values, *account.flows}):
            flows = account.flows.get(when, [])
            if when <= start:
                # Money of the first day of all is part of the first value.
                if when == first:
                    row(when, account.values[when], [])
                continue
            if when > last:
                break
            if when in account.values:
                row(when, account.values[when], pending + flows)
                pending = []
            elif self.own_rows and self.columns != "total":
                for amount in flows:
                    row(when, None, [amount])
            else:
                pending += flows
        if self.newest_first:
            rows.reverse()
        lines = [self.delimiter.join(cells) for cells in [heads, *rows]]
        if self.preamble:
            lines = ["Account statement", "", *lines]
        return (self.ending.join(lines) + self.ending).encode(self.encoding)


def close(ours, right):
    if isinstance(right, dict):
        return isinstance(ours, dict) and ours.keys() == right.keys() and all(close(ours[key], right[key]) for key in right)
    if right is None or ours is None:
        return ours is right
    return abs(ours - float(right)) <= TOLERANCE * max(1, abs(float(right)))


def different(ours, right):
    if isinstance(right, dict) and isinstance(ours, dict):
        keys = [key for key in sorted({*ours, *right}) if not close(ours.get(key), right.get(key))]
        return ", ".join(f"{key} {ours.get(key)} instead of {None if right.get(key) is None else float(right[key])}" for key in keys[:3])
    return f"{ours} instead of {right if right is None else float(right)}"


def one(binary, seed, keep):
    source = random.Random(seed * 104_729)
    account = Account(source)
    form, right = Form(source, account), account.figures()
    with tempfile.TemporaryDirectory() as folder:
        folder, files = Path(folder), []
        for number, span in enumerate(spans(account, source)):
            files.append(folder / f"values-{number}.csv")
            files[-1].write_bytes(form.write(account, *span))
        def attempt(root, number):
            site, problems = Site(binary, root, DOLLARS), []
            for path in files:
                site.run("import", "nav", path)
            stats = site.figures()
            for key, value in right.items():
                ours = stats
                for part in key.split("."):
                    ours = ours[part]
                if not close(ours, value):
                    problems.append(f"{key}: {different(ours, value)}")
            if number == seed % 2:
                problems += site.problems_of_build()
            return stats, problems

        problems = in_two_orders(source, files, folder, keep and keep / f"nav-{seed}", attempt)
    what = f"{account.rhythm}, {form.columns}, {len(files)} files, {len(account.days)} values, dates {form.date}"
    return problems and [what, *problems]


if __name__ == "__main__":
    sys.exit(play(__doc__, one))
