#!/usr/bin/env python3
"""What the pages of the demo say of contributions, costs, exposure and doing nothing, read from the finished site by pandas; and its feed.

What must add up, adds up in what a reader sees; and each is computed again from the record's files. The feed is held against the schema
of Atom. Exit 1 if something does not agree.
"""

import argparse
import math
import re
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pandas as pd
from lxml import etree

sys.path.insert(0, str(Path(__file__).parent))
import record as files  # noqa: E402


def demo(binary, root):
    """The demo as finely as it can be published."""
    subprocess.run([binary, "demo", str(root)], check=True, capture_output=True)
    config = root / "config/config.toml"
    text = config.read_text(encoding="utf-8")
    text = text.replace("[privacy]\n", "[privacy]\nprecision = \"fine\"\n", 1)
    config.write_text(text.replace("[site]\n", "[site]\nbase_url = \"https://example.org/record/\"\n", 1), encoding="utf-8")
    subprocess.run([binary, "--quiet", "--root", str(root), "build"], check=True)


def number(text):
    """A figure of a page, as a fraction where it is in percent; nothing where it is a dash."""
    found = re.fullmatch(r"([−+]?)([\d,]*\.?\d+)(%| bps|)", str(text).split("*")[0].strip())
    if not found:
        return None
    value = float(found[2].replace(",", "")) * {"%": 0.01, " bps": 1e-4, "": 1}[found[3]]
    return -value if found[1] == "−" else value


class Site:
    """A finished site, and what of it does not agree."""

    def __init__(self, root):
        self.public, self.record, self.wrong, self.count = root / "public", files.read(root), [], 0

    def table(self, page, caption):
        """The table of a page whose caption or head has these words."""
        html = (self.public / page).read_text(encoding="utf-8")
        html = re.sub(r"<span class=\"na\".*?</span></span>", "—", html)
        return pd.read_html(StringIO(html), match=caption)[0]

    def csv(self, name):
        return pd.read_csv(self.public / f"data/{name}.csv", dtype={"symbol": str}, keep_default_na=False)

    def years(self):
        """The account's return of each year, from its months."""
        months = self.csv("months")
        growth = 1 + months["return"].astype(float)
        return growth.groupby(months["month"].str[:4].astype(int)).prod() - 1

    def agree(self, what, found, wanted, limit):
        self.count += 1
        if found is None or wanted is None or not abs(found - wanted) <= limit:
            self.wrong.append(f"{what}: {found} for {wanted}, {limit} apart at most")


def contributions(site):
    """The months of a holding are its years and its whole; all of them are the total return."""
    parts = site.csv("contributions").set_index(["symbol", "name"])["contribution"].astype(float)
    total = site.csv("months")["return"].astype(float)
    whole = math.prod(1 + value for value in total) - 1
    site.agree("contributions and the months", parts.sum(), whole, 0.0051)
    by_month = site.csv("contributions_by_month")
    by_month["contribution"] = pd.to_numeric(by_month["contribution"]).fillna(0)
    whole = parts.groupby("symbol").sum()
    for symbol, value in by_month.groupby("symbol")["contribution"].sum().items():
        site.agree(f"the months of {symbol or 'the rest'}", value, whole.get(symbol), 1e-9)


def costs(site):
    """Commissions of each year over the mean value, turnover, and the way from gross to net."""
    record = site.record
    table = site.table("costs/index.html", "Net")
    years = site.years()
    for _, row in table.iterrows():
        year = str(row["Year"]).rstrip("*")
        if not year.isdigit():
            continue
        values = [snapshot.nav for snapshot in record.snapshots if snapshot.date.year == int(year)]
        mean = float(sum(values) / len(values))
        fills = [fill for fill in record.fills if fill.date.year == int(year)]
        paid = float(sum((fill.commission or Fraction(0)) for fill in fills))
        sides = [float(sum(fill.notional for fill in fills if fill.side == side)) for side in (1, -1)]
        site.agree(f"commissions of {year}", number(row["Commissions"]), paid / mean, 0.6e-5)
        site.agree(f"net return of {year}", number(row["Net"]), years.get(int(year)), 0.6e-4)
        gap = number(row["Gross"]) - number(row["Net"])
        site.agree(f"gross less net of {year}", gap, paid / mean * (1 + number(row["Net"])), 2.5e-4)
        if number(row["Turnover"]) is not None:
            site.agree(f"turnover of {year}", number(row["Turnover"]), min(sides) / mean, 0.0051)


def exposure(site):
    """Net is what is not cash, gross what is held and sold short; both follow from the positions."""
    by_date = {snapshot.own_date: snapshot for snapshot in site.record.snapshots}
    table = site.table("costs/index.html", "Shares of the account")
    for _, row in table.iterrows():
        day = pd.to_datetime(row["Date"], format="%d %b %Y").date()
        gross, net, short, cash = (number(row[name]) for name in ("Gross", "Net", "Short", "Cash"))
        site.agree(f"net and cash on {day}", net + cash, 1, 1.1e-3)
        site.agree(f"gross, net and short on {day}", gross, net - 2 * short, 2.1e-3)
        snapshot = by_date[day]
        held = float(sum(Fraction(position["market_value"]) for position in snapshot.positions) / snapshot.nav)
        site.agree(f"what is held on {day}", net, held, 1.1e-3)


