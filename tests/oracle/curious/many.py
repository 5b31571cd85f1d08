"""A record that holds more than a report sets in one column: what is read of its report must be what it holds."""

import shutil
from pathlib import Path

from .accounts import Account, write
from .market import Rule
from .site import read

# Names as they are, with figures and per cent in them.
NAMES = ("Bonds 5% of 2030", "S&P 500 Short (2x) Daily", "A Fund of Considerable Length (Accumulating)", "")


def misread(binary, scratch, prices, build):
    """What stands otherwise in the report than in the record, in words."""
    symbols = [f"H{letter}X" for letter in "ABCDEFGHIJKLMNOPQRST"]
    account = Account("many", Rule(universe=tuple(symbols)), "2022-03-31", "2022-04-29", 100_000.0)
    held = [(symbol, 100.0 * (-1 if at % 7 == 3 else 1), 10.0 + at) for at, symbol in enumerate(symbols)]
    cash = account.value - sum(shares * close for _, shares, close in held)
    account.snapshots = [(day, account.value, cash, held) for day in (account.start, account.end)]
    folder = Path(scratch) / account.name
    write(account, folder, prices, precision="fine")
    (folder / "templates/report.typ").unlink()
    # With what they cost, so that a gain stands beside each weight.
    for snapshot in (folder / "data/snapshots").glob("*.json"):
        snapshot.write_text(snapshot.read_text().replace('"average_cost": null', '"average_cost": "20.00"'))
    config = folder / "config/config.toml"
    text = config.read_text()
    for at, symbol in enumerate(symbols):
        text = text.replace(f'symbol = "{symbol}"', f'symbol = "{symbol}", name = "{NAMES[at % len(NAMES)]}"')
    config.write_text(text)
    if error := build(binary, folder, folder / "public"):
        return error
    if not shutil.which("pdftotext"):
        return None
    weights = read(folder / "public", reports=True).month_weights.get(account.end, {})
    wanted = {symbol: round(shares * close / account.value, 3) for symbol, shares, close in held}
    wanted[""] = round(cash / account.value, 3)
    off = {symbol or "cash": (weights.get(symbol), weight) for symbol, weight in wanted.items()
           if abs(weights.get(symbol, 9.0) - weight) > 0.00051}
    return f"of {len(wanted)} weights a report was read otherwise: {off}" if off or len(weights) != len(wanted) else None
