"""Reads the entries of a site's proof: what they say beside the tables is one more thing to attack with."""

import hashlib
import hmac
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

SCOPE = "trackrecord/v1/"


def with_entries(site, public):
    """The site with every number that its entries have, and an end where they say another thing than its tables."""
    entries = _entries(public)
    if not any(entry["kind"] == "day" for _, entry in entries):
        sys.exit(f"{public}: the proof has no day: there is nothing to attack")
    days = [entry for _, entry in entries if entry["kind"] == "day"]
    index = {day["date"]: float(day["index"]) for day in days if "index" in day}
    # At the levels of months no day may say anything but its commitments.
    if (site.index is not None) != bool(index) or (not index and any("large_flow" in day for day in days)):
        sys.exit(f"{public}: the entries say more of single days than {site.level.name} publishes")
    if index and ([*index] != site.dates or not np.array_equal(np.array([*index.values()]), site.index)):
        sys.exit(f"{public}: the index of the entries is another than that of data/daily.json")
    months = {entry["month"]: float(entry["return"]) for _, entry in entries if "return" in entry}
    if any(abs(site.months[month] - value) > 1e-9 for month, value in months.items()):
        sys.exit(f"{public}: the months of the entries are others than those of data/months.json")
    listed = sorted((order.day, order.symbol, order.sign, order.fills, order.price) for order in site.orders)
    if sorted(_orders(entries)) != listed:
        sys.exit(f"{public}: the orders of the entries are others than those of data/orders.json")
    return replace(site, month_weights={**site.month_weights, **_books(entries)})


def _entries(public):
    files = sorted((Path(public) / "proof/entries").glob("*.json"))
    return [(file.name, json.loads(file.read_bytes())) for file in files]


def _orders(entries):
    for _, entry in entries:
        for order in entry.get("orders", []):
            sign = 1 if order["side"] == "BUY" else -1
            yield entry["date"], order["symbol"], sign, order["fills"], float(order["price"])


def _books(entries):
    """Weights at the ends of months, cash under ``""``, of those that have any."""
    found = {}
    for _, entry in entries:
        if entry["kind"] == "book":
            held = {position["symbol"]: position["weight"] for position in entry["positions"]} | {"": entry["cash"]}
            held = {symbol: float(weight) for symbol, weight in held.items() if weight is not None}
            if held:
                found[entry["positions_as_of"]] = held
    return found


def told_too_much(folder, public):
    """Every secret of a site's proof that stands in what it publishes: the seed, salts, values."""
    seed = (Path(folder) / "data/proof/private/seed").read_text().strip()
    digits, texts = set(), []
    for file in Path(public).rglob("*"):
        if file.is_file():
            text = file.read_bytes().decode("latin-1").lower()
            digits.update(re.findall(r"[0-9a-f]{32,}", text))
            texts += [text] if "proof" in file.parts else []
    values = _values(folder)
    opened = 0
    for name, entry in _entries(public):
        for what, commitment in entry.get("private", {}).items():
            salt = hmac.digest(bytes.fromhex(seed), f"{SCOPE}{name}/{what}".encode(), "sha256")
            if salt.hex() in digits:
                yield f"{name}: the salt of {what}"
            value = values.get(entry["date"]) if what == "nav" and entry["kind"] == "day" else None
            if value is not None and hmac.new(salt, f"nav={value}".encode(), hashlib.sha256).hexdigest() == commitment:
                opened += 1
    if seed in digits:
        yield "the seed"
    # Who has seed and value opens every commitment: otherwise the salts that were looked for are none.
    if opened != len(values):
        yield f"{opened} of {len(values)} net values are committed to as docs/proof.md says"
    yield from (f"the net value of {day}" for day, value in values.items() if any(_stands(value, text) for text in texts))


def _stands(value, text):
    return re.search(rf"(?<![0-9a-f]){re.escape(value)}(?![0-9a-f])", text) is not None


def _values(folder):
    """The net value of each date, as the program reads it."""
    snapshots = (json.loads(file.read_text()) for file in (Path(folder) / "data/snapshots").glob("*.json"))
    return {snapshot["date"]: snapshot["net_liquidation"] for snapshot in snapshots}
