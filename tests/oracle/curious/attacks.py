"""Every single attack: which of many start values do the published numbers not contradict?

Each takes a `Case` and an array of start values and answers with a mask, or `None` where the site publishes nothing that
the attack could use.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from .book import Book
from .holdings import Equations, solve
from .market import Market, Rule
from .replay import PARTS, Replay
from .site import Site


@dataclass
class Case:
    """What the curious reader has: a site and public closes. The rule is on the site."""

    site: Site
    market: Market
    rule: Rule

    # About how large the account is, within a factor of two: which orders paid the minimum hangs on it.
    about: float = 1e5

    def __post_init__(self):
        self.equations = Equations(self.site, self.market, self.rule, self.about)


def nearest_whole(low, high):
    """Whether a whole number lies between."""
    return np.floor(high + 1e-9) >= np.ceil(low - 1e-9)


def whole_shares(case, values):
    """An order's weight times net value over its price must be a whole number of shares.

    Source: rounding a ratio with a known integer numerator, as in the reconstruction of counts from published
    percentages (the GRIM test, Brown and Heathers 2017).
    """
    equations, half = case.equations, case.site.half("weights")
    fits = np.ones(len(values), dtype=bool)
    for order, (fill, doubt) in zip(equations.orders, equations.fills):
        grown, unsure = equations.before(order)
        room = half * grown + order.weight * (unsure + doubt * grown)
        middle = order.weight * grown
        fits &= nearest_whole((middle - room) * values / fill, (middle + room) * values / fill)
    return fits


def regression(case, values):
    """Index and months on closes of what is held give shares over net value; each times net value is whole.

    Source: returns-based style analysis (Sharpe 1992), with quantities instead of weights.
    """
    equations = case.equations
    if case.site.index is None or not case.site.by_the_day:
        return None
    systems = equations.of_index(), equations.of_months(), _faint(equations), equations.of_prices()
    return _each_whole(equations, solve(*systems), values)


def backtest(case, values):
    """The site's own backtest starts from the real net value with whole shares: try every start value."""
    site, market = case.site, case.market
    if site.backtest is None:
        return None
    rule = case.rule.as_backtest()
    book, alive = Book(values, len(market.symbols)), np.arange(len(values))
    first = market.row[site.start]
    firsts = set(market.first_of_months(first, market.row[site.end] + 1))
    shown = dict(zip(site.dates, site.backtest))
    for row in range(first + 1, market.row[site.end] + 1):
        if row in firsts:
            targets, best = market.targets(rule, market.dates[row])
            slip = rule.costs.slippage
            closes = market.closes[row]
            book.rebalance(rule, closes, targets, [market.column[one] for one in best],
                           lambda column, sign, closes=closes: closes[column] * (1 + sign * slip), market.symbols)
        if market.dates[row] in shown and len(alive):
            grown = book.value(market.closes[row]) / values[alive]
            fits = np.abs(grown - shown[market.dates[row]]) <= site.half("backtest") + 1e-9
            if not fits.all():
                book.keep(fits)
                alive = alive[fits]
    return _mask(values, alive)


def minimum_commission(case, values):
    """A commission in basis points of an order that paid the known minimum is the order's size."""
    equations, costs, site = case.equations, case.rule.costs, case.site
    if site.level.commission_bps is None:
        return None
    fits = np.ones(len(values), dtype=bool)
    for order, (fill, doubt) in zip(equations.orders, equations.fills):
        if order.commission_bps is None:
            continue
        grown, unsure = equations.before(order)
        room = site.half("weights") * grown + order.weight * (unsure + doubt * grown)
        least, most = ((order.weight * grown + side * room) * values for side in (-1, 1))
        # The commission falls in proportion as an order grows, down to the price of a share.
        highest, lowest = (costs.commission(np.maximum(size, 1e-9) / fill) / np.maximum(size, 1e-9) * 1e4
                           for size in (least, most))
        half = site.half("commission_bps") + 1e-6
        fits &= (lowest <= order.commission_bps + half) & (highest >= order.commission_bps - half)
    return fits


