"""The models behind `estimate_effects`: each answers a question with an estimate per visit, and what to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.estimate import Estimate
from custservice.regression.linear import LinearFit, fit_linear
from custservice.regression.question import MOST_DUMMIES, Question


@dataclass(frozen=True)
class Fitted:
    """What a model answers.

    Attributes
    ----------
    estimate
        Change of the expected outcome per visit, for the exposures that could be estimated.
    mean
        Mean outcome per visit in the sample.
    notes
        What a reader should know, one sentence each.
    dropped
        Names of columns that were constant or followed from others.
    fit
        The linear regression, for those who ask how fragile it is; None for other models.
    kept
        Which rows of the sample were used, shape (n,); all where None.
    """

    estimate: Estimate
    mean: float
    notes: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    fit: LinearFit | None = None
    kept: NDArray[np.bool_] | None = None


def linear(asked: Question) -> Fitted:
    """``y = mentions + controls + location``: least squares (see `fit_linear`)."""
    fit = least_squares(asked)
    return Fitted(fit.estimate, float(asked.y.mean()), (), fit.dropped, fit)


def least_squares(asked: Question, wanted: int | None = None) -> LinearFit:
    """Return the linear regression of a question, for its first ``wanted`` columns (its exposures where None)."""
    return fit_linear(
        asked.y,
        asked.x,
        asked.names,
        groups=asked.groups,
        clusters=asked.clusters,
        wanted=asked.n_exposures if wanted is None else wanted,
        also=asked.also,
    )


def logit(asked: Question) -> Fitted:
    """``P(y = 1) = Lambda(mentions + controls + location)``, as average discrete changes (see `fit_logit`)."""
    from custservice.regression.logit import fit_logit

    fit = fit_logit(
        asked.y, asked.x, asked.names, groups=asked.groups, clusters=asked.clusters, wanted=asked.n_exposures
    )
    return Fitted(fit.changes, float(asked.y.mean()), fit.notes, fit.dropped, kept=fit.kept)


def poisson(asked: Question) -> Fitted:
    """``E(y) = exp(mentions + controls + location)``, as average discrete changes (see `fit_poisson`)."""
    from custservice.regression.poisson import fit_poisson

    fit = fit_poisson(
        asked.y, asked.x, asked.names, groups=asked.groups, clusters=asked.clusters, wanted=asked.n_exposures
    )
    return Fitted(fit.changes, float(asked.y.mean()), fit.notes, fit.dropped, kept=fit.kept)


def two_part(asked: Question) -> Fitted:
    """Probability of any amount times the mean amount if any (see `fit_two_part`)."""
    from custservice.regression.two_part import fit_two_part

    fit = fit_two_part(
        asked.y, asked.x, asked.names, groups=asked.groups, clusters=asked.clusters, wanted=asked.n_exposures
    )
    return Fitted(fit.changes, float(asked.y.mean()), fit.notes, kept=fit.kept)


def cox(asked: Question) -> Fitted:
    """Days to return, as the standardised difference in the probability of a return within the window."""
    from custservice.regression.cox import fit_cox
    from custservice.regression.proportional import check_proportional
    from custservice.regression.return_curves import return_times
    from custservice.regression.standardised import standardised_difference

    window = asked.window
    if window is None:
        raise EstimationError(
            "The panel does not say how long its window is; build it with build_panel(), or set "
            'panel.attrs["window_days"].'
        )
    times = return_times(asked.sample, window)
    x, names = asked.x, asked.names
    fit = fit_cox(
        times.time, times.event, x, names, strata=asked.groups, clusters=asked.clusters, wanted=asked.n_exposures
    )
    found = standardised_difference(fit, min(window, float(times.time.max())))
    short = int((~times.event & (times.time < window)).sum())
    said = [
        f"Effects are differences in the probability of a return within {window:g} days after a Cox model, averaged "
        f"over {len(x):,} visits; {short:,} of them were followed for less and count as long as they were."
    ]
    share = asked.x[:, list(names).index(fit.estimate.names[0])].mean()
    mean = float(share * found.with_mention[0] + (1 - share) * found.without[0])
    check = check_proportional(fit)
    return Fitted(found.estimate, mean, (*said, *fit.notes, *found.notes, *check.notes), fit.dropped)


#: Name -> what answers a question.
MODELS: Mapping[str, Callable[[Question], Fitted]] = {
    "linear": linear,
    "logit": logit,
    "cox": cox,
    "poisson": poisson,
    "two_part": two_part,
}
#: Outcomes that a model can explain; those not named can explain all.
_ANSWERS = {
    "logit": ("returned",),
    "cox": ("returned",),
    "poisson": ("visits_next", "spend_next"),
    "two_part": ("spend_next",),
}


def check_model(model: str, outcome: str) -> None:
    """Raise EstimationError for an unknown model, or one that cannot explain the outcome.

    Examples
    --------
    >>> check_model("logit", "returned")
    >>> check_model("cox", "visits_next")
    Traceback (most recent call last):
        ...
    custservice.errors.EstimationError: The model 'cox' explains returned; for visits_next use linear or poisson.
    """
    if model not in MODELS:
        raise EstimationError(f"There is no model '{model}'; allowed are {', '.join(MODELS)}.")
    can = _ANSWERS.get(model, (outcome,))
    if outcome not in can:
        others = [name for name in MODELS if outcome in _ANSWERS.get(name, (outcome,))]
        raise EstimationError(
            f"The model '{model}' explains {' or '.join(can)}; for {outcome} use {' or '.join(others)}."
        )


def fit_model(model: str, asked: Question) -> Fitted:
    """Answer a question by the model named.

    Raises
    ------
    EstimationError
        Two absorbed columns with many levels each, which only the linear model knows how to absorb.
    """
    if asked.also is not None and model != "linear":
        raise EstimationError(
            f"The model '{model}' absorbs two columns only where the smaller has at most {MOST_DUMMIES} levels; absorb "
            "one of them, or use the linear model."
        )
    return MODELS[model](asked)
