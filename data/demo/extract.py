"""Makes data/demo/prices/*.csv from the data sets of the Python package skfolio.

    python3 data/demo/extract.py path/to/skfolio/datasets/data

Standard library only. Prices are copied character by character, never through a float.
"""

import csv
import gzip
import sys
from pathlib import Path

FIRST, LAST = "2014-01-02", "2022-12-28"
HEADER = ["date", "open", "high", "low", "close", "adj_close", "volume", "currency"]
HERE = Path(__file__).parent / "prices"


def rows(path):
    with gzip.open(path, "rt", newline="") as file:
        return [row for row in csv.DictReader(file) if FIRST <= row["Date"] <= LAST]


def write(symbol, bars):
    with open(HERE / f"{symbol}.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEADER)
        out.writerows(bars)


def main(source):
    factors = rows(source / "factors_dataset.csv.gz")
    for symbol in ["MTUM", "QUAL", "SIZE", "USMV", "VLUE"]:
        # Only the adjusted close is known. The demo trades at it, so it stands in both columns.
        write(symbol, [[row["Date"], "", "", "", row[symbol], row[symbol], "", "USD"] for row in factors])
    index = rows(source / "sp500_index.csv.gz")
    if [row["Date"] for row in index] != [row["Date"] for row in factors]:
        sys.exit("the two data sets have different dates")
    # A price index: there is no total return to put into adj_close.
    write("^GSPC", [[row["Date"], "", "", "", row["SP500"], "", "", "USD"] for row in index])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
