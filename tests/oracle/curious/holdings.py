"""Holdings per unit of start value as unknowns of linear equations, one equation for each published number."""

from functools import cached_property

import numpy as np

from . import brought
from .replay import price_of

# So many valuations at a time are looked at for whether money has moved that nobody names.
PIECE = 21

class Equations:
    """The stretch of a record before money first moved, and what its orders leave unknown.

    With the start value as 1, order `j` moves `a_j` shares: the index is `1 + sum a_j (P_t - fill_j)` over the orders so
    far, less commissions. Each `a_j` times the real start value is a whole number.
    """

    def __init__(self, site, market, rule, about, most_orders=40):
        self.site, self.market, self.rule, self.about = site, market, rule, about
        flows = sorted(day for day, *_ in site.flows)
        self._stretch(flows[0] if flows else "9999", most_orders)
        if site.by_the_day and len(self.days) > 2 and self.orders and (bend := self._bend()):
            self._stretch(bend, most_orders)

    def _stretch(self, last, most_orders):
        """The days before `last`, and no more orders than can be solved for in time."""
        site, market = self.site, self.market
        orders = [order for order in site.orders if order.day < last and order.weight is not None]
        if len(orders) > most_orders:
            last = orders[most_orders].day
            orders = [order for order in orders if order.day < last]
        self.days = [day for day in site.dates if day < last and day in market.row] if site.index is not None else []
        self.until = self.days[-1] if self.days else min(last, site.end)
        # What comes in before the next valuation is part of what an order after the last one is a share of.
        self.orders = [order for order in orders if not self.days or order.day <= self.until]
        self.index = site.index[:len(self.days)] if self.days else None
        self.closes = market.closes[[market.row[day] for day in self.days]] if self.days else None
        self.fills = [price_of(order, self.close(order), site.level) for order in self.orders]
        # Prices that are not published to the cent are unknowns of their own, before the shares.
        self.unsure = [at for at, (_, doubt) in enumerate(self.fills) if doubt]

    def _bend(self):
        """The day before which money must have moved that the site does not name: no holdings fit the days after it."""
        rows, right = self.of_index()
        placed = sorted({int(np.searchsorted(self.days, order.day)) for order in self.orders})
        # From order to order, and about a month at a time between: what is held for years says where it no longer fits.
        bounds = [placed[0]]
        for until in (*placed[1:], len(self.days)):
            count = max(1, (until - bounds[-1]) // PIECE)
            bounds += [int(at) for at in np.linspace(bounds[-1], until, count + 1)[1:]]
        for begun, end in zip(bounds, bounds[1:]):
            answer, _ = solve((rows[:end], right[:end]), self.of_weights(), self.of_prices())
            off = rows[:end] @ answer[:, 0] - right[:end, 0]
            if end > begun and np.sqrt(np.mean(off[begun:] ** 2)) > 1.8:
                # A flow at the end of a piece of a holding is first seen in the next one.
                since = begun if begun in placed else begun - PIECE
                return self.days[max(since, placed[0] + 1)] if begun > placed[0] else None
        return None

    def close(self, order):
        """The public close of an order's day."""
        return self.market.closes[self.market.row[order.day], self.market.column[order.symbol]]

    def before(self, order):
        """Growth of 1 up to the valuation before an order, as far as it is published, and its doubt."""
        site = self.site
        if site.index is not None:
            at = int(np.searchsorted(self.days, order.day)) - 1
            half = site.half("index")
            return self.index[max(at, 0)], half * (self.index[max(at, 0)] if site.level.log_index else 1.0)
        grown, doubt = 1.0, 0.0
        for month, value in site.months.items():
            if month >= order.day[:7]:
                break
            grown, doubt = grown * (1 + value), doubt + site.half("months")
        return grown, doubt * grown

    def design(self, days=None):
        """One row for each day: what each order's shares add to the index, and how many minimum commissions were paid."""
        other, closes = len(self.unsure), self.closes
        if days is None:
            days = self.days
        else:
            closes = self.market.closes[[self.market.row[day] for day in days]]
        rows, minima = np.zeros((len(days), other + len(self.orders))), np.zeros(len(days))
        per_share = self.rule.costs.per_share
        for at, (order, (fill, _)) in enumerate(zip(self.orders, self.fills)):
            since = int(np.searchsorted(days, order.day))
            column = self.market.column[order.symbol]
            gained = order.sign * (closes[since:, column] - fill)
            if self.paid_the_minimum(order, fill):
                minima[since:] += self.rule.costs.least
            else:
                gained = gained - per_share
            rows[since:, other + at] = gained
        for at, unsure in enumerate(self.unsure):
            order, (_, doubt) = self.orders[unsure], self.fills[unsure]
            since = int(np.searchsorted(days, order.day))
            rows[since:, at] = -order.sign * order.weight * self.before(order)[0] * doubt
        return rows, minima

    def paid_the_minimum(self, order, fill):
        """Whether an order was so small that it paid the minimum commission."""
        costs = self.rule.costs
        if order.commission_bps is not None:
            return order.commission_bps > costs.per_share / fill * 1e4 + 0.06
        return order.weight * self.before(order)[0] * self.about / fill < costs.least / costs.per_share

    def of_index(self):
        """Equations of the index, each divided by its standard error."""
        rows, minima = self.design()
        half = self.site.half("index") * (self.index if self.site.level.log_index else np.ones(len(self.days)))
        error = half / np.sqrt(3)
        return rows / error[:, None], np.stack([self.index - 1.0, minima], axis=1) / error[:, None]

    def of_months(self):
        """Equations of the returns of months, which are rounded on their own, as far as money had not moved."""
        site, market = self.site, self.market
        ends, returns = [site.start], []
        for month, value in site.months.items():
            end = min(market.dates[int(np.searchsorted(market.dates, month + "-99")) - 1], site.end)
            if end > self.until:
                break
            if end > ends[-1]:
                ends.append(end)
                returns.append(value)
        rows, minima = self.design(ends)
        grown = 1.0 + np.array(returns)
        before = np.concatenate([[1.0], np.cumprod(grown)[:-1]])[:len(grown)]
        error = self.site.half("months") / np.sqrt(3) * before
        step = rows[1:] - rows[:-1] * grown[:, None]
        right = np.stack([grown - 1.0, minima[1:] - grown * minima[:-1]], axis=1)
        return step / error[:, None], right / error[:, None]

    def of_days(self):
        """Equations of daily returns and drawdowns, where they are rounded on their own."""
        rows, minima = self.design()
        known, half = self.index, self.site.half("daily") / np.sqrt(3)
        size = len(self.days)
        error = half * known[:-1]
        step = rows[1:] - rows[:-1] * (1 + self.site.daily_return[1:size])[:, None]
        grown = (1 + self.site.daily_return[1:size])[:, None]
        constant = np.stack([np.ones(size), -minima], axis=1)
        right = constant[:-1] * grown - constant[1:]
        peaks = np.array([int(np.argmax(known[:at + 1])) for at in range(size)])
        fallen = rows - rows[peaks] * (1 + self.site.drawdown[:size])[:, None]
        right_fallen = constant[peaks] * (1 + self.site.drawdown[:size])[:, None] - constant
        keep = peaks < np.arange(size)
        error_fall = (half * known[peaks])[keep]
        return (np.concatenate([step / error[:, None], fallen[keep] / error_fall[:, None]]),
                np.concatenate([right / error[:, None], right_fallen[keep] / error_fall[:, None]]))

    def of_weights(self):
        """Equations of the orders' weights."""
        count, other = len(self.orders), len(self.unsure)
        rows, right = np.zeros((count, other + count)), np.zeros((count, 2))
        for at, (order, (fill, doubt)) in enumerate(zip(self.orders, self.fills)):
            grown, unsure = self.before(order)
            error = self.site.half("weights") / np.sqrt(3) * grown + order.weight * (unsure + doubt * grown)
            rows[at, other + at] = fill / error
            right[at, 0] = order.weight * grown / error
        return rows, right


    @cached_property
    def of_brought(self):
        """Equations of what each holding brought."""
        return brought.equations(self)

    def fitted_prices(self):
        """Prices of orders as the daily index shows them, with three standard errors, by date, symbol and sign."""
        found = {(order.day, order.symbol, order.sign): fill for order, fill in zip(self.orders, self.fills)}
        answer, errors = solve(self.of_index(), self.of_weights(), self.of_prices())
        for at, unsure in enumerate(self.unsure):
            order, (fill, doubt) = self.orders[unsure], self.fills[unsure]
            off = answer[at, 0] + answer[at, 1] / self.about
            room = min(1.0, 3 * float(np.sqrt(errors[at, at])))
            found[order.day, order.symbol, order.sign] = fill * (1 + np.clip(off, -1, 1) * doubt), doubt * room
        return found

    def of_prices(self):
        """Prices lie anywhere within their doubts."""
        other = len(self.unsure)
        return np.eye(other, other + len(self.orders)) * np.sqrt(3), np.zeros((other, 2))


def solve(*systems):
    """The best answer of several systems of equations, `a + b / V` for a start value V, and its covariance."""
    rows = np.concatenate([one[0] for one in systems])
    right = np.concatenate([one[1] for one in systems])
    size = np.maximum(np.linalg.norm(rows, axis=0), 1e-30)
    left, singular, turned = np.linalg.svd(rows / size, full_matrices=False)
    inverse = (turned.T / singular) / size[:, None]
    return inverse @ (left.T @ right), inverse @ inverse.T
