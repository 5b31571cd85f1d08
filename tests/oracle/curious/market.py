"""Public closes, and what the program's rules make of them."""

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

EPSILON = 1e-9


@dataclass(frozen=True)
class Costs:
    """What an order is assumed to cost when it is sized, and what the broker charges."""

    per_share: float = 0.0035
    least: float = 0.35
    slippage: float = 0.003
    tick: float = 0.01

    def commission(self, shares, price=None):
        """The broker's charge; no shares, no charge."""
        return np.where(shares > 0, np.maximum(self.per_share * shares, self.least), 0.0)


@dataclass(frozen=True)
class Rule:
    """A rule as the site publishes it, and how its owner sizes orders."""

    kind: str = "momentum"
    universe: tuple = ("MTUM", "QUAL", "SIZE", "USMV", "VLUE")
    top_n: int = 3
    lookback: int = 12
    skip: int = 1
    threshold: float = 0.02
    buffer: float = 0.005
    costs: Costs = field(default_factory=Costs)

    def as_backtest(self, slippage=1.5e-4):
        """The same rule with the costs that the site's backtest assumes."""
        return replace(self, costs=replace(self.costs, slippage=slippage, tick=0.0))


class Market:
    """Closes by date and symbol, on the dates on which all have one."""

    def __init__(self, dates, symbols, closes):
        self.dates, self.symbols, self.closes = dates, symbols, closes
        self.column = {symbol: at for at, symbol in enumerate(symbols)}
        self.row = {date: at for at, date in enumerate(dates)}

    @classmethod
    def read(cls, folder, symbols):
        """The price files of a folder, as `data/prices` has them."""
        series = {}
        for symbol in symbols:
            with open(Path(folder) / f"{symbol}.csv", newline="") as file:
                rows = list(csv.DictReader(file))
            series[symbol] = {row["date"]: float(row["adj_close"] or row["close"]) for row in rows}
        dates = sorted(set.intersection(*(set(closes) for closes in series.values())))
        closes = np.array([[series[symbol][date] for symbol in symbols] for date in dates])
        return cls(dates, tuple(symbols), closes)

    def month_end(self, month):
        """The closes of the last date of a month, or before it."""
        return self.closes[np.searchsorted(self.dates, month + "-99") - 1]

    def targets(self, rule, date):
        """Target weights on a date, and the selected symbols, best first."""
        count = len(rule.universe)
        columns = [self.column[symbol] for symbol in rule.universe]
        weights = np.zeros(len(self.symbols))
        if rule.kind != "momentum":
            weights[columns] = 1.0 / count
            return weights, list(rule.universe)
        formation = months_before(date[:7], 1)
        start = self.month_end(months_before(formation, rule.lookback))
        end = self.month_end(months_before(formation, rule.skip))
        momentum = {symbol: end[at] / start[at] - 1.0 for symbol, at in zip(rule.universe, columns)}
        ranked = sorted(rule.universe, key=lambda symbol: (-momentum[symbol], symbol))[: rule.top_n]
        weights[[self.column[symbol] for symbol in ranked]] = 1.0 / rule.top_n
        return weights, ranked

    def first_of_months(self, start, end):
        """Rows on which a month begins, after the month of the row `start`."""
        rows = range(start + 1, end)
        return [row for row in rows if self.dates[row][:7] != self.dates[row - 1][:7]]

    def last_of_month(self, row):
        """The last row of the month of a row."""
        while row + 1 < len(self.dates) and self.dates[row + 1][:7] == self.dates[row][:7]:
            row += 1
        return row


def months_before(month, count):
    """`2015-03` less so many months."""
    number = int(month[:4]) * 12 + int(month[5:7]) - 1 - count
    return f"{number // 12:04}-{number % 12 + 1:02}"
