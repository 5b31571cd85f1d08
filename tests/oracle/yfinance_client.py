"""Reads daily prices with yfinance from a chart service at another address, and prints them as JSON.

usage: yfinance_client.py BASE_URL FROM TO SYMBOL...

yfinance has its hosts built in. A session of its own library sends everything that is meant for them to BASE_URL.
"""

import json
import logging
import sys
import tempfile
from urllib.parse import urlsplit

import yfinance
from curl_cffi import requests


class Redirected(requests.Session):
    """Sends every question to one address, with its path and query."""

    def __init__(self, base_url):
        super().__init__(impersonate="chrome")
        self.base_url = base_url.rstrip("/")

    def request(self, method, url, *args, **kwargs):
        parts = urlsplit(url)
        if not parts.hostname.endswith("yahoo.com"):
            raise ValueError(f"{url} is none of Yahoo's addresses")
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, f"{self.base_url}{parts.path}{query}", *args, **kwargs)


def prices(symbol, start, end, session):
    """Date, unadjusted close, adjusted close, dividend and split of each bar."""
    table = yfinance.Ticker(symbol, session=session).history(
        start=start, end=end, interval="1d", auto_adjust=False, actions=True
    )
    columns = ["Open", "High", "Low", "Close", "Adj Close", "Volume", "Dividends", "Stock Splits"]
    return [
        {"date": day.date().isoformat(), **{column: float(row[column]) for column in columns}}
        for day, row in table.iterrows()
    ]


def main():
    base_url, start, end, *symbols = sys.argv[1:]
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as cache:
        yfinance.set_tz_cache_location(cache)
        session = Redirected(base_url)
        json.dump({symbol: prices(symbol, start, end, session) for symbol in symbols}, sys.stdout)


if __name__ == "__main__":
    main()
