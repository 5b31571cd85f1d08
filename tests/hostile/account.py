"""A year of an account at Interactive Brokers as its statements describe it, and the ledger that knows better.

`Account(seed, base)` plays the year session by session: deposits in two currencies, dividends with tax and reversals,
forward and reverse splits, a change of symbol, a spin-off, a merger for cash and one for shares (at times with cash
beside them), a dividend in shares that a price source calls a split, a delisting, shares transferred in, options that are
sold, assigned and expire, a future abroad, a short sale, orders filled around opposite ones, money rounded to cents, cash
abroad on a day on which rates move by 5 %, currency conversions, trades cancelled and booked again days later, and values
that later statements restate. Boxes of the query may be ticked and unticked between statements, so that numbers come and go.
`statement(span)` writes what a Flex query of a period would hold at the time it was
generated; `Known(account, spans)` is what a reader of these statements can know, with every figure worked out here in
exact fractions.
"""

import math
import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction as F
from xml.sax.saxutils import quoteattr

ACCOUNT = "U7654321"
# Weekdays of 2024 on which New York is closed.
CLOSED = {date(2024, 1, 1), date(2024, 1, 15), date(2024, 2, 19), date(2024, 3, 29), date(2024, 5, 27),
          date(2024, 6, 19), date(2024, 7, 4), date(2024, 9, 2), date(2024, 11, 28), date(2024, 12, 25)}


def weekdays(first, last):
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]


def text(value):
    """A terminating decimal as a statement writes it."""
    value = F(value)
    scaled = value * 10**10
    assert scaled.denominator == 1, value
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled.numerator)).rjust(11, "0")
    whole, part = digits[:-10], digits[-10:].rstrip("0")
    return sign + whole + ("." + part if part else "")


@dataclass
class Instrument:
    symbol: str
    conid: int
    category: str
    currency: str
    price: F
    multiplier: int = 1

    @property
    def is_paid_for(self):
        return self.category not in ("FUT", "CASH")


@dataclass
class Datum:
    """A row of a statement: the day it is reported on, and the versions of it by the day from which they are known."""

    tag: str
    day: date
    versions: list  # (known from, attributes)

    def at(self, generated):
        known = [version for since, version in self.versions if since <= generated]
        return known[-1] if known else None


@dataclass
class Fill:
    instrument: Instrument
    time: str
    quantity: F
    order: int
    transaction: int
    rate: F
    money: F  # what the broker books for it, above zero
    commission: Datum = None
    taken_back: bool = False
    delivery: bool = False  # an option that was assigned, by the broker's word: what it brought goes with the shares


@dataclass
class Action:
    """What a corporate action does to what is held: `conid` becomes `into`, and quantities are multiplied."""

    time: str
    conid: int
    into: int
    ratio: F


@dataclass
class Payment:
    """Cash for all of an instrument, or for the part of it that the cash is of what it brought."""

    time: str
    instrument: Instrument
    order: int
    rate: F
    row: Datum
    worth: F = F(0)  # what came beside the cash was worth
    into: int = 0
    ratio: F = F(0)  # new units for each old one


