"""Orders, round trips and slippage from the executions, in exact fractions."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from statistics import median, stdev

from compare import Expected
from record import instant, version

YEAR = 365.25
DAYS_TO_WAIT = timedelta(days=5)


class Trades:
    """Collects expectations for one record and window."""

    def __init__(self, record, since=None, until=None):
        self.record, self.since, self.until = record, since, until
        self.fills = [fill for fill in record.fills if fill.asset_class.upper() != "CASH"]

    def inside(self, day):
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def rate(self, currency, day):
        """What one unit was worth, by the newest snapshot on or before the day."""
        if currency == self.record.base:
            return Fraction(1)
        earlier = [one for one in self.record.snapshots if one.date <= day]
        return earlier[-1].fx.get(currency) if earlier else None

    def fill_rate(self, fill):
        return fill.fx if fill.fx is not None else self.rate(fill.currency, fill.date)

    def notional(self, fill):
        rate = self.fill_rate(fill)
        return None if rate is None else fill.notional * rate

    def commission(self, fill):
        if fill.commission is None:
            return None
        currency = fill.commission_currency or self.record.base
        rate = self.fill_rate(fill) if currency == fill.currency else self.rate(currency, fill.date)
        return None if rate is None else fill.commission * rate

    def orders(self):
        """Fills with the same account, instrument, side and number."""
        grouped = defaultdict(list)
        for fill in self.fills:
            if fill.perm_id:
                number = ("perm", fill.perm_id)
            elif fill.order_id:
                number = ("order", fill.order_id, fill.date)
            else:
                number = ("fill", fill.exec_id)
            grouped[fill.account, fill.instrument, fill.side, number].append(fill)
        return sorted(grouped.values(), key=lambda fills: (fills[0].time, fills[0].exec_id))

    def round_trips(self):
        """Pairs of an opening and a closing order: (first opening time, last closing time, net in base currency or None).

        Orders are taken by their first fill, first in, first out. What was held before the first fill stands first in
        the queue, without an order, and closing it gives no pair.
        """
        queues, pairs = defaultdict(list), {}
        for instrument, quantity in self.held_before().items():
            queues[instrument].append([None, None, quantity])
        splits = sorted(self.record.splits)
        for number, fills in enumerate(self.orders()):
            while splits and splits[0][0] <= fills[0].date:
                self.split(queues, *splits.pop(0)[1:])
            for fill in fills:
                queue, left = queues[fill.instrument], fill.side * fill.quantity
                while left and queue and queue[0][2] * left < 0:
                    opener, opening, held = queue[0]
                    part = min(abs(left), abs(held))
                    if opening is not None:
                        pairs.setdefault((opener, number), []).append((opening, fill, part))
                    else:
                        self.without_opening.add(fill.exec_id)
                    queue[0][2] -= part if held > 0 else -part
                    left -= part if left > 0 else -part
                    if not queue[0][2]:
                        queue.pop(0)
                if left:
                    queue.append([number, fill, left])
        return [self.round_trip(parts) for parts in pairs.values()]

    def split(self, queues, symbol, change):
        """What is open goes on as more units at the same cost: its fills as if they had been made in the new ones."""
        [instrument] = {fill.instrument for fill in self.fills if fill.symbol == symbol}
        held = sum(entry[2] for entry in queues[instrument])
        for entry in queues[instrument]:
            ratio = (held + change) / held
            entry[2] *= ratio
            if entry[1] is not None:
                entry[1] = replace(entry[1], quantity=entry[1].quantity * ratio, price=entry[1].price / ratio)

    def round_trip(self, parts):
        nets = [self.net(*part) for part in parts]
        opened = min(opening.time for opening, _, _ in parts)
        closed = max(max(opening.time, closing.time) for opening, closing, _ in parts)
        return opened, closed, None if None in nets else sum(nets)

    def held_before(self):
        """The first known positions less the fills up to them; an instrument that is not listed is not held."""
        told = next((one for one in self.record.snapshots if one.positions is not None), None)
        if told is None:
            return {}
        held = defaultdict(Fraction)
        for position in told.positions:
            held[self.instrument_of(position)] += Fraction(position["quantity"])
        for fill in self.fills:
            if fill.date <= told.date:
                held[fill.instrument] -= fill.side * fill.quantity
        for day, symbol, change in self.record.splits:
            if day <= told.date:
                held[self.instrument_of({"symbol": symbol, "currency": None})] -= change
        return {instrument: quantity for instrument, quantity in held.items() if quantity}

    def instrument_of(self, position):
        known = {fill.instrument for fill in self.fills if fill.symbol == position["symbol"]}
        assert len(known) < 2, "no data set has two instruments of one symbol in its positions"
        return known.pop() if known else ("symbol", position["symbol"], position["currency"])

    def net(self, opening, closing, quantity):
        """What a part of a fill closed of another brought; only the gain of what was not paid for is converted."""
        rates, paid = [self.fill_rate(opening), self.fill_rate(closing)], [self.commission(opening), self.commission(closing)]
        if None in rates or None in paid:
            return None
        values = [fill.price * quantity * fill.multiplier for fill in (opening, closing)]
        if opening.side < 0 or opening.asset_class.upper() in ("FUT", "CFD"):
            gain = opening.side * (values[1] - values[0]) * rates[1]
        else:
            gain = values[1] * rates[1] - values[0] * rates[0]
        return gain - paid[0] * quantity / opening.quantity - paid[1] * quantity / closing.quantity

    def capital_on(self, day):
        """The value before the day and the money that came in until the valuation after it."""
        earlier = [one for one in self.record.snapshots if one.date < day]
        if not earlier:
            return None
        later = [one.own_date for one in self.record.snapshots if one.date >= day]
        until = later[0] if later else day
        came = [amount for date, amount in self.record.flows if earlier[-1].own_date < date <= until and amount > 0]
        return earlier[-1].nav + sum(came)

    def figures(self):
        fills = [fill for fill in self.fills if self.inside(fill.date)]
        self.without_opening = set()
        trips = [trip for trip in self.round_trips() if self.inside(trip[1].date())]
        left_out = [fill for fill in fills if fill.exec_id in self.without_opening]
        known = [(closed, net) for _, closed, net in trips if net is not None]
        results = [net for _, net in known]
        in_bps = [net / nav * 10000 for closed, net in known if (nav := self.capital_on(closed.date()))]
        wins, losses = [one for one in results if one > 0], [one for one in results if one < 0]
        paid = [self.commission(fill) for fill in fills]
        paid = [one for one in paid if one is not None]
        both = [(self.commission(fill), self.notional(fill)) for fill in fills]
        both = [(cost, size) for cost, size in both if cost is not None and size is not None]
        holding = [(closed.date() - opened.date()).days for opened, closed, _ in trips]
        values = {
            "executions": len(fills),
            "orders": sum(1 for order in self.orders() if self.inside(order[0].date)),
            "round_trips": len(trips),
            "without_opening": len(left_out),
            "win_rate": ratio(len(wins), len(wins) + len(losses)),
            "profit_factor": ratio(sum(wins), -sum(losses)),
            "average_win": mean(wins),
            "average_loss": mean(losses),
            "expectancy": mean(results),
            "turnover": self.turnover(),
            "commissions": float(sum(paid)) if paid else None,
            "commissions_bps": ratio(sum(c for c, _ in both) * 10000, sum(n for _, n in both)),
        }
        extra = {
            "payoff_ratio": ratio(mean(wins), -mean(losses)) if wins and losses else None,
            "expectancy_bps": mean(in_bps),
            "average_win_bps": mean([one for one in in_bps if one > 0]),
            "average_loss_bps": mean([one for one in in_bps if one < 0]),
            "holding_days": mean(holding),
        }
        return [Expected(("trades", key), value, "fractions") for key, value in values.items()] + [
            Expected(("trades", key), value, "fractions", optional=True) for key, value in extra.items()
        ]

    def turnover(self):
        """The smaller of bought and sold over the mean NAV, a year, between the snapshots of the window."""
        held = [one for one in self.record.snapshots if self.inside(one.date)]
        days = (held[-1].date - held[0].date).days if held else 0
        if days < 365:
            return None
        sides = {1: Fraction(0), -1: Fraction(0)}
        for fill in self.fills:
            if held[0].date <= fill.date <= held[-1].date:
                size = self.notional(fill)
                if size is None:
                    return None
                sides[fill.side] += size
        average = sum(one.nav for one in held) / len(held)
        return float(min(sides.values()) / average) / (days / YEAR)

    def slippage(self):
        measured = [self.measure(order) for order in self.orders_with_notes()]
        priced = [one for one in measured if one["bps"] is not None]
        bps = [one["bps"] for one in priced]
        weighed = [one for one in priced if one["notional"] is not None]
        charged = [one for one in measured if one["commission"] is not None and one["notional"] is not None]
        whole = [one for one in charged if one["cost"] is not None]
        threshold = self.record.setting("analysis", "outlier_bps", 10.0)
        values = {
            ("executions",): sum(one["fills"] for one in measured),
            ("orders",): len(measured),
            ("priced_orders",): len(priced),
            ("mean_bps",): mean(bps),
            ("median_bps",): float(median(bps)) if bps else None,
            ("std_bps",): stdev(map(float, bps)) if len(bps) > 1 else None,
            ("notional_weighted_bps",): ratio(
                sum(one["bps"] * one["notional"] for one in weighed), sum(one["notional"] for one in weighed)
            ),
            ("cost_base",): total(one["cost"] for one in priced),
            ("commissions_bps",): ratio(
                sum(one["commission"] for one in charged) * 10000, sum(one["notional"] for one in charged)
            ),
            ("implementation_shortfall_bps",): ratio(
                sum(one["cost"] + one["commission"] for one in whole) * 10000, sum(one["notional"] for one in whole)
            ),
        }
        for group, key in (("by_symbol", "symbol"), ("by_month", "month")):
            for name in sorted({one[key] for one in priced}):
                part = [one for one in priced if one[key] == name]
                own = [one["bps"] for one in part]
                values[group, name, "orders"] = len(part)
                values[group, name, "mean_bps"] = mean(own)
                values[group, name, "median_bps"] = float(median(own))
                values[group, name, "cost_base"] = total(one["cost"] for one in part)
        far = sorted((one for one in priced if abs(one["bps"]) > threshold), key=lambda one: -abs(one["bps"]))
        for place, one in enumerate(far):
            for key in ("date", "symbol", "side"):
                values["outliers", place, key] = one[key]
            for key in ("price", "reference_price", "bps"):
                values["outliers", place, key] = float(one[key])
        if not far:
            values["outliers",] = []
        return [Expected(path, value, "fractions") for path, value in values.items()]

    def orders_with_notes(self):
        """Orders of the window, each with the intended entry of its note or None."""
        orders = self.orders()
        entries = {}
        for note in sorted(self.record.notes, key=lambda one: (when(one["created_at"]), one["id"])):
            place = self.order_of(note, orders)
            if place is not None and place not in entries:
                entries[place] = (note.get("pre_trade") or {}).get("intended_entry")
        return [
            (order, entries.get(place)) for place, order in enumerate(orders) if self.inside(order[0].date)
        ]

    def order_of(self, note, orders):
        if note.get("exec_ids"):
            named = {version(one)[0] for one in note["exec_ids"]}
            test = lambda order: any(version(fill.exec_id)[0] in named for fill in order)
        elif note.get("order"):
            test = lambda order: any(note["order"] in (fill.perm_id, fill.order_id) for fill in order)
        else:
            created = when(note["created_at"])
            wanted = (note.get("pre_trade") or {}).get("side")
            sides = {"BUY": 1, "SELL": -1}
            test = lambda order: (
                order[0].symbol == note["symbol"]
                and (not wanted or order[0].side == sides[wanted.upper()])
                and created <= order[0].time
                and order[0].date - created.date() <= DAYS_TO_WAIT
            )
        return next((place for place, order in enumerate(orders) if test(order)), None)

    def measure(self, order_and_entry):
        fills, entry = order_and_entry
        quantity = sum(fill.quantity for fill in fills)
        price = sum(fill.price * fill.quantity for fill in fills) / quantity
        reference = Fraction(entry) if entry else self.planned(fills[0])
        if reference is None and all(fill.reference for fill in fills):
            reference = sum(fill.reference * fill.quantity for fill in fills) / quantity
        side, rates = fills[0].side, [self.fill_rate(fill) for fill in fills]
        paid = [self.commission(fill) for fill in fills]
        cost = None
        if reference is not None and None not in rates:
            cost = sum(
                side * (fill.price - reference) * fill.quantity * fill.multiplier * rate
                for fill, rate in zip(fills, rates)
            )
        return {
            "fills": len(fills), "symbol": fills[0].symbol, "side": "BUY" if side > 0 else "SELL",
            "date": fills[0].date.isoformat(), "month": fills[0].date.strftime("%Y-%m"),
            "price": price, "reference_price": reference, "cost": cost,
            "bps": side * (price - reference) / reference * 10000 if reference is not None else None,
            "notional": None if None in rates else sum(fill.notional * rate for fill, rate in zip(fills, rates)),
            "commission": None if None in paid else sum(paid),
        }

    def planned(self, fill):
        """The reference price in the newest plan, at most ten days old, that has the fill's ticker and side."""
        if fill.asset_class.upper() in ("OPT", "FOP", "FUT", "WAR"):
            return None  # it only goes by the ticker of what it is on
        recent = [plan for plan in self.record.plans if 0 <= (fill.date - date.fromisoformat(plan["as_of"])).days]
        newest = {plan["strategy"]: plan for plan in recent}.values()
        for plan in sorted(newest, key=lambda one: one["as_of"], reverse=True):
            for trade in plan["trades"]:
                same = trade["ticker"] == fill.symbol and trade["action"] == ("BUY" if fill.side > 0 else "SELL")
                old = (fill.date - date.fromisoformat(plan["as_of"])).days > 10
                if same and trade["currency"] == fill.currency and not old:
                    return Fraction(trade["reference_price"])
        return None


def when(value):
    return value if hasattr(value, "year") else instant(value)


def mean(values):
    values = list(values)
    return float(sum(values) / Fraction(len(values))) if values else None


def total(values):
    values = list(values)
    return float(sum(values)) if values and None not in values else None


def ratio(over, under):
    return float(Fraction(over) / Fraction(under)) if under else None
