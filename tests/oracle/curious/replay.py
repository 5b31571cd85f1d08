"""Replay: the whole rule, simulated with whole shares for each start value, against every published number.

Rounding leaves an interval around each number. A start value is out as soon as one of its numbers lies outside; with
n numbers that resolves a step over n, where an average resolves a step over the root of n. The idea is that of
set-membership estimation (Schweppe 1968), with a particle for each start value and each guess at a flow's size.
"""

import numpy as np

from .book import Book
from .brought import Brought
from .levels import band

# How many particles are carried at most, once unknown flows have split them.
MOST = 24_000
# Rounds of guessing at flows, each nearer to what the one before left; so many particles say something about them.
ROUNDS, ENOUGH = 4, 20
# So far from the mean price of its order a fill may lie, of the price.
PARTS = 5e-4
# Unknown flows are drawn between these shares of the account.
SMALLEST_FLOW, LARGEST_FLOW = 0.01, 0.5


class Replay:
    """One site, its rule and public closes."""

    def __init__(self, site, market, rule):
        self.site, self.market, self.rule = site, market, rule
        self.level = site.level
        self.rows = [row for row in range(market.row[site.start], market.row[site.end] + 1)]
        month_end = {row for row in self.rows if row + 1 == len(market.dates)
                     or market.dates[row + 1][:7] != market.dates[row][:7]}
        self.valued = set(self.rows) if site.by_the_day else month_end | {self.rows[0], self.rows[-1]}
        self.firsts = set(market.first_of_months(self.rows[0], self.rows[-1] + 1))
        self.orders = {(order.day, order.symbol, order.sign): order for order in site.orders}
        self.of_day = {}
        for order in site.orders:
            self.of_day.setdefault(order.day, []).append(order)
        self.trips = {(trip.closed, trip.symbol, trip.opened): trip for trip in site.trips}
        self.published = {}
        if site.index is not None:
            self.published = {day: at for at, day in enumerate(site.dates)}
        self.flows = {day: (sign, share) for day, sign, share in site.flows}
        self.prices = {}  # prices of orders that are known better than they are published
        self.reason = {}

    def survivors(self, values, exact=None, until=None, seed=1):
        """Which of the start values nothing published contradicts: their indices.

        `exact` is the account itself, for the self-test that it survives; `until` ends it early.
        """
        values, dice = np.asarray(values, dtype=float), np.random.default_rng(seed)
        self.ranges = {day: self.widest_flow(*flow) for day, flow in self.flows.items()}
        for _ in range(ROUNDS if self.flows and exact is None else 1):
            found = self.once(_Run(self, values, exact, dice), until)
        return found

    def widest_flow(self, sign, share):
        """The range in which the published numbers put a flow, as a share of the account."""
        if share is not None:
            half = self.site.half("flows")
            return share - half, share + half
        return (-LARGEST_FLOW, -SMALLEST_FLOW) if sign < 0 else (SMALLEST_FLOW, LARGEST_FLOW)

    def learn(self, drawn):
        """What the particles that are left say about flows: the next round draws nearer to them."""
        for day, shares in drawn.items():
            low, high = shares.min(), shares.max()
            most = self.widest_flow(*self.flows[day])
            room = 0.2 * (high - low)
            self.ranges[day] = max(most[0], low - room), min(most[1], high + room)

    def once(self, run, until):
        for row in self.rows:
            if not len(run.origin) or (until and self.market.dates[row] > until):
                break
            run.day(row)
        return np.unique(run.origin)


