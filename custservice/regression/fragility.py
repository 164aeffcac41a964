"""Beside each effect: how strong a hidden cause would have to be to erase it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from custservice.errors import EstimationError
from custservice.regression.effects import PER, Effects
from custservice.regression.sensitivity import benchmark, e_value, robustness

#: What hidden causes are measured by: things that were measured and plainly matter.
BENCHMARKS = ("topic_price_blame", "topic_product_blame", "first_visit")


def fragility(effects: Effects, benchmarks: Sequence[str] = BENCHMARKS) -> pd.DataFrame:
    """Say for each effect what would erase it.

    Parameters
    ----------
    effects
        As `custservice.estimate_effects` returns it, from the linear model.
    benchmarks
        Controls that hidden causes are compared with; those that were not in the model are left out.

    Returns
    -------
    DataFrame
        Row per exposure: driver, polarity, effect, partial_r2, robustness_value, robustness_value_alpha (see
        `robustness`), e_value (of the standardised probabilities of returning), benchmark and adjusted (the measured
        thing that comes nearest to erasing it, and what a hidden cause as strong would leave), and sentence.

    Raises
    ------
    EstimationError
        The effects do not come from the linear model.

    Notes
    -----
    Partial R2 come from the within-location regression: of a control with the outcome ``t^2 / (t^2 + dof)``, with an
    exposure ``A_dj^2 / (A_dd A_jj)``, A the inverse of X'X (Cinelli and Hazlett 2020, J. R. Stat. Soc. B 82).
    """
    fit = effects.fit
    if fit is None:
        raise EstimationError("Only the linear model's effects can be asked how fragile they are; use model='linear'.")
    place = {name: i for i, name in enumerate(fit.kept)}
    t, dof = fit.classical_t, fit.residual_dof
    rows = []
    for exposure, row in zip(effects.estimate.names, effects.table.to_dict("records"), strict=True):
        d = place[exposure]
        strength = robustness(float(t[d]), dof)
        error = float(abs(fit.beta[d] / t[d]))
        bounds = []
        for name in benchmarks:
            if name not in place or name == exposure:
                continue
            j = place[name]
            shared = float(fit.bread[d, j] ** 2 / (fit.bread[d, d] * fit.bread[j, j]))
            with_outcome = float(t[j] ** 2 / (t[j] ** 2 + dof))
            try:
                bound = benchmark(float(fit.beta[d]), error, dof, shared, with_outcome)
            except EstimationError:
                continue
            bounds.append((abs(bound.adjusted) * np.sign(bound.adjusted * fit.beta[d]), name, bound.adjusted))
        nearest = min(bounds) if bounds else (np.nan, "", np.nan)
        rows.append(
            {
                "driver": row["driver"],
                "polarity": row["polarity"],
                "effect": row["effect"],
                "partial_r2": strength.partial_r2,
                "robustness_value": strength.value,
                "robustness_value_alpha": strength.value_alpha,
                "e_value": _e_value(float(fit.beta[d]), effects, row["share_mentioned"]),
                "benchmark": nearest[1],
                "adjusted": nearest[2] * PER,
                "sentence": _sentence(strength.value),
            }
        )
    return pd.DataFrame(rows)


def _e_value(coef: float, effects: Effects, share: float) -> float:
    """Return the E-value of P(return with the mention) / P(return without), both averaged over the same visits."""
    without = effects.counts["mean"] - coef * share
    with_it = without + coef
    return e_value(with_it / without) if with_it > 0 and without > 0 else np.nan


def _sentence(value: float) -> str:
    return (
        f"A hidden cause that explains {100 * value:.1f}% of what is left of both the mention and the return would "
        "erase it; a weaker one would not."
    )
