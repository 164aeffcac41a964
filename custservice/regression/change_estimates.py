"""From the maximum of a logit or Poisson likelihood to estimates: covariance and degrees of freedom by rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from custservice.errors import EstimationError
from custservice.regression.clusters import LeaveOneOut
from custservice.regression.discrete import Averages, Flip, average_changes, flip, slope_averages
from custservice.regression.estimate import CR3_MOST, Estimate
from custservice.regression.grouping import Floats, Grouping, Rows
from custservice.regression.logit_left_out import count_spanning, leave_one_out_logit
from custservice.regression.logit_newton import Place, solve_scaled

#: Up to this many groups that span clusters, degrees of freedom follow Bell and McCaffrey; above, the effective number.
_MOST_SPANNING = 500


def estimates_of(
    rows: Rows, place: Place, names: Sequence[str], clusters: Grouping, one_group: bool, flip: Flip = flip
) -> tuple[Estimate, Estimate]:
    """Return slopes and average changes of the leading columns, with their uncertainty.

    Parameters
    ----------
    rows, place
        What was fitted, and the maximum.
    names
        Of the m leading columns, which are reported.
    clusters, one_group
        The clusters of the rows; whether all rows share one intercept.
    flip
        What an exposure changes: by default of a logit, `flip_log` of a Poisson model.

    Raises
    ------
    EstimationError
        More parameters than rows.
    """
    m = len(names)
    n, spanning = len(rows.y), count_spanning(rows.groups, clusters)
    n_params = rows.x.shape[1] + (1 if one_group else rows.groups.size if spanning else 0)
    if n_params >= n:
        raise EstimationError(
            f"There are {n:,} rows for {n_params:,} parameters; use fewer controls or a longer period."
        )
    factor = clusters.size / (clusters.size - 1) * (n - 1) / (n - n_params)
    bread = solve_scaled(place.information, np.eye(len(place.beta)))
    few = clusters.size <= CR3_MOST
    by_number = not few or spanning > _MOST_SPANNING
    changes = average_changes(rows, place, bread, m, by_number, flip)
    without = leave_one_out_logit(rows, place, bread, clusters, changes, flip) if few else (None, None)
    averages = slope_averages(rows, place, bread, m, expected=by_number), changes.averages
    slopes, headline = (
        _estimate(names, average, clusters, factor, left_out)
        for average, left_out in zip(averages, without, strict=True)
    )
    return slopes, headline


def _estimate(
    names: Sequence[str], averages: Averages, clusters: Grouping, factor: float, left_out: LeaveOneOut | None
) -> Estimate:
    leverage = None
    if averages.expected is not None:
        dof = effective_number(clusters.sums(averages.expected)) - 1
    elif left_out is not None:
        leverage = left_out.leverage
        dof = leverage.dof()
    return Estimate(
        names=tuple(names),
        coef=averages.coef,
        influence=averages.influence,
        clusters=clusters.codes,
        factor=factor,
        dof=np.clip(dof, 1.0, clusters.size - 1.0),
        left_out=None if left_out is None else left_out.change,
        leverage=leverage,
    )


def effective_number(squares: Floats) -> Floats:
    """Return ``G / (1 + cv^2)`` of what clusters contribute, (G, m) -> (m,) (Carter, Schnepel and Steigerwald 2017).

    With cv the coefficient of variation over clusters this is ``(sum_g s_g)^2 / sum_g s_g^2``.
    """
    scaled = squares / squares.max(axis=0)
    return np.asarray(scaled.sum(axis=0) ** 2 / np.einsum("gm,gm->m", scaled, scaled), dtype=np.float64)
