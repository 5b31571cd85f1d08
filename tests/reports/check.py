#!/usr/bin/env python3
"""Looks at every monthly report of a built site with tools that are not ours: poppler and qpdf.

Each has to be a sound, tagged PDF of few pages, the last of them well filled, with the archival and accessible marks in its
metadata, every section in its text with room above it and something below it, attachments equal to the rows of data/*.csv, and
nothing private anywhere. The newest one says the sentence of the first page. Exit 1 if not.

    check.py SITE     the folder with data/ and public/
"""

import csv
import html
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECTIONS = [
    "Monthly report", "Growth of 100", "Below the last peak", "Account and index side by side", "Worst fall", "Past performance",
    "Orders of the month", "Data quality", "Key facts", "Method and disclosures",
]
# They are there wherever there is room for them.
ANYWHERE = ["Holdings", "Returns over periods, %", "Signal", "Benchmark", "Valuations"]
HEADINGS = re.compile(
    r"(Account and index side by side|Month by month|Holdings, .*|Returns over periods, %|Orders of the month|"
    r"Signal (at the start|for the next month)?|Data quality|Commentary|Key facts|Method and disclosures)$"
)
# A last page that is not the first has at least so much of the page's height between its first and its last line.
FILLED = 0.25
# So many points are between a heading and whatever is above it.
APART = 4
FONTS = {"SourceSans3", "SourceSans3-Regular", "SourceSans3-SemiBold", "SourceSans3-Italic", "DejaVuSansMono"}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def private(site):
    """Names that must be nowhere, and amounts as plain numbers of six digits and more."""
    names, amounts = set(), set()
    for path in (site / "data/executions").glob("*.csv"):
        for row in csv.DictReader(path.open()):
            names |= {row["account"], row["exec_id"], row["order_id"], row["perm_id"]}
    for path in (site / "data/snapshots").glob("*.json"):
        snapshot = json.loads(path.read_text())
        names.add(snapshot["account"])
        amounts |= {snapshot["net_liquidation"], *snapshot["cash"].values()}
        for position in snapshot["positions"] or []:
            amounts |= {position["market_value"]}
    whole = {amount.split(".")[0] for amount in amounts}
    return {name.lower() for name in names if len(name) >= 5}, {number for number in whole if len(number) >= 5}


def check(path, data, names, amounts):
    wrong = []
    month = path.stem
    lines = [line for line in run("pdfinfo", path).stdout.splitlines() if not line.startswith("File size")]
    info, fields = "\n".join(lines), dict(line.split(":", 1) for line in lines if ":" in line)
    pages = int(fields.get("Pages", "0"))
    if fields.get("Tagged", "").strip() != "yes":
        wrong.append("it is not tagged")
    if not 1 <= pages <= 3:
        wrong.append(f"it has {pages} pages")
    wrong += misplaced(path)
    if not fields.get("Title", "").strip():
        wrong.append("it has no title")
    sound = run("qpdf", "--check", path)
    if sound.returncode != 0:
        wrong.append("qpdf: " + (sound.stdout + sound.stderr).strip())
    unpacked = run("qpdf", "--qdf", "--object-streams=disable", path, "-").stdout
    if unpacked.count("\n  /Alt ") < 1:
        wrong.append("a chart has no alternative text")
    if "/Lang (en-GB)" not in unpacked:
        wrong.append("it does not say its language")
    metadata = run("pdfinfo", "-meta", path).stdout
    for mark in ("<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>"):
        if mark not in metadata:
            wrong.append(f"its metadata lacks {mark}")
    fonts = {line.split()[0].split("+")[-1] for line in run("pdffonts", path).stdout.splitlines()[2:]}
    if not fonts <= FONTS:
        wrong.append(f"it has other fonts: {fonts - FONTS}")

    text = run("pdftotext", "-raw", path, "-").stdout
    flat = " ".join(text.split())
    at = 0
    for section in SECTIONS:
        found = flat.find(section, at)
        if found < 0:
            wrong.append(f"`{section}` is not in its text, or not in its place")
        at = max(at, found)
    wrong += [f"`{words}` is not in its text" for words in ANYWHERE if words not in flat]
    if f"Page {pages} of {pages}" not in flat:
        wrong.append("its pages are not numbered")
    if re.search(r"(^|\s)-\d", text):
        wrong.append("a number has a hyphen for a minus")

    with tempfile.TemporaryDirectory() as folder:
        run("pdfdetach", "-saveall", "-o", folder, path)
        attached = {file.name: file.read_text() for file in Path(folder).iterdir()}
    expected = {f"{name}-{month}.csv": rows(table, month) for name, table in data.items()}
    expected = {name: table for name, table in expected.items() if table.count("\n") > 1}
    if attached != expected:
        wrong.append("its attachments are not the month's rows of data/")

    everything = "\n".join([text, info, metadata, *attached.values()])
    lowered = everything.lower()
    wrong += [f"it shows {name}" for name in names if name in lowered]
    numbers = {number.replace(",", "") for number in re.findall(r"(?<![\d.])\d[\d,]*", text + info)}
    cells = {field.split(".")[0] for table in attached.values() for row in csv.reader(table.splitlines()) for field in row}
    wrong += [f"it shows the amount {amount}" for amount in (numbers | cells) & amounts]
    return month, pages, wrong


