#!/usr/bin/env python3
"""The same monthly reports from reportlab and matplotlib, as the earlier system made them, and from trackrecord.

Reads data/*.csv of a built site and typesets every month in one process: figures, growth and drawdown charts, the
year's months, positions left out, orders with slippage. Then lets the program typeset all of its own from an empty
cache, on one thread and on all, and prints reports a second for each.

    reports.py --binary target/release/trackrecord SITE
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from io import BytesIO
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import pandas as pd  # noqa: E402
from reportlab.lib.pagesizes import A4  # noqa: E402
from reportlab.lib.styles import getSampleStyleSheet  # noqa: E402
from reportlab.lib.units import mm  # noqa: E402
from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Spacer, Table  # noqa: E402

STYLES = getSampleStyleSheet()


def charts(days):
    """Growth and drawdown on one sheet, as a picture of 150 dots an inch."""
    figure, (above, below) = plt.subplots(2, 1, figsize=(7, 4), sharex=True, height_ratios=(2, 1))
    above.semilogy(days.index, days["index"] * 100, label="Account")
    above.semilogy(days.index, days["benchmark_index"] * 100, label="Index")
    above.legend(frameon=False)
    below.fill_between(days.index, days["drawdown"] * 100, 0, alpha=0.3)
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=150, bbox_inches="tight")
    plt.close(figure)
    picture.seek(0)
    return Image(picture, width=170 * mm, height=97 * mm)


def report(month, daily, months, orders, path):
    until = daily.loc[:month]
    returns = until["daily_return"].dropna()
    year = months[(months["month"].str[:4] == month[:4]) & (months["month"] <= month)]
    this = months[months["month"] == month].iloc[0]
    own = orders[orders["date"].str.startswith(month)]
    percent = "{:+.1%}".format
    summary = [
        ["Month", percent(this["return"]), "Index", percent(this["benchmark_return"])],
        ["Since inception", percent(until["index"].iloc[-1] - 1), "Volatility", percent(returns.std() * 252**0.5)],
        ["Sharpe ratio", f"{returns.mean() / returns.std() * 252**0.5:.2f}", "Maximum drawdown", percent(until["drawdown"].min())],
    ]
    story = [
        Paragraph(f"Monthly report, {month}", STYLES["Title"]),
        Table(summary),
        charts(until),
        Table([list(year["month"]), [percent(value) for value in year["return"]]]),
        Spacer(1, 6 * mm),
        Table([["Date", "Side", "Symbol", "Reference", "Fill", "Slippage, bps"]] + own[
            ["date", "side", "symbol", "reference_price", "price", "slippage_bps"]
        ].astype(str).values.tolist()),
    ]
    SimpleDocTemplate(str(path), pagesize=A4).build(story)


def with_python(site, folder):
    daily = pd.read_csv(site / "public/data/daily.csv", parse_dates=["date"], index_col="date")
    months = pd.read_csv(site / "public/data/months.csv")
    orders = pd.read_csv(site / "public/data/orders.csv")
    report(months["month"].iloc[-1], daily, months, orders, folder / "warm.pdf")
    start = time.perf_counter()
    for month in months["month"]:
        report(month, daily, months, orders, folder / f"{month}.pdf")
    return len(months), time.perf_counter() - start


def build(binary, site, out, threads):
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    start = time.perf_counter()
    subprocess.run([binary, "--quiet", "--root", site, "build", "--out", out], check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def with_ours(binary, site, out, threads):
    """Seconds for the reports alone: a build from an empty cache less the same build from a full one."""
    shutil.rmtree(site / ".cache", ignore_errors=True)
    cold = build(binary, site, out, threads)
    return cold - min(build(binary, site, out, threads) for _ in range(3))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--binary", required=True)
    arguments.add_argument("site", type=Path)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        count, seconds = with_python(chosen.site, folder)
        print(f"reportlab + matplotlib, one process: {count} reports in {seconds:.2f} s, {count / seconds:.1f} a second")
        for threads in (1, os.cpu_count() or 1):
            seconds = with_ours(chosen.binary, chosen.site, folder / "public", threads)
            print(f"trackrecord, {threads} thread(s): {count} reports in {seconds:.2f} s, {count / seconds:.1f} a second")


if __name__ == "__main__":
    main()