def results(case, values):
    """A result in basis points of net value over its price change is a whole number of shares; less the price's own
    return it is commission over cost."""
    equations, costs, site = case.equations, case.rule.costs, case.site
    known = {(order.day, order.symbol, order.sign): (order, fill)
             for order, fill in zip(equations.orders, equations.fills)}
    fits, used = np.ones(len(values), dtype=bool), 0
    for trip in site.trips:
        opening, closing = known.get((trip.opened, trip.symbol, 1)), known.get((trip.closed, trip.symbol, -1))
        if not opening or not closing or trip.result_bps is None:
            continue
        used += 1
        (_, (entry, doubt_in)), (order, (leave, doubt_out)) = opening, closing
        grown, unsure = equations.before(order)
        capital = grown * values
        gain = leave - entry - 2 * costs.per_share
        # Parts of orders are taken fill by fill, and what each fill cost is not published.
        parts = sum(PARTS for one, _ in (opening, closing) if one.fills > 1)
        unsure_gain = entry * doubt_in + leave * doubt_out + leave * parts
        # At the least both orders paid by the share, at the most both the minimum.
        half = site.half("results_bps") / 1e4 + 1e-9
        extra = 2 * costs.least / capital
        room = half + abs(trip.result_bps) / 1e4 * unsure / grown + order.weight * unsure_gain / leave
        low, high = (trip.result_bps / 1e4 - room) * capital, (trip.result_bps / 1e4 + room + extra) * capital
        if abs(gain) > 2 * unsure_gain:
            fits &= nearest_whole(np.minimum(low / gain, high / gain), np.maximum(low / gain, high / gain))
        if trip.net_return is not None:
            # What the price's return exceeds the net one by was paid, and is at most two minima of one share's cost.
            paid = (leave / entry - 1 - trip.net_return)
            room = site.half("trade_returns") + (doubt_in + doubt_out + parts) * leave / entry + 1e-9
            most = np.maximum((order.weight * grown + site.half("weights") * grown) * values, 1.0)
            cheapest = 2 * np.maximum(costs.per_share / leave, costs.least / most) * min(leave, entry) / entry
            # Of a sale in parts only its share of the commissions was paid, so the bound is one-sided.
            fits &= paid + room >= np.minimum(cheapest, 2 * costs.per_share / max(leave, entry))
    return fits if used else None


def contributions(case, values):
    """What a holding brought month by month, on the gains of a share of it, gives shares over net value."""
    equations = case.equations
    system = equations.of_brought
    if not len(system[0]):
        return None
    return _each_whole(equations, solve(system, _faint(equations), equations.of_prices()), values)


def weighted_prices(case, values):
    """A volume-weighted price between two ticks says in which proportion the order's fills stood."""
    equations, site = case.equations, case.site
    fits, used = np.ones(len(values), dtype=bool), 0
    for order, (fill, doubt) in zip(equations.orders, equations.fills):
        unsure = fill * doubt / 0.01
        if order.fills != 2 or unsure > 0.02:
            continue
        used += 1
        grown, _ = equations.before(order)
        middle, room = order.weight * grown * values / fill, site.half("weights") * grown * values / fill
        most = int(min(30, np.ceil(room.max()) + 1))
        anyone = room > 30
        for off in range(-most, most + 1):
            shares = np.round(middle) + off
            for gap in range(1, 6):
                # Two fills a few ticks apart, the lower one at any tick from which the mean can be reached.
                for lower in range(gap):
                    part = (fill * 100 - np.floor(fill * 100) + lower) / gap * shares
                    near = np.abs(part - np.round(part)) <= unsure / gap * shares
                    anyone |= near & (np.abs(shares - middle) <= room + 1) & (shares > 0)
        fits &= anyone
    return fits if used else None


def weights_of_days(case, values):
    """Each weight of a holding narrows the same whole number of shares; one that crosses a step does so precisely."""
    site, market, equations = case.site, case.market, case.equations
    if not site.month_weights:
        return None
    fits = np.ones(len(values), dtype=bool)
    half = site.half("month_weights")
    spans = {}
    for day, held in site.month_weights.items():
        if day not in market.row or day > equations.until:
            continue
        grown, unsure = _grown(site, day)
        for symbol, weight in held.items():
            if symbol not in market.column:
                continue
            traded = [order.day for order in site.orders if order.symbol == symbol and order.day <= day]
            # Where small orders are not listed, a holding may have changed from one weight to the next.
            since = max(traded, default="") if site.level.lists_all else day
            close = market.closes[market.row[day], market.column[symbol]]
            low = (weight - half) * (grown - unsure) / close
            high = (weight + half) * (grown + unsure) / close
            before = spans.get((symbol, since), (0.0, np.inf))
            spans[symbol, since] = max(before[0], low), min(before[1], high)
    for low, high in spans.values():
        fits &= nearest_whole(low * values, high * values)
    return fits


