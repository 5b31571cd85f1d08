"""Simulated accounts as input folders of the program: from 12 thousand to 2.3 million, six months to eight years."""

import csv
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .book import Book
from .market import Rule

SMALLEST, LARGEST = 12_000.0, 2_300_000.0
YEARS = (0.5, 1.0, 2.0, 4.0, 7.9)
# Four ways of trading: few orders and many, one instrument and five, holdings of a month and of years.
WAYS = {
    "momentum": {},
    "equal": {"kind": "fixed", "threshold": 0.0},
    "hold": {"kind": "hold", "threshold": 0.01},
    "leader": {"top_n": 1, "threshold": 0.1},
}
FIRST, LAST = "2015-01-30", "2022-12-28"
ACCOUNT = "DU0000000"
# Reports that say what was held and nothing else: the program's numbers, typeset in a twentieth of the time.
REPORT = Path(__file__).parent / "report.typ"
CONFIG = """[site]
title = "Simulated"
status = "demo"
[account]
base_currency = "USD"
[benchmark]
symbol = "^GSPC"
name = "S&P 500"
[privacy]
mode = "relative"
{precision}
[[strategy]]
id = "rule"
rule = "{rule}"
top_n = {top_n}
min_threshold = {threshold}
cash_buffer = {buffer}
commission_per_share = {per_share}
commission_bps = 0
commission_min = {least}
slippage_bps = 1.5
universe = [{universe}]
"""
RULES = {"momentum": "momentum", "fixed": "fixed_weights", "hold": "buy_and_hold"}


@dataclass
class Account:
    """What is simulated, and what came of it."""

    name: str
    rule: Rule
    start: str
    end: str
    value: float
    flows: dict = field(default_factory=dict)
    monthly: bool = False
    seed: int = 0
    fills: list = field(default_factory=list)
    snapshots: list = field(default_factory=list)

    def fill_prices(self):
        """The price of each order, by date, symbol and sign."""
        paid, shares = {}, {}
        for fill in self.fills:
            key = (fill["day"], fill["symbol"], fill["sign"])
            paid[key] = paid.get(key, 0.0) + fill["shares"] * fill["price"]
            shares[key] = shares.get(key, 0) + fill["shares"]
        return {key: paid[key] / shares[key] for key in paid}

    def share_of_flow(self, day):
        """A flow over the value before it."""
        before = [value for at, value, *_ in self.snapshots if at < day]
        return self.flows[day] / before[-1]


