#!/usr/bin/env python3
"""A curious reader: what the published files give away of an account's size.

Simulated accounts are written as sites, recorded and built with the program, and attacked from `public/` (entries of the proof
included) and price files alone. The
table says how many accounts each attack finds at each level of precision, and the largest. Of flows the reader knows day and
sign; where a site does not name the size, that is guessed. Exit 1 if a level lets through what it must not, if the attacks
do not find nearly every account at the finest, or if they exclude more than a few of the accounts themselves.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from curious.accounts import Account, accounts, write  # noqa: E402
from curious.levels import LEVELS  # noqa: E402
from curious.many import misread  # noqa: E402
from curious.market import Market, Rule  # noqa: E402
from curious.recorded import told_too_much, with_entries  # noqa: E402
from curious.site import has_daily_numbers, read, with_unnamed  # noqa: E402
from curious.verdict import CLOSED, JOINED, Verdict, tooth, verdicts  # noqa: E402

PRICES = Path(__file__).parent.parent.parent / "data/demo/prices"
# From these sizes on nothing may be found: (level, attack) to a start value.
LIMITS = {("monthly", "replay"): 100_000, ("coarse", "replay"): 50_000, ("daily", "exact search"): 30_000}
# A deposit above this share of the account is named with its day at the levels with daily numbers (it is 10 %).
NAMED_FLOW = 0.11
# At these levels an attack without a limit of its own may find nothing at all ...
SAFE = ("daily", "monthly", "coarse")
# ... but for those that know the rule, of which `daily` promises nothing.
UNLIMITED = {("daily", "replay"), ("monthly", "exact search"), ("coarse", "exact search")}


def build(binary, folder, out):
    """Builds a site; its errors, or nothing."""
    if not (Path(folder) / "data/proof").exists():
        # What it records is published too, and attacked with the rest.
        subprocess.run([binary, "--root", folder, "proof", "init"], capture_output=True, check=True)
    done = subprocess.run([binary, "build", "--quiet", "--root", folder, "--out", out], capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else None


def published(binary, account, level, scratch, prices, reports):
    """The account's site at a level, as the program publishes it."""
    folder = Path(scratch) / f"{account.name}-{level}"
    write(account, folder, prices, precision=level)
    public = folder / "public"
    if error := build(binary, folder, public):
        sys.exit(f"{account.name}: {error}")
    if level in ("monthly", "coarse") and (tables := has_daily_numbers(public)):
        sys.exit(f"{account.name}: at {level} there are daily numbers in {', '.join(tables)}")
    if said := sorted(told_too_much(folder, public)):
        sys.exit(f"{account.name}: at {level} the proof gives away {'; '.join(said[:5])}")
    site = with_entries(read(public, level, reports), public)
    # A reader who overlooks what stands there would call a level safe.
    large = {day for day in account.flows if account.share_of_flow(day) > NAMED_FLOW}
    if level == "fine" and (unread := large - {day for day, *_ in site.flows}):
        sys.exit(f"{account.name}: at {level} no flow is read of {', '.join(sorted(unread))}")
    # The finest is attacked from what it says alone: up to where money moved, its numbers need no help.
    return site if level == "fine" else with_unnamed(site, flows_of(account))


def demo(binary, scratch):
    """The program's own demo: its owner keeps money back before it leaves, and sizes orders at the worst slippage."""
    folder = Path(scratch) / "demo"
    subprocess.run([binary, "demo", folder], capture_output=True, check=True)
    config = folder / "config/config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[privacy]\n", "[privacy]\nprecision = \"fine\"\n"), encoding="utf-8")
    if error := build(binary, folder, folder / "public"):
        sys.exit(f"demo: {error}")
    account = Account("demo", Rule(), "2015-01-30", "2022-12-28", 100_000.0)
    # These are the program's own reports, so that a change of their words is noticed.
    return account, read(folder / "public", reports=True)


def flows_of(account):
    """Date, sign and share of each flow."""
    return [(day, 1 if amount > 0 else -1, account.share_of_flow(day)) for day, amount in account.flows.items()]


def kept_before(file, levels):
    """What an earlier run found: `{account's name: {level: verdicts}}`, of accounts with all of these levels."""
    if not file or not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    read_back = {row["account"]: {level: [Verdict(**one) for one in row["levels"][level]] for level in levels}
                 for row in rows if set(levels) <= set(row["levels"])}
    return read_back


def keep(file, account, found):
    """Writes down what was found of an account, so that a run that is ended can go on."""
    if file:
        rows = {level: [{**vars(one), "mask": None} for one in verdicts_of] for level, verdicts_of in found.items()}
        with open(file, "a") as out:
            out.write(json.dumps({"account": account.name, "levels": rows}) + "\n")


