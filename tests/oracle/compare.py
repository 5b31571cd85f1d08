"""What a figure should be, whether it is, and the proof that a wrong one would be noticed."""

import copy
import math
from dataclasses import dataclass
from datetime import date, timedelta

RELATIVE = 1e-9
ABSOLUTE = 1e-12
MISSING = object()


@dataclass
class Expected:
    """One value from one source. `optional` keys may be absent; `within` replaces the strict comparison."""

    path: tuple
    value: object
    oracle: str
    optional: bool = False
    within: float | None = None


@dataclass
class Row:
    expected: Expected
    ours: object
    difference: float | None
    passed: bool


@dataclass
class Remark:
    """A library whose definition is another one: told, not compared."""

    path: tuple
    library: str
    value: object
    reason: str


def look_up(document, path):
    for key in path:
        if isinstance(document, list) and isinstance(key, int) and key < len(document):
            document = document[key]
        elif isinstance(document, dict) and key in document:
            document = document[key]
        else:
            return MISSING
    return document


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(ours, expected):
    """Relative difference (or None where there is none to tell) and whether the two agree."""
    value = expected.value
    if ours is MISSING:
        return None, False
    if expected.within is not None:
        if not is_number(ours):
            return None, False
        return abs(ours - value), abs(ours - value) <= expected.within
    if is_number(value):
        if not is_number(ours) or not math.isfinite(ours) or not math.isfinite(value):
            return None, False
        gap = abs(ours - value)
        if isinstance(value, int):
            return (gap / abs(value) if value else gap), ours == value
        return (gap / abs(value) if value else gap), gap <= max(RELATIVE * abs(value), ABSOLUTE)
    return None, type(ours) is type(value) and ours == value


def row(document, expected):
    ours = look_up(document, expected.path)
    if ours is MISSING and expected.optional:
        return Row(expected, ours, None, True)
    difference, passed = same(ours, expected)
    return Row(expected, ours, difference, passed)


def compare(document, expectations):
    return [row(document, expected) for expected in expectations]


def unchecked(document, expectations, path=()):
    """Leaves of the document that nothing is expected of."""
    known = {expected.path for expected in expectations}
    return [leaf for leaf in leaves(document, path) if leaf not in known]


def leaves(document, path=()):
    entries = []
    if isinstance(document, dict):
        entries = list(document.items())
    elif isinstance(document, list):
        entries = list(enumerate(document))
    if not entries:
        return [path]
    return [leaf for key, value in entries for leaf in leaves(value, (*path, key))]


def spoilt(value, expected):
    """The value slightly wrong: 1e-6 of it for a number, the next day for a date, something for nothing."""
    if expected.within is not None:
        return value + 2.01 * expected.within
    if is_number(value):
        return value * (1 + 1e-6) if abs(value) > 1e-5 else value + 1e-6
    if value is None:
        return 1e-6
    if value in ([], {}):
        return [0]
    try:
        return (date.fromisoformat(value) + timedelta(days=1)).isoformat()
    except (TypeError, ValueError):
        return f"{value}?"


def set_at(document, path, value):
    changed = copy.deepcopy(document)
    parent = look_up(changed, path[:-1])
    if value is MISSING:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return changed


def self_test(document, expectations):
    """Spoils each checked figure in turn, then removes it. Returns (caught, [what was not])."""
    caught, unnoticed = 0, []
    for expected in expectations:
        ours = look_up(document, expected.path)
        if ours is MISSING:
            continue
        if row(set_at(document, expected.path, spoilt(ours, expected)), expected).passed:
            unnoticed.append((expected, "changed"))
        else:
            caught += 1
        removed = isinstance(expected.path[-1], str) and not expected.optional
        if removed and row(set_at(document, expected.path, MISSING), expected).passed:
            unnoticed.append((expected, "removed"))
    return caught, unnoticed


def written(value):
    if value is MISSING:
        return "missing"
    if value is None:
        return "null"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def name(path):
    return ".".join(str(part) for part in path)
