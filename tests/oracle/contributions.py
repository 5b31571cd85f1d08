"""What each holding brought to the total return, as a whole and by month and year, from positions, fills and income."""

import math
from collections import defaultdict
from fractions import Fraction


def smoothing(one):
    return math.log1p(one) / one if abs(one) > 1e-9 else 1 / (1 + one)


def worth(snapshot, base):
    """The value of each position in the base currency; none where it is not known."""
    if snapshot.positions is None:
        return None
    found = defaultdict(Fraction)
    for position in snapshot.positions:
        found[position["symbol"]] += Fraction(position["market_value"]) * rate_of(snapshot, position["currency"], base)
    return found


def rate_of(snapshot, currency, base):
    return Fraction(1) if currency == base else snapshot.fx[currency]


def gains(record, before, after):
    """What each holding gained between two snapshots; none where one of them does not say its positions."""
    values = [worth(one, record.base) for one in (before, after)]
    if None in values:
        return None
    found = defaultdict(Fraction)
    for sign, one in zip((-1, 1), values):
        for symbol, value in one.items():
            found[symbol] += sign * value
    inside = lambda day: before.own_date < day <= after.own_date
    for fill in record.fills:
        if inside(fill.date):
            commission = fill.commission or Fraction(0)
            commission *= fill.fx if fill.commission_currency == fill.currency else 1
            found[fill.symbol] -= fill.side * fill.notional * fill.fx + commission
    for day, symbol, amount in record.income:
        if symbol and inside(day):
            found[symbol] += amount
    return found


def spans(record, parts):
    """(first date, last date, what each holding brought, the rest, what is not attributed, returns) of returns that belong together."""
    if not parts:
        return []
    by_date = {one.date: one for one in record.snapshots}
    whole = smoothing(math.prod(1 + value for *_, value in parts) - 1)
    weights = [smoothing(value) / whole for *_, value in parts]
    found, at = [], 0
    while at < len(parts):
        end = at
        while by_date[parts[end][1]].positions is None and end + 1 < len(parts):
            end += 1
        chosen, weight = parts[at:end + 1], weights[at:end + 1]
        before, after = by_date[chosen[0][0]], by_date[chosen[-1][1]]
        linked = [one * value for one, (*_, value) in zip(weight, chosen)]
        gained = gains(record, before, after)
        if gained is None:
            found += [(day, day, None, None, total, 1) for (_, day, _), total in zip(chosen, linked)]
        else:
            flows = [amount for day, amount in record.flows if before.own_date < day <= after.own_date]
            capital = float(before.nav + sum(amount for amount in flows if amount > 0))
            scale = sum(weight) / len(weight) / capital
            change = float(after.nav - before.nav - sum(flows))
            if len(chosen) > 1 and change and scale / 2 < sum(linked) / change < scale * 2:
                scale = sum(linked) / change
            brought = {symbol: float(gain) * scale for symbol, gain in gained.items()}
            found.append((chosen[0][1], chosen[-1][1], brought, sum(linked) - sum(brought.values()), 0.0, len(chosen)))
        at = end + 1
    return found


def together(chosen):
    """What several spans come to, with the names of `stats --json`."""
    known = [span for span in chosen if span[2] is not None]
    holdings = defaultdict(float)
    for span in known:
        for symbol, part in span[2].items():
            holdings[symbol] += part
    return {
        "holdings": dict(holdings) if known else None,
        "rest": sum(span[3] for span in known) if known else None,
        "not_attributed": sum(span[4] for span in chosen),
        "not_attributed_returns": sum(span[5] for span in chosen if span[2] is None),
        "returns": sum(span[5] for span in chosen),
    }


def by(chosen, key):
    """The spans by month or year, those together that one of them crosses."""
    groups = []
    for span in chosen:
        first, last = key(span[0]), key(span[1])
        if groups and first <= groups[-1]["to"]:
            groups[-1]["to"] = max(groups[-1]["to"], last)
            groups[-1]["spans"].append(span)
        else:
            groups.append({"from": first, "to": last, "spans": [span]})
    return [{"from": group["from"], "to": group["to"], **together(group["spans"])} for group in groups]


def contributions(record, parts):
    chosen = spans(record, parts)
    whole = together(chosen)
    if whole["holdings"] is None:
        return None
    return {**whole, "by_month": by(chosen, lambda day: f"{day:%Y-%m}"), "by_year": by(chosen, lambda day: day.year)}


def leaves(value, path=()):
    """(path, value) of everything in a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if not entries:
        return [(path, value)]
    return [leaf for key, inner in entries for leaf in leaves(inner, (*path, key))]
