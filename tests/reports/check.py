#!/usr/bin/env python3
"""Looks at every monthly report of a built site with tools that are not ours: poppler and qpdf.

Each has to be a sound, tagged PDF with one or two pages, the archival and accessible marks in its metadata, every
section in its text, attachments equal to the rows of data/*.csv, and nothing private anywhere. Exit 1 if not.

    check.py SITE     the folder with data/ and public/
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECTIONS = [
    "Performance", "Returns, %", "Positions", "Growth of 100", "Drawdown", "Monthly returns, %", "Past performance",
    "Orders of the month", "Signal", "Data quality", "Commentary", "Method and disclosures",
]
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
    if not 1 <= pages <= 2:
        wrong.append(f"it has {pages} pages")
    if not fields.get("Title", "").strip():
        wrong.append("it has no title")
    sound = run("qpdf", "--check", path)
    if sound.returncode != 0:
        wrong.append("qpdf: " + (sound.stdout + sound.stderr).strip())
    unpacked = run("qpdf", "--qdf", "--object-streams=disable", path, "-").stdout
    if unpacked.count("\n  /Alt ") < 2:
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
    if f"Page {pages} of {pages}" not in flat:
        wrong.append("its pages are not numbered")
    if re.search(r"(^|\s)-\d", text):
        wrong.append("a number has a hyphen for a minus")

    with tempfile.TemporaryDirectory() as folder:
        run("pdfdetach", "-saveall", "-o", folder, path)
        attached = {file.name: file.read_text() for file in Path(folder).iterdir()}
    expected = {f"{name}-{month}.csv": rows(table, month) for name, table in data.items()}
    if attached != expected:
        wrong.append("its attachments are not the month's rows of data/")

    everything = "\n".join([text, info, metadata, *attached.values()])
    lowered = everything.lower()
    wrong += [f"it shows {name}" for name in names if name in lowered]
    numbers = {number.replace(",", "") for number in re.findall(r"(?<![\d.])\d[\d,]*", text + info)}
    cells = {field.split(".")[0] for table in attached.values() for row in csv.reader(table.splitlines()) for field in row}
    wrong += [f"it shows the amount {amount}" for amount in (numbers | cells) & amounts]
    return month, pages, wrong


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
    if [month for month, _, _ in checked] != [row["month"] for row in months]:
        bad.append("! there is not one report for each month")
    print("\n".join(bad[:40]))
    pages = Counter(pages for _, pages, _ in checked)
    print(f"{len(checked)} reports ({', '.join(f'{count} of {n} page(s)' for n, count in sorted(pages.items()))}), "
          f"{len(names)} names and {len(amounts)} amounts looked for, {len(bad)} faults")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
