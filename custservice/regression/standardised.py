"""The Cox model's answer in plain units: how much more likely a return within the window is with a mention."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.clusters import effective_dof
from custservice.regression.cox import CoxFit
from custservice.regression.cox_left_out import EXACT_MOST, each_left_out, rows_touched
from custservice.regression.cox_model import CoxModel
from custservice.regression.estimate import Estimate
from custservice.regression.partial_likelihood import Hazards, hazard_slopes, hazards_at, moments
from custservice.regression.risk_sets import RiskSets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: Where the median stratum has fewer visits, its baseline is so uncertain that averages of the curve are pulled to 0.
FEW = 20


@dataclass(frozen=True)
class Standardised:
    """Probabilities of a return within the window, standardised over the rows of the sample.

    Attributes
    ----------
    estimate
        Difference between every visit with the mention and every visit without, as probabilities, shape (J,).
    with_mention, without
        The two probabilities, averaged over the rows, shape (J,).
    notes
        What a reader should know, one sentence each.
    """

    estimate: Estimate
    with_mention: Floats
    without: Floats
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Sums:
    """Sums over rows of the two probabilities, (J,) each, and of the slope of their difference in beta, (J, k)."""

    treated: Floats
    control: Floats
    slope: Floats

    def plus(self, other: _Sums, sign: float = 1.0) -> _Sums:
        return _Sums(
            self.treated + sign * other.treated, self.control + sign * other.control, self.slope + sign * other.slope
        )

    @property
    def difference(self) -> Floats:
        return self.treated - self.control


@dataclass(frozen=True)
class _Part:
    """What some whole strata add: sums, and each row's difference and share in the baseline's error, (J, n)."""

    sums: _Sums
    difference: Floats
    baseline: Floats


def standardised_difference(fit: CoxFit, window: float) -> Standardised:
    """Average over all rows what a mention changes in the probability of a return within the window.

    Parameters
    ----------
    fit
        From `fit_cox`; the columns reported there must be 0/1.
    window
        Days from time zero.

    Returns
    -------
    Standardised
        For exposure j the mean over rows of ``S_i0 - S_i1`` (returned with less returned without), with
        ``S_ia = exp(-H_s(i)(window) exp(x_i' beta))`` at ``x_ij = a`` and H_s the baseline of the row's stratum
        (Breslow 1974, Biometrics 30, with Efron's denominators): regression standardisation, or the g-formula
        (Gail and Byar 1986, Biometrical J. 28; Sjolander 2016, Eur. J. Epidemiol. 31).

        The influence of a row has three parts: ``(difference_i - mean)/n`` for who is in the sample; the slope of
        the mean in beta, H_s(beta) included, times the influence on beta; and
        ``dmean/dH_s (event_i mean_l 1/(S0 - f S0_D) - w_i sum_t sum_l c_il/(S0 - f S0_D)^2)`` for the baseline.
        They sum to zero. CR3: the sums without cluster g, its risk sets formed anew, at coefficients one Newton
        step away. Degrees of freedom are those of the combination of coefficients that the difference follows.

    Raises
    ------
    EstimationError
        A column with values other than 0 and 1, or a window beyond the longest follow-up.

    Examples
    --------
    >>> from custservice.regression.cox import fit_cox
    >>> rng = np.random.default_rng(2)
    >>> mention = rng.integers(0, 2, 4000)
    >>> days = rng.exponential(300 / (1 + mention))
    >>> seen = days <= 365
    >>> fit = fit_cox(np.minimum(days, 365), seen, mention[:, None], ["mention"], strata=None,
    ...               clusters=np.arange(4000))
    >>> standardised_difference(fit, 365).estimate.coef.round(2).tolist()  # truth .208
    [0.21]
    """
    model, estimate = fit.model, fit.estimate
    _check_window(model, window)
    flags = _flags(model, estimate.names)
    n, n_exposures, k = len(model.rows.time), len(flags), len(model.beta)
    sums = _no_sums(n_exposures, k)
    influence = np.zeros((n_exposures, n))
    for block, x, eta in model.rows.parts(model.beta):
        part = _evaluate(model, block.risk, x, eta, flags[:, block.rows], window)
        sums = sums.plus(part.sums)
        influence[:, block.rows] = part.difference + part.baseline
    mean, slope = sums.difference / n, sums.slope / n
    direct = (influence - mean[:, None]) / n
    parts = model.contributions(slope.T)
    parts.influence[model.rows.order] += direct.T
    g = model.n_clusters
    left_out, leverage = None, None
    if fit.left_out is None:
        dof = effective_dof(np.sqrt(parts.weights), np.arange(g))
    else:
        leverage = fit.left_out.leverage.combine(slope)
        dof = np.clip(leverage.dof(), 1.0, g - 1.0)
        left_out = _left_out(model, flags, window, sums, fit.left_out.change, direct)
    difference = Estimate(
        names=estimate.names,
        coef=mean,
        influence=parts.influence,
        clusters=estimate.clusters,
        factor=g / (g - 1),
        dof=dof,
        left_out=left_out,
        leverage=leverage,
    )
    return Standardised(difference, sums.treated / n, sums.control / n, _said(model, window))


def _no_sums(n_exposures: int, k: int) -> _Sums:
    return _Sums(np.zeros(n_exposures), np.zeros(n_exposures), np.zeros((n_exposures, k)))


def _evaluate(model: CoxModel, risk: RiskSets, x: Floats, eta: Floats, flags: Bools, window: float) -> _Part:
    """Evaluate some whole strata; without an event within them nobody is expected to return."""
    if not len(risk.times):
        return _Part(_no_sums(len(flags), len(x)), np.zeros(flags.shape), np.zeros(flags.shape))
    hazards = hazards_at(risk, eta)
    inside = hazards.scaled(risk, (risk.times <= window).astype(np.float64))
    slopes = hazard_slopes(inside, moments(risk, hazards, x))[0]
    baseline = risk.by_stratum(inside.step)[risk.stratum]
    ratio = np.exp(model.beta[: len(flags), None])
    # each exposure is as observed in one of the two worlds, so only the other one has to be computed
    towards = np.where(flags, -1.0, 1.0)
    flipped = np.where(flags, 1 / ratio, ratio) * hazards.weight
    stays, stays_flipped = np.exp(-baseline * hazards.weight), np.exp(-baseline * flipped)
    pull = flipped * stays_flipped
    own = pull @ baseline
    pull -= hazards.weight * stays
    pull *= towards
    in_baseline = np.add.reduceat(pull, risk.starts, axis=1)
    pull *= baseline
    slope = pull @ x.T - in_baseline @ risk.by_stratum(slopes).T
    slope[:, : len(flags)] += np.diag(own)
    towards *= stays - stays_flipped
    treated = np.where(flags, 1 - stays, 1 - stays_flipped).sum(axis=1)
    sums = _Sums(treated, treated - towards.sum(axis=1), slope)
    return _Part(sums, towards, in_baseline[:, risk.stratum] * _baseline_error(risk, hazards, inside))


def _baseline_error(risk: RiskSets, hazards: Hazards, inside: Hazards) -> Floats:
    """Return the derivative of its stratum's baseline at the window in the case weight of each row, shape (n,)."""
    zero, one, _ = inside.squares
    out = -hazards.weight * risk.while_at_risk(zero, one if risk.fraction is not None else None)
    out[risk.event_rows] += (inside.step / risk.deaths)[risk.own]
    return np.asarray(out, dtype=np.float64)


def _left_out(model: CoxModel, flags: Bools, window: float, sums: _Sums, change: Floats, direct: Floats) -> Floats:
    """Return how the differences change when each cluster is left out, shape (G, J).

    ``direct`` is each row's influence at fixed coefficients, (J, n): where too many rows would have to be evaluated
    anew, its sums over clusters stand in for leaving their rows out.
    """
    n = len(model.rows.time)
    mean, slope = sums.difference / n, sums.slope / n
    if rows_touched(model) > EXACT_MOST:
        gone = [np.bincount(model.clusters, row, minlength=model.n_clusters) for row in direct]
        return np.asarray(change @ slope.T - np.column_stack(gone), dtype=np.float64)
    sizes = np.bincount(model.clusters, minlength=model.n_clusters)
    out = np.empty((model.n_clusters, len(flags)))
    known: dict[tuple[int, ...], _Sums] = {}  # of the rows outside some strata; clusters often share their strata
    for left in each_left_out(model):
        if left.strata not in known:
            known[left.strata] = sums.plus(_at(model, left.rows, flags, window), -1.0)
        rest, stay = known[left.strata], left.rows[left.stay]
        rest = rest.plus(_at(model, stay, flags, window)) if len(stay) else rest
        kept = n - sizes[left.cluster]
        out[left.cluster] = (rest.difference + rest.slope @ change[left.cluster]) / kept - mean
    return out


def _at(model: CoxModel, places: Ints, flags: Bools, window: float) -> _Sums:
    """Sum over some of the rows, their baselines estimated from these rows alone."""
    x = model.rows.x[:, places]
    eta = model.rows.offset[places] + model.beta @ x
    return _evaluate(model, model.rows.subset(places), x, eta, flags[:, places], window).sums


def _flags(model: CoxModel, names: tuple[str, ...]) -> Bools:
    """Return which rows carry each exposure, shape (J, n)."""
    everything = slice(None)
    flags = np.empty((len(names), len(model.rows.time)), dtype=bool)
    for j, name in enumerate(names):
        values = model.rows.raw(j, everything)
        flags[j] = values > 0.5
        if np.abs(values - flags[j]).max() > 1e-6:
            raise EstimationError(
                f"'{name}' has values other than 0 and 1, so there is no difference between visits with and without it."
            )
    return flags


def _check_window(model: CoxModel, window: float) -> None:
    longest = float(model.rows.time.max())
    if not 0 < window <= longest:
        raise EstimationError(
            f"The window of {window:g} days must lie within the longest follow-up ({longest:g} days); shorten it."
        )


def _said(model: CoxModel, window: float) -> tuple[str, ...]:
    """Say where a baseline is zero because nobody returned, ends before the window, or rests on few visits."""
    rows = model.rows
    starts = np.flatnonzero(np.diff(rows.strata, prepend=-1))
    if len(starts) < 2:
        return ()
    sizes = np.diff(starts, append=len(rows.time))
    silent = np.add.reduceat((rows.event & (rows.time <= window)).astype(np.int64), starts) == 0
    ends = (rows.time[starts] < window) & ~rows.event[starts]
    typical = float(np.median(sizes[~silent])) if (~silent).any() else 0.0
    n, notes = f"of {len(rows.time):,} visits are in strata", []
    if silent.any():
        notes.append(
            f"{int(sizes[silent].sum()):,} {n} without a return within {window:g} days: there the Cox model expects "
            "none, with or without the mention."
        )
    if ends.any():
        notes.append(
            f"{int(sizes[ends].sum()):,} {n} where nobody was followed for {window:g} days: there returns are counted "
            "up to the longest follow-up."
        )
    if typical < FEW:
        notes.append(
            f"Half of the strata with a return have fewer than {FEW} visits, where differences from a Cox model come "
            "out too small (by 7 in 100 at 20 visits each, 15 in 100 at 5): rather read the linear model."
        )
    return tuple(notes)
