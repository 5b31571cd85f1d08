"""Returns, the money-weighted return, and the benchmark laid over the record's dates."""

from bisect import bisect_left, bisect_right
from datetime import timedelta
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

YEAR = 365.25
STALE_WEEKDAYS = 5


def returns(record, timing):
    """(earlier date, later date, return) of each interval that has one."""
    found = []
    for before, after in pairwise(record.snapshots):
        inside = [amount for day, amount in record.flows if before.own_date < day <= after.own_date]
        came = sum(amount for amount in inside if amount > 0)
        went = -sum(amount for amount in inside if amount < 0)
        if before.nav == 0 and came == 0:
            continue
        how = timing if before.nav and after.nav else "split"
        if how == "split":
            growth = (after.nav + went) / (before.nav + came)
        elif how == "start":
            growth = after.nav / (before.nav + came - went)
        else:
            growth = (after.nav - came + went) / before.nav
        found.append((before.date, after.date, float(growth - 1)))
        if growth == 0:
            break
    return found


def weekdays_old(known, day):
    return int(np.busday_count(known + timedelta(days=1), day + timedelta(days=1)))


def young(series, day):
    """The last value on or before the day that is at most five weekdays old."""
    dates = list(series)
    place = bisect_right(dates, day)
    if place == 0 or weekdays_old(dates[place - 1], day) > STALE_WEEKDAYS:
        return None
    return series[dates[place - 1]]


class Rates:
    """What one unit of a currency is worth in another: pair, inverse, cross (the dollar first), else the snapshots."""

    def __init__(self, record, source, target):
        self.source, self.target = source, target
        codes = [name[:-2] for name in record.prices if name.endswith("=X") and len(name) == 8]
        legs = lambda one, other: [
            (record.prices[name], inverse)
            for name, inverse in ((f"{one}{other}=X", False), (f"{other}{one}=X", True)) if name in record.prices
        ]
        self.routes = [[leg] for leg in legs(source, target)]
        middles = sorted({code[:3] for code in codes} | {code[3:] for code in codes}, key=lambda one: (one != "USD", one))
        for middle in middles:
            if middle not in (source, target):
                self.routes += [[one, other] for one in legs(source, middle) for other in legs(middle, target)]
        self.told = {one.date: float(one.fx[source]) for one in record.snapshots if source in one.fx}

    def on(self, day):
        if self.source == self.target:
            return 1.0
        for route in self.routes:
            rates = [(young(series, day), inverse) for series, inverse in route]
            if all(rate for rate, _ in rates):
                return float(np.prod([1 / rate if inverse else rate for rate, inverse in rates]))
        return young(self.told, day)


def in_base(record, symbol):
    """The benchmark's closes in the account's currency, by date; none where no rate is known."""
    rates = Rates(record, record.currencies[symbol], record.base)
    known = ((day, close, rates.on(day)) for day, close in record.prices[symbol].items())
    return {day: close * rate for day, close, rate in known if rate}


def has_hole(dates, first, last):
    """Whether more than five weekdays on end have no close between two dates that have one."""
    inside = dates[bisect_left(dates, first): bisect_right(dates, last)]
    return any(int(np.busday_count(one + timedelta(days=1), other)) > STALE_WEEKDAYS for one, other in pairwise(inside))


def aligned(closes, parts):
    """Pairs (since, date, ours, theirs, returns of ours), those left out, and the span of both totals."""
    dates, pairs, left_out, totals, span = list(closes), [], [], np.ones(2), []
    last, growth, count = None, 1.0, 0
    for place, (since, day, value) in enumerate(parts):
        if place == 0 or parts[place - 1][1] != since:
            last, growth, count = (since if since in closes else None), 1.0, 0
        growth, count = growth * (1 + value), count + 1
        if day not in closes:
            continue
        if last is not None:
            pair = (last, day, growth - 1, closes[day] / closes[last] - 1, count)
            (left_out if has_hole(dates, last, day) else pairs).append(pair)
            totals *= (growth, closes[day] / closes[last])
            span = [span[0] if span else last, day]
        last, growth, count = day, 1.0, 0
    return pairs, left_out, totals - 1, span


def money_weighted(record, start, end):
    """XIRR by scipy's brentq in the logarithm of 1 + x; None where there is no root or more than one."""
    navs = {one.date: float(one.nav) for one in record.snapshots}
    entries = [(0.0, -navs[start])]
    for day, amount in record.flows:
        if start < day <= end:
            entries.append(((day - start).days / YEAR, -float(amount)))
    span = (end - start).days / YEAR
    entries.append((span, navs[end]))
    times, amounts = map(np.array, zip(*entries))

    def value(rate):
        # Discounted from the far end for a loss, so that no term overflows.
        shift = span if rate < 0 else 0.0
        return float(np.sum(amounts * np.exp(rate * (shift - times))))

    grid = np.linspace(np.log(1e-4), np.log(11.0), 20001)
    signs = np.sign([value(rate) for rate in grid])
    changes = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    exact = np.flatnonzero(signs[1:-1] == 0) + 1
    if len(changes) + len(exact) != 1:
        return None
    if len(exact):
        return float(np.expm1(grid[exact[0]]))
    root = brentq(value, grid[changes[0]], grid[changes[0] + 1], xtol=1e-16, rtol=8.9e-16, maxiter=500)
    return float(np.expm1(root))


def missing_sessions(parts, sessions):
    """Sessions strictly between the two valuations of a return."""
    return sum(sum(1 for session in sessions if since < session < day) for since, day, _ in parts)


def expected_returns(parts, sessions):
    """How many returns there would be with a valuation on every session."""
    return sum(sum(1 for session in sessions if since < session <= day) for since, day, _ in parts)
