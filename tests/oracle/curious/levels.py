"""How finely each level publishes."""

from dataclasses import dataclass

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


def band(share):
    """The band of a year's costs: its lower and upper edge."""
    at = int(np.searchsorted(BANDS, share, side="right")) - 1
    return BANDS[at], BANDS[at + 1]
