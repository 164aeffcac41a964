"""What a claim is: plain words, what they predict, and a test with a threshold that was declared beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from custservice.claims.facts import Facts
from custservice.errors import EstimationError
from custservice.regression.estimate import Estimate


class CannotTellError(EstimationError):
    """The data hold what the test needs, but too little of it."""


@dataclass(frozen=True)
class Measured:
    """What a test measured.

    Attributes
    ----------
    estimate
        One coefficient, or several that must all go beyond the threshold.
    threshold
        The declared threshold, in the unit of the coefficients.
    unit, per
        What is shown, and the factor that leads from the coefficients to it (1,000 for returns per 1,000 visits).
    n_customers, n_places
        How many customers and places the finding rests on.
    notes
        What a reader should know, one sentence each.
    doubt
        Why the claim cannot be called supported even if the test says so, "" where nothing speaks against it.
    """

    estimate: Estimate
    threshold: float
    unit: str
    n_customers: int
    n_places: int
    per: float = 1.0
    notes: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True)
class Judged:
    """What a test says of a claim.

    Attributes
    ----------
    p_supported
        One-sided p-value of "not beyond the threshold": small where the claim is supported.
    p_contradicted
        Two-sided p-value of the opposite: at most .05 exactly where the 95% interval is wholly short of the threshold.
    at
        Which coefficient is the weakest, the one that is shown.
    """

    p_supported: float
    p_contradicted: float
    at: int


@dataclass(frozen=True)
class Part:
    """One test of a claim, which gets a verdict of its own.

    Attributes
    ----------
    name
        What is asked, in a few words; "" where the claim has one test only.
    test
        How it is tested, in one sentence.
    threshold
        The threshold in words.
    direction
        1 where the claim says "more than the threshold", -1 where it says "less".
    measure
        From the facts to what was measured. Raises EstimationError where the data hold too little.
    needs
        Columns that this test needs beside those of the claim.
    effect
        Whether it tests an effect, whose threshold is the smallest one that matters, or describes.
    """

    name: str
    test: str
    threshold: str
    direction: int
    measure: Callable[[Facts], Measured] = field(repr=False)
    needs: tuple[str, ...] = ()
    effect: bool = True


@dataclass(frozen=True)
class Claim:
    """A confident sentence, and what would show it right or wrong.

    Attributes
    ----------
    id
        The name of its file.
    words
        The claim, in our words.
    predicts
        What should be seen if it holds.
    parts
        Its tests.
    needs
        Columns of the tables that all tests need, such as ``"complained"``.
    beware
        What a supported claim would still not show, in one sentence.
    """

    id: str
    words: str
    predicts: str
    parts: tuple[Part, ...]
    needs: tuple[str, ...] = ()
    beware: str = ""


def judge(measured: Measured, direction: int) -> Judged:
    """Test on which side of its threshold each coefficient lies, with t statistics.

    With several coefficients the claim holds where all go beyond the threshold (intersection-union test, Berger 1982,
    Technometrics 24: the largest p-value), and fails where one is short of it (Bonferroni: the smallest, times their
    number).

    Examples
    --------
    >>> influence, clusters = np.array([[0.03], [-0.03]]), np.array([0, 1])
    >>> one = Estimate(("effect",), np.array([0.10]), influence, clusters, 1.0, np.array([40.0]))
    >>> said = judge(Measured(one, 0.0, "", 2, 2), direction=1)
    >>> round(said.p_supported, 3), round(said.p_contradicted, 3)
    (0.012, 1.0)
    """
    from scipy.special import stdtr

    estimate = measured.estimate
    beyond = direction * (estimate.coef - measured.threshold)
    error = estimate.std_error
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error > 0, beyond / error, np.inf * np.sign(beyond))
    supported, short = stdtr(estimate.dof, -t), stdtr(estimate.dof, t)
    contradicted = float(np.minimum(2 * short.min() * len(t), 1.0))
    return Judged(float(supported.max()), contradicted, int(np.argmax(supported)))