def doing_nothing(site):
    """The account's column is that of its years, the years make the total, and equal parts of closes come to about the same."""
    side = site.table("doing-nothing/index.html", "Figure").set_index("Figure")
    years = site.table("doing-nothing/index.html", "Year")
    total = lambda column: math.prod(1 + number(value) for value in years[column]) - 1
    for column in years.columns[1:]:
        site.agree(f"{column}: years and total", total(column), number(side.loc["Total return", column]), 5e-4 * (1 + abs(total(column))))
    own = site.years()
    for _, row in years.iterrows():
        year = int(str(row["Year"]).rstrip("*"))
        site.agree(f"the account in {year}", number(row["Account"]), own.get(year), 0.6e-4)
    site.agree("equal parts from closes", number(side.loc["Total return", "Equal parts"]), equal_parts(site), 0.02)


def equal_parts(site):
    """Bought in equal parts at the first date's close and restored on the first session of each year, at the assumed costs."""
    record = site.record
    strategy = record.config["strategy"][0]
    symbols = [member["symbol"] for member in strategy["universe"]]
    closes = pd.DataFrame({symbol: pd.Series(record.prices[symbol]) for symbol in symbols}).sort_index().ffill()
    closes = closes.loc[record.snapshots[0].date:record.snapshots[-1].date]
    cost = (float(strategy.get("slippage_bps", 5)) + float(strategy.get("commission_bps", 5))) / 1e4
    value, held, year = 1.0, None, None
    for day, prices in closes.iterrows():
        if held is not None:
            value = (held * prices).sum()
        if day.year != year:
            before = held * prices if held is not None else pd.Series(0.0, symbols)
            traded = (value / len(symbols) - before).abs().sum()
            value -= traded * cost
            held, year = value / len(symbols) / prices, day.year
    return value - 1


def feed(site):
    """Valid by the schema, with ids and addresses of its own for each entry."""
    schema = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
    document = etree.parse(site.public / "feed.xml")
    site.count += 1
    if not schema.validate(document):
        site.wrong += [f"feed.xml:{error.line}: {error.message}" for error in schema.error_log]
    atom = "{http://www.w3.org/2005/Atom}"
    ids = [one.text for one in document.iter(f"{atom}id")]
    updated = [one.findtext(f"{atom}updated") for one in document.iter(f"{atom}entry")]
    if len(set(ids)) < len(ids) or updated != sorted(updated, reverse=True) or len(updated) < 3:
        site.wrong.append(f"feed.xml: {len(ids)} ids, {len(set(ids))} of them different; entries in the order {updated[:3]}")


LOOKS = (contributions, costs, exposure, doing_nothing, feed)


def spoilt(site, root):
    """A yardstick that cannot fail is none: each of these mistakes must be noticed."""
    for page, before, after in [
        ("costs/index.html", r"(<td class=\"num\">)(\d)(\.\d bps)", lambda m: f"{m[1]}{(int(m[2]) + 3) % 10}{m[3]}"),
        ("doing-nothing/index.html", r"(<td class=\"num\">[+−])(\d)", lambda m: f"{m[1]}{(int(m[2]) + 3) % 10}"),
        ("data/contributions.csv", r"0\.(\d)", lambda m: f"0.{(int(m[1]) + 3) % 10}"),
        ("feed.xml", r"<updated>(\S+)Z</updated>", lambda m: f"<updated>{m[1]}</updated>"),
        ("feed.xml", r"(<entry.*?\n)<id>.*?</id>", lambda m: m[1]),
    ]:
        copy = root / "spoilt"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(site.public, copy, ignore=shutil.ignore_patterns("*.pdf"))
        text = (copy / page).read_text(encoding="utf-8")
        changed = re.sub(before, after, text, count=1)
        assert changed != text, f"nothing of {page} was spoilt"
        (copy / page).write_text(changed, encoding="utf-8")
        other = object.__new__(Site)
        other.public, other.record, other.wrong, other.count = copy, site.record, [], 0
        for look in LOOKS:
            look(other)
        if not other.wrong:
            site.wrong.append(f"a mistake in {page} was not noticed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="the trackrecord program")
    parser.add_argument("--site", type=Path, help="a demo that was built with precision = \"fine\", instead of making one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = options.site or Path(temporary) / "demo"
        if not options.site:
            demo(str(options.binary.resolve()), root)
        site = Site(root)
        for look in LOOKS:
            look(site)
        if not site.wrong:
            spoilt(site, Path(temporary))
    for line in site.wrong[:20]:
        print(f"! {line}")
    print(f"published: {site.count} numbers of the pages recomputed, {len(site.wrong)} wrong")
    return 1 if site.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