class _Run:
    """The state of all particles while days go by."""

    def __init__(self, replay, values, exact, dice):
        self.replay, self.dice = replay, dice
        self.exact_flows = exact.flows if exact else None
        self.exact_fills = exact.fill_prices() if exact else None
        self.book = Book(values, len(replay.market.symbols))
        count = len(values)
        self.origin = np.arange(count)
        self.index, self.month_index = np.ones(count), np.ones(count)
        self.before = values.copy()  # the value at the last valuation
        self.paid_in, self.paid_out = np.zeros(count), np.zeros(count)
        self.year_cost, self.drift = np.zeros(count), np.zeros(count)
        self.brought = Brought(replay.site, replay.market, count) if replay.site.brought else None
        self.lots = [[] for _ in replay.market.symbols]
        self.drawn = {}  # each particle's guesses at flows
        self.pending = []  # rows of plain days, whose values are computed together
        self.month_path = [self.index]
        self.slack = self.month_slack = self.day_slack = 0.0

    def day(self, row):
        replay, day = self.replay, self.replay.market.dates[row]
        if row == replay.rows[0]:
            return
        flow = day in (self.exact_flows if self.exact_flows is not None else replay.flows)
        if flow or row in replay.firsts:
            self.plain_days()
        if flow:
            self.flow(day)
        if row in replay.firsts and len(self.origin):
            self.rebalance(row, day)
        if row in replay.valued:
            self.pending.append(row)
        last_of_month = row == replay.rows[-1] or replay.market.dates[row + 1][:7] != day[:7]
        if last_of_month or row in replay.firsts or flow:
            self.plain_days()
        if last_of_month and row in replay.valued and len(self.origin):
            self.month(day)

    def keep(self, chosen, why=""):
        if chosen.dtype == bool:
            if chosen.all():
                return
            lost = len(chosen) - int(chosen.sum())
            self.replay.reason[why] = self.replay.reason.get(why, 0) + lost
        self.book.keep(chosen)
        for name in ("origin", "index", "month_index", "before", "paid_in", "paid_out", "year_cost", "drift"):
            setattr(self, name, getattr(self, name)[chosen])
        if self.brought:
            self.brought.keep(chosen)
        self.month_path = [path[chosen] for path in self.month_path]
        self.drawn = {day: shares[chosen] for day, shares in self.drawn.items()}
        for lots in self.lots:
            for lot in lots:
                lot[1:] = [part[chosen] for part in lot[1:]]

    def amount(self, day):
        """What moves on a day: known, or each particle's guess. A share is of the value at the last valuation before."""
        if self.exact_flows is not None:
            return np.full(len(self.origin), self.exact_flows[day])
        if day not in self.drawn:
            copies = int(np.clip(MOST // max(len(self.origin), 1), 1, 200))
            self.keep(np.repeat(np.arange(len(self.origin)), copies))
            self.drawn[day] = self.dice.uniform(*self.replay.ranges[day], len(self.origin))
        return self.drawn[day] * self.before

    def flow(self, day):
        amount = self.amount(day)
        self.book.pay_in(amount, bool(np.all(amount > 0)))
        self.paid_in += np.maximum(amount, 0.0)
        self.paid_out += np.maximum(-amount, 0.0)

    def coming(self, row):
        """The days after a row on which money moves before the next valuation."""
        days, flows = self.replay.market.dates, self.exact_flows or self.replay.flows
        found = []
        while row not in self.replay.valued and row < self.replay.rows[-1]:
            row += 1
            if days[row] in flows:
                found.append(days[row])
        return found

    def one_share(self, otherwise, price=100.0):
        """The price of a share, where cash is known so badly that a purchase may be off by one."""
        return np.where(self.slack * self.before > 0.003 * price, price, otherwise)

    def unsure(self, values):
        """How far the holdings may be off, as a share of the account, after purchases that were off by a share."""
        return self.slack + 3.0 * self.one_share(0.0) / values

    def plain_days(self):
        """Values of the days since the last event, at once."""
        rows, self.pending = self.pending, []
        if not rows or not len(self.origin):
            return
        for part in range(0, len(rows), 25):
            self.values_of(rows[part:part + 25])

    def values_of(self, rows):
        market, level = self.replay.market, self.replay.level
        values = self.book.values(market.closes[rows])
        growth = values / np.concatenate([(self.before + self.paid_in)[:, None], values[:, :-1]], axis=1)
        growth[:, 0] += self.paid_out / (self.before + self.paid_in)
        if self.brought:
            capital = np.concatenate([(self.before + self.paid_in)[:, None], values[:, :-1]], axis=1)
            self.brought.days(rows, self.book.shares, growth, capital)
        path = self.index[:, None] * np.cumprod(growth, axis=1)
        fits = np.ones(len(values), dtype=bool)
        for at, row in enumerate(rows):
            place = self.replay.published.get(market.dates[row])
            if place is None:
                continue
            moved = np.abs(path[:, at] / self.month_index - 1)
            slack = self.slack + self.drift + self.unsure(values[:, at]) * moved + 1e-8
            if level.index:
                shown = self.replay.site.index[place]
                if level.log_index:
                    off = np.abs(np.log(path[:, at]) - np.log(shown))
                    fits &= off <= self.replay.site.half("index") + slack + 1e-6
                else:
                    fits &= np.abs(path[:, at] - shown) <= self.replay.site.half("index") + slack * shown
            if level.daily:
                off = np.abs(growth[:, at] - 1 - self.replay.site.daily_return[place])
                # What fills are not known to the cent leave open in the holdings goes into each day's return.
                uncertain = self.unsure(values[:, at]) * np.abs(growth[:, at] - 1)
                fits &= off <= self.replay.site.half("daily") + self.day_slack + uncertain + 1e-8
            self.day_slack = 0.0
        self.index, self.before = path[:, -1], values[:, -1]
        self.paid_in, self.paid_out = np.zeros(len(values)), np.zeros(len(values))
        self.month_path.extend(path.T)
        self.keep(fits, "days")

    def rebalance(self, row, day):
        replay, market = self.replay, self.replay.market
        targets, best = market.targets(replay.rule, day)
        # What comes in before the next valuation is part of what an order's weight is taken of.
        coming = self.coming(row)
        for later in coming:
            self.amount(later)
        inflows = sum(np.maximum(self.amount(later), 0.0) for later in coming)
        capital = self.before + self.paid_in + inflows
        closes = market.closes[row]
        known = {(order.symbol, order.sign): self.price(order, closes[market.column[order.symbol]])
                 for order in replay.of_day.get(day, [])}

        def fill_price(column, sign):
            symbol = market.symbols[column]
            if self.exact_fills is not None and (day, symbol, sign) in self.exact_fills:
                return self.exact_fills[day, symbol, sign]
            found = known.get((symbol, sign))
            return found[0] if found else closes[column]

        ranked = [market.column[symbol] for symbol in best]
        traded = self.book.rebalance(replay.rule, closes, targets, ranked, fill_price, market.symbols)
        widest = replay.site.half("weights")
        added = sum(((order.weight or 0.0) + widest) * known[order.symbol, order.sign][1]
                    for order in replay.of_day.get(day, []))
        self.day_slack += added
        self.month_slack += added
        self.slack += added
        fits = self.orders_fit(day, traded, known, capital)
        for column, symbol in enumerate(market.symbols):
            amount = traded[:, column]
            charged = replay.rule.costs.commission(np.abs(amount))
            self.year_cost += charged / capital
            price = fill_price(column, 1 if np.any(amount > 0) else -1)
            if self.brought:
                self.brought.trade(column, amount, price, charged)
            if np.any(amount > 0):
                entry = np.broadcast_to(price, amount.shape).copy()
                self.lots[column].append([day, amount.copy(), charged / np.maximum(amount, 1), entry])
            if np.any(amount < 0):
                fits &= self.close_lots(column, symbol, day, -amount, price, charged, capital)
        self.keep(fits, "orders")

    def price(self, order, close):
        """What an order was filled at, and by how much that may still be off.

        Where days are published finely that is allowed for everywhere; elsewhere each particle guesses.
        """
        if self.exact_fills is not None:
            return self.exact_fills[order.day, order.symbol, order.sign], 0.0
        found = self.replay.prices.get((order.day, order.symbol, order.sign))
        price, doubt = found or price_of(order, close, self.replay.level)
        if self.replay.level.daily or doubt == 0.0:
            return price, doubt
        return price * (1 + doubt * self.dice.uniform(-1, 1, len(self.origin))), 0.0

    def orders_fit(self, day, traded, known, capital):
        """Whether the same instruments were traded, with weights and commissions as published."""
        level, symbols = self.replay.level, self.replay.market.symbols
        fits = np.ones(len(traded), dtype=bool)
        for column, symbol in enumerate(symbols):
            for sign in (1, -1):
                shares = np.maximum(traded[:, column] * sign, 0.0)
                order = self.replay.orders.get((day, symbol, sign))
                close = self.replay.market.closes[self.replay.market.row[day], column]
                off_by = self.one_share(0.0, close) / close
                if order is None:
                    unlisted = 0.0 if level.lists_all else (level.weights / 2 + 1e-4) * capital / close
                    fits &= shares <= off_by + unlisted
                    continue
                fits &= shares + off_by > 0
                price, doubt = known[symbol, sign]
                if order.weight is not None:
                    weight = shares * price / capital
                    allowed = self.replay.site.half("weights") + weight * doubt + off_by * price / capital
                    fits &= np.abs(weight - order.weight) <= allowed + 1e-9
                if order.commission_bps is not None:
                    charged = self.replay.rule.costs.commission(shares) / np.maximum(shares * price, 1e-9) * 1e4
                    allowed = self.replay.site.half("commission_bps") + charged * (doubt + off_by / np.maximum(shares, 1))
                    fits &= np.abs(charged - order.commission_bps) <= allowed + 1e-6
        return fits

    def close_lots(self, column, symbol, day, sold, price, charged, capital):
        """First in, first out; whether the round trips are the published ones."""
        level, left = self.replay.level, sold.copy()
        fits = np.ones(len(sold), dtype=bool)
        for opened, shares, commission, entry in self.lots[column]:
            taken = np.minimum(shares, left)
            shares -= taken
            left -= taken
            off_by = self.one_share(0.0, price) / price
            trip = self.replay.trips.get((day, symbol, opened))
            if trip is None:
                # Where small orders are not listed, nor is what they opened or closed.
                fits &= (taken <= off_by) | (not level.lists_all)
                continue
            fits &= taken + off_by > 0
            paid = taken * commission + taken * charged / np.maximum(sold, 1)
            profit = taken * (price - entry) - paid
            doubt = 1e-4 if level.daily else 0.0
            # The program takes parts of orders fill by fill, and what each fill cost is not published.
            doubt += sum(PARTS for key in ((opened, symbol, 1), (day, symbol, -1))
                         if key in self.replay.orders and self.replay.orders[key].fills > 1)
            if trip.result_bps is not None:
                weight = taken * price / capital
                off = np.abs(profit / capital * 1e4 - trip.result_bps)
                unsure = weight * doubt + off_by * np.abs(price - entry) / capital
                fits &= off <= self.replay.site.half("results_bps") + unsure * 1e4
            if trip.net_return is not None and not off_by.any():
                off = np.abs(profit / np.maximum(taken * entry, 1e-9) - trip.net_return)
                fits &= off <= self.replay.site.half("trade_returns") + doubt * (1 + np.abs(price / entry - 1)) * 1.5
        self.lots[column] = [lot for lot in self.lots[column] if np.any(lot[1] > 0)]
        return fits

    def month(self, day):
        """What is published of a month, and of a year."""
        site, level, month = self.replay.site, self.replay.level, day[:7]
        fits = np.ones(len(self.origin), dtype=bool)
        path = np.array(self.month_path)
        moved = (path.max(axis=0) - path.min(axis=0)) / self.month_index
        slack = self.month_slack * 1.2 + self.unsure(self.before) * moved + 1e-8
        if month in site.months:
            own = self.index / self.month_index - 1
            fits &= np.abs(own - site.months[month]) <= self.replay.site.half("months") + slack
        if month in site.month_index:
            off = np.abs(self.index - site.month_index[month])
            fits &= off <= site.half("month_index") + (self.slack + self.drift + slack) * self.index
        if site.month_drawdowns and site.month_drawdowns.get(month) is not None:
            fall = (path / np.maximum.accumulate(path, axis=0)).min(axis=0) - 1
            off = np.abs(fall - site.month_drawdowns[month])
            fits &= off <= self.replay.site.half("month_drawdowns") + slack
        held = site.month_weights.get(day)
        if held:
            closes = self.replay.market.closes[self.replay.market.row[day]]
            for column, symbol in enumerate(self.replay.market.symbols):
                weight = self.book.shares[:, column] * closes[column] / self.before
                fits &= np.abs(weight - held.get(symbol, 0.0)) <= self.replay.site.half("month_weights") + self.unsure(self.before) + 1e-9
        if self.brought:
            fits &= self.brought.fits(month, slack + self.slack, self.unsure(self.before))
        if day[5:7] == "12" or day == site.end:
            low, high = site.year_costs.get(day[:4], band(0.0) if site.year_costs else (0.0, np.inf))
            # What an order's costs are a share of is known only nearly, so that the edges of a band are not sharp.
            fits &= (self.year_cost >= low * 0.97) & (self.year_cost <= high * 1.03)
            self.year_cost = np.zeros(len(self.origin))
        if day == site.end:
            off = np.abs(self.index - 1 - site.total)
            # Where no day is published, the total is that of the index.
            of_index = self.replay.site.half("month_index") if site.month_index else 0.0
            fits &= off <= self.replay.site.half("months") + (of_index + self.slack + self.drift) * (1 + site.total) + 1e-8
        self.drift += self.unsure(self.before) * moved
        self.month_index, self.month_path, self.month_slack = self.index, [self.index], 0.0
        self.keep(fits, "months")
        if self.drawn and len(self.origin) >= ENOUGH:
            self.replay.learn(self.drawn)


def price_of(order, close, level):
    """What an order was filled at, from its published price and slippage, and by how much that may be off."""
    if order.fills == 1:
        return order.price, 0.0
    low, high = order.price - order.price_half, order.price + order.price_half
    if order.slippage_bps is not None:
        middle, half = order.slippage_bps, level.slippage_bps / 2 + 0.005
        # The reference is the close, whose digits are public, unless the trader meant another price.
        reference = order.reference or close
        known = close if abs(reference - close) <= 0.0051 and not order.noted else reference
        room = 0.0 if known == close else 0.005
        edges = [(known + side * room) * (1 + order.sign * (middle + side * half * order.sign) / 1e4)
                 for side in (-1, 1)]
        low, high = max(low, min(edges)), min(high, max(edges))
        if low > high:
            return order.price, order.price_half / order.price
    return (low + high) / 2, (high - low) / 2 / order.price
