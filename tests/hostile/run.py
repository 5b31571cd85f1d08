#!/usr/bin/env python3
"""Plays ugly accounts (account.py), imports their statements cut and ordered at random, and judges the figures.

In most runs boxes of the query are ticked or unticked between statements, and in half of them deposits are entered by hand
before a statement holds them. For each seed and base currency: every import order gives the same figures, `check` has no errors, the site builds, and
total, months, contributions by holding, round trips and holdings equal the ledger's. Exit 1 and the seed where one does not.
"""

import csv
import random
import sys
import tempfile
from fractions import Fraction as F
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import account as ledger  # noqa: E402
from seeds import Site, in_two_orders, play  # noqa: E402

TOLERANCE = 1e-9


ACTIONS = ("id,event,date,time,account,kind,symbol,conid,asset_class,currency,quantity,ratio,proceeds,value,multiplier,"
           "cancels,source,generated,text").split(",")


def tell_splits(root, splits):
    """The splits of a price source, as a collection of prices leaves them."""
    path = root / "data/actions.csv"
    path.parent.mkdir(exist_ok=True)
    rows, names = [], ACTIONS
    if path.exists():
        with path.open(newline="") as file:
            reader = csv.DictReader(file)
            rows, names = list(reader), reader.fieldnames
    for symbol, day, ratio, currency in splits:
        name = f"yahoo:{symbol}:{day}"
        rows.append({"id": name, "event": name, "date": str(day), "kind": "FS", "symbol": symbol, "currency": currency,
                     "ratio": ratio, "source": "yahoo", "generated": "2025-02-01T00:00:00Z"})
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def close(ours, right):
    return ours is not None and abs(ours - float(right)) <= TOLERANCE * max(1, abs(float(right)))


def judge(site, known, daily, problems):
    stats = site.figures()

    def expect(what, ours, right):
        if not (close(ours, right) if right is not None else ours is None):
            problems.append(f"{what}: {ours}, right is {None if right is None else float(right)}")

    expect("total return", stats["returns"]["total"], known.growth())
    sessions = known.account.sessions
    for month in range(1, 13):
        days = [day for day in sessions if day.month == month]
        expect(f"return of {days[0]:%Y-%m}", stats["returns"]["by_month"].get(f"{days[0]:%Y-%m}"),
               known.growth(days[0], days[-1]))
    trips = known.trips()
    wins, losses = [t for t in trips if t > 0], [t for t in trips if t < 0]
    trades = stats["trades"]
    expect("round trips", trades["round_trips"], F(len(trips)))
    expect("win rate", trades["win_rate"], F(len(wins), len(wins) + len(losses)) if wins or losses else None)
    expect("average win", trades["average_win"], sum(wins) / len(wins) if wins else None)
    expect("average loss", trades["average_loss"], sum(losses) / len(losses) if losses else None)
    brought = stats["contributions"]
    total = sum(brought["holdings"].values()) + brought["rest"] + brought["not_attributed"]
    expect("all contributions", total, known.growth())
    # With positions of every session each part is known to the last digit.
    if daily and not known.unlike:
        right = known.contributions()
        expect("contribution of no holding", brought["rest"], right.pop(None))
        for holding in sorted({*right, *brought["holdings"]}):
            expect(f"contribution of {holding}", brought["holdings"].get(holding, 0.0), right.get(holding, 0.0))
    return stats


def one(binary, seed, keep):
    base = ("USD", "EUR", "GBP")[seed % 3]
    source = random.Random(seed * 7919 + len(base))
    account = ledger.Account(seed, base)
    spans = ledger.spans(account, source)
    if source.random() < .6:
        ledger.tick_boxes(spans, source)
    known = ledger.Known(account, spans)
    by_hand = ledger.entered_by_hand(known, source) if source.random() < .5 else []
    daily = source.random() < .5
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        files = []
        for span in spans:
            path = folder / span.name
            path.write_text(ledger.statement(account, span, daily))
            files.append(path)
        def attempt(root, number):
            problems = []
            site = Site(binary, root, f'id = "{ledger.ACCOUNT}"\nbase_currency = "{base}"')
            for day, amount in by_hand:
                site.run("flow", "add", f"{day}", amount)
            # One by one with the price source first, or all at once and before it.
            if number == 0:
                tell_splits(root, account.public_splits)
            for paths in [[path] for path in files] if number == 0 else [files]:
                site.run("import", "flex", *paths)
            if number == 1:
                tell_splits(root, account.public_splits)
            findings = site.run("check", "-v", codes=(0, 1))
            errors = [line for line in findings.splitlines() if line.startswith("error") or "position" in line]
            problems += [f"check: {line}" for line in errors[:3]]
            stats = judge(site, known, daily, problems)
            # A build takes most of the time, and needs nothing but the figures that both have.
            if number == seed % 2:
                problems += site.problems_of_build()
            return stats, problems

        return in_two_orders(source, files, folder, keep and keep / f"{seed}-{base}", attempt)


if __name__ == "__main__":
    sys.exit(play(__doc__, one))