def misplaced(path):
    """What is wrong with where its lines are: an almost empty last page, a heading that touches or that is left alone."""
    wrong = []
    laid_out = run("pdftotext", "-bbox-layout", path, "-").stdout
    pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', laid_out, re.S)
    for number, (_, height, content) in enumerate(pages, 1):
        lines = []
        for box, words in re.findall(r"<line ([^>]*)>(.*?)</line>", content, re.S):
            edges = [float(edge) for edge in re.findall(r'"([\d.]+)"', box)]
            text = html.unescape(" ".join(re.findall(r">([^<]+)</word>", words)))
            if edges[1] < float(height) - 40:
                lines.append((*edges, text))
        if not lines:
            wrong.append(f"its page {number} is empty")
            continue
        top, bottom = min(line[1] for line in lines), max(line[3] for line in lines)
        if number == len(pages) > 1 and bottom - top < FILLED * float(height):
            wrong.append(f"its last page has lines on {(bottom - top) / float(height):.0%} of its height")
        for left, upper, right, lower, text in lines:
            if not HEADINGS.match(text):
                continue
            above = [line[3] for line in lines if line[1] < upper - 1 and line[0] < right and line[2] > left]
            if above and upper - max(above) < APART:
                wrong.append(f"`{text}` touches what is above it: {upper - max(above):.1f} points")
            if not [line for line in lines if line[1] > upper + 1 and line[0] < right + 300 and line[2] > left]:
                wrong.append(f"`{text}` is left alone at the foot of page {number}")
    return wrong


def sentence(site):
    """The record in a sentence, as the first page of the site says it."""
    said = re.search(r'<p class="sentence">(.*?)</p>', (site / "public/index.html").read_text(), re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", said.group(1))).split())


def rows(table, month):
    header, *lines = table.splitlines()
    return "\n".join([header, *[line for line in lines if line.startswith(f"{month}-")]]) + "\n"


def main():
    site = Path(sys.argv[1])
    data = {name: (site / f"public/data/{name}.csv").read_text() for name in ("daily", "orders")}
    months = list(csv.DictReader((site / "public/data/months.csv").open()))
    reports = sorted((site / "public/months").glob("*.pdf"))
    names, amounts = private(site)
    with ThreadPoolExecutor(4) as pool:
        checked = list(pool.map(lambda path: check(path, data, names, amounts), reports))
    bad = [f"! {month}: {what}" for month, _, wrong in checked for what in wrong]
    if sentence(site) not in " ".join(run("pdftotext", "-raw", reports[-1], "-").stdout.split()):
        bad.append("! the newest report does not say the sentence of the first page")
    if [month for month, _, _ in checked] != [row["month"] for row in months]:
        bad.append("! there is not one report for each month")
    print("\n".join(bad[:40]))
    pages = Counter(pages for _, pages, _ in checked)
    print(f"{len(checked)} reports ({', '.join(f'{count} of {n} page(s)' for n, count in sorted(pages.items()))}), "
          f"{len(names)} names and {len(amounts)} amounts looked for, {len(bad)} faults")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