def accounts(count, market, seed=12):
    """So many accounts, spread evenly over sizes, lengths, ways of trading and valuations."""
    dice = np.random.default_rng(seed)
    first, last = market.row[FIRST], market.row[LAST]
    # Sizes at equal distances of their logarithm; a stride shuffles them against lengths and ways.
    sizes = np.exp(np.linspace(np.log(SMALLEST), np.log(LARGEST), count))
    stride = next(step for step in (37, 41, 43, 7, 5, 3, 1) if np.gcd(step, count) == 1)
    made = []
    for at in range(count):
        way = list(WAYS)[at % len(WAYS)]
        years = YEARS[(at // len(WAYS)) % len(YEARS)]
        length = min(int(years * 252), last - first)
        start = int(dice.integers(first, last - length + 1))
        size = float(np.round(sizes[at * stride % count] * dice.uniform(0.96, 1.04), 2))
        account = Account(
            name=f"{at:03}-{way}-{size / 1000:.0f}k-{years}y",
            rule=Rule(**WAYS[way]),
            start=market.dates[start],
            end=market.dates[start + length],
            value=size,
            monthly=bool(at % 5 == 4),
            seed=seed * 1000 + at,
        )
        flows_at = dice.integers(start + 30, start + length - 15, size=int(dice.integers(0, 4))) if years >= 1 else []
        # Who values an account by the month pays in on the day of a valuation, and so much that the site names it.
        shares = [0.13, 0.2] if account.monthly else [0.13, 0.2, 0.06, -0.12]
        if account.monthly:
            flows_at = {market.last_of_month(int(row)) for row in flows_at} - {start + length}
        account.flows = {market.dates[row]: float(dice.choice(shares)) for row in sorted(flows_at)}
        made.append(simulate(account, market))
    return made


def simulate(account, market):
    """Lets the account follow its rule, with slippage and fills by chance."""
    dice = np.random.default_rng(account.seed)
    rule, symbols = account.rule, market.symbols
    start, end = market.row[account.start], market.row[account.end] + 1
    book, firsts = Book([account.value], len(symbols)), set(market.first_of_months(start, end))
    shares_of_value, account.flows, account.fills, account.snapshots = account.flows, {}, [], []
    value = account.value
    for row in range(start, end):
        day, closes = market.dates[row], market.closes[row]
        if day in shares_of_value:
            # A withdrawal takes no more than what is there: it waits for cash as its owner would.
            amount = round(shares_of_value[day] * value, 2)
            amount = amount if amount > 0 else -round(min(-amount, 0.9 * float(book.cash[0])), 2)
            if abs(amount) > 0.015 * value:
                account.flows[day] = amount
                book.pay_in(amount, amount > 0)
        if row in firsts:
            parts = _Fills(account, day, symbols, closes, dice)
            targets, best = market.targets(rule, day)
            ranked = [market.column[symbol] for symbol in best]
            # The sizes are decided at the closes alone; what the fills cost is known while they come in.
            book.rebalance(rule, closes, targets, ranked, parts.price(book), symbols)
            parts.close(book)
        value = float(book.value(closes)[0])
        month_ends = row + 1 == end or market.dates[row + 1][:7] != day[:7]
        if not account.monthly or month_ends or row == start:
            held = [(symbols[at], float(book.shares[0, at]), closes[at]) for at in range(len(symbols))]
            account.snapshots.append((day, value, float(book.cash[0]), [one for one in held if one[1]]))
    return account


class _Fills:
    """The orders of one day: one price for each, made of one to three fills at whole cents."""

    def __init__(self, account, day, symbols, closes, dice):
        self.account, self.day, self.symbols, self.closes, self.dice = account, day, symbols, closes, dice
        self.before, self.orders = None, []

    def price(self, book):
        self.before = book.shares.copy()

        def of(column, sign):
            count = 1 + int(self.dice.random() < 0.35) + int(self.dice.random() < 0.1)
            slips = self.dice.normal(0.7e-4, 2e-4, size=count) * sign
            prices = np.round(self.closes[column] * (1 + slips), 2)
            cuts = np.sort(self.dice.uniform(0.1, 0.9, size=count - 1))
            order = _Order(column, sign, prices, np.diff([0, *cuts, 1]))
            self.orders.append(order)
            return order
        return of

    def close(self, book):
        """Writes down what was traded."""
        for order in self.orders:
            parts = order.parts
            number = self.account.fills[-1]["order"] + 1 if self.account.fills else 1
            total = float(self.account.rule.costs.commission(np.array(float(sum(parts)))))
            left = round(total, 6)
            for at, (shares, price) in enumerate(zip(parts, order.prices)):
                if shares:
                    last = not any(parts[at + 1:])
                    charged = left if last else round(total * shares / sum(parts), 4)
                    left = round(left - charged, 6)
                    self.account.fills.append({
                        "day": self.day, "symbol": self.symbols[order.column], "sign": order.sign, "shares": shares,
                        "price": price, "reference": self.closes[order.column], "commission": charged,
                        "order": number, "part": at + 1})


class _Order:
    """A price that is known once its shares are: `shares * order` is what the order's fills cost."""

    def __init__(self, column, sign, prices, proportions):
        self.column, self.sign, self.prices, self.proportions = column, sign, prices, proportions
        self.parts = []

    __array_ufunc__ = None

    def __rmul__(self, shares):
        total = int(abs(shares[0]))
        bounds = np.round(np.cumsum(self.proportions) * total).astype(int)
        self.parts = [int(part) for part in np.diff([0, *bounds])]
        return np.sign(shares) * float(np.dot(self.parts, self.prices))


def write(account, folder, prices, precision=None):
    """The account as `config/` and `data/` of a site; `precision` is a level of `[privacy]`."""
    folder = Path(folder)
    for part in ("config", "data/executions", "data/snapshots", "data/prices", "content", "templates"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    rule = account.rule
    universe = ", ".join(f'{{ symbol = "{symbol}" }}' for symbol in rule.universe)
    (folder / "config/config.toml").write_text(CONFIG.format(
        precision=f'precision = "{precision}"' if precision else "", rule=RULES[rule.kind], top_n=rule.top_n,
        threshold=rule.threshold, buffer=rule.buffer, per_share=rule.costs.per_share, least=rule.costs.least,
        universe=universe))
    shutil.copy(REPORT, folder / "templates/report.typ")
    (folder / "data/SCHEMA").write_text("2\n")
    for file in Path(prices).glob("*.csv"):
        shutil.copy(file, folder / "data/prices" / file.name)
    _write_fills(account, folder / "data/executions")
    for day, value, cash, held in account.snapshots:
        (folder / f"data/snapshots/{day}.json").write_text(json.dumps(_snapshot(day, value, cash, held)))
    rows = [[f"flow-{at}", day, ACCOUNT, "USD", f"{amount:.2f}", "", "deposit" if amount > 0 else "withdrawal",
             "demo", "", ""] for at, (day, amount) in enumerate(account.flows.items())]
    header = "id,date,account,currency,amount,fx_to_base,kind,source,type,generated".split(",")
    _csv(folder / "data/flows.csv", header, rows)


def _write_fills(account, folder):
    header = ("exec_id,time,account,symbol,conid,asset_class,exchange,currency,side,quantity,price,multiplier,"
              "commission,commission_currency,realized_pnl,fx_to_base,order_id,perm_id,order_ref,reference_price,"
              "source,cancels,transaction_id,trade_id,open_close,proceeds,generated").split(",")
    by_day = {}
    for at, fill in enumerate(account.fills):
        row = dict.fromkeys(header, "")
        row |= {
            "exec_id": f"0000curi.{fill['order']:08x}.{fill['part']:02}.01",
            "time": f"{fill['day']}T17:{at % 60:02}:00Z", "account": ACCOUNT, "symbol": fill["symbol"],
            "asset_class": "STK", "exchange": "BATS", "currency": "USD",
            "side": "BUY" if fill["sign"] > 0 else "SELL", "quantity": fill["shares"], "price": f"{fill['price']:.2f}",
            "multiplier": 1, "commission": f"{fill['commission']:.6f}", "commission_currency": "USD", "fx_to_base": 1,
            "order_id": fill["order"], "perm_id": 910_000_000 + fill["order"],
            "reference_price": f"{fill['reference']:.3f}", "source": "demo"}
        by_day.setdefault(fill["day"], []).append([row[name] for name in header])
    for day, rows in by_day.items():
        _csv(folder / f"{day}.csv", header, rows)


def _snapshot(day, value, cash, held):
    positions = [
        {"symbol": symbol, "conid": None, "exchange": "BATS", "currency": "USD", "quantity": f"{shares:.0f}",
         "average_cost": None, "market_price": f"{close:.3f}", "market_value": f"{shares * close:.3f}",
         "unrealized_pnl": None, "realized_pnl": None}
        for symbol, shares, close in held]
    return {"schema": 2, "date": day, "as_of": f"{day}T21:30:00Z", "account": ACCOUNT, "base_currency": "USD",
            "net_liquidation": f"{value:.6f}", "cash": {"USD": f"{cash:.6f}"}, "fx": {}, "positions": positions,
            "source": "demo"}


def _csv(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
