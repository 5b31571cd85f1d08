"""The site directories the figures are checked on, written in the formats of `data/README.md`."""

import csv
import gzip
import importlib.util
import json
import subprocess
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd

EXECUTION_COLUMNS = (
    "exec_id,time,account,symbol,conid,asset_class,exchange,currency,side,quantity,price,multiplier,commission,"
    "commission_currency,realized_pnl,fx_to_base,order_id,perm_id,order_ref,reference_price,source,cancels"
).split(",")
ACTION_COLUMNS = (
    "id,event,date,time,account,kind,symbol,conid,asset_class,currency,quantity,ratio,proceeds,value,multiplier,cancels,"
    "source,generated,text"
).split(",")
ACCOUNT = "DU0000001"
CONFIG = """[site]
title = "Cross-check"
status = "demo"

[account]
base_currency = "{base}"
exchange = "{exchange}"

[benchmark]
symbol = "{benchmark}"
name = "Benchmark"

[analysis]
"""


class SiteWriter:
    """Writes one site directory, file by file."""

    def __init__(self, root, benchmark, analysis="", exchange="XNYS", base="USD"):
        self.root, self.base = Path(root), base
        for folder in ("config", "data/snapshots", "data/prices", "data/executions", "content/trades"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        config = CONFIG.format(benchmark=benchmark, exchange=exchange, base=base) + analysis
        (self.root / "config/config.toml").write_text(config, encoding="utf-8")
        self.flow_rows, self.fills, self.action_rows = [], [], []

    def snapshot(self, day, nav, fx=None, positions=None):
        content = {
            "schema": 1, "date": day.isoformat(), "as_of": f"{day}T21:00:00Z", "account": ACCOUNT,
            "base_currency": self.base, "net_liquidation": f"{nav:.2f}", "cash": {}, "fx": fx or {},
            "positions": positions, "source": "csv",
        }
        (self.root / f"data/snapshots/{day}.json").write_text(json.dumps(content, indent=1), encoding="utf-8")

    def flow(self, day, amount, currency=None, rate="", kind=None):
        currency = currency or self.base
        kind = kind or ("deposit" if amount > 0 else "withdrawal")
        number = f"F{len(self.flow_rows) + 1:03d}"
        self.flow_rows.append([number, day, ACCOUNT, currency, f"{amount:.2f}", rate, kind, "csv"])

    def prices(self, symbol, closes, unit="USD"):
        lines = [f"{day},,,,{close:.4f},,,{unit}" for day, close in closes.items()]
        text = "date,open,high,low,close,adj_close,volume,currency\n" + "\n".join(lines) + "\n"
        (self.root / f"data/prices/{symbol}.csv").write_text(text, encoding="utf-8")

    def fill(self, day, symbol, side, quantity, price, **more):
        clock = datetime.combine(day, time(15, 0), timezone.utc) + timedelta(seconds=len(self.fills) % 3600)
        number = len(self.fills) + 1
        row = dict.fromkeys(EXECUTION_COLUMNS, "") | {
            "exec_id": f"0000e0d5.{number:08x}.01.01", "time": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "account": ACCOUNT, "symbol": symbol, "asset_class": "STK", "currency": "USD", "side": side,
            "quantity": quantity, "price": price, "multiplier": "1", "commission": "1.00",
            "commission_currency": "USD", "fx_to_base": "1", "perm_id": str(700000 + number), "source": "csv",
        } | {key: value for key, value in more.items()}
        self.fills.append(row)
        return row

    def split(self, day, symbol, change, currency, words):
        """More or fewer units of an instrument from the beginning of a day on."""
        row = dict.fromkeys(ACTION_COLUMNS, "") | {
            "id": f"S{len(self.action_rows)}", "event": f"E{len(self.action_rows)}", "date": day, "account": ACCOUNT,
            "kind": "FS", "symbol": symbol, "asset_class": "STK", "currency": currency, "quantity": change,
            "source": "flex", "text": words,
        }
        self.action_rows.append(row)

    def plan(self, day, trades):
        """A saved list of (action, ticker, price)."""
        (self.root / "data/plans").mkdir(exist_ok=True)
        content = {
            "strategy": "momentum", "as_of": day.isoformat(), "formation": f"{day:%Y-%m}", "snapshot": day.isoformat(),
            "nav": 100000, "base_currency": "USD", "threshold": 0.02, "unchanged": [], "cash_after": 0, "notes": [],
            "trades": [{
                "symbol": ticker, "ticker": ticker, "name": "", "action": action, "shares": 10, "reference_price": price,
                "reference_date": day.isoformat(), "currency": "USD", "notional_base": 1, "current_weight": 0.0,
                "target_weight": 0.1, "weight_after": 0.1,
            } for action, ticker, price in trades],
        }
        (self.root / f"data/plans/{day}.json").write_text(json.dumps(content), encoding="utf-8")

    def finish(self):
        with (self.root / "data/flows.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow("id,date,account,currency,amount,fx_to_base,kind,source".split(","))
            writer.writerows(self.flow_rows)
        if self.action_rows:
            with (self.root / "data/actions.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, ACTION_COLUMNS)
                writer.writeheader()
                writer.writerows(self.action_rows)
        by_date = {}
        for row in self.fills:
            by_date.setdefault(row["time"][:10], []).append(row)
        for day, rows in by_date.items():
            with (self.root / f"data/executions/{day}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, EXECUTION_COLUMNS)
                writer.writeheader()
                writer.writerows(rows)


def demo(root, binary):
    """The demo site as the program writes it."""
    subprocess.run([binary, "demo", str(root)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def stocks(root, _binary):
    """Twenty S&P 500 stocks bought in equal weights in 1990, halved in October 2008, sold at the end."""
    package = Path(importlib.util.find_spec("skfolio").origin).parent / "datasets/data"
    frames = [
        pd.read_csv(gzip.open(package / f"{name}.csv.gz"), index_col="Date", parse_dates=True)
        for name in ("sp500_dataset", "sp500_index")
    ]
    table, index = (frame.dropna() for frame in frames)
    site = SiteWriter(root, "^GSPC")
    days = [stamp.date() for stamp in table.index]
    site.prices("^GSPC", {stamp.date(): value for stamp, value in index["SP500"].items()})
    shares = {symbol: 0 for symbol in table}
    cash, halved = 1_000_000.0, date(2008, 10, 10)
    for place, (day, closes) in enumerate(zip(days, table.itertuples(index=False))):
        for symbol, close in zip(table, closes):
            if place == 1:
                change = int(49_000 / close)
            elif day == halved:
                change = -(shares[symbol] // 2)
            elif place == len(days) - 1:
                change = -shares[symbol]
            else:
                continue
            price = round(close * (1 + 0.0007 * (1 if change > 0 else -1) * (1 + len(symbol) % 3)), 4)
            cash -= change * price + 1.0
            shares[symbol] += change
            site.fill(day, symbol, "BUY" if change > 0 else "SELL", str(abs(change)), f"{price:.4f}",
                      reference_price=f"{close:.4f}")
        site.snapshot(day, cash + sum(shares[symbol] * close for symbol, close in zip(table, closes)))
    site.finish()


def rough(root, _binary):
    """Large flows, missing days, a stretch without movement, a benchmark with holes, and odd fills."""
    random = np.random.default_rng(20240229)
    site = SiteWriter(root, "BENCH", "outlier_bps = 25\ntrials = 20\ntrials_sharpe_sd = 0.02\n")
    weekdays = [stamp.date() for stamp in pd.bdate_range("2018-01-02", "2021-08-20")]
    hole = (date(2019, 7, 8), date(2019, 7, 26))
    quiet = (date(2020, 2, 3), date(2020, 4, 17))
    market = random.normal(0.0003, 0.011, len(weekdays))
    level = 100 * np.cumprod(1 + market)
    nav, growth, held = 100_000.0, 1.0, []
    for place, day in enumerate(weekdays):
        calm = quiet[0] <= day <= quiet[1]
        growth *= 1 if calm else 1 + 0.7 * market[place] + random.normal(0.0002, 0.006)
        kept = random.random() > 0.06 and not hole[0] <= day <= hole[1]
        if place and not kept and place < len(weekdays) - 1:
            continue
        before, came, went = nav, 0.0, 0.0
        if held and not calm and random.random() < 0.045:
            came, went = big_flows(site, random, held[-1], day, before)
        nav = round((before + came) * growth - went, 2)
        growth = 1.0
        held.append(day)
        site.snapshot(day, nav, {"EUR": f"{1.1 + 0.05 * np.sin(place / 90):.4f}"})
    site.flow(held[0], 100_000)  # part of the first value
    site.flow(held[-1] + timedelta(days=3), 5_000)  # not valued yet
    stale = (date(2020, 9, 7), date(2020, 9, 22))
    site.prices("BENCH", {
        day: value for place, (day, value) in enumerate(zip(weekdays, level))
        if place > 3 and random.random() > 0.05 and not stale[0] <= day <= stale[1]
    })
    odd_fills(site, random, weekdays, held)
    for day in weekdays[20::30]:
        site.plan(day, [("BUY", "ALPHA", 50.5), ("SELL", "BETA", 49.25), ("SELL", "DELTA", 51)])
    site.finish()


def big_flows(site, random, previous, day, value):
    """Money of 10 to 60 % of the account, on one of the dates since the last snapshot. Returns in and out."""
    on = previous + timedelta(days=int(random.integers(1, (day - previous).days + 1)))
    share = random.uniform(0.1, 0.6)
    kind = random.integers(0, 5)
    if kind == 0:
        amount = round(value * share / 1.1, 2)
        site.flow(on, amount, "EUR", "1.1")
        return amount * 1.1, 0.0
    if kind == 1:
        came, went = round(value * share, 2), round(value * share / 3, 2)
        site.flow(on, came)
        site.flow(day, -went)
        return came, went
    amount = round(value * share, 2)
    if kind == 2:
        site.flow(on, amount / 2, kind="transfer")
        site.flow(on, amount / 2)
        return round(amount / 2, 2) * 2, 0.0
    if kind == 3:
        site.flow(on, amount)
        return amount, 0.0
    site.flow(on, -amount)
    return 0.0, amount


def odd_fills(site, random, weekdays, held):
    """Longs and shorts, several fills an order, corrections, cancellations, other currencies, unknown costs."""
    instruments = [
        ("ALPHA", "USD", "101", "STK", "1"), ("BETA", "USD", "", "STK", "1"),
        ("GAMMA", "EUR", "103", "STK", "1"), ("DELTA", "USD", "104", "FUT", "50"),
    ]
    prices = {name: 50.0 for name, *_ in instruments}
    for place, day in enumerate(weekdays[5:-5]):
        for name in prices:
            prices[name] *= 1 + random.normal(0.0002, 0.015)
        if random.random() > 0.16:
            continue
        name, currency, conid, asset_class, multiplier = instruments[random.integers(0, 4)]
        side = "BUY" if random.random() < 0.52 else "SELL"
        close, common = prices[name], dict(conid=conid, asset_class=asset_class, multiplier=multiplier,
                                           currency=currency)
        if currency == "EUR":
            common |= dict(fx_to_base="1.12", commission_currency=["EUR", "USD"][place % 2])
        style = place % 4
        common |= [dict(), dict(perm_id="", order_id=str(place)), dict(perm_id="", order_id=""),
                   dict(perm_id=str(900000 + place))][style]
        reference = f"{close:.4f}" if random.random() < 0.8 else ""
        for _ in range(int(random.integers(1, 4))):
            price = close * (1 + random.normal(0.0005, 0.002))
            site.fill(day, name, side, str(int(random.integers(1, 60))), f"{price:.4f}",
                      commission=f"{random.uniform(-0.2, 3):.4f}", reference_price=reference, **common)
    day = held[40]
    wrong = site.fill(day, "ALPHA", "BUY", "10", "55.00", conid="101", reference_price="54.90")
    right = site.fill(day, "ALPHA", "BUY", "12", "55.10", conid="101", reference_price="54.90")
    right["exec_id"], right["perm_id"] = wrong["exec_id"][:-2] + "02", wrong["perm_id"]
    busted = site.fill(day, "BETA", "BUY", "500", "60.00")
    site.fill(day, "BETA", "BUY", "500", "60.00", cancels=busted["exec_id"])
    site.fill(day, "BETA", "BUY", "7", "60.00", commission="", commission_currency="")
    site.fill(day, "EUR.USD", "BUY", "1000", "1.1", asset_class="CASH", reference_price="1.0999")


def still(root, _binary):
    """An account that never moves, deposit or not: many figures are undefined."""
    site = SiteWriter(root, "BENCH", exchange="XETR")
    weekdays = [stamp.date() for stamp in pd.bdate_range("2022-01-03", "2023-06-30")]
    for place, day in enumerate(weekdays):
        site.snapshot(day, 50_000 if place < 200 else 80_000)
    site.flow(weekdays[200], 30_000)
    random = np.random.default_rng(7)
    site.prices("BENCH", dict(zip(weekdays, 100 * np.cumprod(1 + random.normal(0, 0.01, len(weekdays))))))
    site.finish()


def short(root, _binary):
    """Ten days and no benchmark."""
    site = SiteWriter(root, "")
    values = [10_000, 10_050, 10_020, 10_110, 10_110, 9_990, 10_040, 10_130, 10_090, 10_200]
    for stamp, value in zip(pd.bdate_range("2024-03-01", periods=10), values):
        site.snapshot(stamp.date(), value)
    site.finish()


def simulated(random, count, mean=0.0004, spread=0.011):
    """Growth of 1 over so many days."""
    return np.cumprod(1 + random.normal(mean, spread, count))


def euro(root, _binary):
    """An account in euros that is emptied for a summer, against an index in dollars: by the inverse pair, by a cross
    where that has a hole, by the snapshots' rates where both have. Values are repeated on some weekends."""
    random = np.random.default_rng(31)
    site = SiteWriter(root, "^INDEX", exchange="XETR", base="EUR")
    days = [stamp.date() for stamp in pd.bdate_range("2020-01-02", "2023-06-30")]
    growth, index = simulated(random, len(days)), 3000 * simulated(random, len(days))
    dollar, pound = 1.1 * simulated(random, len(days), 0, 0.004), 1.3 * simulated(random, len(days), 0, 0.004)
    empty = (date(2021, 6, 15), date(2021, 9, 20))
    nav, before = 80_000.0, growth[0]
    for place, day in enumerate(days):
        value = 0.0 if empty[0] <= day < empty[1] else nav * growth[place] / before
        if day == empty[0]:
            site.flow(day, -round(nav * growth[place] / before, 2))
        if day == empty[1]:
            nav, value = 50_000.0, 50_000.0 * growth[place] / growth[place - 1]
            site.flow(day, nav)
        before, nav = growth[place], value or nav
        site.snapshot(day, value, {"USD": f"{1 / dollar[place] + 0.001:.6f}"})
        if day.weekday() == 4 and place % 3 == 0:
            site.snapshot(day + timedelta(days=1), value + (500 if place % 2 and value else 0))
            if place % 2 and value:
                site.flow(day + timedelta(days=1), 500)
                nav = value + 500
    inside = lambda day, first, last: date.fromisoformat(first) <= day <= date.fromisoformat(last)
    site.prices("^INDEX", {day: value for day, value in zip(days, index) if random.random() > 0.03})
    site.prices("EURUSD=X", {day: rate for day, rate in zip(days, dollar) if not inside(day, "2020-05-01", "2020-08-31")})
    site.prices("GBPUSD=X", {day: rate for day, rate in zip(days, pound) if not inside(day, "2020-07-01", "2020-08-31")})
    site.prices("EURGBP=X", dict(zip(days, dollar / pound)), "GBP")
    site.finish()


def every(frequency):
    """Valuations of the last session of each week or month alone, with an index that has a close every day."""
    def make(root, _binary):
        random = np.random.default_rng(5)
        site = SiteWriter(root, "BENCH")
        stamps = pd.bdate_range("2017-01-03", "2023-12-29")
        growth = pd.Series(simulated(random, len(stamps), 0.0006, 0.013), index=stamps)
        for stamp, value in growth.groupby(growth.index.to_period(frequency)).tail(1).items():
            site.snapshot(stamp.date(), 100_000 * value)
        market = 0.8 * growth.pct_change().fillna(0) + random.normal(0, 0.004, len(stamps))
        site.prices("BENCH", {stamp.date(): value for stamp, value in (100 * (1 + market).cumprod()).items()})
        site.finish()
    return make


def behind(root, _binary):
    """An account that holds exactly the index, whose prices end four days before it and miss some."""
    random = np.random.default_rng(12)
    site = SiteWriter(root, "BENCH")
    days = [stamp.date() for stamp in pd.bdate_range("2022-01-03", "2023-12-29")]
    level = 100 * simulated(random, len(days))
    for place, (day, value) in enumerate(zip(days, level)):
        if place % 13 or place == 0:
            site.snapshot(day, 1000 * round(value, 4))
    site.prices("BENCH", {day: value for place, (day, value) in enumerate(zip(days[:-4], level)) if place % 52 != 20})
    site.finish()


def earlier(root, _binary):
    """What was held before the record, sold before and after the first known positions; splits before and after them;
    orders filled in pieces and across each other; futures, CFDs and short sales in another currency."""
    random = np.random.default_rng(77)
    site = SiteWriter(root, "")
    days = [stamp.date() for stamp in pd.bdate_range("2023-01-02", "2024-02-28")]
    rates = 1.1 * simulated(random, len(days), 0, 0.004)
    lines = {"HELD": ("STK", "USD", 1), "LENT": ("STK", "EUR", 1), "FDX": ("FUT", "EUR", 25), "DIFF": ("CFD", "EUR", 1),
             "ABROAD": ("STK", "EUR", 1)}
    held = {"HELD": 180, "LENT": -60, "FDX": 1, "DIFF": 0, "ABROAD": 0}
    prices = {name: 40.0 + 10 * place for place, name in enumerate(lines)}
    for place, day in enumerate(days):
        fx = f"{rates[place]:.5f}"
        for name in prices:
            prices[name] *= 1 + random.normal(0, 0.012)
        for name, when, ratio in (("LENT", 12, 3), ("HELD", 150, 2)):
            if place == when and held[name]:
                words = f"{name}(US0000000000) SPLIT {ratio} FOR 1 ({name}, INC, US0000000000)"
                site.split(day, name, held[name] * (ratio - 1), lines[name][1], words)
                held[name], prices[name] = held[name] * ratio, prices[name] / ratio
        for order in range(int(random.integers(0, 3))):
            trade(site, random, lines, held, prices, day, fx, 1000 * place + order)
        positions = [{
            "symbol": name, "conid": None, "exchange": "", "currency": lines[name][1], "quantity": str(held[name]),
            "average_cost": None, "market_price": None, "market_value": "0", "unrealized_pnl": None, "realized_pnl": None,
        } for name in held if held[name]]
        site.snapshot(day, 250_000 + 900 * np.sin(place / 9), {"EUR": fx}, positions if place >= 30 else None)
    site.finish()


def parts(root, _binary):
    """Three holdings, one of them abroad, with dividends, tax, interest and deposits. Positions are not known on some days, among them the
    end of a month and that of a year, nor at the end."""
    random = np.random.default_rng(99)
    site = SiteWriter(root, "")
    days = [stamp.date() for stamp in pd.bdate_range("2022-11-01", "2024-03-15")]
    currencies = {"HOME": "USD", "WIDE": "USD", "ABROAD": "EUR"}
    prices, held, cash, rate = dict.fromkeys(currencies, 50.0), dict.fromkeys(currencies, 0), 90_000.0, 1.08
    income = []
    for place, day in enumerate(days):
        rate = round(rate * (1 + random.normal(0, 0.004)), 5)
        rates = {"USD": 1.0, "EUR": rate}
        for name in prices:
            prices[name] = round(prices[name] * (1 + random.normal(0.0004, 0.014)), 2)
        if place and place % 9 == 0:
            name = list(currencies)[place // 9 % 3]
            quantity = int(random.integers(20, 200)) * (-1 if held[name] > 300 else 1)
            site.fill(day, name, "BUY" if quantity > 0 else "SELL", str(abs(quantity)), f"{prices[name]:.2f}", currency=currencies[name],
                      commission_currency=currencies[name], fx_to_base=f"{rates[currencies[name]]}")
            held[name] += quantity
            cash -= (quantity * prices[name] + 1) * rates[currencies[name]]
        if place % 40 == 30:
            site.flow(day, 4_000 if place % 80 == 30 else -2_500)
            cash += 4_000 if place % 80 == 30 else -2_500
        if place % 25 == 20:
            for kind, name, amount in (("dividend", "HOME", 61.5), ("tax", "HOME", -9.25), ("interest", "", 3.75)):
                income.append([f"I{len(income)}", day, ACCOUNT, "USD", amount, "", kind, "csv", "", "", name, ""])
                cash += amount
        positions = [{
            "symbol": name, "conid": None, "exchange": "", "currency": currencies[name], "quantity": str(held[name]),
            "average_cost": None, "market_price": None, "market_value": f"{held[name] * prices[name]:.2f}",
            "unrealized_pnl": None, "realized_pnl": None,
        } for name in held if held[name]]
        nav = cash + sum(held[name] * prices[name] * rates[currencies[name]] for name in held)
        unknown = place % 17 == 5 or date(2023, 6, 29) <= day <= date(2023, 7, 3) or date(2023, 12, 28) <= day <= date(2024, 1, 2)
        site.snapshot(day, nav, {"EUR": f"{rate}"}, None if unknown or place >= len(days) - 4 else positions)
    site.finish()
    with (site.root / "data/income.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow("id,date,account,currency,amount,fx_to_base,kind,source,type,generated,symbol,conid".split(","))
        writer.writerows(income)


def trade(site, random, lines, held, prices, day, fx, number):
    """An order in up to four pieces, or two of one instrument that are filled by turns."""
    name = list(lines)[random.integers(0, len(lines))]
    asset_class, currency, multiplier = lines[name]
    orders = [(number, 1 if random.random() < 0.5 else -1)]
    if random.random() < 0.2:
        orders.append((number + 500, -orders[0][1]))
    for _ in range(int(random.integers(1, 5))):
        for perm, side in orders:
            quantity = int(random.integers(1, 4)) if asset_class == "FUT" else int(random.integers(1, 60))
            price = f"{prices[name] * (1 + random.normal(0, 0.002)):.4f}"
            site.fill(day, name, "BUY" if side > 0 else "SELL", str(quantity), price, asset_class=asset_class,
                      currency=currency, multiplier=str(multiplier), perm_id=str(1_000_000 + perm),
                      commission=f"{random.uniform(0.2, 3):.4f}", commission_currency=currency,
                      fx_to_base="1" if currency == "USD" else fx if number % 2 else "")
            held[name] += side * quantity


ALL = {
    "demo": demo, "sp500-stocks": stocks, "rough": rough, "still": still, "short": short, "euro": euro,
    "weekly": every("W"), "monthly": every("M"), "behind": behind,
    "earlier": earlier, "parts": parts,
}
