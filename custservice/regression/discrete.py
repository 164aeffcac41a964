"""Average discrete changes in the outcome after a logit or Poisson fit, and what each row adds to their error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.regression.grouping import BLOCK, Floats, Rows, RunningSums
from custservice.regression.logit_newton import Place


@dataclass(frozen=True)
class Flips:
    """What happens to some rows when each of m exposures is set to 1 and to 0, all else as it is.

    Attributes
    ----------
    change
        ``E(y | x_j=1) - E(y | x_j=0)``, shape (n, m).
    tilt
        Its derivative by the intercept, ``w(x_j=1) - w(x_j=0)`` with w the derivative of the mean, ``p (1-p)`` of a
        logit and the mean itself of a Poisson model, shape (n, m).
    other
        ``w`` with the exposure that the row does not have, shape (n, m): what the change gains in its own slope beyond
        ``tilt * x``.
    """

    change: Floats
    tilt: Floats
    other: Floats


@dataclass(frozen=True)
class Averages:
    """Coefficients with what each row adds to their error.

    Attributes
    ----------
    coef
        Shape (m,).
    influence
        Shape (n, m); columns sum to zero at the maximum.
    expected
        Expected square of the influence if rows are independent, shape (n, m), in single precision (it only decides the
        degrees of freedom); None where not asked for.
    """

    coef: Floats
    influence: Floats
    expected: NDArray[np.float32] | None


@dataclass(frozen=True)
class Changes:
    """Average discrete changes and their derivatives.

    Attributes
    ----------
    averages
        The m averages over the rows.
    by_slope
        Sum over rows of the derivative by the slopes while the intercepts follow, shape (m, k):
        ``sum_i tilt_ij (x_i - mean_g) + [l=j] sum_i other_ij`` with the weighted group means.
    by_intercept
        Sum over the rows of each group of the derivative by its intercept, shape (G, m).
    """

    averages: Averages
    by_slope: Floats
    by_intercept: Floats


def flip(eta: Floats, exposed: Floats, slopes: Floats) -> Flips:
    """Return the discrete changes of rows with log odds ``eta`` (n,) and exposures ``exposed`` (n, m) of 0 and 1.

    Examples
    --------
    >>> flips = flip(np.zeros(2), np.array([[0.0], [1.0]]), np.array([np.log(3)]))
    >>> flips.change.round(3).ravel().tolist()  # from 1/2 to 3/4, and from 1/4 to 1/2
    [0.25, 0.25]
    """
    odds, ratio = np.exp(eta), np.exp(slopes)
    now = 1 / (1 + odds)  # 1 - p
    weight = now * (1 - now)
    rest = odds[:, None] * ratio  # in place from here: 1 - p with the exposure
    rest += 1
    np.reciprocal(rest, out=rest)
    # few rows have an exposure already: theirs is taken away
    having = np.flatnonzero(exposed)
    row, column = np.divmod(having, max(len(slopes), 1))
    rest.ravel()[having] = 1 / (1 + odds[row] / ratio[column])
    other = rest * rest
    np.subtract(rest, other, out=other)
    tilt = other - weight[:, None]
    change = np.subtract(now[:, None], rest, out=rest)
    for values in (tilt, change):
        values.ravel()[having] *= -1
    return Flips(change, tilt, other)


def flip_log(eta: Floats, exposed: Floats, slopes: Floats) -> Flips:
    """Return the same for a mean of ``exp(eta)``, whose derivative is the mean itself.

    Examples
    --------
    >>> flips = flip_log(np.zeros(2), np.array([[0.0], [1.0]]), np.array([np.log(2)]))
    >>> flips.change.round(3).ravel().tolist()  # from 1 to 2, and from 1/2 to 1
    [1.0, 0.5]
    """
    now = np.exp(eta)[:, None]
    other = now * np.exp((1 - 2 * exposed) * slopes)
    change = (1 - 2 * exposed) * (other - now)
    return Flips(change, change, other)


Flip = Callable[[Floats, Floats, Floats], Flips]


def average_changes(rows: Rows, place: Place, bread: Floats, m: int, expected: bool, flip: Flip = flip) -> Changes:
    """Return the average discrete changes of the first m columns over all rows, with their influence.

    ``theta_j = mean_i [F(eta_i + (1 - x_ij) beta_j) - F(eta_i - x_ij beta_j)]`` with F the logistic curve, or exp
    with `flip_log`, intercepts included (Cameron and Trivedi 2005, Microeconometrics: a finite difference for a 0/1
    regressor). With B ``by_slope``, D ``by_intercept``, A ``bread`` (the inverse information), W the group weights, d
    the rows' changes::

        psi_ij = [B_j A (x_i - mean_g) + D_gj / W_g] (y_i - F_i) / n + (d_ij - theta_j) / n

    Slopes, intercepts, and the sampling of covariates: the delta method for a sample average of functions of estimates
    (Fernandez-Val and Weidner 2016, J. Econometrics 192, for averages that hold estimated intercepts).
    """
    n = len(rows.y)
    change, tilts = np.empty((n, m)), RunningSums(rows.groups, m)
    by_slope, own, total = np.zeros((m, rows.x.shape[1])), np.zeros(m), np.zeros(m)
    for start in range(0, n, BLOCK):
        part = slice(start, start + BLOCK)
        x = rows.x[part]
        flips = flip(place.eta[part], x[:, :m], place.beta[:m])
        change[part] = flips.change
        tilts.add(flips.tilt)
        by_slope += flips.tilt.T @ x
        once = np.ones(len(x))
        own += once @ flips.other
        total += once @ flips.change
    by_intercept = tilts.total()
    by_slope -= by_intercept.T @ place.means
    by_slope[:, :m] += np.diag(own)
    slopes = bread @ by_slope.T / n
    intercepts = by_intercept / (n * place.group_weight[:, None]) - place.means @ slopes
    sampled = Sampled(change, total / n, 1 / n)
    squares = _add_estimation(sampled, rows, place, (slopes, intercepts), expected)
    return Changes(Averages(total / n, change, squares), by_slope, by_intercept)


def slope_averages(rows: Rows, place: Place, bread: Floats, m: int, expected: bool) -> Averages:
    """Return the first m slopes with their influence, ``psi_i = A (x_i - mean_g) (y_i - p_i)``."""
    slopes = bread[:, :m]
    loadings = slopes, -place.means @ slopes
    influence = np.empty((len(rows.y), m))
    squares = _add_estimation(Sampled(influence, None, 1.0), rows, place, loadings, expected)
    return Averages(place.beta[:m], influence, squares)


@dataclass(frozen=True)
class Sampled:
    """What sampling contributes to the influence, ``(values - centre) * scale``, (n, m); nothing where centre is None.

    Without a centre ``values`` are only the place where the influence is written.
    """

    values: Floats
    centre: Floats | None
    scale: float


def _add_estimation(
    sampled: Sampled, rows: Rows, place: Place, loadings: tuple[Floats, Floats], expected: bool
) -> NDArray[np.float32] | None:
    """Make ``sampled.values`` the influence, in place (they are large), and return its expected squares.

    Adds ``c_i (y_i - p_i)`` with ``c_i = x_i'slopes + intercepts[group]``; expected are ``c_i^2 p_i (1 - p_i)`` and the
    square of what sampling contributes.
    """
    slopes, intercepts = loadings
    squares = np.empty(sampled.values.shape, dtype=np.float32) if expected else None
    weight = place.weight.astype(np.float32)
    for start in range(0, len(place.eta), BLOCK):
        part = slice(start, start + BLOCK)
        values = sampled.values[part]  # a view
        response = rows.x[part] @ slopes
        response += intercepts.take(rows.groups.codes[part], axis=0)
        if squares is not None:
            square = np.square(response, out=squares[part], casting="same_kind")
            square *= weight[part, None]
        response *= place.residual[part, None]
        if sampled.centre is None:
            values[:] = response
            continue
        values -= sampled.centre
        values *= sampled.scale
        if squares is not None:
            square += np.square(values, dtype=np.float32, casting="same_kind")
        values += response
    return squares
