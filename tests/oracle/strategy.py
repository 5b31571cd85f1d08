#!/usr/bin/env python3
"""`signal` and `backtest` against pandas, over the twenty S&P 500 stocks of skfolio from 1990 to 2022.

Every month-end from 1991 on: the same stocks in the same order, and the momentum to 1e-12. With costs off, the
months of the backtest to 1e-9. Exit 1 if anything differs.
"""

import argparse
import gzip
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

LOOKBACK, SKIP, TOP = 12, 1, 3
CONFIG = """[site]
status = "demo"
[benchmark]
symbol = ""
[[strategy]]
id = "momentum"
top_n = {top}
min_threshold = 0.0
cash_buffer = 0.0
lot_size = 0.000001
commission_bps = 0
commission_min = 0
slippage_bps = 0
capital = 1000000000
universe = [{universe}]
"""


def stocks():
    """Daily prices by date, one column a stock."""
    package = Path(importlib.util.find_spec("skfolio").origin).parent / "datasets/data"
    return pd.read_csv(gzip.open(package / "sp500_dataset.csv.gz"), index_col="Date", parse_dates=True).dropna()


def write(root, table):
    (root / "config").mkdir(parents=True)
    (root / "data/prices").mkdir(parents=True)
    universe = ", ".join(f'{{ symbol = "{symbol}" }}' for symbol in table)
    (root / "config/config.toml").write_text(CONFIG.format(top=TOP, universe=universe), encoding="utf-8")
    for symbol, closes in table.items():
        rows = "".join(f"{day.date()},,,,{float(close)!r},,,USD\n" for day, close in closes.items())
        text = "date,open,high,low,close,adj_close,volume,currency\n" + rows
        (root / f"data/prices/{symbol}.csv").write_text(text, encoding="utf-8")


# The oracle itself: the rule, and the backtest.


def momentum(table):
    """Month-ends by stocks: the return from 12 months before to 1 month before."""
    ends = table.resample("ME").last()
    return (ends.shift(SKIP) / ends.shift(LOOKBACK) - 1).dropna()


def ranked(row):
    return row.sort_index().sort_values(ascending=False, kind="stable")


def monthly_returns(table, signals):
    """A third in each of the best three from the close of a month's first trading day to that of the next one's."""
    first_days = table.groupby(table.index.to_period("M")).head(1).index
    weights = pd.DataFrame(0.0, table.index, table.columns)
    value, held = 1.0, pd.Series(0.0, table.columns)
    values = {}
    starts = signals.index[0]
    for day, closes in table[table.index >= table[:starts].index[-1]].iterrows():
        if held.any():
            value = (held * closes).sum()
        if day in first_days and day > starts:
            best = ranked(signals.loc[:day].iloc[-1]).index[:TOP]
            held = pd.Series(0.0, table.columns)
            held[best] = value / TOP / closes[best]
        values[day] = value
    ends = pd.Series(values).resample("ME").last()
    return (ends / ends.shift(1) - 1).dropna()


def ask(binary, root, *arguments):
    done = subprocess.run([binary, "--quiet", "--root", str(root), *arguments, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"`{' '.join(arguments)}` failed:\n{done.stderr}")
    documents = json.loads(done.stdout)
    assert documents.pop("schema") == 1, documents
    (only,), = documents.values()
    return only


def wrong_signals(binary, root, signals):
    wrong, widest = [], 0.0
    for end, row in signals.iterrows():
        wanted = ranked(row)
        found = ask(binary, root, "signal", "--as-of", str(end.date()))
        order = [place["symbol"] for place in found["ranking"]]
        gap = max(abs(place["momentum"] - wanted[place["symbol"]]) for place in found["ranking"])
        widest = max(widest, gap)
        if order != list(wanted.index) or found["selected"] != order[:TOP] or gap > 1e-12:
            wrong.append(f"signal of {end:%Y-%m}: {order} for {list(wanted.index)}, {gap:.1e} apart")
    print(f"signal: {len(signals)} month-ends x {signals.shape[1]} stocks, {len(wrong)} wrong, widest gap {widest:.1e}")
    return wrong


def wrong_months(binary, root, wanted):
    found = ask(binary, root, "backtest")["returns"]["by_month"]
    wanted = {f"{end:%Y-%m}": value for end, value in wanted.items()}
    gaps = {month: abs(found[month] - value) for month, value in wanted.items() if month in found}
    wrong = [f"backtest of {month}: {gap:.1e} apart" for month, gap in gaps.items() if not gap <= 1e-9]
    wrong += [f"backtest: only one side has {month}" for month in sorted(set(found) ^ set(wanted))]
    print(f"backtest: {len(gaps)} months, {len(wrong)} wrong, widest gap {max(gaps.values()):.1e}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=Path, help="the trackrecord program")
    parser.add_argument("--every", type=int, default=1, help="only every so many month-ends")
    options = parser.parse_args()
    binary = str(options.binary.resolve())
    table = stocks()
    signals = momentum(table)
    signals = signals[signals.index <= table.index[-1] + pd.offsets.MonthEnd(0)]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "site"
        write(root, table)
        wrong = wrong_signals(binary, root, signals.iloc[:: options.every])
        wrong += wrong_months(binary, root, monthly_returns(table, signals))
        # A yardstick that cannot fail is none: a stock's prices from the day before must be noticed.
        write(Path(temporary) / "late", table.assign(**{table.columns[0]: table[table.columns[0]].shift(1).bfill()}))
        with_late = ask(binary, Path(temporary) / "late", "signal", "--as-of", str(signals.index[60].date()))
        place = next(place for place in with_late["ranking"] if place["symbol"] == table.columns[0])
        if abs(place["momentum"] - signals.iloc[60][table.columns[0]]) < 1e-12:
            wrong.append("prices of the day before were not noticed")
    for line in wrong[:20]:
        print(f"! {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
