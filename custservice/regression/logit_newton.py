"""Newton steps for a logit with an intercept per group, the intercepts profiled out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from custservice.errors import EstimationError
from custservice.regression.grouping import Floats, Ints, Rows
from custservice.regression.logit_separation import Divergence, separated_by

#: Squared length of a step, in standard errors, below which the maximum is reached (1e-9 standard errors).
_TOLERANCE = 1e-18
_MOST_STEPS = 60
_MOST_HALVINGS = 30
#: A finite maximum is reached within this many steps unless something diverges; then it pays to look for separation.
_PATIENCE = 8
_LOOK_BACK = 4
#: Residuals below this are as good as none.
_FAINT = 1e-10
#: A log odds that moves by less is at rest.
_STANDING = 1e-3


@dataclass(frozen=True)
class Place:
    """The log likelihood and its derivatives at one point.

    Attributes
    ----------
    beta, alpha
        Slopes (k,) and intercepts (G,).
    eta, residual, weight
        Per row: ``x'beta + alpha``, ``y - p`` and ``p (1 - p)``, shape (n,).
    likelihood
        ``sum log p(y)``.
    group_weight, group_residual
        Sums of weight and residual over each group, W and U, shape (G,).
    means
        Weighted group means of x, shape (G, k).
    score
        ``X'(y - p) - means' U``: the gradient on weighted deviations from group means, shape (k,).
    information
        ``X' diag(w) X - means' diag(W) means``, the same for the information, shape (k, k).
    """

    beta: Floats
    alpha: Floats
    eta: Floats
    residual: Floats
    weight: Floats
    likelihood: float
    group_weight: Floats
    group_residual: Floats
    means: Floats
    score: Floats
    information: Floats

    def step(self) -> tuple[Floats, Floats]:
        """Return the Newton step of slopes and intercepts."""
        slopes = solve_scaled(self.information, self.score)
        return slopes, self.group_residual / self.group_weight - self.means @ slopes

    def narrowed(self, columns: Ints) -> Place:
        """Return the same place with some of the columns, where the slopes of the others are zero."""
        return replace(
            self,
            beta=self.beta[columns],
            means=self.means[:, columns],
            score=self.score[columns],
            information=self.information[np.ix_(columns, columns)],
        )

    def distance(self, slopes: Floats) -> float:
        """Return the squared length of the step in standard errors (the Newton decrement)."""
        return float(slopes @ self.score + np.sum(self.group_residual**2 / self.group_weight))


def maximise(rows: Rows, start: Place | None = None) -> Place | Divergence:
    """Return the maximum of the likelihood, or what is separated where there is none.

    With W = sum of the weights ``w = p(1-p)`` and U = sum of ``y - p`` in a group, and deviations from *weighted*
    group means, a Newton step of the whole model with its G intercepts is::

        slopes:      (X~' diag(w) X~)^-1 X~'(y - p)
        intercepts:  U/W - mean(x)' step of the slopes

    so that only a k x k system is solved (partitioned inverse; Stammann, Heiss and McFadden 2016, working paper,
    "Estimating fixed effects logit models with large panel data"). Steps are halved until the likelihood does not fall.

    Parameters
    ----------
    rows
        Without groups in which y is constant (their intercept is infinite) and without collinear columns.
    start
        Where to start, at best; by default where the slopes are zero.

    Raises
    ------
    EstimationError
        No maximum was reached and no separation found.

    Examples
    --------
    >>> from custservice.regression.grouping import Grouping
    >>> y = np.array([0.0, 1, 0, 1, 1, 0, 1, 1])
    >>> x = np.array([[0.0], [0], [0], [0], [1], [1], [1], [1]])
    >>> place = maximise(Rows(y, x, Grouping(np.zeros(8, dtype=np.int64), 1)))
    >>> [round(float(v), 6) for v in (place.alpha[0], place.beta[0])]  # 2 of 4, and 3 of 4: log odds 0 and log 3
    [0.0, 1.098612]
    """
    place = look_at_start(rows) if start is None else start
    passed = [place]
    for _ in range(_MOST_STEPS):
        slopes, intercepts = place.step()
        reached = place.distance(slopes) < _TOLERANCE
        if reached and len(passed) <= _PATIENCE:
            return place
        if len(passed) > _PATIENCE:
            found = _running_away(rows, slopes, place, passed[-_LOOK_BACK])
            if found is not None:
                return found
        if reached:
            moved = np.abs(rows.x @ slopes + intercepts[rows.groups.codes]) > _STANDING
            if not moved.any():
                return place
            # what still runs away is fitted so well that the likelihood no longer notices
            return Divergence(moved, np.abs(slopes) * np.ptp(rows.x, axis=0) > _STANDING)
        place = _uphill(rows, place, slopes, intercepts)
        passed = [*passed, place]
    raise EstimationError(
        f"The logit did not reach a maximum in {_MOST_STEPS} steps; use the linear model, or fewer controls."
    )


def _running_away(rows: Rows, slopes: Floats, place: Place, before: Place) -> Divergence | None:
    """Say what is separated, from the rows whose fit still improves: by a factor e with each step (y - p near 0)."""
    now, then = np.abs(place.residual), np.abs(before.residual)
    settled = (now > _FAINT) & (now > then / 2)
    if settled.all():
        return None
    for direction in (slopes, place.beta - before.beta, place.beta):
        found = separated_by(rows, direction, settled)
        if found is not None:
            return found
    return None


def look(rows: Rows, beta: Floats, alpha: Floats) -> Place:
    """Return the likelihood and its derivatives at ``beta`` (k,), ``alpha`` (G,)."""
    columns, groups = rows.columns, rows.groups
    eta = columns.times(beta) + alpha[groups.codes]
    sign = 2 * rows.y - 1
    with np.errstate(over="ignore", divide="ignore"):
        missed = 1 / (1 + np.exp(sign * eta))  # 1 - p(y): exact also where it is tiny
        likelihood = float(np.log1p(-missed).sum())
    residual = sign * missed
    weight = missed * (1 - missed)
    group_weight = np.maximum(groups.total(weight), np.finfo(float).tiny)
    group_residual = groups.total(residual)
    means = columns.sums(groups.codes, groups.size, weight) / group_weight[:, None]
    return Place(
        beta=beta,
        alpha=alpha,
        eta=eta,
        residual=residual,
        weight=weight,
        likelihood=likelihood,
        group_weight=group_weight,
        group_residual=group_residual,
        means=means,
        score=columns.cross(residual) - group_residual @ means,
        information=columns.gram(weight) - means.T @ (means * group_weight[:, None]),
    )


def look_at_start(rows: Rows) -> Place:
    """Return the place where the slopes are zero and each group has its own log odds as intercept."""
    mean = rows.groups.total(rows.y) / rows.groups.total(np.ones(len(rows.y)))
    return look(rows, np.zeros(rows.x.shape[1]), np.log(mean / (1 - mean)))


def _uphill(rows: Rows, place: Place, slopes: Floats, intercepts: Floats) -> Place:
    """Take the step, or the largest half, quarter, ... of it after which the likelihood has not fallen."""
    slack = 1e-12 * abs(place.likelihood)  # rounding
    share = 1.0
    for _ in range(_MOST_HALVINGS):
        after = look(rows, place.beta + share * slopes, place.alpha + share * intercepts)
        if after.likelihood >= place.likelihood - slack:
            return after
        share /= 2
    raise EstimationError("The logit's likelihood cannot be raised any more; use the linear model, or fewer controls.")


def solve_scaled(matrix: Floats, right: Floats) -> Floats:
    """Solve a symmetric positive system whatever the units of its columns.

    Examples
    --------
    >>> solve_scaled(np.diag([4.0, 1e-16]), np.array([8.0, 1e-16])).tolist()
    [2.0, 1.0]
    """
    size = 1 / np.sqrt(np.maximum(np.diag(matrix), np.finfo(float).tiny))
    scaled = matrix * np.outer(size, size)
    side = size if right.ndim == 1 else size[:, None]
    try:
        return np.asarray(side * np.linalg.solve(scaled, side * right), dtype=np.float64)
    except np.linalg.LinAlgError:  # a direction along which nothing is left to learn, as in separation
        return np.asarray(side * (np.linalg.pinv(scaled) @ (side * right)), dtype=np.float64)
