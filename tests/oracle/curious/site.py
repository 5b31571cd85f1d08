"""Reads a published site: only files of `public/`, as anybody can download them."""

import html
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from .levels import BANDS, LEVELS, Level

# Half the width of A4, in points.
HALF = 298


@dataclass(frozen=True)
class Order:
    """An order as it is published."""

    day: str
    symbol: str
    sign: int
    fills: int
    price: float
    weight: float | None
    slippage_bps: float | None
    commission_bps: float | None
    result_bps: float | None
    price_half: float = 0.005  # how far the price of several fills may be from what is published
    reference: float | None = None
    noted: bool = False


@dataclass(frozen=True)
class Trip:
    """A closed round trip as it is published."""

    symbol: str
    opened: str
    closed: str
    net_return: float | None
    result_bps: float | None


@dataclass(frozen=True)
class Site:
    """Every number that depends on the account's size, with the level that says how it was rounded."""

    level: Level
    start: str
    end: str
    by_the_day: bool
    dates: list
    index: np.ndarray | None
    daily_return: np.ndarray | None
    drawdown: np.ndarray | None
    months: dict
    month_drawdowns: dict | None
    total: float
    orders: list
    trips: list
    month_weights: dict = field(default_factory=dict)
    backtest: np.ndarray | None = None
    flows: list = field(default_factory=list)
    year_costs: dict = field(default_factory=dict)
    total_commission_bps: float | None = None
    month_index: dict = field(default_factory=dict)
    brought: dict = field(default_factory=dict)  # what each holding brought to the total return, by month and symbol
    brought_in_all: dict = field(default_factory=dict)

    def half(self, kind):
        """How far a number of this kind may be from what is published."""
        # At the finest, reports write weights that are rounded already with a digit less.
        before = self.level.weights if kind == "month_weights" and self.level.name == "fine" else 0.0
        return (getattr(self.level, kind) + before) / 2


def read(public, level="fine", reports=False):
    """A site's numbers; with `reports` the weights in its monthly PDFs too, where poppler is installed."""
    public, level = Path(public), LEVELS[level]
    daily, months, ends = _rows(public, "daily"), _rows(public, "months"), _rows(public, "month_ends")
    backtest = _rows(public, "backtest")
    performance = _text(public / "performance/index.html")
    since, as_of = (_date(re.search(rf"{label}\s+(\d+ \w+ \d{{4}})", performance)[1]) for label in ("Since", "As of"))
    index = [row["index"] for row in daily] if level.index else None
    total = re.search(r"Total return .*?([−+]?[\d,.]+)%", performance)
    rounded = _number(total[1]) / 100 if total else index[-1] - 1
    orders = [_order(row, level) for row in reversed(_rows(public, "orders"))]
    # What one execution page says of all commissions together.
    commissions = re.search(r"Commissions\s+([\d.]+) bps", _text(public / "execution/index.html"))
    return Site(
        level=level,
        start=since,
        end=as_of,
        by_the_day=max(row["observations"] for row in months) > 2,
        dates=[row["date"] for row in daily],
        index=np.array(index) if index else None,
        daily_return=_array(daily, "daily_return") if level.daily else None,
        drawdown=_array(daily, "drawdown") if level.daily else None,
        months={row["month"]: row["return"] for row in months},
        month_drawdowns={row["month"]: row["max_drawdown"] for row in months} if level.month_drawdowns else None,
        total=index[-1] - 1 if level.name == "fine" else rounded,
        month_index={row["date"][:7]: row["index"] for row in ends} if level.month_index else {},
        year_costs={str(row["year"]): _band(row["commissions"]) for row in _rows(public, "costs")},
        orders=orders,
        trips=[Trip(row["symbol"], row["opened"], row["closed"], row["net_return"], row["result_bps"])
               for row in reversed(_rows(public, "round_trips"))],
        month_weights=_weights_of_reports(public) if reports else {},
        backtest=_array(backtest, "hypothetical_index") if backtest and level.backtest else None,
        flows=_flows(performance),
        total_commission_bps=float(commissions[1]) if commissions and level.commission_bps else None,
        brought=_brought(public),
        brought_in_all={row["symbol"]: row["contribution"] for row in _rows(public, "contributions") if row["symbol"]},
    )


def has_daily_numbers(public):
    """Whether any table has about a row a day: at the levels of months none may."""
    months = len(_rows(Path(public), "months"))
    return [name for name in ("daily", "backtest") if len(_rows(Path(public), name)) > 3 * months + 3]


def _rows(public, table):
    path = public / f"data/{table}.json"
    return json.loads(path.read_text())["rows"] if path.exists() else []


