#!/usr/bin/env python3
"""A build of the demo beside Hugo's of as many pages of the same size, and beside QuantStats' report of the same returns.

    python3 benches/compare/run.py --binary target/release/trackrecord

Debian's `hugo` must be installed, and the Python that runs this needs tests/oracle/requirements.txt. All three are measured in one
run, one after another and in turn; the table at the end is that of the README.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUANTSTATS = """
import sys, warnings
warnings.filterwarnings("ignore")
import pandas, quantstats
table = pandas.read_csv(sys.argv[1], index_col="date", parse_dates=True)
benchmark = table["benchmark_index"].pct_change().dropna()
returns = table["index"].pct_change().dropna()
quantstats.reports.html(returns, benchmark, output=sys.argv[2], title="Demo")
"""

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>
<nav>{{ range first 6 site.RegularPages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ end }}</nav>
<main>{{ .Content }}</main></body></html>
"""


def seconds(command, **more):
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr}")
    return time.perf_counter() - began


def pages_of(public):
    return [path for path in public.rglob("*.html") if path.name != "404.html"]


class Ours:
    """Everything is made again but the monthly reports, which are as they were."""

    def __init__(self, binary, root):
        self.binary, self.root = binary, root
        subprocess.run([binary, "demo", str(root)], check=True, capture_output=True)

    def run(self):
        for path in [self.root / "public", *(self.root / ".cache").iterdir()]:
            if path.name != "reports":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return seconds([self.binary, "--quiet", "--root", str(self.root), "build"])


class Hugo:
    """As many pages with as many letters, from Markdown."""

    def __init__(self, root, pages):
        self.root, sizes = root, [path.stat().st_size for path in pages]
        words = "The account returned 1.23% in the month, against 0.98% for the index. "
        (root / "content").mkdir(parents=True)
        (root / "layouts/_default").mkdir(parents=True)
        for name in ("single", "list"):
            (root / f"layouts/_default/{name}.html").write_text(LAYOUT, encoding="utf-8")
        (root / "config.toml").write_text('baseURL = "https://example.org/"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n', encoding="utf-8")
        for number, size in enumerate(sizes):
            text = "\n\n".join([words * 6] * max(1, size // (len(words) * 6)))
            (root / f"content/page-{number}.md").write_text(f'---\ntitle: "Page {number}"\n---\n{text}\n', encoding="utf-8")

    def run(self):
        shutil.rmtree(self.root / "public", ignore_errors=True)
        return seconds(["hugo", "--quiet", "--source", str(self.root)])


class QuantStats:
    """One page of figures and pictures."""

    def __init__(self, root, table):
        self.command = [sys.executable, "-c", QUANTSTATS, str(table), str(root / "report.html")]

    def run(self):
        return seconds(self.command)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=Path, help="the trackrecord program, optimized")
    parser.add_argument("--runs", type=int, default=5, help="the table has the median of so many")
    options = parser.parse_args()
    if not shutil.which("hugo"):
        parser.error("Hugo is not installed: `apt install hugo`")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ours = Ours(str(options.binary.resolve()), folder / "demo")
        public = folder / "demo/public"
        pages = pages_of(public)
        size = sum(path.stat().st_size for path in pages)
        contestants = [ours, Hugo(folder / "hugo", pages), QuantStats(folder, folder / "daily.csv")]
        shutil.copy(public / "data/daily.csv", folder / "daily.csv")
        times = [[] for _ in contestants]
        for _ in range(options.runs):
            for contestant, taken in zip(contestants, times):
                taken.append(contestant.run())
        mine, hugo, quantstats = (statistics.median(taken) for taken in times)
        version = subprocess.run(["hugo", "version"], capture_output=True, text=True, check=True).stdout.split()[1].split("-")[0]
    print(f"| {len(pages)} pages of {size / 1e6:.1f} MB, medians of {options.runs} | time | beside ours |")
    print("|---|--:|--:|")
    print(f"| `trackrecord build`: figures, charts, tables, search for leaks; reports as before | {mine:.2f} s | |")
    print(f"| Hugo {version}: as many pages of as much text, no figure computed | {hugo:.2f} s | {hugo / mine:.1f} |")
    print(f"| QuantStats: one HTML report of the same returns | {quantstats:.1f} s | {quantstats / mine:.0f} |")


if __name__ == "__main__":
    main()
