"""Daily returns, the money-weighted return, and the benchmark laid over the snapshot dates."""

from bisect import bisect_right
from datetime import timedelta

import numpy as np
import pandas as pd
from scipy.optimize import brentq

YEAR = 365.25
STALE_WEEKDAYS = 5


def daily_returns(record, timing):
    """A pandas Series of returns by date, with the date of the first snapshot as `attrs["start"]`."""
    values, dates = [], []
    for before, after in zip(record.snapshots, record.snapshots[1:]):
        inside = [amount for day, amount in record.flows if before.own_date < day <= after.own_date]
        came = sum(amount for amount in inside if amount > 0)
        went = -sum(amount for amount in inside if amount < 0)
        if timing == "split":
            growth = (after.nav + went) / (before.nav + came)
        elif timing == "start":
            growth = after.nav / (before.nav + came - went)
        else:
            growth = (after.nav - came + went) / before.nav
        values.append(float(growth - 1))
        dates.append(pd.Timestamp(after.date))
    return pd.Series(values, index=pd.DatetimeIndex(dates), dtype=float)


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


def weekdays_old(close, day):
    return int(np.busday_count(close + timedelta(days=1), day + timedelta(days=1)))


def usable_close(prices, dates, day):
    """The last close on or before the day, unless it is more than five weekdays old."""
    position = bisect_right(dates, day)
    if position == 0:
        return None
    close = dates[position - 1]
    return prices[close] if weekdays_old(close, day) <= STALE_WEEKDAYS else None


def aligned(prices, start, returns):
    """Our returns and the benchmark's on the days both are known, how many were left out, and its total."""
    dates = list(prices)
    days = [start, *(stamp.date() for stamp in returns.index)]
    closes = [usable_close(prices, dates, day) for day in days]
    theirs = [
        later / earlier - 1 if earlier and later else np.nan for earlier, later in zip(closes, closes[1:])
    ]
    theirs = pd.Series(theirs, index=returns.index, dtype=float)
    known = theirs.notna()
    total = closes[-1] / closes[0] - 1 if closes[0] and closes[-1] else None
    return returns[known], theirs[known], int((~known).sum()), total


def missing_sessions(days, sessions):
    """Sessions strictly between the first and the last date that have no snapshot."""
    between = {session for session in sessions if days[0] < session < days[-1]}
    return len(between - set(days))
