"""What each holding brought to the total return, by month: the gain of its shares over the account, linked.

The parts of months add up to those of years and of the whole, which moves some of them by more than a step.
"""

import numpy as np

# Rounded so that all add up, a part is off by this many steps: as a standard deviation, and at most.
TYPICAL, MOST = 0.35, 1.5


def smoothing(one):
    """Carino's coefficient of a return, by which returns add up instead of compounding."""
    one = np.where(np.abs(one) < 1e-9, 1e-9, one)
    return np.log1p(one) / one


def of_all(site):
    """The coefficient of the total return of which the parts are."""
    if not site.brought:
        return 1.0
    last = max(site.brought)
    if site.index is not None:
        at = np.flatnonzero(np.array([day[:7] <= last for day in site.dates]))[-1]
        return float(smoothing(site.index[at] - 1.0))
    return float(smoothing(np.prod([1 + value for month, value in site.months.items() if month <= last]) - 1.0))


def equations(system):
    """One equation for each holding and month before money first moved, for its years, and for the whole."""
    site, market, width = system.site, system.market, len(system.unsure) + len(system.orders)
    rows, grown = (np.array(one) for one in _marks(system))
    scale = smoothing(grown[1:] / grown[:-1] - 1.0) / of_all(site) / grown[:-1]
    of_month = {}
    for at, row in enumerate(rows[1:]):
        of_month.setdefault(market.dates[row][:7], []).append(at)
    months = [month for month in of_month if month in site.brought and _is_within(system, month)]
    shown = {(symbol, month): [np.zeros(width), 0.0] for month in months for symbol in site.brought[month]
             if symbol in market.column}
    for at, order in enumerate(system.orders):
        gained, charged, doubted = _gained(system, at, rows)
        for month in months:
            if (equation := shown.get((order.symbol, month))) is None:
                continue
            chosen = of_month[month]
            equation[0][len(system.unsure) + at] += scale[chosen] @ gained[chosen]
            equation[1] += float(scale[chosen] @ charged[chosen])
            if at in system.unsure:
                equation[0][system.unsure.index(at)] += scale[chosen] @ doubted[chosen]
    return _weighed(shown, site, width)


def _marks(system):
    """Rows of the valuations between which gains are divided, as far as they are published, and the index on them."""
    site, market = system.site, system.market
    if site.index is not None and site.by_the_day:
        return [market.row[day] for day in system.days], system.index
    rows, grown = [market.row[site.start]], [1.0]
    for month, value in site.months.items():
        end = int(np.searchsorted(market.dates, month + "-99")) - 1
        if end > rows[-1]:
            rows.append(min(end, market.row[site.end]))
            grown.append(grown[-1] * (1 + value))
    return rows, grown


def _is_within(system, month):
    """Whether a month lies before money first moved, to its end."""
    end = system.market.dates[int(np.searchsorted(system.market.dates, month + "-99")) - 1]
    return min(end, system.site.end) <= system.until


def _gained(system, at, rows):
    """What an order gains between valuations: for each of its shares, less a minimum commission, for the doubt in its price."""
    order, (fill, doubt), costs = system.orders[at], system.fills[at], system.rule.costs
    placed, closes = system.market.row[order.day], system.market.closes[rows, system.market.column[order.symbol]]
    is_new = (rows[:-1] < placed) & (placed <= rows[1:])
    is_least = system.paid_the_minimum(order, fill)
    paid = fill + (0.0 if is_least else order.sign * costs.per_share)
    since = np.where(is_new, paid, closes[:-1])
    gained = np.where(rows[1:] >= placed, order.sign * (closes[1:] - since), 0.0)
    moved = -order.sign * order.weight * system.before(order)[0] * doubt
    return gained, is_new * (costs.least if is_least else 0.0), is_new * moved


def _weighed(shown, site, width):
    """The equations of months, and of the years and the whole that they add up to, each over its standard error."""
    found = [(row, charged, site.brought[month][symbol]) for (symbol, month), (row, charged) in shown.items()]
    found += _together(shown, site, lambda month: month[:4])
    found += _together(shown, site, lambda month: "all")
    if not found:
        return np.zeros((0, width)), np.zeros((0, 2))
    parts = np.array([part for *_, part in found])
    # The index by which gains are divided is rounded too, and without days its way through a month is not known.
    error = TYPICAL * 2 * site.half("brought") + (0.003 if site.index is not None else 0.03) * np.abs(parts)
    right = np.stack([parts, [charged for _, charged, _ in found]], axis=1)
    return np.array([row for row, *_ in found]) / error[:, None], right / error[:, None]


def _together(shown, site, key):
    """The sums of months that are published too, where all of their months are known."""
    groups = {}
    for (symbol, month), (row, charged) in shown.items():
        groups.setdefault((symbol, key(month)), []).append((month, row, charged))
    for (symbol, name), parts in groups.items():
        months = {month for month, held in site.brought.items() if symbol in held and key(month) == name}
        if len(parts) > 1 and months == {month for month, *_ in parts}:
            yield (sum(row for _, row, _ in parts), sum(charged for *_, charged in parts),
                   sum(site.brought[month][symbol] for month in months))


class Brought:
    """What each holding has brought to every account that is tried: in the month, in the year and in all."""

    def __init__(self, site, market, count):
        self.site, self.market, self.whole = site, market, of_all(site)
        none = np.zeros((count, len(market.symbols)))
        # Beside that, what orders have gained over the prices at the last valuation.
        self.parts = {name: none.copy() for name in ("month", "year", "all", "new")}
        self.valued = market.row[site.start]
        self.last = max(site.brought)

    def keep(self, chosen):
        """Leaves only the accounts that a mask or an index chooses."""
        self.parts = {name: parts[chosen] for name, parts in self.parts.items()}

    def trade(self, column, shares, price, charged):
        """An order of so many signed shares."""
        self.parts["new"][:, column] += shares * (self.market.closes[self.valued, column] - price) - charged

    def days(self, rows, shares, growth, capital):
        """Valuations between which these shares are held."""
        closes = self.market.closes
        scale = smoothing(growth - 1) / self.whole / capital
        gained = shares * (scale @ (closes[rows] - closes[[self.valued, *rows[:-1]]])) + self.parts["new"] * scale[:, :1]
        for name in ("month", "year", "all"):
            self.parts[name] = self.parts[name] + gained
        self.parts["new"], self.valued = np.zeros_like(gained), rows[-1]

    def fits(self, month, slack, unsure):
        """Whether that is what is published of a month, and of a year and of all that end with it."""
        site, shown = self.site, {"month": self.site.brought.get(month, {})}
        if month == self.last or (month[5:] == "12" and month < self.last):
            shown["year"] = _sums(held for one, held in site.brought.items() if one[:4] == month[:4])
        if month == self.last:
            shown["all"] = site.brought_in_all
        fits = np.ones(len(self.parts["all"]), dtype=bool)
        for name, parts in shown.items():
            for symbol, part in parts.items():
                own = self.parts[name][:, self.market.column[symbol]]
                room = MOST * 2 * site.half("brought") + (0.003 + unsure) * np.abs(own) + slack
                fits &= np.abs(own - part) <= room
        for name in ("month", "year") if month[5:] == "12" else ("month",):
            self.parts[name] = np.zeros_like(self.parts[name])
        return fits


def _sums(months):
    """What holdings brought in several months together."""
    found = {}
    for held in months:
        for symbol, part in held.items():
            found[symbol] = found.get(symbol, 0.0) + part
    return found