class Account:
    def __init__(self, seed, base):
        self.random = random.Random(seed)
        self.base = base
        self.days = weekdays(date(2024, 1, 2), date(2024, 12, 31))
        self.sessions = [day for day in self.days if day not in CLOSED]
        self.rows, self.fills, self.actions = [], [], []
        self.became = {}  # conid -> the conid of the same holding under another number
        self.passed_on = []  # (day, conid, the conid of another holding that came of it, how much)
        self.moved_in = []  # (day, conid, quantity)
        self.last_traded = {}  # (conid, day) -> hour and minute
        self.public_splits = []  # (symbol, day, ratio, currency), as a price source tells them
        self.cash = defaultdict(F)
        self.held = defaultdict(F)  # conid -> quantity
        self.marks = {}  # conid -> the price a future was last settled at
        self.instruments = {}
        self.nav, self.flows = {}, {}  # day -> Datum of the value; flows: list of Datum
        self.positions, self.rates_on = {}, {}
        self.accrual = F(0)
        self.next_id, self.next_order, self.next_conid = 1000, 500, 100
        self.rates = {c: {"USD": F(1), "EUR": F("1.08"), "GBP": F("1.27")}[c] for c in ("USD", "EUR", "GBP")}
        self.flows = []
        self.later = defaultdict(list)  # day -> what happens then
        self.indicates = self.random.random() < .5  # whether all fills say if they open or close
        self.reports_cash = self.random.random() < .5  # whether statements have the cash of each currency
        self.cash_on = {}
        self.abroad = "USD" if base == "EUR" else "EUR"
        self.play()

    # --- the market ---

    def new(self, symbol, category, currency, price, multiplier=1):
        self.next_conid += 1
        instrument = Instrument(symbol, self.next_conid, category, currency, F(price), multiplier)
        self.instruments[instrument.conid] = instrument
        return instrument

    def rate(self, currency):
        """What one unit was worth in the base currency, in the five digits of a statement."""
        if currency == self.base:
            return F(1)
        return F(round(self.rates[currency] / self.rates[self.base] * 10**5), 10**5)

    def move_market(self):
        for instrument in self.instruments.values():
            if instrument.category == "OPT":
                continue
            step = F(round(self.random.gauss(0.0003, 0.012) * 10**6), 10**6)
            instrument.price = max(F(round(instrument.price * (1 + step) * 100), 100), F(1))
        for currency in ("EUR", "GBP"):
            step = F(round(self.random.gauss(0, 0.004) * 10**6), 10**6)
            if self.today == self.shock and currency == "EUR":
                step = self.random.choice([F(5, 100), F(-5, 100)])
            self.rates[currency] = F(round(self.rates[currency] * (1 + step) * 10**5), 10**5)

    # --- rows ---

    def number(self):
        self.next_id += 1
        return self.next_id

    def row(self, tag, day, attributes, earlier=None, until=None):
        """A row; `earlier` attributes are what statements before `until` hold instead."""
        common = {"accountId": ACCOUNT} | attributes
        versions = [(day, common)]
        if earlier is not None:
            versions = [(day, common | earlier), (until, common)]
        datum = Datum(tag, day, versions)
        self.rows.append(datum)
        return datum

    def restated(self):
        """When a value is restated: some days later, or not at all."""
        return self.today + timedelta(days=self.random.randint(2, 40)) if self.random.random() < 0.08 else None

    def trade(self, instrument, quantity, pieces=1, price=None, kind="ExchTrade", clock=None, realized=None):
        quantity = F(quantity)
        self.next_order += 1
        base_time = clock or f"{self.random.randint(10, 14):02}{self.random.randint(0, 59):02}"
        # What an instrument is held of is known in the order of its orders, and so are the broker's indicators.
        last = self.last_traded.get((instrument.conid, self.today), "")
        if not clock and base_time <= last:
            base_time = last[:2] + f"{int(last[2:]) + 1:02}" if last[2:] < "59" else f"{int(last[:2]) + 1:02}00"
        self.last_traded[instrument.conid, self.today] = base_time
        near = price if price is not None else self.near(instrument)
        left, fills = quantity, []
        for piece in range(pieces):
            part = left if piece == pieces - 1 else F(int(quantity / pieces))
            left -= part
            if part == 0:
                continue
            fills.append(self.fill(instrument, part, near, f"{base_time}{piece:02}", kind, realized))
        return fills

    def near(self, instrument):
        """A price in cents, or in hundredths of one."""
        step, digits = F(self.random.randint(-40, 40), 10**4), self.random.choice([2, 2, 4])
        return max(F(round(instrument.price * (1 + step) * 10**digits), 10**digits), F(1, 100))

    def booked(self, instrument, quantity, price):
        """The money of a fill, above zero; what changes hands is in cents."""
        money = abs(quantity) * price * instrument.multiplier
        return F(round(money * 100), 100) if instrument.is_paid_for else money

    def indicator(self, instrument, quantity):
        held = self.held[instrument.conid]
        if held * quantity >= 0:
            return "O"
        return "C" if abs(held) >= abs(quantity) else "C;O"

    def fill(self, instrument, quantity, price, clock, kind, realized=None, order=None):
        """One fill; those of an `order` that is named say whether they open or close."""
        booked = kind != "ExchTrade"
        commission = F(0) if booked else F(round(max(F(1), abs(quantity) * F(5, 1000)) * 10**4), 10**4)
        transaction, rate, money = self.number(), self.rate(instrument.currency), self.booked(instrument, quantity, price)
        attributes = {
            "currency": instrument.currency, "fxRateToBase": text(rate), "assetCategory": instrument.category,
            "symbol": instrument.symbol, "conid": str(instrument.conid), "listingExchange": "NYSE",
            "multiplier": str(instrument.multiplier), "transactionType": kind,
            "buySell": "BUY" if quantity > 0 else "SELL", "quantity": text(quantity), "tradePrice": text(price),
            "proceeds": text(-money if quantity > 0 else money), "ibCommission": text(-commission),
            "ibCommissionCurrency": instrument.currency, "dateTime": f"{self.today:%Y%m%d};{clock}",
            "tradeDate": f"{self.today:%Y%m%d}", "reportDate": f"{self.today:%Y%m%d}", "transactionID": str(transaction),
            "tradeID": str(transaction + 50000), "ibOrderID": "0" if booked else str(order or self.next_order),
            "ibExecID": "" if booked else f"0000aaaa.{transaction:08x}.01.01", "levelOfDetail": "EXECUTION", "notes": "",
        }
        if order or self.indicates:
            attributes["openCloseIndicator"] = self.indicator(instrument, quantity)
        if realized is not None:
            attributes["fifoPnlRealized"] = text(realized)
        until = None if booked else self.restated()
        datum = self.row("Trade", self.today, attributes,
                         {"ibCommission": text(-commission - F(1, 2))} if until else None, until)
        made = Fill(instrument, f"{self.today:%Y%m%d};{clock}", quantity, order or self.next_order, transaction, rate, money,
                    datum)
        self.fills.append(made)
        self.book(instrument, quantity, price, money, commission)
        return made

    def around(self, instrument):
        """An order that sells all, and more, around one that buys: flat, long, flat and short, then a little bought back."""
        sells, buys = self.next_order + 1, self.next_order + 2
        self.next_order += 2
        held, whole = self.held[instrument.conid], self.random.random() < .5
        sales = [-40] if whole else [-10, -30]
        for clock, order, quantity in [("110000", sells, -held), ("110100", buys, 10)] + [
                ("110200", sells, quantity) for quantity in sales] + [("110300", buys, 5)]:
            self.fill(instrument, F(quantity), self.near(instrument), clock, "ExchTrade", order=order)

    def turn(self, instrument):
        """Buys back what is short and as much again as before, in two fills of one time."""
        self.next_order += 1
        for quantity in [25, 60]:
            self.fill(instrument, F(quantity), self.near(instrument), "113000", "ExchTrade", order=self.next_order)

    def book(self, instrument, quantity, price, money, commission):
        self.cash[instrument.currency] -= commission
        if instrument.category == "FUT":
            self.marks.setdefault(instrument.conid, instrument.price)
            self.cash[instrument.currency] += quantity * (self.marks[instrument.conid] - price) * instrument.multiplier
        else:
            self.cash[instrument.currency] -= money if quantity > 0 else -money
        self.held[instrument.conid] += quantity

    def convert(self, amount, rate):
        """A currency conversion: buys `amount` EUR (or GBP) for USD."""
        pair = "GBP.USD"
        transaction = self.number()
        self.row("Trade", self.today, {
            "currency": "USD", "fxRateToBase": text(self.rate("USD")), "assetCategory": "CASH", "symbol": pair,
            "conid": "12087797", "listingExchange": "IDEALFX", "multiplier": "1", "transactionType": "ExchTrade",
            "buySell": "BUY" if amount > 0 else "SELL", "quantity": text(amount), "tradePrice": text(rate),
            "proceeds": text(-amount * rate), "ibCommission": "-2", "ibCommissionCurrency": self.base,
            "dateTime": f"{self.today:%Y%m%d};150000", "tradeDate": f"{self.today:%Y%m%d}",
            "reportDate": f"{self.today:%Y%m%d}", "transactionID": str(transaction), "tradeID": str(transaction + 50000),
            "ibOrderID": str(self.next_order), "ibExecID": f"0000cccc.{transaction:08x}.01.01",
            "levelOfDetail": "EXECUTION", "notes": ""})
        self.cash["GBP"] += amount
        self.cash["USD"] -= amount * rate
        self.cash[self.base] -= 2

    def cancel(self, fill, right_price):
        """Takes a fill back, and books it again at another price, days after it was made."""
        attributes = fill.commission.versions[-1][1]
        again = self.number()
        rebooked = self.number()
        self.row("Trade", self.today, attributes | {
            "transactionType": "TradeCancel", "buySell": attributes["buySell"] + " (Ca.)",
            "quantity": text(-fill.quantity), "proceeds": text(fill.money if fill.quantity > 0 else -fill.money),
            "ibCommission": text(-F(attributes["ibCommission"])), "transactionID": str(again), "ibExecID": "",
            "tradeID": "", "origTransactionID": str(fill.transaction), "origTradeID": str(fill.transaction + 50000),
            "notes": "Ca", "reportDate": f"{self.today:%Y%m%d}"})
        money = self.booked(fill.instrument, fill.quantity, right_price)
        datum = self.row("Trade", self.today, attributes | {
            "tradePrice": text(right_price), "proceeds": text(-money if fill.quantity > 0 else money),
            "transactionID": str(rebooked), "ibExecID": "", "reportDate": f"{self.today:%Y%m%d}"})
        fill.taken_back = True
        self.fills.append(Fill(fill.instrument, fill.time, fill.quantity, fill.order, rebooked, fill.rate, money, datum))
        self.cash[fill.instrument.currency] += (fill.money - money) * (1 if fill.quantity > 0 else -1)

    def money(self, kind, currency, amount, instrument=None, description=""):
        amount = F(amount)
        until = self.restated()
        attributes = {
            "type": kind, "currency": currency, "fxRateToBase": text(self.rate(currency)), "amount": text(amount),
            "dateTime": f"{self.today:%Y%m%d}", "reportDate": f"{self.today:%Y%m%d}",
            "transactionID": str(self.number()), "levelOfDetail": "DETAIL", "description": description}
        if instrument:
            attributes |= {"symbol": instrument.symbol, "conid": str(instrument.conid)}
        earlier = {"amount": text(amount + F(25))} if until else None
        datum = self.row("CashTransaction", self.today, attributes, earlier, until)
        self.cash[currency] += amount
        if kind == "Deposits/Withdrawals":
            self.flows.append(datum)
        return datum

    def transfer_in(self, instrument, quantity):
        rate = self.rate(instrument.currency)
        value = F(quantity) * instrument.price
        attributes = {
            "type": "ACATS", "direction": "IN", "assetCategory": instrument.category, "symbol": instrument.symbol,
            "conid": str(instrument.conid), "currency": instrument.currency, "fxRateToBase": text(rate),
            "quantity": text(quantity), "positionAmount": text(value), "cashTransfer": "0",
            "date": f"{self.today:%Y%m%d}", "reportDate": f"{self.today:%Y%m%d}", "transactionID": str(self.number())}
        if self.random.random() < 0.5:
            attributes["positionAmountInBase"] = text(value * rate)
        datum = self.row("Transfer", self.today, attributes)
        self.moved_in.append((self.today, instrument.conid, F(quantity)))
        self.held[instrument.conid] += F(quantity)
        self.flows.append(datum)

    def action(self, kind, instrument, quantity, words, evening, number=None, proceeds=F(0), value=F(0), clock="202500"):
        attributes = {
            "currency": instrument.currency, "fxRateToBase": text(self.rate(instrument.currency)),
            "assetCategory": instrument.category, "symbol": instrument.symbol, "conid": str(instrument.conid),
            "type": kind, "quantity": text(quantity), "amount": text(-proceeds), "proceeds": text(proceeds),
            "value": text(value), "dateTime": f"{evening:%Y%m%d};{clock}", "reportDate": f"{self.today:%Y%m%d}",
            "actionID": str(number or self.number()), "transactionID": str(self.number()), "levelOfDetail": "DETAIL",
            "description": words, "actionDescription": words}
        until = self.restated() if proceeds else None
        earlier = {"amount": text(-proceeds - 5), "proceeds": text(proceeds + 5)} if until else None
        datum = self.row("CorporateAction", self.today, attributes, earlier, until)
        self.held[instrument.conid] += F(quantity)
        self.cash[instrument.currency] += proceeds
        return datum

    def merger(self, instrument, other, evening, ratio=None, cash=F(0)):
        """All of it goes for `ratio` of another one each, for cash, or for both."""
        held = self.held[instrument.conid]
        if held <= 0:
            return
        number, proceeds = self.number(), held * cash
        words = f"{instrument.symbol}(US{instrument.conid:010}) MERGED(Acquisition) "
        if not ratio:
            words += f"FOR {instrument.currency} {float(cash):.2f} PER SHARE "
        leg = f"({instrument.symbol}, INC, US{instrument.conid:010})"
        row = self.action("TC", instrument, -held, words + leg, evening, number, proceeds)
        time = f"{evening:%Y%m%d};202500"
        if not ratio:
            self.next_order += 1
            rate = self.rate(instrument.currency)
            self.actions.append(Payment(time, instrument, self.next_order, rate, row))
            return
        come, worth = held * ratio, F(round(held * ratio * other.price * 100), 100)
        self.passed_on.append((self.today, instrument.conid, other.conid, come))
        self.action("TC", other, come, words + f"({other.symbol}, INC, US{other.conid:010})", evening, number, value=worth)
        if not cash:
            self.actions.append(Action(time, instrument.conid, other.conid, ratio))
            return
        self.next_order += 1
        # What is restated later divides the cost by what is known then.
        self.actions.append(Payment(time, instrument, self.next_order, self.rate(instrument.currency), row,
                                    worth, other.conid, ratio))

    def dividend_in_shares(self, instrument, held_for_one, evening):
        """More of the same, which a price source calls a split."""
        held = self.held[instrument.conid]
        if held <= 0:
            return
        name = f"US{instrument.conid:010}"
        words = f"{instrument.symbol}({name}) STOCK DIVIDEND {name} 1 FOR {held_for_one} ({instrument.symbol}, INC, {name})"
        instrument.price = F(round(instrument.price * held_for_one / (held_for_one + 1) * 100), 100)
        come = held / held_for_one
        self.action("SD", instrument, come, words, evening, value=F(round(come * instrument.price * 100), 100), clock="202000")
        ratio = F(held_for_one + 1, held_for_one)
        self.actions.append(Action(f"{evening:%Y%m%d};202000", instrument.conid, instrument.conid, ratio))
        self.public_splits.append((instrument.symbol, self.today, f"{held_for_one + 1}:{held_for_one}", instrument.currency))

    def delisting(self, instrument, evening):
        """All of it goes, for nothing."""
        held = self.held[instrument.conid]
        if held <= 0:
            return
        name = f"US{instrument.conid:010}"
        words = f"{instrument.symbol}({name}) DELISTED ({instrument.symbol}, INC, {name})"
        row = self.action("DW", instrument, -held, words, evening)
        self.next_order += 1
        rate = self.rate(instrument.currency)
        self.actions.append(Payment(f"{evening:%Y%m%d};202500", instrument, self.next_order, rate, row))

    def split(self, instrument, n, evening):
        words = f"{instrument.symbol}(US{instrument.conid:010}) SPLIT {n} FOR 1 ({instrument.symbol}, INC, US{instrument.conid:010})"
        self.action("FS", instrument, (n - 1) * self.held[instrument.conid], words, evening)
        self.actions.append(Action(f"{evening:%Y%m%d};202500", instrument.conid, instrument.conid, F(n)))
        instrument.price = F(round(instrument.price / n * 100), 100)

    def exchange(self, kind, instrument, symbol, ratio, evening, verb):
        """A reverse split or a change of symbol: all of one contract goes, another comes."""
        held = self.held[instrument.conid]
        new = self.new(symbol, instrument.category, instrument.currency,
                       F(round(instrument.price / ratio * 100), 100), instrument.multiplier)
        if held == 0:
            # Statements know nothing of what is not held.
            return new
        words = f"{instrument.symbol}(US{instrument.conid:010}) {verb} "
        number = self.number()
        self.action(kind, instrument, -held, words + f"({instrument.symbol}.OLD, INC, US{instrument.conid:010})", evening, number)
        self.action(kind, new, held * ratio, words + f"({symbol}, INC, US{new.conid:010})", evening, number)
        self.actions.append(Action(f"{evening:%Y%m%d};202500", instrument.conid, new.conid, ratio))
        self.became[instrument.conid] = new.conid
        return new

    # --- the year ---

    def play(self):
        pick = self.random
        us = [self.new(f"US{n}", "STK", "USD", pick.randint(20, 300)) for n in range(4)]
        eu = self.new("EUX", "STK", "EUR", pick.randint(20, 90))
        uk = self.new("UKX", "STK", "GBP", pick.randint(5, 60))
        bought_out, merged = self.new("MCX", "STK", "USD", 40), self.new("MSX", "STK", "USD", 30)
        paying, doomed = self.new("SDX", "STK", "USD", 70), self.new("DLX", "STK", "EUR", 9)
        taker = self.new("ACQ", "STK", "USD", 55)
        parent, moved = self.new("PAR", "STK", "USD", 80), self.new("TIN", "STK", "USD", 45)
        future = self.new("FDX", "FUT", "EUR", 18000, 25)
        at = lambda share: self.sessions[int(share * len(self.sessions))]  # noqa: E731
        plan = defaultdict(list)
        jitter = lambda low, high: at(pick.uniform(low, high))  # noqa: E731
        split_me, reverse_me, rename_me, traded = us
        plan[jitter(.40, .46)].append("split")
        plan[jitter(.50, .56)].append("reverse")
        plan[jitter(.58, .64)].append("rename")
        plan[jitter(.30, .36)].append("spin-off")
        plan[jitter(.42, .52)].append("cash-merger")
        plan[jitter(.53, .63)].append("share-merger")
        plan[jitter(.25, .75)].append("share-dividend")
        plan[jitter(.80, .90)].append("delisting")
        plan[jitter(.20, .28)].append("transfer")
        plan[jitter(.10, .14)].append("put")
        plan[jitter(.66, .70)].append("call")
        plan[jitter(.72, .75)].append("short")
        plan[jitter(.76, .79)].append("cover")
        plan[jitter(.16, .19)].append("future")
        plan[jitter(.37, .39)].append("close-future")
        turned = self.new("TRN", "STK", "USD", 60)
        for low, high in [(.10, .20), (.80, .90)]:
            plan[jitter(low, high)].append("around")
            plan[jitter(high, high + .04)].append("turn")
        plan[jitter(.02, .08)].append("abroad")
        self.shock = jitter(.10, .95)
        for _ in range(5):
            plan[jitter(.02, .98)].append("flow")
        plan[jitter(.02, .98)].append("foreign-flow")
        for _ in range(4):
            plan[jitter(.05, .95)].append("dividend")
        for _ in range(3):
            plan[jitter(.05, .85)].append("mistake")
        for _ in range(3):
            plan[jitter(.02, .98)].append("convert")
        for _ in range(20):
            plan[jitter(.02, .97)].append("trade")
        renamed = rename_me
        open_to_trade = [bought_out, merged, paying, doomed]
        put = call = None
        previous = None
        for number, day in enumerate(self.days):
            self.today = day
            if day in CLOSED:
                self.value(day, closed=True)
                continue
            self.move_market()
            evening = previous or day - timedelta(days=1)
            for what in self.later.pop(day, []):
                what(evening)
            if previous is None:
                self.money("Deposits/Withdrawals", self.base, 400000)
                self.flows.pop()
                for instrument in (*us, eu, uk, parent, bought_out, merged, paying, doomed):
                    self.trade(instrument, 10 * pick.randint(4, 12), pieces=pick.randint(1, 3))
                self.trade(turned, 60)
            for event in plan.get(day, []):
                if event == "flow":
                    self.money("Deposits/Withdrawals", self.base, pick.choice([-9000, 12000, 35000, 60000, -15000]))
                elif event == "foreign-flow":
                    self.money("Deposits/Withdrawals", pick.choice(["USD", "EUR", "GBP"]), 20000)
                elif event == "abroad":
                    self.money("Deposits/Withdrawals", self.abroad, 500000)
                elif event == "around":
                    self.around(turned)
                elif event == "turn":
                    self.turn(turned)
                elif event == "dividend":
                    self.dividend(pick.choice([traded, parent, uk]))
                elif event == "mistake":
                    self.mistake(traded)
                elif event == "convert":
                    self.convert(F(pick.randint(-4000, 4000)), F(round(self.rates["GBP"] * 10**5), 10**5))
                elif event == "split":
                    self.split(split_me, pick.choice([2, 3, 4, 10]), evening)
                elif event == "reverse":
                    reverse_me = self.exchange("RS", reverse_me, "US1", F(1, 10), evening, "SPLIT 1 FOR 10")
                elif event == "rename":
                    renamed = self.exchange("IC", renamed, "NEW2", F(1), evening, "CUSIP/ISIN CHANGE TO (US0000000000)")
                elif event == "spin-off":
                    child = self.new("SPN", "STK", "USD", 12)
                    words = f"PAR(US{parent.conid:010}) SPINOFF  1 FOR 4 (SPN, SPN INC, US{child.conid:010})"
                    come = self.held[parent.conid] / 4
                    self.action("SO", child, come, words, evening)
                    self.passed_on.append((day, parent.conid, child.conid, come))
                    parent.price -= 3
                elif event == "cash-merger":
                    self.merger(bought_out, None, evening, cash=bought_out.price + 2)
                    open_to_trade.remove(bought_out)
                elif event == "share-merger":
                    self.merger(merged, taker, evening, F(1, pick.choice([2, 4])), F(pick.choice([0, 0, 3, 11])))
                    open_to_trade.remove(merged)
                    open_to_trade.append(taker)
                elif event == "share-dividend":
                    self.dividend_in_shares(paying, pick.choice([10, 20]), evening)
                elif event == "delisting":
                    self.delisting(doomed, evening)
                    open_to_trade.remove(doomed)
                elif event == "transfer":
                    self.transfer_in(moved, 100)
                elif event == "put":
                    put = self.new("US3  240621P00050000", "OPT", "USD", F("2.35"), 100)
                    self.trade(put, -1)
                    self.assign(put, traded, F(50), number)
                elif event == "call":
                    call = self.new("US3  241018C00200000", "OPT", "USD", F("1.15"), 100)
                    self.trade(call, 2)
                    self.expire(call, number)
                elif event == "short":
                    self.short = self.new("SHX", "STK", "EUR", 44)
                    self.trade(self.short, -60)
                elif event == "cover":
                    self.trade(self.short, 60)
                elif event == "future":
                    self.trade(future, 1)
                elif event == "close-future":
                    self.trade(future, -1)
                elif event == "trade":
                    self.some_trade([split_me, reverse_me, renamed, traded, eu, uk, *open_to_trade])
            if pick.random() < .03:
                self.money("Broker Interest Received", self.base, F(pick.randint(100, 900), 100))
            if pick.random() < .03:
                self.money("Other Fees", "USD", F(-pick.randint(100, 900), 100))
            self.accrual = F(pick.randint(0, 400), 100)
            self.value(day)
            previous = day

    def some_trade(self, choices):
        """Opens in one fill, so that a part of an order has one price however it is matched; closes in any number."""
        instrument = self.random.choice(choices)
        held = self.held[instrument.conid]
        if self.random.random() < .5 and held >= 8:
            quantity = self.random.choice([held, F(int(held / 2))])
            self.trade(instrument, -quantity, pieces=self.random.randint(1, 3))
        else:
            self.trade(instrument, 4 * self.random.randint(2, 20))

    def dividend(self, instrument):
        held = self.held[instrument.conid]
        if held <= 0:
            return
        gross = F(round(held * F(31, 100) * 100), 100)
        tax = F(round(gross * F(15, 100) * 100), 100)
        words = f"{instrument.symbol}(US{instrument.conid:010}) CASH DIVIDEND {instrument.currency} 0.31 PER SHARE"
        self.money("Dividends", instrument.currency, gross, instrument, words)
        self.money("Withholding Tax", instrument.currency, -tax, instrument, words + " - US TAX")
        if self.random.random() < .6:
            def reverse(_):
                self.money("Withholding Tax", instrument.currency, tax, instrument, words + " - US TAX - REVERSAL")
                self.money("Withholding Tax", instrument.currency, -tax / 2 if (tax / 2 * 100).denominator == 1 else -tax,
                           instrument, words + " - US TAX")
            self.after(4, reverse)

    def mistake(self, instrument):
        """A fill that is cancelled and booked again at another price four sessions later."""
        [fill] = self.trade(instrument, 12)
        price = fill.money / fill.quantity
        self.after(self.random.randint(1, 6), lambda _: self.cancel(fill, F(int(price * 100), 100) - F(1, 4)))

    def assign(self, put, stock, strike, number):
        """An assigned put: the broker reports a profit of 0 for it, or leaves that open."""
        def happen(_):
            told = self.random.random() < .5
            [closing] = self.trade(put, 1, price=F(0), kind="BookTrade", clock="1620", realized=F(0) if told else None)
            closing.delivery = told
            self.next_order += 1
            self.trade(stock, 100, price=strike, kind="BookTrade", clock="1620")
        self.after(25, happen)

    def expire(self, call, number):
        self.after(20, lambda _: self.trade(call, -2, price=F(0), kind="BookTrade", clock="1620"))

    def after(self, sessions, what):
        index = self.sessions.index(self.today) + sessions
        if index < len(self.sessions):
            self.later[self.sessions[index]].append(what)

    def value(self, day, closed=False):
        """The account at the end of a day; on a day without a session nothing moves."""
        if closed:
            self.positions[day] = []
            last = self.nav[max(self.nav)]
            repeated = [(max(since, day), row | {"reportDate": f"{day:%Y%m%d}"}) for since, row in last.versions]
            self.nav[day] = Datum("EquitySummaryByReportDateInBase", day, repeated)
            self.rows.append(self.nav[day])
            return
        total, stock = F(0), F(0)
        held = []
        for conid, quantity in self.held.items():
            if quantity == 0:
                self.marks.pop(conid, None)
                continue
            instrument = self.instruments[conid]
            worth = quantity * instrument.price * instrument.multiplier
            if instrument.category == "FUT":
                self.cash[instrument.currency] += quantity * (instrument.price - self.marks[conid]) * instrument.multiplier
                self.marks[conid] = instrument.price
            else:
                stock += worth * self.rate(instrument.currency)
            held.append({"currency": instrument.currency, "fxRateToBase": text(self.rate(instrument.currency)),
                         "assetCategory": instrument.category, "symbol": instrument.symbol, "conid": str(conid),
                         "listingExchange": "NYSE", "multiplier": str(instrument.multiplier),
                         "position": text(quantity), "markPrice": text(instrument.price), "positionValue": text(worth)})
        cash = sum((amount * self.rate(currency) for currency, amount in self.cash.items()), F(0))
        total = F(round((cash + stock + self.accrual) * 10**6), 10**6)
        cash = total - F(round(stock * 10**6), 10**6) - self.accrual
        self.positions[day] = held
        self.cash_on[day] = dict(self.cash)
        self.rates_on[day] = {currency: self.rate(currency) for currency in self.rates}
        until = self.restated()
        attributes = {"reportDate": f"{day:%Y%m%d}", "cash": text(cash), "total": text(total),
                      "stock": text(total - cash - self.accrual), "dividendAccruals": text(self.accrual)}
        earlier = {"dividendAccruals": text(self.accrual + F(17, 5)), "total": text(total + F(17, 5))} if until else None
        self.nav[day] = self.row("EquitySummaryByReportDateInBase", day, attributes, earlier, until)


