"""Many accounts at once that follow one rule with whole shares: one row for each start value that is tried.

The program's own sizing (`src/strategy/rebalance.rs`), written down a second time over arrays.
"""

import numpy as np

from .market import EPSILON


def whole(shares):
    """Whole shares, never below none."""
    return np.maximum(np.floor(shares + EPSILON), 0.0)


class Book:
    """Cash and shares of every account that is tried."""

    def __init__(self, cash, symbols):
        self.cash = np.array(cash, dtype=float)
        self.shares = np.zeros((len(self.cash), symbols))
        self.money_came_in = False

    def value(self, closes):
        """Net values at one date's closes."""
        return self.cash + self.shares @ closes

    def values(self, closes):
        """Net values at several dates' closes, a column for each."""
        return self.cash[:, None] + self.shares @ closes.T

    def pay_in(self, amounts, at_all=True):
        """Money across the border, below zero out of the account."""
        self.cash += amounts
        self.money_came_in |= at_all

    def keep(self, chosen):
        """Leaves only the accounts that a mask or an index chooses."""
        self.cash, self.shares = self.cash[chosen], self.shares[chosen]

    def rebalance(self, rule, closes, targets, best_first, fill_price, symbols, reserved=0.0):
        """Trades towards the targets; returns signed shares, a column for each symbol.

        `fill_price(column, sign)` is what an order is filled at.
        """
        costs, count = rule.costs, len(self.cash)
        value = self.value(closes)
        kept = reserved + (value - reserved) * rule.buffer
        investable = value - kept
        threshold = min(rule.threshold, 0.001) if self.money_came_in or np.any(reserved > 0) else rule.threshold
        tolerance = value * threshold
        if rule.kind == "hold" and self.shares.any():
            held = self.shares * closes
            share = held / np.maximum(held.sum(axis=1, keepdims=True), EPSILON)
        else:
            share = np.broadcast_to(targets, (count, len(closes)))
        order = sorted(range(len(closes)), key=lambda column: symbols[column])
        traded = np.zeros_like(self.shares)
        gaps = np.zeros_like(self.shares)
        for column in order:
            gap = share[:, column] * investable - self.shares[:, column] * closes[column]
            active = (np.abs(gap) > tolerance) | (share[:, column] == 0)
            gaps[:, column] = np.where(active & (gap > 0), gap, 0.0)
            if rule.kind == "hold":
                continue
            all_of_it = share[:, column] == 0
            trimmed = np.minimum(whole(-gap / closes[column]), self.shares[:, column])
            sold = np.where(active, np.where(all_of_it, self.shares[:, column], trimmed), 0.0)
            self._trade(column, -sold, fill_price, costs, traded)
        budgets = self._budgets(gaps, self.cash - kept, tolerance, closes, costs, best_first, order)
        for column in order:
            money = np.minimum(budgets[:, column], self.cash - kept)
            bought = np.where(gaps[:, column] > 0, affordable(money, closes[column], costs), 0.0)
            self._trade(column, bought, fill_price, costs, traded)
        self.money_came_in = False
        return traded

    def _trade(self, column, shares, fill_price, costs, traded):
        if not np.any(shares):
            return
        sign = 1 if np.any(shares > 0) else -1
        self.cash -= shares * fill_price(column, sign) + costs.commission(np.abs(shares))
        self.shares[:, column] += shares
        traded[:, column] = shares

    @staticmethod
    def _budgets(gaps, money, tolerance, closes, costs, best_first, order):
        """What each purchase may cost: all of them shrink alike where cash is short, and the best takes the rest."""
        needed = gaps.sum(axis=1)
        short = needed - money > tolerance
        if not short.any():
            return gaps
        money = np.maximum(money, 0.0)
        shrunk = gaps * np.divide(money, needed, out=np.zeros_like(money), where=needed > 0)[:, None]
        left = money.copy()
        for column in order:
            left -= cost(shrunk[:, column], closes[column], costs)
        ranked = best_first + [column for column in order if column not in best_first]
        for column in ranked:
            spent = cost(shrunk[:, column], closes[column], costs)
            most = np.minimum(spent + left, gaps[:, column])
            more = np.where(gaps[:, column] > 0, cost(most, closes[column], costs) - spent, 0.0)
            shrunk[:, column] = np.where(more > 0, most, shrunk[:, column])
            left -= np.maximum(more, 0.0)
        return np.where(short[:, None], shrunk, gaps)


def affordable(money, close, costs):
    """The shares that money buys at the assumed price, commission included."""
    most = whole(money / close)
    return whole((money - costs.commission(most)) / (close * (1 + costs.slippage) + costs.tick))


def cost(money, close, costs):
    """What the shares that money buys are assumed to cost."""
    shares = affordable(money, close, costs)
    return shares * (close * (1 + costs.slippage) + costs.tick) + costs.commission(shares)
