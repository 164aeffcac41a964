"""How strong a hidden cause would have to be to erase an effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custservice.errors import EstimationError


@dataclass(frozen=True)
class Robustness:
    """What a hidden cause would need.

    Attributes
    ----------
    partial_r2
        Share of the outcome's remaining variation that the exposure explains: what a hidden cause that explains all of
        the outcome would need of the exposure.
    value
        Robustness value: a hidden cause that explains this share of the remaining variation of both the exposure and
        the outcome brings the effect to zero; a weaker one does not.
    value_alpha
        The same for bringing the confidence interval to zero.
    """

    partial_r2: float
    value: float
    value_alpha: float


def robustness(t: float, dof: float, alpha: float = 0.05) -> Robustness:
    """Return the robustness values of a regression coefficient.

    Parameters
    ----------
    t, dof
        Classical t statistic and residual degrees of freedom of the within-location regression: partial R2 describes
        the sample at hand, so the cluster t has no place here.
    alpha
        Level of the interval.

    Notes
    -----
    ``f = |t| / sqrt(dof)``, ``RV = (sqrt(f^4 + 4 f^2) - f^2) / 2``; for the interval f is reduced by
    ``t*_{alpha, dof-1} / sqrt(dof - 1)`` (Cinelli and Hazlett 2020, J. R. Stat. Soc. B 82).

    Examples
    --------
    >>> found = robustness(4.184, 783)
    >>> round(found.value, 3), round(found.value_alpha, 3)
    (0.139, 0.076)
    """
    from scipy.special import stdtrit

    if dof <= 1:
        raise EstimationError("There are too few rows for a robustness value.")
    f = abs(t) / np.sqrt(dof)
    critical = float(stdtrit(dof - 1, 1 - alpha / 2)) / np.sqrt(dof - 1)
    return Robustness(t**2 / (t**2 + dof), _value(f), _value(f - critical))


def _value(f: float) -> float:
    return 0.0 if f <= 0 else float((np.sqrt(f**4 + 4 * f**2) - f**2) / 2)


@dataclass(frozen=True)
class Benchmark:
    """A hidden cause ``times`` as strong as something that was measured, and what it would leave of the effect.

    Attributes
    ----------
    r2_exposure, r2_outcome
        Partial R2 of that hidden cause with the exposure, and with the outcome given the exposure.
    adjusted
        The effect it would leave.
    """

    times: float
    r2_exposure: float
    r2_outcome: float
    adjusted: float


def benchmark(
    effect: float, error: float, dof: float, with_exposure: float, with_outcome: float, times: float = 1.0
) -> Benchmark:
    """Bound an effect by a hidden cause ``times`` as strong as a measured covariate.

    Parameters
    ----------
    effect, error, dof
        Coefficient, classical standard error and residual degrees of freedom.
    with_exposure, with_outcome
        Partial R2 of the covariate with the exposure (given the rest), and with the outcome (given exposure and rest).

    Raises
    ------
    EstimationError
        Such a hidden cause would explain more than everything.

    Notes
    -----
    Cinelli and Hazlett (2020, J. R. Stat. Soc. B 82): bias = ``error * sqrt(dof * R2_y R2_d / (1 - R2_d))``.

    Examples
    --------
    >>> found = benchmark(0.09732, 0.023257, 783, 0.00908, 0.10927)
    >>> round(found.adjusted, 4)
    0.0752
    """
    r2_exposure = times * with_exposure / (1 - with_exposure)
    shared = times * with_exposure**2 / ((1 - times * with_exposure) * (1 - with_exposure))
    if r2_exposure >= 1 or shared >= 1:
        raise EstimationError(f"A hidden cause {times:g} times as strong would explain all of the exposure.")
    strength = (np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1 - shared)
    r2_outcome = min(float(strength**2 * with_outcome / (1 - with_outcome)), 1.0)
    bias = error * np.sqrt(dof * r2_outcome * r2_exposure / (1 - r2_exposure))
    return Benchmark(times, r2_exposure, r2_outcome, float(np.sign(effect) * (abs(effect) - bias)))


def e_value(ratio: float) -> float:
    """Return the E-value of a risk ratio: the risk ratio a hidden cause needs with both exposure and outcome.

    ``RR + sqrt(RR (RR - 1))``, with 1/RR for ratios below one (VanderWeele and Ding 2017, Ann. Intern. Med. 167).

    Raises
    ------
    EstimationError
        The ratio is not positive.

    Examples
    --------
    >>> [round(e_value(ratio), 3) for ratio in (0.80, 0.91, 3.9, 10.72978)]
    [1.809, 1.429, 7.263, 20.947]
    """
    if not ratio > 0:
        raise EstimationError("A risk ratio must be positive.")
    larger = max(ratio, 1 / ratio)
    return float(larger + np.sqrt(larger * (larger - 1)))