def several_roundings(case, values):
    """Index, daily return and drawdown are roundings of one path: together they are finer than each.

    Source: intersection attacks on several releases of the same data (Ganta, Kasiviswanathan and Smith 2008).
    """
    equations = case.equations
    if case.site.daily_return is None or not case.site.by_the_day:
        return None
    systems = (equations.of_index(), equations.of_days(), equations.of_weights(), equations.of_prices(),
               equations.of_brought)
    return _whole_numbers(solve(*systems), len(equations.orders), values)


def exact_search(case, values):
    """All histories of whole shares that fit every rounded number, without knowing how orders were sized.

    Source: integer least squares by the nearest plane (Babai 1986), as ambiguities of satellite positioning are resolved.
    """
    equations = case.equations
    systems = [equations.of_weights(), equations.of_prices(), equations.of_brought, equations.of_months()]
    if case.site.index is not None and case.site.by_the_day:
        systems.append(equations.of_index())
    return _whole_numbers(solve(*systems), len(equations.orders), values)


def replay(case, values):
    """The whole rule for each start value; see `replay.py`."""
    engine = Replay(case.site, case.market, case.rule)
    until = None
    if case.site.level.daily:
        # At this precision the stretch before money first moved says everything, prices of fills included.
        until = case.equations.until
        if case.site.by_the_day:
            engine.prices = case.equations.fitted_prices()
    return _mask(values, engine.survivors(values, until=until))


def _mask(values, alive):
    mask = np.zeros(len(values), dtype=bool)
    mask[alive] = True
    return mask


def _each_whole(equations, solved, values):
    """Start values at which a whole number lies within 3.5 standard errors of every order's shares."""
    answer, errors = solved
    error, others = np.sqrt(np.diag(errors)), len(equations.unsure)
    fits = np.ones(len(values), dtype=bool)
    for share, off in zip(answer[others:], error[others:]):
        real = share[0] * values + share[1]
        fits &= nearest_whole(real - 3.5 * off * values, real + 3.5 * off * values)
    return fits


def _faint(equations):
    """The weights a hundredfold weaker: only to keep what the index does not say from being singular."""
    rows, right = equations.of_weights()
    return rows / 100, right / 100


def _grown(site, day):
    """Growth of 1 up to a day, and its doubt."""
    if site.index is not None:
        at = int(np.searchsorted(site.dates, day, side="right")) - 1
        return site.index[at], site.half("index") * (site.index[at] if site.level.log_index else 1.0)
    grown, doubt = 1.0, 0.0
    for month, value in site.months.items():
        if month > day[:7]:
            break
        grown, doubt = grown * (1 + value), doubt + site.half("months")
    return grown, doubt * grown


def _whole_numbers(solved, count, values):
    """Start values at which whole numbers for the last `count` unknowns lie within the errors of the equations.

    The best known is rounded first, and what that says about the others goes into them; where even the best known of the
    rest is not known to a fifth of a share, nothing more is said (partial ambiguity resolution, Teunissen 1999).
    """
    answer, errors = solved
    # Of the covariance the part of the shares holds whatever the other unknowns are.
    answer, errors = answer[-count:], errors[-count:, -count:]
    alive, distance = np.arange(len(values)), np.zeros(len(values))
    moved = np.zeros((len(values), count))  # how far what is settled has moved the rest, in shares
    left = np.ones(count, dtype=bool)
    for settled in range(1, count + 1):
        at = int(np.argmin(np.where(left, np.diag(errors), np.inf)))
        error = np.sqrt(max(errors[at, at], 1e-24)) * values[alive]
        known = error < 0.2
        if not known.any():
            break
        real = answer[at, 0] * values[alive] + answer[at, 1] + moved[:, at]
        off = np.where(known, np.round(real) - real, 0.0)
        distance = distance + (off / error) ** 2
        moved = moved + off[:, None] * (errors[at] / errors[at, at])
        errors = errors - np.outer(errors[at], errors[at]) / errors[at, at]
        left[at] = False
        # Errors of rounding are not quite independent, so that the limit is a generous one.
        near = distance <= 1.2 * chi2.ppf(0.999, settled)
        alive, distance, moved = alive[near], distance[near], moved[near]
    return _mask(values, alive)


ATTACKS = {
    "whole shares": whole_shares,
    "regression": regression,
    "the site's backtest": backtest,
    "minimum commission": minimum_commission,
    "results": results,
    "contributions": contributions,
    "weighted prices": weighted_prices,
    "weights of days": weights_of_days,
    "several roundings": several_roundings,
    "exact search": exact_search,
    "replay": replay,
}
