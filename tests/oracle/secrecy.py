#!/usr/bin/env python3
"""`check --secrecy` against a curious reader: does the program say of its own record what is found from its published files?

Simulated accounts are written as sites. The program replays the record it has, `curious/replay.py` the pages and tables
that it published; at each level both must find the account or both not, and leave about as many start values. Exit 1
where they differ.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from curious.accounts import accounts, write  # noqa: E402
from curious.market import Market, Rule  # noqa: E402
from curious.replay import Replay  # noqa: E402
from curious.site import read, with_unnamed  # noqa: E402
from curious.verdict import FACTOR, grid  # noqa: E402

PRICES = Path(__file__).parent.parent.parent / "data/demo/prices"
LEVELS = ("daily", "monthly", "coarse")
# The two are different programs with different guesses: shares of start values within this factor are the same ...
SAME_SHARE = 5.0
# ... or within this distance; and an interval so near to the limit is found by the one and not by the other.
NEAR_SHARE, NEAR_FACTOR = 0.25, 1.35


def run(binary, *arguments):
    """The program's output; a site that cannot be checked or built ends the comparison."""
    done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True)
    if not done.stdout and done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def of_pages(binary, account, level, market, scratch):
    """Share of start values and factor that the published files leave; nothing is left where guesses at flows ran out."""
    folder = Path(scratch) / f"{account.name}-{level}"
    write(account, folder, PRICES, precision=level)
    run(binary, "build", "--quiet", "--root", folder)
    flows = [(day, 1 if amount > 0 else -1, None) for day, amount in account.flows.items()]
    site = with_unnamed(read(folder / "public", level, reports=True), flows)
    values = grid(account.value, level)[:-1]
    left = Replay(site, market, account.rule).survivors(values)
    logs = np.log(values[left])
    factor = float(np.exp(np.quantile(logs, 0.95) - np.quantile(logs, 0.05))) if len(logs) else 1.0
    return len(left) / len(values), factor, folder


def main():
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/trackrecord")
    parser.add_argument("--accounts", type=int, default=8)
    options = parser.parse_args()
    binary = str(Path(options.binary).resolve())
    market = Market.read(PRICES, Rule().universe)
    # The first eight of a hundred last half a year and a year.
    chosen, wrong = accounts(100, market)[: options.accounts], 0
    with tempfile.TemporaryDirectory() as scratch:
        for account in chosen:
            said = None
            for level in LEVELS:
                share, factor, folder = of_pages(binary, account, level, market, scratch)
                said = said or json.loads(run(binary, "check", "--secrecy", "--json", "--root", folder))["secrecy"]
                own = next(one for one in said["levels"] if one["level"] == level)
                found = factor < FACTOR
                near = max(factor, FACTOR) / min(factor, FACTOR) < NEAR_FACTOR or (
                    max(own["factor"], FACTOR) / min(own["factor"], FACTOR) < NEAR_FACTOR)
                low, high = sorted((share + 1e-3, own["share"] + 1e-3))
                same = (found == own["found"] or near) and (high / low < SAME_SHARE or high - low < NEAR_SHARE)
                wrong += not same
                print(f"{account.name} {level}: {share:.1%} and a factor {factor:.2f} from its pages; the program says "
                      f"{own['share']:.1%} and {own['factor']:.2f}, with {said['explained']} of {said['orders']} orders by the "
                      f"rule{'' if same else '  <-- differs'}", flush=True)
    print(f"{len(chosen)} accounts, {wrong} differences")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
