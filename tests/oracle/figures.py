"""Every figure of `stats --json` but those of trades: by the libraries where they define it as we do, else by numpy."""

import math
from datetime import timedelta
from itertools import groupby

import empyrical
import exchange_calendars
import numpy as np
import pandas as pd
import quantstats.stats as quantstats
from scipy.stats import norm

import contributions as brought
import returns as series_of
from compare import Expected, Remark

ROUNDING = 1e-12
DRAWS, MEAN_BLOCK = 4000, 21
DAILY, OFTEN, RETURNS, SPARSE_RETURNS = 0.9, 100, 63, 36


def finite(value):
    """The value as a float, or None where a library says NaN or infinity for undefined."""
    return float(value) if value is not None and np.isfinite(value) else None


def has_spread(values):
    return len(values) > 1 and values.max() > values.min()


def enough(count, periods, days):
    """Whether so many returns say something about their spread."""
    return count >= RETURNS if periods >= OFTEN else count >= SPARSE_RETURNS and days >= 365


class Figures:
    """Collects expectations and remarks for one record, window and configuration."""

    def __init__(self, record, since=None, until=None):
        self.record = record
        self.timing = record.setting("analysis", "flow_timing", "split")
        self.risk_free = record.setting("analysis", "risk_free", 0.0)
        self.expected, self.remarks = [], []
        inside = lambda day: (since is None or day >= since) and (until is None or day <= until)
        self.parts = [part for part in series_of.returns(record, self.timing) if inside(part[1])]
        self.r = pd.Series([value for *_, value in self.parts], dtype=float,
                           index=pd.DatetimeIndex([pd.Timestamp(day) for _, day, _ in self.parts]))
        self.start, self.end = self.parts[0][0], self.parts[-1][1]
        self.days = [self.start, *(day for _, day, _ in self.parts)]
        self.lengths = [(day - earlier).days for earlier, day, _ in self.parts]
        self.span = sum(self.lengths)
        expected = series_of.expected_returns(self.parts, record.sessions)
        self.daily = len(self.r) >= DAILY * expected
        configured = record.setting("analysis", "periods_per_year", 252)
        self.periods = configured if self.daily else len(self.r) * series_of.YEAR / self.span
        self.e = self.r - self.risk_free_of(self.lengths, self.periods, self.daily)
        self.index = np.concatenate([[1.0], np.cumprod(1 + self.r.to_numpy())])
        self.total = float(self.index[-1] - 1)
        self.annualized = (1 + self.total) ** (series_of.YEAR / self.span) - 1 if self.span >= 365 else None
        self.enough = enough(len(self.r), self.periods, self.span)

    def risk_free_of(self, lengths, periods, daily):
        """The risk-free rate of each return: that of a day, or of its calendar days."""
        years = np.full(len(lengths), 1 / periods) if daily else np.array(lengths) / series_of.YEAR
        return (1 + self.risk_free) ** years - 1

    def expect(self, path, value, oracle, optional=False, within=None):
        value = value.item() if isinstance(value, np.generic) else value
        self.expected.append(Expected(tuple(path.split(".")) if isinstance(path, str) else path, value, oracle,
                                      optional, within))

    def differs(self, path, library, value, reason):
        self.remarks.append(Remark(tuple(path.split(".")), library, finite(value), reason))

    def all(self):
        self.record_facts()
        self.three_years()
        self.returns()
        self.months()
        self.risk()
        self.drawdowns()
        self.benchmark()
        self.significance()
        self.contributions()
        return self.expected, self.remarks

    def contributions(self):
        """Where positions have values and no split changes what is held."""
        positions = [held for one in self.record.snapshots for held in one.positions or []]
        if self.record.splits or (positions and not any(float(held["market_value"]) for held in positions)):
            return
        for path, value in brought.leaves(brought.contributions(self.record, self.parts)):
            self.expect(("contributions", *path), value, "exact fractions")

    def three_years(self):
        """The newest 36 months in a row of which the record holds all: of itself, and of a benchmark with a close at each end."""
        mic = self.record.setting("account", "exchange", "XNYS")
        calendar = exchange_calendars.get_calendar(mic, start=self.start - timedelta(days=31), end=self.end + timedelta(days=31))
        sessions = pd.Series([session.date() for session in calendar.sessions])
        sessions.index = calendar.sessions.to_period("M")
        of = lambda month: list(sessions[sessions.index == month])
        months = {month: list(rows) for month, rows in groupby(self.parts, lambda part: pd.Period(part[1], "M"))}
        month, row = max(months), []
        if self.end < of(month)[-1]:
            month -= 1
        while len(row) < 36 and month in months and self.start < of(month)[0]:
            row.append(months[month])
            month -= 1
        deviation = lambda values: float(np.std(values, ddof=1) * math.sqrt(12)) if len(values) == 36 else None
        own = [np.prod([1 + value for *_, value in part]) - 1 for part in row]
        self.expect("risk.three_year_deviation", deviation(own), "numpy")
        self.bounds = [(part[0][0], part[-1][1]) for part in row]

    def three_years_of(self, closes):
        known = all(day in closes for ends in self.bounds for day in ends)
        if known:
            moves = [closes[end] / closes[start] - 1 for start, end in self.bounds]
            value = float(np.std(moves, ddof=1) * math.sqrt(12)) if len(moves) == 36 else None
            self.expect("benchmark.three_year_deviation", value, "numpy")

    def record_facts(self):
        self.expect("from", self.start.isoformat(), "files")
        self.expect("to", self.end.isoformat(), "files")
        self.expect("observations", len(self.r), "files")
        missing = series_of.missing_sessions(self.parts, self.record.sessions)
        self.expect("missing_sessions", missing, "exchange_calendars")
        self.expect("calendar_days", self.span, "files", optional=True)
        self.expect("risk.risk_free", float(self.risk_free), "files", optional=True)
        self.expect("risk.periods_per_year", self.periods, "files", optional=True)
        self.expect("daily", self.daily, "exchange_calendars")

    def product(self, chosen):
        return float(np.prod(1 + chosen.to_numpy()) - 1) if len(chosen) else None

    def returns(self):
        r = self.r
        self.expect("returns.total", empyrical.cum_returns_final(r), "empyrical cum_returns_final")
        self.expect("returns.total", float(quantstats.comp(r)), "quantstats comp")
        self.expect("returns.annualized", self.annualized, "numpy")
        self.differs("returns.annualized", "empyrical", empyrical.annual_return(r),
                     "a year is 252 observations there, 365.25 calendar days here")
        last = r.index[-1]
        self.windows(last)
        month = r[(r.index.year == last.year) & (r.index.month == last.month)]
        quarter = r[(r.index.year == last.year) & (r.index.quarter == last.quarter)]
        self.expect("returns.mtd", self.product(month), "pandas")
        self.expect("returns.qtd", self.product(quarter), "pandas", optional=True)
        self.expect("returns.ytd", self.product(r[r.index.year == last.year]), "pandas")
        for key, months in (("one_year", 12), ("three_years", 36), ("five_years", 60)):
            base = (last - pd.DateOffset(months=months)).date()
            value = self.product(r[r.index.date > base]) if self.start <= base else None
            self.expect(f"returns.{key}", value, "pandas", optional=True)
        for key, where in (("best_day", r.idxmax()), ("worst_day", r.idxmin())):
            self.expect(f"returns.{key}.date", where.date().isoformat(), "pandas")
            self.expect(f"returns.{key}.value", float(r[where]), "pandas")
            part = next(part for part in self.parts if pd.Timestamp(part[1]) == where)
            self.expect(f"returns.{key}.since", part[0].isoformat(), "files")
            self.expect(f"returns.{key}.sessions", 1 + series_of.missing_sessions([part], self.record.sessions), "exchange_calendars")
        moved = (r != 0).any()
        self.expect("returns.win_days", float(quantstats.win_rate(r)) if moved else None, "quantstats win_rate")
        rate = series_of.money_weighted(self.record, self.start, self.end)
        days = (self.end - self.start).days
        self.expect("returns.money_weighted", rate if days >= 365 else None, "scipy brentq")
        over = (1 + rate) ** (days / series_of.YEAR) - 1 if rate is not None else None
        self.expect("returns.money_weighted_total", over, "scipy brentq", optional=True)

    def windows(self, last):
        """What the returns to date rest on."""
        ends = {"mtd": last.replace(day=1), "qtd": last.to_period("Q").start_time, "ytd": last.replace(month=1, day=1)}
        for key, first in ends.items():
            chosen = [part for part in self.parts if pd.Timestamp(part[1]) >= first]
            part = {"from": chosen[0][0].isoformat(), "to": self.end.isoformat(), "observations": len(chosen)}
            for name, value in part.items():
                self.expect(("parts", f"returns.{key}", name), value, "pandas")

    def months(self):
        grouped = empyrical.aggregate_returns(self.r, "monthly")
        months = {f"{year:04d}-{month:02d}": float(value) for (year, month), value in grouped.items()}
        years = {str(year): float(value) for year, value in empyrical.aggregate_returns(self.r, "yearly").items()}
        for key, values in (("by_month", months), ("by_year", years)):
            for name, value in values.items():
                self.expect(("returns", key, name), value, "empyrical aggregate_returns")
        own = self.r.groupby(self.r.index.strftime("%Y-%m")).apply(lambda part: np.prod(1 + part) - 1)
        for key, where in (("best_month", own.idxmax()), ("worst_month", own.idxmin())):
            self.expect(f"returns.{key}.month", where, "pandas")
            self.expect(f"returns.{key}.value", float(own[where]), "pandas")
        losses = -own[own < 0].sum()
        self.expect("risk.gain_to_pain", float(own.sum() / losses) if losses > 0 else None, "pandas", optional=True)
        self.differs("risk.gain_to_pain", "quantstats", quantstats.gain_to_pain_ratio(self.r, resolution="ME"),
                     "adds up the days of a month, where a month here is their product")

    def risk(self):
        r, periods = self.r, self.periods
        if not self.enough:
            for key in ("volatility", "sharpe", "sortino", "omega", "skewness", "kurtosis", "var_95", "cvar_95",
                        "tail_ratio"):
                self.expect(f"risk.{key}", None, "too few returns")
            return
        spread = has_spread(self.e)
        self.expect("risk.volatility", finite(empyrical.annual_volatility(r, annualization=periods)),
                    "empyrical annual_volatility")
        sharpe = finite(empyrical.sharpe_ratio(self.e, 0, annualization=periods)) if spread else None
        self.expect("risk.sharpe", sharpe, "empyrical sharpe_ratio")
        if spread:
            self.expect("risk.sharpe", float(quantstats.sharpe(self.e, 0.0, periods)), "quantstats sharpe")
        below = (self.e < 0).any() and len(r) > 1
        sortino = empyrical.sortino_ratio(self.e, 0, annualization=periods)
        self.expect("risk.sortino", finite(sortino) if below else None, "empyrical sortino_ratio")
        if below:
            self.expect("risk.sortino", float(quantstats.sortino(self.e, 0.0, periods)), "quantstats sortino")
        self.expect("risk.omega", finite(quantstats.omega(r, periods=periods)), "quantstats omega")
        self.expect("risk.omega", finite(empyrical.omega_ratio(r)), "empyrical omega_ratio")
        self.expect("risk.skewness", finite(r.skew()) if spread and len(r) > 2 else None, "pandas skew")
        self.expect("risk.kurtosis", finite(r.kurt()) if spread and len(r) > 3 else None, "pandas kurt")
        value_at_risk = float(empyrical.value_at_risk(r, 0.05))
        self.expect("risk.var_95", value_at_risk, "empyrical value_at_risk")
        self.differs("risk.var_95", "quantstats", quantstats.var(r), "fits a normal distribution")
        self.expect("risk.cvar_95", float(r[r <= value_at_risk].mean()), "numpy")
        tail = float(empyrical.conditional_value_at_risk(r, 0.05))
        if math.isclose(tail, self.expected[-1].value, rel_tol=1e-9, abs_tol=1e-12):
            self.expect("risk.cvar_95", tail, "empyrical conditional_value_at_risk")
        else:
            self.differs("risk.cvar_95", "empyrical", tail,
                         "takes a fixed number of worst days; here all at or below VaR, ties too")
        ratio = finite(empyrical.tail_ratio(r)) if value_at_risk != 0 else None
        self.expect("risk.tail_ratio", ratio, "empyrical tail_ratio")

    def drawdowns(self):
        depth = self.index / np.maximum.accumulate(self.index) - 1
        depth[np.abs(depth) < ROUNDING] = 0.0
        deepest = float(depth.min())
        self.expect("drawdown.max", deepest, "numpy")
        if deepest < 0:
            self.expect("drawdown.max", float(empyrical.max_drawdown(self.r)), "empyrical max_drawdown")
            self.expect("drawdown.max", float(quantstats.max_drawdown(self.r)), "quantstats max_drawdown")
        self.expect("drawdown.current", float(depth[-1]), "numpy")
        ulcer = float(np.sqrt(np.mean(depth[1:] ** 2))) if self.enough else None
        self.expect("risk.ulcer_index", ulcer, "numpy")
        n = len(self.r)
        if self.enough:
            theirs = float(quantstats.ulcer_index(self.r))
            self.expect("risk.ulcer_index", theirs * math.sqrt((n - 1) / n), "quantstats ulcer_index x sqrt((n-1)/n)")
            self.differs("risk.ulcer_index", "quantstats", theirs, "divides by n - 1, a mean divides by n")
        calmar = self.annualized / -deepest if self.enough and self.annualized is not None and deepest < 0 else None
        self.expect("risk.calmar", calmar, "numpy")
        self.differs("risk.calmar", "empyrical", empyrical.calmar_ratio(self.r), "its annual return counts observations")
        recovery = self.total / -deepest if deepest < 0 else None
        self.expect("risk.recovery_factor", recovery, "numpy", optional=True)
        self.differs("risk.recovery_factor", "quantstats", quantstats.recovery_factor(self.r),
                     "adds up daily returns and drops the sign, where the total return here is compounded")
        self.drawdown_table(depth)

    def drawdown_table(self, depth):
        table = self.episodes(depth)
        worst = sorted(table, key=lambda one: (one["depth"], one["peak"]))[:5]
        for key in ("peak", "valley", "recovery", "duration_days"):
            value = worst[0][key] if worst else None
            self.expect(f"drawdown.{key}", value, "numpy")
        for place, episode in enumerate(worst):
            for key, value in episode.items():
                self.expect(("drawdown", "worst", place, key), value, "numpy")
        self.expect(("drawdown", "worst"), [], "numpy") if not worst else None
        details = quantstats.drawdown_details(pd.Series(depth[1:], index=self.r.index))
        depths = sorted(float(value) / 100 for value in details["max drawdown"])[: len(worst)]
        for place, value in enumerate(depths):
            self.expect(("drawdown", "worst", place, "depth"), value, "quantstats drawdown_details")
        if len(details):
            self.differs("drawdown.worst", "quantstats", None,
                         "starts a drawdown on its first day below the peak and ends it a day before recovery")

    def episodes(self, depth):
        """Drawdowns from the last day at a peak to the first day at it again."""
        found, peak = [], 0
        for day in range(1, len(depth) + 1):
            over = day == len(depth)
            if not over and depth[day] < 0:
                continue
            if day - peak > 1:
                valley = peak + int(np.argmin(depth[peak:day]))
                until = self.days[day - 1] if over else self.days[day]
                found.append({
                    "depth": float(depth[valley]),
                    "peak": self.days[peak].isoformat(),
                    "valley": self.days[valley].isoformat(),
                    "recovery": None if over else until.isoformat(),
                    "duration_days": (until - self.days[peak]).days,
                })
            peak = day
        return found

    def benchmark(self):
        symbol = self.record.setting("benchmark", "symbol", "^GSPC")
        closes = series_of.in_base(self.record, symbol) if symbol and symbol in self.record.prices else {}
        pairs, left_out, (own_total, total), span = series_of.aligned(closes, self.parts)
        if not span:
            self.expect("benchmark", None, "files")
            return
        put = lambda key, value, oracle, **more: self.expect(f"benchmark.{key}", value, oracle, **more)
        stamps = pd.DatetimeIndex([pd.Timestamp(day) for _, day, *_ in pairs])
        r = pd.Series([ours for _, _, ours, *_ in pairs], index=stamps, dtype=float)
        b = pd.Series([theirs for *_, theirs, _ in pairs], index=stamps, dtype=float)
        lengths = [(day - earlier).days for earlier, day, *_ in pairs]
        put("symbol", symbol, "files")
        put("from", span[0].isoformat(), "files")
        put("to", span[1].isoformat(), "files")
        put("observations", len(r), "files", optional=True)
        put("left_out", len(left_out), "files", optional=True)
        put("calendar_days", sum(lengths), "files")
        put("total", float(total), "numpy")
        put("own_total", float(own_total), "numpy")
        put("excess_total", float(own_total - total), "numpy", optional=True)
        single = sum(1 for *_, count in pairs if count == 1)
        one_to_one = single >= DAILY * len(self.r)
        periods = self.periods if one_to_one else len(r) * series_of.YEAR / sum(lengths)
        put("periods_per_year", periods, "numpy")
        self.three_years_of(closes)
        self.of_pairs(put, r, b, lengths, periods, self.daily and one_to_one)

    def of_pairs(self, put, r, b, lengths, periods, daily):
        if not enough(len(r), periods, sum(lengths)):
            for key in ("beta", "alpha", "correlation", "r_squared", "tracking_error", "information_ratio",
                        "up_capture", "down_capture"):
                put(key, None, "too few pairs")
            return
        moves, year = has_spread(b), sum(lengths) >= 365
        rf = self.risk_free_of(lengths, periods, daily)
        beta = np.cov(r, b, ddof=1)[0, 1] / np.var(b, ddof=1) if moves else None
        put("beta", finite(beta), "numpy")
        alpha = (1 + np.mean((r - rf) - beta * (b - rf))) ** periods - 1 if moves and year else None
        put("alpha", finite(alpha), "numpy")
        related = moves and has_spread(r)
        correlation = np.corrcoef(r, b)[0, 1] if related else None
        put("correlation", finite(correlation), "numpy")
        put("r_squared", finite(correlation**2) if related else None, "numpy", optional=True)
        gap = r - b
        put("tracking_error", float(gap.std() * math.sqrt(periods)) if len(gap) > 1 else None, "pandas")
        ratio = empyrical.excess_sharpe(r, b) * math.sqrt(periods) if has_spread(gap) else None
        put("information_ratio", finite(ratio), "empyrical excess_sharpe x sqrt(P)")
        if moves:
            put("beta", float(empyrical.beta(r, b, 0)), "empyrical beta")
            put("beta", float(quantstats.greeks(r, b)["beta"]), "quantstats greeks")
        if moves and year and daily:
            put("alpha", float(empyrical.alpha(r, b, rf[0], annualization=periods)), "empyrical alpha")
            self.differs("benchmark.alpha", "quantstats", quantstats.greeks(r, b)["alpha"],
                         "multiplies the daily alpha by 252 and takes no risk-free rate")
        if related:
            put("r_squared", float(quantstats.r_squared(r, b)), "quantstats r_squared", optional=True)
        for key, mask, function in (
            ("up_capture", b > 0, empyrical.up_capture), ("down_capture", b < 0, empyrical.down_capture),
        ):
            put(key, capture(r[mask], b[mask], periods) if year else None, "numpy")
            if year and periods == 252 and mask.any():
                put(key, float(function(r, b)), f"empyrical {key}")

    def significance(self):
        r, n = self.r, len(self.r)
        known = self.enough and has_spread(self.e)
        put = lambda key, value, oracle, **more: self.expect(f"significance.{key}", value, oracle, **more)
        if not known:
            for key in ("probabilistic_sharpe", "minimum_track_record_days", "sharpe_low", "sharpe_high",
                        "shuffled_drawdown", "shuffled_drawdown_low", "deeper_shuffles"):
                put(key, None, "numpy")
            self.annual(put)
            return
        sharpe = float(self.e.mean() / self.e.std())
        shape = 1 - self.e.skew() * sharpe + (self.e.kurt() + 2) / 4 * sharpe**2
        confidence = lambda above: float(norm.cdf((sharpe - above) * math.sqrt(n - 1) / math.sqrt(shape)))
        put("probabilistic_sharpe", confidence(0.0), "scipy norm")
        theirs = quantstats.probabilistic_sharpe_ratio(self.e, 0.0, periods=self.periods)
        put("probabilistic_sharpe", float(theirs), "quantstats probabilistic_sharpe_ratio")
        length = 1 + shape * (norm.ppf(0.95) / sharpe) ** 2 if sharpe > 0 else None
        put("minimum_track_record_days", float(length) if length else None, "scipy norm")
        trials = self.record.setting("analysis", "trials", None)
        spread = self.record.setting("analysis", "trials_sharpe_sd", None)
        # The best of one is that one, however variants would differ.
        best = 0.0 if trials == 1 else None
        if trials and trials > 1 and spread is not None:
            euler = np.euler_gamma
            best = spread * ((1 - euler) * norm.ppf(1 - 1 / trials) + euler * norm.ppf(1 - 1 / (trials * math.e)))
        put("deflated_sharpe", confidence(best) if best is not None else None, "scipy norm", optional=True)
        self.bootstrap(put)

    def bootstrap(self, put):
        """Another generator draws other records, so the ends are compared with the noise of 1,000 draws in mind."""
        draws = stationary_bootstrap(self.e.to_numpy(), self.periods)
        low, high = np.quantile(draws, [0.05, 0.95])
        # One end of 1,000 draws has a standard error of about 0.07 deviations; five of them hardly ever happen.
        within = 0.35 * float(draws.std())
        put("sharpe_low", float(low), "numpy stationary bootstrap", within=within)
        put("sharpe_high", float(high), "numpy stationary bootstrap", within=within)
        self.annual(put)
        self.shuffles(put, self.r.to_numpy())

    def annual(self, put):
        """The return a year of resampled records; all of them have the same one where all returns are the same."""
        returns = self.r.to_numpy()
        if not self.enough or self.span < 365 or (returns <= -1).any():
            put("annual_low", None, "numpy")
            put("annual_high", None, "numpy")
        else:
            growth = stationary_bootstrap(np.log1p(returns), self.periods, of=lambda sample: sample.sum(axis=1))
            rates = np.expm1(growth * series_of.YEAR / self.span)
            within = 0.35 * float(rates.std()) + 1e-9
            put("annual_low", float(np.quantile(rates, 0.05)), "numpy stationary bootstrap", within=within)
            put("annual_high", float(np.quantile(rates, 0.95)), "numpy stationary bootstrap", within=within)

    def shuffles(self, put, returns):
        """The same returns in other orders, drawn by another generator."""
        generator = np.random.default_rng(20120902)
        falls = np.empty(DRAWS)
        for draw in range(DRAWS):
            index = np.concatenate([[1.0], np.cumprod(1 + generator.permutation(returns))])
            falls[draw] = (index / np.maximum.accumulate(index) - 1).min()
        within = 0.35 * float(falls.std()) + 1e-9
        put("shuffled_drawdown", float(np.median(falls)), "numpy permutations", within=within)
        put("shuffled_drawdown_low", float(np.quantile(falls, 0.05)), "numpy permutations", within=within)
        own = (self.index / np.maximum.accumulate(self.index) - 1).min()
        # A share of 1,000 draws has a standard error of at most 0.016.
        put("deeper_shuffles", float((falls < own - 1e-12).mean()), "numpy permutations", within=0.09)


