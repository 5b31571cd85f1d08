#!/usr/bin/env python3
"""Prints every close from 2005 to 2028, as `exchange_calendars` has it: `XNYS 2005-01-03T21:00:00Z`."""

import sys
import warnings

warnings.filterwarnings("ignore")

import exchange_calendars  # noqa: E402

for mic in sys.argv[1:]:
    calendar = exchange_calendars.get_calendar(mic, start="2005-01-01", end="2028-12-31")
    for session, close in calendar.schedule["close"].items():
        print(mic, session.date(), close.strftime("%Y-%m-%dT%H:%M:%SZ"))