@dataclass
class Span:
    """A statement's period and when it was generated."""

    first: date
    last: date
    generated: datetime
    number: int = field(default=0)
    hidden: dict = field(default_factory=dict)  # element -> columns whose boxes were not ticked

    @property
    def name(self):
        return f"{self.first:%Y%m%d}-{self.last:%Y%m%d}-{self.generated:%Y%m%dT%H%M%S}.xml"


def element(tag, attributes):
    return f"<{tag} " + " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items()) + "/>"


SECTIONS = [("EquitySummaryInBase", "EquitySummaryByReportDateInBase"), ("Trades", "Trade"),
            ("CashTransactions", "CashTransaction"), ("Transfers", "Transfer"), ("CorporateActions", "CorporateAction")]


def rows_in(account, span):
    """What a statement holds; its net asset values begin with the day before the period."""
    before = max((day for day in account.days if day < span.first), default=span.first)
    for datum in account.rows:
        start = before if datum.tag == "EquitySummaryByReportDateInBase" else span.first
        if start <= datum.day <= span.last:
            yield datum, datum.at(span.generated.date())


def statement(account, span, daily_positions):
    rows = defaultdict(list)
    for datum, attributes in rows_in(account, span):
        hidden = span.hidden.get(datum.tag, ())
        shown = {name: value for name, value in attributes.items() if name not in hidden}
        rows[datum.tag].append(element(datum.tag, shown))
    period = f'fromDate="{span.first:%Y%m%d}" toDate="{span.last:%Y%m%d}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<FlexQueryResponse queryName="track" type="AF">',
             '<FlexStatements count="1">',
             f'<FlexStatement accountId="{ACCOUNT}" {period} period="" whenGenerated="{span.generated:%Y%m%d;%H%M%S}">',
             element("AccountInformation", {"accountId": ACCOUNT, "currency": account.base})]
    for section, tag in SECTIONS:
        lines += [f"<{section}>", *rows[tag], f"</{section}>"]
    sessions = [day for day in account.sessions if span.first <= day <= span.last]
    lines.append("<OpenPositions>")
    for day in sessions if daily_positions else sessions[-1:]:
        common = {"accountId": ACCOUNT, "reportDate": f"{day:%Y%m%d}", "levelOfDetail": "SUMMARY"}
        lines += [element("OpenPosition", common | held) for held in account.positions[day]]
    lines.append("</OpenPositions>")
    if account.reports_cash and sessions:
        common = {"accountId": ACCOUNT, "fromDate": f"{span.first:%Y%m%d}", "toDate": f"{sessions[-1]:%Y%m%d}"}
        lines += ["<CashReport>", *(
            element("CashReportCurrency", common | {"currency": currency, "endingCash": text(amount)})
            for currency, amount in account.cash_on[sessions[-1]].items()), "</CashReport>"]
    lines.append("<ConversionRates>")
    for day in sessions:
        lines += [element("ConversionRate", {"reportDate": f"{day:%Y%m%d}", "fromCurrency": currency,
                                             "toCurrency": account.base, "rate": text(rate)})
                  for currency, rate in account.rates_on[day].items() if currency != account.base]
    lines += ["</ConversionRates>", "</FlexStatement>", "</FlexStatements>", "</FlexQueryResponse>", ""]
    return "\n".join(lines)


