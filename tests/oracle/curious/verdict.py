"""What an attack left of the start values from half to twice the true one, and whether that is finding the account."""

from dataclasses import dataclass

import numpy as np

from .attacks import ATTACKS, Case
from .replay import Replay

# How many start values are tried: fine numbers leave narrow teeth, coarse ones do not.
GRID = {"fine": 20_001}
COARSE_GRID = 1_001
# An attack that leaves less than this share of the start values has found the account ...
QUARTER = 0.25
# ... and replay at coarse levels, whose guesses are too few to fill a comb, where its 90 % interval is narrower than this
# factor.
FACTOR = 1.5
JOINED = "all of them joined"
# What the program has closed: the site's backtest begins with a nominal capital, so that this must lead its reader astray.
CLOSED = "the site's backtest"


@dataclass
class Verdict:
    """What one attack says of one account."""

    attack: str
    applies: bool
    covered: float = 1.0
    factor: float = 4.0
    kept: bool = True
    mask: np.ndarray | None = None
    fine: bool = False

    @property
    def found(self):
        """Whether the attack has found the account; one that excludes it leads its reader astray."""
        if not self.applies or not self.kept:
            return False
        if self.attack in ("replay", JOINED) and not self.fine:
            return self.factor < FACTOR
        return self.covered < QUARTER


def grid(value, level):
    """Start values at equal distances of their logarithm, and the true one last: no attack knows which it is."""
    size = GRID.get(level, COARSE_GRID)
    return np.append(value * np.exp(np.linspace(-np.log(2), np.log(2), size)), value)


def verdicts(site, market, account, names=None):
    """Every attack on one account, and all of them joined."""
    case = Case(site, market, account.rule, account.value)
    values = grid(account.value, site.level.name)
    found = []
    for name, attack in ATTACKS.items():
        if names and name not in names:
            continue
        mask = attack(case, values)
        if mask is None:
            found.append(Verdict(name, applies=False))
            continue
        kept = bool(mask[-1])
        if name == "replay" and not site.level.daily:
            # Flows and fills are guessed at, which the true account is not to be lost by.
            kept = bool(len(Replay(site, market, account.rule).survivors([account.value], exact=account)))
        found.append(_verdict(name, mask, values, kept, site))
    joining = [verdict for verdict in found if verdict.attack != CLOSED]
    used = [verdict.mask for verdict in joining if verdict.applies]
    if not names:
        joined = np.logical_and.reduce(used)
        found.append(_verdict(JOINED, joined, values, all(one.kept for one in joining), site))
    return found


def _verdict(name, mask, values, kept, site):
    left = np.sort(np.log(values[:-1][mask[:-1]]))
    factor = float(np.exp(np.quantile(left, 0.95) - np.quantile(left, 0.05))) if len(left) else 1.0
    return Verdict(name, True, float(mask[:-1].mean()), factor, bool(kept), mask, site.level.name == "fine")


def tooth(site, market, account, name):
    """The start values next to the true one that an attack cannot tell from it."""
    case = Case(site, market, account.rule, account.value)
    size, width = 1_000, 1e-2
    while True:
        values = account.value * (1 + np.linspace(-width, width, 2 * size + 1))
        mask = ATTACKS[name](case, values)
        out = np.flatnonzero(~mask)
        low, high = out[out < size].max(initial=-1) + 1, out[out > size].min(initial=2 * size + 1) - 1
        if high - low > 20 or width < 1e-8 or not mask[size]:
            return values[low], values[high]
        width /= 20
