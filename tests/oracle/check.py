#!/usr/bin/env python3
"""Recomputes every figure of `trackrecord stats --json` and `slippage --json` and compares.

Site directories are made, or with --sites kept and used again, and read here from their files alone. Each
figure is asked of quantstats, empyrical, pandas or scipy where their definition is ours, and computed with
numpy or exact fractions where it is not; the table says which. Exit 1 if one differs by more than 1e-9 of
itself, is missing, or is defined on one side only.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from datetime import date
from pathlib import Path

warnings.filterwarnings("ignore")
sys.path.insert(0, str(Path(__file__).parent))

import datasets  # noqa: E402
import record as files  # noqa: E402
from compare import MISSING, compare, name, self_test, unchecked, written  # noqa: E402
from figures import Figures  # noqa: E402
from trades import Trades  # noqa: E402

TIMINGS = ("split", "start", "end")
RATES = (0.0, 0.02, 0.055)
WINDOWS = {"rough": [("2018-09-03", "2020-12-31")], "demo": [("2016-06-01", "2019-05-31")]}


def with_settings(config, **settings):
    """The configuration with these keys of [analysis] in place of its own."""
    kept, section = [], ""
    for line in config.splitlines():
        if line.startswith("["):
            section = line.strip()
        if section == "[analysis]" and (line.startswith("[") or line.split("=")[0].strip() in settings):
            continue
        if section != "[analysis]" or line.strip():
            kept.append((section, line))
    own = [line for part, line in kept if part == "[analysis]"]
    rest = [line for part, line in kept if part != "[analysis]"]
    own += [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    return "\n".join([*rest, "", "[analysis]", *own, ""])


def variants(title):
    """Settings and window of each run on a data set."""
    for timing, rate in itertools.product(TIMINGS, RATES):
        yield {"flow_timing": timing, "risk_free": rate}, None
    yield {"flow_timing": "split", "risk_free": 0.01, "periods_per_year": 365}, None
    for window in WINDOWS.get(title, []):
        yield {"flow_timing": "split", "risk_free": 0.02}, window


def ask(binary, root, command, window):
    dates = ["--from", window[0], "--to", window[1]] if window else []
    done = subprocess.run(
        [binary, "--root", str(root), command, "--json", *dates], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"`{command}` failed on {root}:\n{done.stderr}")
    document = json.loads(done.stdout)
    assert document.pop("schema") == 1, document
    return document


def stems(paths):
    """Paths with their numbers and dates left out, each once: `by_month.*`."""
    short = ("*" if isinstance(part, int) or part[:1].isdigit() else part for part in paths)
    return ".".join(short)


def show(title, rows, remarks):
    print(f"\n{title}")
    print(f"  {'figure':44} {'ours':>20} {'oracle':>20}  {'difference':>10}  asked of")
    for row in rows:
        if stems(row.expected.path) != name(row.expected.path) and row.passed:
            continue
        if row.ours is MISSING and row.passed:
            continue
        gap = "" if row.difference is None else f"{row.difference:.1e}"
        mark = " " if row.passed else "!"
        inside = f" (within {row.expected.within:.2g})" if row.expected.within is not None else ""
        print(f"{mark} {name(row.expected.path):44} {written(row.ours):>20} {written(row.expected.value):>20}  "
              f"{gap:>10}  {row.expected.oracle}{inside}")
    for remark in remarks:
        value = "" if remark.value is None else f" {written(remark.value)}"
        print(f"~ {name(remark.path)}: {remark.library}{value} differs by definition: {remark.reason}")


def failures_only(title, rows):
    for row in rows:
        if not row.passed:
            print(f"! {title}: {name(row.expected.path)}: ours {written(row.ours)}, "
                  f"{row.expected.oracle} {written(row.expected.value)}")


def check_site(title, root, binary, options, counts, blind):
    config_path = root / "config/config.toml"
    config = config_path.read_text(encoding="utf-8")
    try:
        for number, (settings, window) in enumerate(variants(title)):
            config_path.write_text(with_settings(config, **settings), encoding="utf-8")
            site = files.read(root)
            since, until = (date.fromisoformat(day) for day in window) if window else (None, None)
            figures = Figures(site, since, until)
            expected, remarks = figures.all()
            trades = Trades(site, since, until)
            label = ", ".join(f"{key} {value}" for key, value in settings.items())
            label = f"{title}: {label}" + (f", {window[0]} to {window[1]}" if window else "")
            for command, wanted, told in (
                ("stats", expected + trades.figures(), remarks), ("slippage", trades.slippage(), []),
            ):
                document = ask(binary, root, command, window)
                rows = compare(document, wanted)
                if number == 0 or options.verbose:
                    show(f"{command} on {label}", rows, told)
                    strangers = Counter(stems(path) for path in unchecked(document, wanted))
                    if strangers:
                        print("  not checked: " + ", ".join(strangers))
                else:
                    failures_only(f"{command} on {label}", rows)
                counts.update("passed" if row.passed else "failed" for row in rows if not skipped(row))
                if options.self_test:
                    caught, unnoticed = self_test(document, wanted)
                    blind["caught"] += caught
                    blind["unnoticed"] += [f"{label}: {name(one.path)} {how}" for one, how in unnoticed]
    finally:
        config_path.write_text(config, encoding="utf-8")


def skipped(row):
    return row.ours is MISSING and row.passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=Path, help="the trackrecord program")
    parser.add_argument("--sites", type=Path, help="keep the site directories here, and use those already there")
    parser.add_argument("--only", choices=datasets.ALL, action="append", help="only this data set")
    parser.add_argument("--self-test", action="store_true", help="also spoil each figure and see that it is noticed")
    parser.add_argument("--verbose", action="store_true", help="a table for each setting, not only the first")
    options = parser.parse_args()
    binary = str(options.binary.resolve())
    counts, blind = Counter(), {"caught": 0, "unnoticed": []}
    with tempfile.TemporaryDirectory() as temporary:
        home = options.sites or Path(temporary)
        for title, make in datasets.ALL.items():
            if options.only and title not in options.only:
                continue
            root = home / title
            if not root.exists():
                make(root, binary)
            check_site(title, root, binary, options, counts, blind)
    print("\nBounds and shuffles are drawn with another generator: compared within the noise of sampling.")
    if options.self_test:
        print(f"Spoilt on purpose: {blind['caught']} noticed, {len(blind['unnoticed'])} not noticed")
        for line in blind["unnoticed"]:
            print(f"! {line}")
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] or blind["unnoticed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
