"""From the maximum of a logit or Poisson likelihood to estimates: covariance and degrees of freedom by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from custservice.errors import EstimationError
from custservice.regression.clusters import LeaveOneOut
from custservice.regression.discrete import Averages, Changes, Flip, average_changes, flip, slope_averages
from custservice.regression.estimate import CR3_MOST, Estimate
from custservice.regression.grouping import Floats, Grouping, Rows
from custservice.regression.logit_left_out import count_spanning, leave_one_out_logit
from custservice.regression.logit_newton import Place, solve_scaled

#: Up to this many groups that span clusters, degrees of freedom follow Bell and McCaffrey; above, the effective number.
_MOST_SPANNING = 500


@dataclass(frozen=True)
class Estimates:
    """Estimates of the leading columns at a maximum, each computed when it is asked for; made by `estimates_of`."""

    rows: Rows
    place: Place
    names: tuple[str, ...]
    clusters: Grouping
    flip: Flip
    factor: float
    by_number: bool

    @cached_property
    def changes(self) -> Estimate:
        """Average discrete changes of the expected outcome."""
        return self._estimate(self._changes.averages, 1)

    @cached_property
    def slopes(self) -> Estimate:
        """Coefficients."""
        averages = slope_averages(self.rows, self.place, self._bread, len(self.names), expected=self.by_number)
        return self._estimate(averages, 0)

    @cached_property
    def _bread(self) -> Floats:
        return solve_scaled(self.place.information, np.eye(len(self.place.beta)))

    @cached_property
    def _changes(self) -> Changes:
        return average_changes(self.rows, self.place, self._bread, len(self.names), self.by_number, self.flip)

    @cached_property
    def _left_out(self) -> tuple[LeaveOneOut | None, LeaveOneOut | None]:
        """Slopes and changes without each cluster; above 1,000 clusters not computed."""
        if self.clusters.size > CR3_MOST:
            return None, None
        return leave_one_out_logit(self.rows, self.place, self._bread, self.clusters, self._changes, self.flip)

    def _estimate(self, averages: Averages, which: int) -> Estimate:
        left_out, size, leverage = self._left_out[which], self.clusters.size, None
        if averages.expected is not None:
            dof = effective_number(self.clusters.sums(averages.expected)) - 1
        elif left_out is not None:
            leverage = left_out.leverage
            dof = leverage.dof()
        return Estimate(
            names=self.names,
            coef=averages.coef,
            influence=averages.influence,
            clusters=self.clusters.codes,
            factor=self.factor,
            dof=np.clip(dof, 1.0, size - 1.0),
            left_out=None if left_out is None else left_out.change,
            leverage=leverage,
        )


def estimates_of(
    rows: Rows, place: Place, names: Sequence[str], clusters: Grouping, one_group: bool, flip: Flip = flip
) -> Estimates:
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
    n, spanning = len(rows.y), count_spanning(rows.groups, clusters)
    n_params = rows.x.shape[1] + (1 if one_group else rows.groups.size if spanning else 0)
    if n_params >= n:
        raise EstimationError(
            f"There are {n:,} rows for {n_params:,} parameters; use fewer controls or a longer period."
        )
    factor = clusters.size / (clusters.size - 1) * (n - 1) / (n - n_params)
    by_number = clusters.size > CR3_MOST or spanning > _MOST_SPANNING
    return Estimates(rows, place, tuple(names), clusters, flip, factor, by_number)


def effective_number(squares: Floats) -> Floats:
    """Return ``G / (1 + cv^2)`` of what clusters contribute, (G, m) -> (m,) (Carter, Schnepel and Steigerwald 2017).

    With cv the coefficient of variation over clusters this is ``(sum_g s_g)^2 / sum_g s_g^2``.
    """
    scaled = squares / squares.max(axis=0)
    return np.asarray(scaled.sum(axis=0) ** 2 / np.einsum("gm,gm->m", scaled, scaled), dtype=np.float64)
