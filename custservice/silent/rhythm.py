"""The rhythm of repeat customers: BG/NBD, which tells a customer who pauses from one who has left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custservice.errors import EstimationError

Floats = NDArray[np.float64]
#: Logs of the parameters stay within these, in units of the mean time watched: beyond, the data say nothing of them.
_REACH = 12.0
#: The same for a and b: with more, customers hardly differ in how they leave, and the formulas lose their digits.
_REACH_LEAVING = 6.0
#: Fewer customers who came again than this show no rhythm.
LEAST_REPEATING = 30


@dataclass(frozen=True)
class Rhythm:
    """A fitted BG/NBD model (Fader, Hardie and Lee 2005, Marketing Science 24).

    While a customer is active, visits come as a Poisson process whose rate differs between customers as a gamma(r,
    alpha); after each visit the customer leaves for good with a probability that differs between customers as a beta(a,
    b).

    Attributes
    ----------
    r, alpha, a, b
        Parameters; ``alpha`` in the unit of the times.
    log_likelihood
        At these.
    n
        Customers.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = np.nan
    n: int = 0

    def p_active(self, x: ArrayLike, last: ArrayLike, watched: ArrayLike) -> Floats:
        """Return the probability that each customer still comes.

        ``1 / (1 + [x > 0] a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x))``; nobody leaves before a second visit
        in this model, so it is 1 for x = 0.

        Parameters
        ----------
        x, last, watched
            As for `fit_rhythm`, shape (n,).

        Examples
        --------
        >>> cdnow = Rhythm(0.243, 4.414, 0.793, 2.426)  # as published for a sample of a music shop, in weeks
        >>> cdnow.p_active([2, 2], [30.43, 5.0], [38.86, 38.86]).round(2).tolist()
        [0.73, 0.12]
        """
        return np.asarray(1 / (1 + self._odds_of_leaving(*_floats(x, last, watched))), dtype=np.float64)

    def expected(self, time: float, x: ArrayLike, last: ArrayLike, watched: ArrayLike) -> Floats:
        """Return the visits expected of each customer in the next ``time``, given what was seen.

        Equation 10 of the paper, with Gauss' hypergeometric function.

        Examples
        --------
        >>> float(Rhythm(0.243, 4.414, 0.793, 2.426).expected(39, [2], [30.43], [38.86]).round(3)[0])
        1.226
        """
        from scipy.special import hyp2f1

        x_, last_, watched_ = _floats(x, last, watched)
        r, alpha, b = self.r, self.alpha, self.b
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6  # the formula's limit at 1
        ahead = alpha + watched_ + time
        shorter, z, c = np.log((alpha + watched_) / ahead), time / ahead, a + b + x_ - 1
        with np.errstate(over="ignore", invalid="ignore"):
            share = np.exp((r + x_) * shorter) * hyp2f1(r + x_, b + x_, c, z)
        lost = ~np.isfinite(share)  # very many visits: Euler's transformation of the same
        share[lost] = np.exp((a - 1) * shorter[lost]) * hyp2f1(a + b - 1 - r, a - 1, c[lost], z[lost])
        visits = c / (a - 1) * (1 - share)
        return np.asarray(visits / (1 + self._odds_of_leaving(x_, last_, watched_)), dtype=np.float64)

    def expected_of_new(self, time: ArrayLike) -> Floats:
        """Return the repeat visits expected of a new customer by each time (equation 9 of the paper).

        Examples
        --------
        >>> Rhythm(0.243, 4.414, 0.793, 2.426).expected_of_new([1.0, 78.0]).round(2).tolist()
        [0.05, 1.86]
        """
        from scipy.special import hyp2f1

        (t,) = _floats(time)
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        share = (self.alpha / (self.alpha + t)) ** self.r
        rest = hyp2f1(self.r, self.b, a + self.b - 1, t / (self.alpha + t))
        return np.asarray((a + self.b - 1) / (a - 1) * (1 - share * rest), dtype=np.float64)

    def _odds_of_leaving(self, x: Floats, last: Floats, watched: Floats) -> Floats:
        again = x > 0
        steps = (self.r + x) * np.log((self.alpha + watched) / (self.alpha + last))
        log_odds = np.log(self.a) - np.log(np.where(again, self.b + x - 1, 1.0)) + steps
        return np.where(again, np.exp(np.minimum(log_odds, 700)), 0.0)