@dataclass
class Lot:
    quantity: F
    unit: F  # the money of one
    rate: F
    commission: F  # in trade currency, what is left of it
    order: int
    time: str
    carried: F = F(0)  # in base currency: what an option brought that these shares were delivered for


class Known:
    """What a reader of some statements can know: of each row the version of the newest statement that holds it."""

    def __init__(self, account, spans):
        self.account = account
        self.row, seen = {}, defaultdict(set)
        for span in sorted(spans, key=lambda span: span.generated):
            for datum, attributes in rows_in(account, span):
                self.row[id(datum)] = attributes
                seen[id(datum)].add(attributes.get("total"))
        self.values, self.unlike = {}, []
        for day in account.sessions:
            own = account.nav[day]
            self.values[day] = F(self.row[id(own)]["total"])
            # A holiday's value that the session never had is the later word.
            after = day + timedelta(days=1)
            while after in CLOSED or (after.weekday() > 4 and after < account.days[-1]):
                repeated = account.nav.get(after)
                total = repeated and self.row.get(id(repeated), {}).get("total")
                if total and total not in seen[id(own)]:
                    self.values[day] = F(total)
                    self.unlike.append(day)
                after += timedelta(days=1)

    def flow_of(self, day):
        """Contributions and withdrawals of a day in the base currency."""
        amounts = []
        for datum in self.account.flows:
            if datum.day == day:
                row = self.row[id(datum)]
                amount = row.get("amount") or row["positionAmount"]
                amounts.append(F(amount) * F(row["fxRateToBase"]))
        return sum((a for a in amounts if a > 0), F(0)), -sum((a for a in amounts if a < 0), F(0))

    def returns(self):
        """Money in at the start of the day and out at its end."""
        result = {}
        for before, day in zip(self.account.sessions, self.account.sessions[1:]):
            paid_in, paid_out = self.flow_of(day)
            result[day] = (self.values[day] + paid_out) / (self.values[before] + paid_in) - 1
        return result

    def growth(self, first=None, last=None):
        product = F(1)
        for day, value in self.returns().items():
            if (first is None or day >= first) and (last is None or day <= last):
                product *= 1 + value
        return product - 1

    def contributions(self):
        """What each holding brought to the total return, and last what belongs to none (`None`).

        Of each session a holding's change in value, less what its fills and commissions paid and what was moved in, and what
        was paid for it, over the value before and the deposits of the day; what an action makes of one holding for another
        counts for the former. Linked with Carino's coefficients.
        """
        account, groups = self.account, self.group_names()
        gains = defaultdict(lambda: defaultdict(F))
        sessions = account.sessions
        worth = {day: defaultdict(F) for day in sessions}
        for day in sessions:
            for held in account.positions[day]:
                worth[day][int(held["conid"])] += F(held["positionValue"])
        for before, day in zip(sessions, sessions[1:]):
            rates, earlier = account.rates_on[day], account.rates_on[before]
            for conid in {*worth[before], *worth[day]}:
                instrument = account.instruments[conid]
                then = rates if instrument.category == "FUT" else earlier
                gains[day][groups[conid]] += (worth[day][conid] * rates[instrument.currency]
                                              - worth[before][conid] * then[instrument.currency])
        by_text = {f"{day:%Y%m%d}": day for day in sessions[1:]}
        for fill in account.fills:
            day = by_text.get(fill.time[:8])
            if day and not fill.taken_back:
                paid = fill.money if fill.quantity > 0 else -fill.money
                commission = -F(self.row[id(fill.commission)]["ibCommission"]) if fill.commission else F(0)
                gains[day][groups[fill.instrument.conid]] -= (paid + commission) * fill.rate
        for datum in account.rows:
            row = self.row.get(id(datum))
            day = by_text.get(row and row.get("reportDate"))
            if not day or "conid" not in row:
                continue
            if datum.tag == "CashTransaction":
                gains[day][groups[int(row["conid"])]] += F(row["amount"]) * F(row["fxRateToBase"])
            elif datum.tag == "CorporateAction":
                gains[day][groups[int(row["conid"])]] += F(row["proceeds"]) * account.rates_on[day][row["currency"]]
        price = lambda conid, day: account.rates_on[day][account.instruments[conid].currency] * self.price(conid, day)  # noqa: E731
        for day, conid, quantity in account.moved_in:
            gains[day][groups[conid]] -= quantity * price(conid, day)
        for day, giver, taker, quantity in account.passed_on:
            gains[day][groups[giver]] += quantity * price(taker, day)
            gains[day][groups[taker]] -= quantity * price(taker, day)
        return self.linked(gains)

    def price(self, conid, day):
        held = next(held for held in self.account.positions[day] if int(held["conid"]) == conid)
        return F(held["positionValue"]) / F(held["position"])

    def group_names(self):
        """The last ticker of each instrument."""
        account, names = self.account, {}
        for conid in account.instruments:
            last = conid
            while last in account.became:
                last = account.became[last]
            names[conid] = account.instruments[last].symbol
        return names

    def linked(self, gains):
        smoothing = lambda one: math.log1p(one) / one if abs(one) > 1e-9 else 1 / (1 + one)  # noqa: E731
        whole, parts = smoothing(float(self.growth())), defaultdict(float)
        for before, day in zip(self.account.sessions, self.account.sessions[1:]):
            paid_in, paid_out = self.flow_of(day)
            capital = self.values[before] + paid_in
            one = (self.values[day] + paid_out) / capital - 1
            coefficient = smoothing(float(one)) / whole
            parts[None] += coefficient * float(one - sum(gains[day].values()) / capital)
            for name, gain in gains[day].items():
                parts[name] += coefficient * float(gain / capital)
        return parts

    def trips(self):
        """Net profit in the base currency of each pair of an opening and a closing order, first in, first out."""
        events = [(fill.time, 1, fill.transaction, fill) for fill in self.account.fills if not fill.taken_back]
        events += [(action.time, 0, 0, action) for action in self.account.actions]
        books, pairs, self.carried = defaultdict(deque), {}, F(0)
        for _, _, _, event in sorted(events, key=lambda event: event[:3]):
            if isinstance(event, Action):
                lots = books.pop(event.conid, deque())
                for lot in lots:
                    lot.quantity *= event.ratio
                    lot.unit /= event.ratio
                books[event.into].extend(lots)
                continue
            if isinstance(event, Payment):
                self.pay(books, event, pairs)
                continue
            self.match(books[event.instrument.conid], event, pairs)
        return list(pairs.values())

    def pay(self, books, event, pairs):
        """Closes every lot, or the part of it that the cash is of what it brought; the rest goes on."""
        proceeds, lots = F(self.row[id(event.row)]["proceeds"]), books.pop(event.instrument.conid, deque())
        share = proceeds / (proceeds + event.worth) if event.into else F(1)
        held = sum(lot.quantity for lot in lots)
        for lot in lots:
            part = Lot(lot.quantity * share, lot.unit, lot.rate, lot.commission * share, lot.order, lot.time, lot.carried * share)
            money = proceeds * lot.quantity / held
            paid = Fill(event.instrument, event.time, -part.quantity, event.order, 0, event.rate, money)
            self.match(deque([part]), paid, pairs)
            if event.into:
                lot.unit *= (1 - share) / event.ratio
                lot.quantity *= event.ratio
                lot.commission, lot.carried = lot.commission * (1 - share), lot.carried * (1 - share)
                books[event.into].append(lot)

    def match(self, lots, fill, pairs):
        instrument = fill.instrument
        commission = -F(self.row[id(fill.commission)]["ibCommission"]) if fill.commission else F(0)
        left, each, unit = abs(fill.quantity), commission / abs(fill.quantity), fill.money / abs(fill.quantity)
        sign = 1 if fill.quantity > 0 else -1
        while left and lots and (lots[0].quantity > 0) != (sign > 0):
            lot = lots[0]
            part = min(left, abs(lot.quantity))
            share = lot.commission * part / abs(lot.quantity)
            side = 1 if lot.quantity > 0 else -1
            gain = side * (unit - lot.unit) * part
            if instrument.is_paid_for and side > 0:
                base = part * (unit * fill.rate - lot.unit * lot.rate)
            else:
                base = gain * fill.rate
            base -= share * lot.rate + each * part * fill.rate
            carried = lot.carried * part / abs(lot.quantity)
            lot.carried -= carried
            base += carried
            key = (instrument.conid, lot.order, fill.order)
            if fill.delivery:
                self.carried += base
            else:
                pairs[key] = pairs.get(key, F(0)) + base
            lot.commission -= share
            lot.quantity -= side * part
            left -= part
            if lot.quantity == 0:
                lots.popleft()
        if left:
            lots.append(Lot(sign * left, unit, fill.rate, each * left, fill.order, fill.time, self.carried))
            self.carried = F(0)