def attack(binary, market, chosen, levels, scratch, reports, file=None):
    """All verdicts: `{level: [(account, verdicts)]}`."""
    table, before = {level: [] for level in levels}, kept_before(file, levels)
    for account in chosen:
        if account.name in before:
            for level in levels:
                table[level].append((account, before[account.name][level]))
            continue
        begun = time.monotonic()
        sites = {level: published(binary, account, level, scratch, PRICES, reports) for level in levels}
        building = time.monotonic() - begun
        found = {level: verdicts(sites[level], market, account) for level in levels}
        keep(file, account, found)
        for level in levels:
            table[level].append((account, found[level]))
        for folder in Path(scratch).glob(f"{account.name}-*"):
            shutil.rmtree(folder)
        seconds = time.monotonic() - begun
        print(f"{account.name}: {seconds:.0f} s, {building:.0f} of them building", file=sys.stderr, flush=True)
    return table


def written(table):
    """The table as Markdown: of how many accounts an attack finds how many, and the largest."""
    levels = list(table)
    names = [verdict.attack for verdict in next(iter(table.values()))[0][1]]
    lines = ["| attack | " + " | ".join(levels) + " |", "|---|" + "---|" * len(levels)]
    for name in names:
        cells = []
        for level in levels:
            all_of_it = [(account, verdict) for account, found in table[level] for verdict in found
                         if verdict.attack == name and verdict.applies]
            hits = [account for account, verdict in all_of_it if verdict.found]
            largest = f", up to {max(account.value for account in hits) / 1000:.0f} k" if hits else ""
            cells.append(f"{len(hits)} of {len(all_of_it)}{largest}" if all_of_it else "nothing to use")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def faults(table):
    """What a level lets through that it must not, and attacks that do not bite at the finest."""
    for level, rows in table.items():
        # Errors of rounding are taken as independent, which loses an account now and then, and no more.
        lost = [(account, verdict) for account, found in rows for verdict in found if verdict.applies and not verdict.kept]
        for name in {verdict.attack for _, verdict in lost} - {JOINED, CLOSED}:
            names = [account.name for account, verdict in lost if verdict.attack == name]
            if len(names) > 1 + len(rows) / 20:
                yield f"{level}: {name} excludes the accounts themselves: {', '.join(names)}"
        # The harness must bite: at the finest all attacks together find nearly every account.
        missed = [f"{account.name} ({verdict.covered:.0%} left)" for account, found in rows for verdict in found
                  if verdict.attack == JOINED and verdict.kept and not verdict.found]
        if level == "fine" and len(missed) > 1 + len(rows) / 20:
            yield f"{level}: {JOINED} misses {', '.join(missed)}"
        for account, found in rows:
            for verdict in found:
                where = f"{level}: {verdict.attack} on {account.name}"
                if verdict.attack == CLOSED and verdict.found:
                    yield f"{where} leaves {verdict.covered:.1%} of all start values: it begins with the real one"
                if level not in SAFE or not verdict.found or verdict.attack in (JOINED, CLOSED):
                    continue
                if (level, verdict.attack) in UNLIMITED:
                    continue
                if account.value >= LIMITS.get((level, verdict.attack), 0):
                    yield (f"{where} leaves {verdict.covered:.1%} of all start values, "
                           f"nine tenths of them within a factor {verdict.factor:.2f}")


def main():
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/trackrecord")
    parser.add_argument("--accounts", type=int, default=100, help="how many simulated accounts (100)")
    parser.add_argument("--levels", default=",".join(LEVELS), help="which levels, with commas between")
    parser.add_argument("--no-reports", action="store_true", help="do not read weights from the monthly PDFs")
    parser.add_argument("--keep", type=Path, help="a file of what was found, with which a run that was ended goes on")
    parser.add_argument("--only", default="", help="only accounts whose name has this in it")
    options = parser.parse_args()
    market = Market.read(PRICES, Rule().universe)
    chosen = [account for account in accounts(options.accounts, market) if options.only in account.name]
    with tempfile.TemporaryDirectory() as scratch:
        binary = str(Path(options.binary).resolve())
        if wrong := misread(binary, scratch, PRICES, build):
            sys.exit(f"many holdings: {wrong}")
        table = attack(binary, market, chosen, options.levels.split(","), scratch, not options.no_reports, options.keep)
        account, site = demo(binary, scratch)
        bitten = [_line(verdict, site, market, account) for verdict in verdicts(site, market, account) if verdict.applies]
    print(written(table))
    print(f"\nThe demo, of 100,000, at fine: {'; '.join(bitten)}.")
    found = list(faults(table))
    for fault in found:
        print(f"! {fault}")
    sys.exit(1 if found else 0)


def _line(verdict, site, market, account):
    """What an attack says of the demo, and how exactly."""
    if not verdict.found or verdict.attack == JOINED:
        return f"{verdict.attack} leaves {verdict.covered:.2%}"
    low, high = tooth(site, market, account, verdict.attack)
    return f"{verdict.attack} leaves {verdict.covered:.2%}, there {low:,.2f} to {high:,.2f}"


if __name__ == "__main__":
    main()