def fit_rhythm(x: ArrayLike, last: ArrayLike, watched: ArrayLike) -> Rhythm:
    """Fit a BG/NBD model by maximum likelihood.

    Parameters
    ----------
    x, last, watched
        Of each customer, shape (n,): visits after the first, time of the last of them since the first (0 where there is
        none), and time since the first visit until the end of the log; any unit.

    Raises
    ------
    EstimationError
        Fewer than 30 customers came again, or times that cannot be.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rate, leaves = rng.gamma(1.0, 1 / 20, 4000), rng.beta(1, 3, 4000)
    >>> x, last = simulate(rng, rate, leaves, np.full(4000, 100.0))
    >>> fit = fit_rhythm(x, last, np.full(4000, 100.0))
    >>> bool(15 < fit.alpha / fit.r < 27), bool(0.15 < fit.a / (fit.a + fit.b) < 0.35)  # 20 and 1/4 were put in
    (True, True)
    """
    from scipy.optimize import minimize

    x_, last_, watched_ = _floats(x, last, watched)
    if ((last_ > watched_) | (last_ < 0) | (x_ < 0) | ((x_ == 0) & (last_ > 0))).any():
        raise EstimationError("A customer's last visit lies before the first one, or after the end of the log.")
    if (x_ > 0).sum() < LEAST_REPEATING:
        raise EstimationError(
            f"Only {int((x_ > 0).sum())} customers came a second time; it takes {LEAST_REPEATING} to see a rhythm."
        )
    unit = float(watched_.mean())
    rows, count = np.unique(np.column_stack([x_, last_ / unit, watched_ / unit]), axis=0, return_counts=True)
    weight = count / count.sum()

    def downhill(logs: Floats) -> tuple[float, Floats]:
        value, slope = log_likelihood(np.exp(logs), rows[:, 0], rows[:, 1], rows[:, 2])
        return -float(weight @ value), -(slope @ weight) * np.exp(logs)

    bounds = [(-_REACH, _REACH)] * 2 + [(-_REACH, _REACH_LEAVING)] * 2
    found = minimize(downhill, np.zeros(4), jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-11)
    r, alpha, a, b = (float(v) for v in np.exp(found.x))
    # a change of unit divides the density of each visit's time by it
    likelihood = -float(found.fun) * len(x_) - float(x_.sum() * np.log(unit))
    return Rhythm(r, alpha * unit, a, b, likelihood, len(x_))


def log_likelihood(parameters: Floats, x: Floats, last: Floats, watched: Floats) -> tuple[Floats, Floats]:
    """Return the log likelihood of each customer, shape (n,), and its slopes in r, alpha, a and b, shape (4, n).

    ``A1 A2 (A3 + [x > 0] A4)`` of the paper's equation 6 in logs, so that no power overflows.
    """
    from scipy.special import gammaln, psi

    r, alpha, a, b = parameters
    again = x > 0
    before = np.where(again, b + x - 1, 1.0)
    stays = -(r + x) * np.log(alpha + watched)
    leaves = np.where(again, np.log(a) - np.log(before) - (r + x) * np.log(alpha + last), -np.inf)
    total = np.logaddexp(stays, leaves)
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + total
    value = value + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    s, l = np.exp(stays - total), np.exp(leaves - total)  # noqa: E741
    both = psi(a + b) - psi(a + b + x)
    slopes = [
        psi(r + x) - psi(r) + np.log(alpha) - s * np.log(alpha + watched) - l * np.log(alpha + last),
        r / alpha - (r + x) * (s / (alpha + watched) + l / (alpha + last)),
        both + l / a,
        both + psi(b + x) - psi(b) - l / before,
    ]
    return np.asarray(value, dtype=np.float64), np.asarray(slopes, dtype=np.float64)


def simulate(rng: np.random.Generator, rate: Floats, leaves: Floats, watched: Floats) -> tuple[Floats, Floats]:
    """Draw visits after the first and the time of the last, for customers of known rate and chance of leaving."""
    x, last, now = np.zeros(len(rate)), np.zeros(len(rate)), np.zeros(len(rate))
    active = np.ones(len(rate), dtype=bool)
    while active.any():
        now = now + np.where(active, rng.exponential(1 / rate), 0.0)
        active &= now <= watched
        x, last = x + active, np.where(active, now, last)
        active &= rng.random(len(rate)) >= leaves
    return x, last


def _floats(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)
