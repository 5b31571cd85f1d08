"""A site directory read from its files. Money is exact (Fraction), sessions are those of exchange_calendars."""

import csv
import json
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import exchange_calendars

EXTERNAL = {"deposit", "withdrawal", "transfer"}
HUNDREDTHS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ILA": "ILS"}


@dataclass
class Snapshot:
    """A valuation: the session it stands for, and the date in its file."""

    date: date
    own_date: date
    nav: Fraction
    fx: dict
    positions: list | None


@dataclass
class Fill:
    exec_id: str
    time: datetime
    account: str
    symbol: str
    instrument: tuple
    asset_class: str
    currency: str
    side: int
    quantity: Fraction
    price: Fraction
    multiplier: Fraction
    commission: Fraction | None
    commission_currency: str
    fx: Fraction | None
    order_id: str
    perm_id: str
    reference: Fraction | None

    @property
    def date(self):
        return self.time.date()

    @property
    def notional(self):
        return self.quantity * self.price * self.multiplier


@dataclass
class Record:
    base: str
    config: dict
    snapshots: list
    flows: list  # (date, amount in base currency)
    fills: list
    notes: list
    plans: list = field(default_factory=list)
    prices: dict = field(default_factory=dict)
    currencies: dict = field(default_factory=dict)
    sessions: list = field(default_factory=list)
    splits: list = field(default_factory=list)  # (date, symbol, change of the quantity)
    income: list = field(default_factory=list)  # (date, symbol of what it is of or nothing, amount in base currency)

    def setting(self, section, key, default):
        return self.config.get(section, {}).get(key, default)


def number(text):
    return Fraction(text) if text not in (None, "") else None


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def rows(path):
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read(root):
    """Everything the figures rest on."""
    root = Path(root)
    config = tomllib.loads((root / "config/config.toml").read_text(encoding="utf-8"))
    base = config.get("account", {}).get("base_currency", "USD")
    snapshots = [snapshot(path) for path in sorted((root / "data/snapshots").glob("*.json"))]
    sessions = sessions_of(config, snapshots)
    snapshots = by_session(snapshots, sessions)
    flows = []
    for row in rows(root / "data/flows.csv"):
        rate = number(row["fx_to_base"])
        if rate is None:
            assert row["currency"] == base, f"flow {row['id']} has no exchange rate"
            rate = Fraction(1)
        if row["kind"] in EXTERNAL:
            flows.append((date.fromisoformat(row["date"]), number(row["amount"]) * rate))
    raw = [row for path in sorted((root / "data/executions").glob("*.csv")) for row in rows(path)]
    record = Record(base, config, snapshots, flows, effective(raw), notes(root / "content/trades"), sessions=sessions)
    for row in rows(root / "data/income.csv"):
        amount = number(row["amount"]) * (number(row["fx_to_base"]) or Fraction(1))
        record.income.append((date.fromisoformat(row["date"]), row.get("symbol") or None, amount))
    for row in rows(root / "data/actions.csv"):
        assert row["kind"] == "FS" and not row["cancels"], "the data sets have splits alone"
        record.splits.append((date.fromisoformat(row["date"]), row["symbol"], number(row["quantity"])))
    for path in sorted((root / "data/plans").glob("*.json")):
        record.plans.append(json.loads(path.read_text(encoding="utf-8"), parse_float=Fraction))
    for path in sorted((root / "data/prices").glob("*.csv")):
        record.prices[path.stem], record.currencies[path.stem] = closes(path)
    return record


def snapshot(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    fx = {code: Fraction(rate) for code, rate in (content.get("fx") or {}).items()}
    day = date.fromisoformat(content["date"])
    return Snapshot(
        day, day, Fraction(content["net_liquidation"]), fx, content.get("positions")
    )


def sessions_of(config, snapshots):
    """The sessions of the record's exchange, from a month before its first snapshot to its last."""
    first, last = snapshots[0].date - timedelta(days=31), snapshots[-1].date
    mic = config.get("account", {}).get("exchange", "XNYS")
    calendar = exchange_calendars.get_calendar(mic, start=first.isoformat(), end=last.isoformat())
    return [session.date() for session in calendar.sessions]


def by_session(snapshots, sessions):
    """One snapshot a session: one of a day without a session stands for the session before. The latest counts, with the rates of the
    session where it has none."""
    kept = {}
    for one in snapshots:
        one.date = sessions[bisect_right(sessions, one.own_date) - 1]
        if one.date in kept:
            one.fx = kept[one.date].fx | one.fx
        kept[one.date] = one
    return list(kept.values())


def closes(path):
    """Adjusted closes by date, in whole units of their currency, and that currency."""
    found, currency = {}, ""
    for row in rows(path):
        unit = 100 if row["currency"] in HUNDREDTHS else 1
        currency = HUNDREDTHS.get(row["currency"], row["currency"])
        found[date.fromisoformat(row["date"])] = float(Fraction(row["adj_close"] or row["close"]) / unit)
    return dict(sorted(found.items())), currency


def version(exec_id):
    """An id's fill and its version: the digits after the final period count corrections of one fill."""
    fill, _, digits = exec_id.rpartition(".")
    return (fill, int(digits)) if digits.isdigit() and "." in fill else (exec_id, 0)


def effective(raw):
    """The fills that count: without cancellations, what they take back, and what a correction replaced."""
    cancelled = {row["cancels"] for row in raw if row["cancels"]}
    newest = {}
    for row in raw:
        if row["cancels"] or row["exec_id"] in cancelled:
            continue
        key, number_of_version = version(row["exec_id"])
        if key not in newest or newest[key][0] < number_of_version:
            newest[key] = (number_of_version, row)
    return sorted((fill(row) for _, row in newest.values()), key=lambda one: (one.time, one.exec_id))


def fill(row):
    instrument = ("conid", row["conid"]) if row["conid"] else ("symbol", row["symbol"], row["currency"])
    return Fill(
        exec_id=row["exec_id"],
        time=instant(row["time"]),
        account=row["account"],
        symbol=row["symbol"],
        instrument=instrument,
        asset_class=row["asset_class"],
        currency=row["currency"],
        side={"BUY": 1, "SELL": -1}[row["side"]],
        quantity=number(row["quantity"]),
        price=number(row["price"]),
        multiplier=number(row["multiplier"]) or Fraction(1),
        commission=number(row["commission"]),
        commission_currency=row["commission_currency"],
        fx=number(row["fx_to_base"]),
        order_id=row["order_id"] if row["order_id"] != "0" else "",
        perm_id=row["perm_id"] if row["perm_id"] != "0" else "",
        reference=number(row["reference_price"]),
    )


def notes(folder):
    """The front matter of the notes on orders."""
    found = []
    for path in sorted(folder.glob("*.md")):
        _, front, _ = path.read_text(encoding="utf-8").split("+++", 2)
        found.append(tomllib.loads(front, parse_float=Fraction))
    return found