def spans(account, random_source):
    """Cuts of the year that cover all of it, in any lengths, overlapping, some fetched again later."""
    sessions = account.sessions
    result, start = [], 0
    while start < len(sessions):
        length = random_source.choice([1, 1, 2, 5, 21, 22, 63, 251])
        end = min(start + length, len(sessions)) - 1
        result.append((sessions[start], sessions[end]))
        start = end + 1
    for _ in range(random_source.randint(0, 6)):
        first = random_source.randrange(len(sessions))
        last = random_source.randrange(first, len(sessions))
        result.append((sessions[first], sessions[last]))
    made = []
    for number, (first, last) in enumerate(result):
        delay = random_source.choice([1, 1, 1, 3, 30, 60])
        generated = datetime(last.year, last.month, last.day, 5) + timedelta(days=delay, seconds=number)
        made.append(Span(first, last, generated, number))
    return made


# What a query may leave out and a statement still be read right. Without `Transaction ID` a trade that is booked again
# goes by its trade number, and by nothing without both.
OPTIONAL = {"Trade": [("ibExecID",), ("transactionID",), ("tradeID",), ("ibExecID", "tradeID"), ()],
            "CashTransaction": [("transactionID",), ("transactionID", "description"), ("description",), ()],
            "CorporateAction": [("transactionID",), ()]}


def tick_boxes(spans, random_source):
    """Leaves columns out of the statements before some time, or after it, or of any."""
    hidden = {tag: random_source.choice(columns) for tag, columns in OPTIONAL.items()}
    turn = random_source.choice(spans).generated
    way = random_source.choice(["later", "later", "until then", "now and then"])
    for span in spans:
        if way == "now and then":
            without = random_source.random() < .5
        else:
            without = (span.generated < turn) == (way == "later")
        if without:
            span.hidden = hidden


def entered_by_hand(known, random_source):
    """Some deposits as their owner dates them: day, amount and currency."""
    paid = [known.row[id(datum)] | {"day": datum.day} for datum in known.account.flows if datum.tag == "CashTransaction"]
    chosen = random_source.sample(paid, min(len(paid), random_source.randint(1, 3)))
    own = [row for row in chosen if row["currency"] == known.account.base]
    dated = [(row["day"] + timedelta(days=random_source.choice([-2, 0, 0, 3])), row["amount"]) for row in own]
    return list(dict.fromkeys(dated))