def _brought(public):
    """`{month: {symbol: part of the total return}}`; the months of a holding add up to its years and to its total."""
    found = {}
    for row in _rows(public, "contributions_by_month"):
        held = found.setdefault(row["month"], {})
        if row["symbol"] and row["contribution"] is not None:
            held[row["symbol"]] = row["contribution"]
    return found


def _array(rows, column):
    return np.array([np.nan if row[column] is None else row[column] for row in rows], dtype=float)


def _order(row, level):
    return Order(row["date"], row["symbol"], 1 if row["side"] == "BUY" else -1, row["fills"], float(row["price"]),
                 row.get("weight"), row.get("slippage_bps"), row.get("commission_bps"), row.get("result_bps"),
                 _half_of_price(row["price"], level),
                 float(row["reference_price"]) if row.get("reference_price") else None, bool(row.get("note")))


def _half_of_price(text, level):
    """The mean of several prices has four digits at all levels but the finest; a price of its own is whole cents."""
    if level.name == "fine" or len(text.partition(".")[2]) >= 2:
        return 0.005
    return 0.5 * 10.0 ** (np.floor(np.log10(float(text))) - 3)


def _band(words):
    """The edges of a band of costs: `under 0.1 %`."""
    edge = float(re.search(r"[\d.]+", words)[0]) / 100
    if words.startswith("under"):
        return max((low for low in BANDS if low < edge * 0.999), default=0.0), edge
    return edge, np.inf


def _text(path):
    if not path.exists():
        return ""
    page = re.sub(r"<svg.*?</svg>|<head>.*?</head>", " ", path.read_text(), flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def _number(text):
    return float(text.replace("−", "-").replace(",", "").replace("+", ""))


def _date(text):
    return datetime.strptime(text, "%d %b %Y").date().isoformat()


def _flows(page):
    """The flows that a sentence of data quality names: date, sign where it is known, share of the account."""
    found = re.findall(r"(?:On|Between the valuations of \d+ \w+ \d{4} and) (\d+ \w+ \d{4}) a flow came to ([−-]?\d+) ?% of",
                       page)
    return [(_date(day), 0, _number(share) / 100) for day, share in found]


def with_unnamed(site, flows):
    """The site as its reader has it who knows the day and the sign of every flow, but not the size of those unnamed."""
    named = {day: share for day, _, share in site.flows}
    known = [(day, sign, named.get(day)) for day, sign, _ in flows]
    return replace(site, flows=known)


def _weights_of_reports(public):
    """Weights at the ends of months, which only the PDFs have: `{date: {symbol: weight}}`, cash under ``""``."""
    found, reports = {}, sorted((public / "months").glob("*.pdf"))
    for pdf in reports:
        if said := _holdings_of(pdf):
            day, rows = said
            held = {("" if symbol == "Cash" else symbol): _number(weight) / 100 for symbol, weight in rows}
            found[_date(day)] = held
    if shutil.which("pdftotext") and reports and not any(found.values()):
        sys.exit(f"{public}: no report says what was held: this reader does not know how they say it")
    return found


def _holdings_of(pdf):
    """The date of a report's holdings, and their weights: from its title where it has nothing else (`report.typ`)."""
    titled = re.search(r"Holdings, (\d+ \w+ \d{4}): ([^<)]*)", pdf.read_bytes().decode("utf-8", "ignore"))
    if titled:
        return titled[1], re.findall(r"([A-Z][\w.]*) (−?\d+(?:\.\d)?)%", titled[2])
    if not shutil.which("pdftotext"):
        return None
    day = re.search(r"Holdings, (\d+ \w+ \d{4})", _words(pdf))
    # Many holdings stand in two columns, few in the left one: each half of the page is read by itself.
    halves = [_words(pdf, "-x", str(at), "-y", "0", "-W", str(HALF), "-H", "900") for at in (0, HALF)]
    return day and (day[1], [row for half in halves for row in _rows_of_holdings(half)])


def _words(pdf, *part):
    return subprocess.run(["pdftotext", "-layout", *part, pdf, "-"], capture_output=True, text=True, check=True).stdout


def _rows_of_holdings(text):
    """Symbol and weight of each row under a head of holdings: a name may stand between the two, and a gain after them."""
    row = re.compile(r"^ *(\S+)(?: {2,}\S.*?)?? +(−?\d+(?:\.\d+)?)%(?: +\S+)?$", flags=re.M)
    # What rounds to nothing (`under 5%`) is left out, as what is not held.
    tables = re.split(r"^ *Ticker +Weight +Since entry *$", text, flags=re.M)[1:]
    return [found.groups() for table in tables for found in row.finditer(re.split(r"\f|Key facts", table)[0])
            if not re.search(r"\bunder +\S+%(?: +\S+)?$", found[0])]
