"""Which rows and columns of a logit have a finite estimate, and the estimate itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.grouping import Floats, Grouping, Ints, Rows
from custservice.regression.linear import independent_columns
from custservice.regression.logit_newton import Place, look_at_start, maximise
from custservice.regression.logit_separation import Divergence, one_sided, without_variation

#: A control further from zero than this many standard deviations is centred, so that sums of squares keep their digits.
_FAR = 10.0


@dataclass(frozen=True)
class Estimable:
    """The part of the data that has a finite maximum, and that maximum.

    Attributes
    ----------
    rows
        Rows and columns used; columns to be reported stand first.
    place
        The maximum.
    kept
        Which rows were used, shape (n,).
    reported, dropped, separated
        Positions of the columns that are reported, that follow from others, whose coefficient is infinite.
    n_constant, n_separated
        Rows left out: in groups whose y does not vary; fitted perfectly by separated columns.
    """

    rows: Rows
    place: Place
    kept: NDArray[np.bool_]
    reported: Ints
    dropped: Ints
    separated: Ints
    n_constant: int
    n_separated: int


def find_estimable(y: Floats, x: Floats, groups: Ints | None, wanted: int) -> Estimable:
    """Leave out what has no finite estimate until the rest has one.

    In turn: groups whose y does not vary; 0/1 columns among whose ones or zeros y does not vary; collinear columns; and
    whatever else separates, seen when Newton steps run away (see `separated_by`). A column that separates is never
    reported; the rows that it fits perfectly leave with it, which is the limit of the likelihood's maximum.

    Parameters
    ----------
    y, x
        Outcome of 0 and 1 (n,), regressors (n, k) without a constant.
    groups
        Codes from 0, shape (n,), or None for a single constant.
    wanted
        How many of the leading columns are to be reported.

    Raises
    ------
    EstimationError
        No row is left.

    Examples
    --------
    >>> y = np.array([0.0, 1, 0, 1, 1, 1, 0, 1])
    >>> x = np.array([[0.0, 1], [1, 0], [1, 0], [0, 0], [0, 0], [0, 0], [0, 0], [1, 0]])
    >>> found = find_estimable(y, x, np.array([0, 0, 0, 0, 1, 1, 0, 0]), 2)  # group 1 always 1; column 1 never
    >>> found.kept.tolist(), found.reported.tolist(), found.separated.tolist()
    ([False, True, True, True, False, False, True, True], [0], [1])
    """
    codes = np.zeros(len(y), dtype=np.int64) if groups is None else groups
    rows = Rows(y, _centred(x, wanted), Grouping(codes, int(codes.max(initial=-1)) + 1))
    kept = np.ones(len(y), dtype=bool)
    separated = np.zeros(x.shape[1], dtype=bool)
    n_constant = n_separated = 0
    while len(rows.y):
        leaving = without_variation(rows.y, rows.groups.codes)
        if leaving.any():
            n_constant += int(leaving.sum())
        else:
            columns, fit = _try(rows, separated, wanted)
            if isinstance(fit, Place):
                return Estimable(
                    rows=_narrowed(rows, columns),
                    place=fit,
                    kept=kept,
                    reported=columns[(columns < wanted) & ~separated[columns]],
                    dropped=np.setdiff1d(np.flatnonzero(~separated), columns),
                    separated=np.flatnonzero(separated),
                    n_constant=n_constant,
                    n_separated=n_separated,
                )
            separated[columns[fit.columns]] = True
            leaving = fit.rows
            n_separated += int(leaving.sum())
        kept[np.flatnonzero(kept)[leaving]] = False
        rows = rows.where(~leaving)
    raise EstimationError(
        "The logit has nothing to compare: within each group the outcome is the same in all rows, or the columns fit "
        "it perfectly; use the linear model."
    )


def _try(rows: Rows, separated: NDArray[np.bool_], wanted: int) -> tuple[Ints, Place | Divergence]:
    """Return the columns used, those to be reported first, and the maximum or what stands in its way."""
    found = one_sided(rows)
    if found is not None:
        return np.arange(rows.x.shape[1]), found
    start = look_at_start(rows)
    columns = _independent(start)
    last = separated[columns] | (columns >= wanted)
    columns = np.concatenate([columns[~last], columns[last]])
    return columns, maximise(_narrowed(rows, columns), start.narrowed(columns))


def _independent(start: Place) -> Ints:
    """Return the columns that groups and earlier columns do not explain.

    Where the slopes are zero the weights are constant within groups, so the information is the cross product of
    deviations from group means, each group with a positive weight: it lacks the same directions.
    """
    within = start.information
    lengths = np.diag(within) + start.group_weight @ start.means**2
    scale = 1 / np.sqrt(np.where(lengths > 0, lengths, 1.0))
    values, vectors = np.linalg.eigh(within * np.outer(scale, scale))
    # only cross products are looked at, so a square root of them (k x k) stands for the n rows
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    return independent_columns(root, np.ones(len(lengths)))


def _narrowed(rows: Rows, columns: Ints) -> Rows:
    if np.array_equal(columns, np.arange(rows.x.shape[1])):
        return rows
    return Rows(rows.y, np.ascontiguousarray(rows.x[:, columns]), rows.groups)


def _centred(x: Floats, wanted: int) -> Floats:
    """Return x in the memory order that Newton steps need, controls far from zero (a year, say) centred."""
    mean = x[:, wanted:].mean(axis=0) if len(x) else np.zeros(x.shape[1] - wanted)
    spread = np.array([x[:, j].std() for j in range(wanted, x.shape[1])])
    far = np.abs(mean) > _FAR * spread
    shift = np.concatenate([np.zeros(wanted), np.where(far, mean, 0.0)])
    return np.ascontiguousarray(x - shift if far.any() else x)
