"""How finely each level publishes, and what a finely published site would say at a coarser one."""

from dataclasses import dataclass, replace

import numpy as np

# A year's costs are named by the highest of these that they reach, as a share of the account.
BANDS = (0.0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, np.inf)


@dataclass(frozen=True)
class Level:
    """The step of every kind of number; `None` for what is not published at all."""

    name: str
    index: float | None = None  # the index on a day: of its logarithm where `log_index`
    log_index: bool = True
    month_index: float | None = None  # the index at the ends of months, where no day is published
    daily: float | None = None  # a day's return and drawdown, rounded on their own; else they follow from the index
    months: float = 1e-4  # returns of months and longer
    month_drawdowns: float | None = None  # the deepest fall within a month
    weights: float = 0.01  # of orders
    month_weights: float = 0.01  # of positions at the ends of months
    quarterly: bool = False  # whether positions are weighed only at the ends of quarters and of months with an order
    results_bps: float = 10.0  # of round trips, of the account's value
    trade_returns: float = 1e-3  # of round trips, of what they cost
    brought: float = 2e-3  # what a holding brought in a month; rounded up or down, so that all add up
    commission_bps: float | None = None  # of each order
    year_costs: bool = False  # a band for each year
    slippage_bps: float = 1.0
    lists_all: bool = True  # whether orders are listed whose weight rounds to nothing, and what they closed
    flows: float | None = None  # money across the border as a share of the account, with its date
    backtest: float | None = None  # the site's own backtest, which begins with a nominal capital


LEVELS = {
    "fine": Level("fine", index=1e-6, log_index=False, daily=1e-6, months=1e-6, month_drawdowns=1e-6, weights=1e-4,
                  month_weights=1e-3, results_bps=0.1, trade_returns=1e-4, brought=1e-4, commission_bps=0.1, slippage_bps=0.1,
                  flows=0.01, backtest=1e-6),
    # Positions that are held for years are weighed again and again, and each weight narrows the same whole number: so only at
    # the ends of quarters and of months with an order.
    # Falls within a month follow from the published index there.
    "daily": Level("daily", index=3e-3, months=1e-3, month_weights=0.1, quarterly=True, results_bps=20.0, year_costs=True, flows=0.05),
    "monthly": Level("monthly", month_index=2e-2, months=1e-3, weights=0.05, month_weights=0.05, results_bps=100.0,
                     trade_returns=1e-2, brought=1e-2, lists_all=False),
    "coarse": Level("coarse", month_index=5e-2, months=5e-3, weights=0.1, month_weights=0.1, results_bps=200.0, trade_returns=2e-2, brought=2e-2,
                    lists_all=False),
}


def rounded(values, step):
    """The nearest multiples of a step."""
    return np.round(np.asarray(values, dtype=float) / step) * step


def band(share):
    """The band of a year's costs: its lower and upper edge."""
    at = int(np.searchsorted(BANDS, share, side="right")) - 1
    return BANDS[at], BANDS[at + 1]


def emulate(site, level, flows=()):
    """What a site published at `fine` would show at another level.

    `flows` are the dates and shares of all flows, because `fine` names only the large ones.
    """
    orders = [_order(order, level) for order in site.orders]
    trips = [replace(trip, result_bps=_or_none(trip.result_bps, level.results_bps),
                     net_return=_or_none(trip.net_return, level.trade_returns)) for trip in site.trips]
    if not level.lists_all:
        orders = [order for order in orders if order.weight]
        listed = {(order.day, order.symbol) for order in orders}
        trips = [trip for trip in trips if {(trip.opened, trip.symbol), (trip.closed, trip.symbol)} <= listed]
    index = None
    if level.index:
        index = np.exp(rounded(np.log(site.index), level.index)) if level.log_index else site.index
    month_drawdowns = None
    if level.month_drawdowns:
        month_drawdowns = {month: float(rounded(fall, level.month_drawdowns))
                           for month, fall in site.month_drawdowns.items()}
    step = level.flows
    month_index = {}
    if level.month_index:
        last = {day[:7]: value for day, value in zip(site.dates, site.index)}
        month_index = {month: float(rounded(value, level.month_index)) for month, value in last.items()}
    return replace(
        site,
        level=level,
        emulated=True,
        index=index,
        month_index=month_index,
        daily_return=site.daily_return if level.daily else None,
        drawdown=site.drawdown if level.daily else None,
        months={month: float(rounded(value, level.months)) for month, value in site.months.items()},
        total=float(rounded(site.total, level.months)),
        month_drawdowns=month_drawdowns,
        month_weights={day: {symbol: float(rounded(weight, level.month_weights)) for symbol, weight in held.items()}
                       for day, held in site.month_weights.items() if not level.quarterly or is_weighed(day, site)},
        orders=orders,
        trips=trips,
        brought={month: {symbol: float(rounded(part, level.brought)) for symbol, part in held.items()}
                 for month, held in site.brought.items()},
        brought_in_all={symbol: float(rounded(part, level.brought)) for symbol, part in site.brought_in_all.items()},
        backtest=site.backtest if level.backtest else None,
        year_costs=_year_costs(site) if level.year_costs else {},
        total_commission_bps=site.total_commission_bps if level.commission_bps else None,
        flows=[(day, sign, float(rounded(share, step)) if step else None) for day, sign, share in flows],
    )


def is_weighed(day, site):
    """Whether positions are weighed on the last day of a month: of quarters, of the first, and of those with an order."""
    month = day[:7]
    return month[5:] in ("03", "06", "09", "12") or month == site.start[:7] or any(order.day[:7] == month for order in site.orders)


def _or_none(value, step):
    return None if value is None else float(rounded(value, step))


def _order(order, level):
    return replace(
        order,
        weight=_or_none(order.weight, level.weights),
        slippage_bps=_or_none(order.slippage_bps, level.slippage_bps),
        commission_bps=order.commission_bps if level.commission_bps else None,
    )


def _year_costs(site):
    sums = {}
    for order in site.orders:
        share = (order.weight or 0.0) * (order.commission_bps or 0.0) / 1e4
        sums[order.day[:4]] = sums.get(order.day[:4], 0.0) + share
    return {year: band(share) for year, share in sums.items()}
