"""What the silent visits could change at most: worst-case bounds, and intervals for what lies between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.silent.reviewing import estimate_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_HALVINGS = 60


@dataclass(frozen=True)
class Bounds:
    """The smallest and the largest value that the data do not rule out.

    Attributes
    ----------
    low, high
        The bounds as seen in these data.
    from_, to
        Ends of an interval that holds the true value in 95 of 100 samples, wherever between the bounds it lies.
    n, n_silent
        Visits, and those of them that nobody was heard of.
    """

    low: float
    high: float
    from_: float
    to: float
    n: int
    n_silent: int


def imbens_manski(
    low: float, high: float, errors: tuple[float, float], dof: float, level: float = 0.95
) -> tuple[float, float]:
    """Return an interval for a value of which only bounds are known.

    ``[low - c s_low, high + c s_high]`` with c the solution of ``F(c + (high - low) / max(s)) - F(-c) = level``:
    between the one-sided point (bounds far apart) and the two-sided one (bounds that meet). It holds the value, not
    the whole range between the bounds (Imbens and Manski 2004, Econometrica 72). F is Student's, for few clusters.

    Parameters
    ----------
    low, high
        The estimated bounds.
    errors
        Their standard errors.
    dof
        Degrees of freedom of the errors.

    Examples
    --------
    >>> [round(v, 3) for v in imbens_manski(0.2, 0.6, (0.01, 0.01), 1e9)], round(imbens_manski(0, 0, (1, 1), 1e9)[1], 3)
    ([0.184, 0.616], 1.96)
    """
    from scipy.special import stdtr

    widest = max(errors)
    if widest <= 0:
        return low, high
    gap = (high - low) / widest
    inside, outside = 0.0, 1e3
    for _ in range(_HALVINGS):
        c = (inside + outside) / 2
        if stdtr(dof, c + gap) - stdtr(dof, -c) < level:
            inside = c
        else:
            outside = c
    return low - outside * errors[0], high + outside * errors[1]


def share_bounds(unhappy: Bools, heard: Bools, clusters: Ints) -> Bounds:
    """Bound the share of all visits that were unhappy, whatever the silent ones thought.

    None of the silent unhappy, or all: ``[mean(R y), mean(R y + 1 - R)]`` (Manski 1989, J. Human Resources 24; 1990,
    Am. Econ. Rev. 80). Its width is the share that is silent, and no sample makes it narrower.

    Parameters
    ----------
    unhappy, heard, clusters
        Of each visit, shape (n,); ``unhappy`` counts where heard; clusters are codes from 0.

    Examples
    --------
    >>> bounds = share_bounds(np.arange(100) < 10, np.arange(100) < 60, np.arange(100))
    >>> bounds.low, bounds.high
    (0.1, 0.5)
    """
    y, silent = (unhappy & heard).astype(np.float64), (~heard).astype(np.float64)
    low, high = float(y.mean()), float((y + silent).mean())
    n = len(y)
    found = _between(low, high, (y - low) / n, (y + silent - high) / n, clusters, (0.0, 1.0))
    return Bounds(low, high, *found, n, int(silent.sum()))


def difference_bounds(unhappy: Bools, happy: Bools, heard: Bools, returned: Bools, clusters: Ints) -> Bounds:
    """Bound the difference in return between unhappy and happy visits when the silent ones could be either.

    Whether a silent visit was happy is unknown, whether it was followed by a return is not. With u and h the unhappy
    and happy visits, a the silent ones with a return and b those without, the difference is smallest when b were
    unhappy and a happy, and largest the other way round::

        low  = r_u / (n_u + b)        - (r_h + a) / (n_h + a)
        high = (r_u + a) / (n_u + a)  - r_h / (n_h + b)

    Each mean is pushed to its end by the same choice, so both ends are attained: the bounds are sharp, also where a
    silent visit may have been neither.

    Parameters
    ----------
    unhappy, happy, heard, returned, clusters
        Of each visit with a known outcome, shape (n,).

    Raises
    ------
    EstimationError
        Nobody is known to be unhappy, or nobody happy.

    Examples
    --------
    >>> unhappy, happy = np.array([1, 1, 0, 0, 0, 0], bool), np.array([0, 0, 1, 1, 0, 0], bool)
    >>> back = np.array([0, 1, 1, 1, 1, 0], bool)
    >>> bounds = difference_bounds(unhappy, happy, unhappy | happy, back, np.arange(6))
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (-0.667, 0.0)
    """
    u, h, silent, r = (v.astype(np.float64) for v in (unhappy & heard, happy & heard, ~heard, returned))
    if not u.any() or not h.any():
        raise EstimationError("Nobody is known to be unhappy, or nobody happy, so their returns cannot be compared.")
    stayed, back = silent * (1 - r), silent * r
    low, down = _difference((u * r, u + stayed), (h * r + back, h + back))
    high, up = _difference((u * r + back, u + back), (h * r, h + stayed))
    found = _between(low, high, down, up, clusters, (-1.0, 1.0))
    return Bounds(low, high, *found, len(r), int(silent.sum()))


def _difference(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[float, Floats]:
    """Return the difference of two ratios of sums, and the influence of each row."""
    values, influences = [], []
    for top, bottom in (one, other):
        ratio = float(top.sum() / bottom.sum())
        values.append(ratio)
        influences.append((top - ratio * bottom) / bottom.sum())
    return values[0] - values[1], influences[0] - influences[1]


def _between(
    low: float, high: float, down: Floats, up: Floats, clusters: Ints, ends: tuple[float, float]
) -> tuple[float, float]:
    estimates = [estimate_of("bound", v, i, np.ones(len(i)), clusters) for v, i in ((low, down), (high, up))]
    errors = (float(estimates[0].std_error[0]), float(estimates[1].std_error[0]))
    found = imbens_manski(low, high, errors, float(estimates[0].dof[0]))
    return max(found[0], ends[0]), min(found[1], ends[1])