def capture(ours, theirs, periods):
    """Annualized return of chosen pairs, ours over theirs; they need not follow each other."""
    if len(ours) == 0:
        return None
    annual = lambda chosen: np.prod(1 + chosen.to_numpy()) ** (periods / len(chosen)) - 1
    return float(annual(ours) / annual(theirs))


def stationary_bootstrap(excess, periods, seed=20120901, of=None):
    """Annual Sharpe ratios, or another figure, of records resampled in blocks of geometric length that wrap around."""
    generator = np.random.default_rng(seed)
    n, found = len(excess), []
    for _ in range(DRAWS // 100):
        fresh = generator.random((100, n)) < 1 / max(1, MEAN_BLOCK * periods / 252)
        fresh[:, 0] = True
        starts = generator.integers(0, n, (100, n))
        days = np.arange(n)
        block = np.maximum.accumulate(np.where(fresh, days, 0), axis=1)
        picked = (np.take_along_axis(starts, block, axis=1) + days - block) % n
        sample = excess[picked]
        if of:
            found.append(of(sample))
            continue
        deviation = sample.std(axis=1, ddof=1)
        ratios = sample.mean(axis=1)[deviation > 0] / deviation[deviation > 0]
        found.append(ratios * math.sqrt(periods))
    return np.concatenate(found)


