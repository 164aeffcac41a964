"""The check of proportional hazards against the score test written out, and against known worlds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from slow_cox import Data, likelihood, make_data

from custservice.errors import EstimationError
from custservice.regression.cox import CoxFit, fit_cox
from custservice.regression.proportional import check_proportional

NAMES = ["a", "b", "c"]


def fitted(data: Data) -> CoxFit:
    return fit_cox(
        data.time, data.event, data.x, NAMES, strata=data.strata, clusters=data.clusters, entry=data.entry, wanted=2
    )


def scale_of(data: Data, kind: str) -> dict[float, float]:
    """Transformed time: the share returned before (Kaplan-Meier, all strata together), or the mean rank."""
    returns = data.time[data.event]
    if kind == "rank":
        return {t: float((np.sum(returns < t) + (np.sum(returns == t) + 1) / 2) / len(returns)) for t in returns}
    out, stay = {}, 1.0
    for t in np.unique(returns):
        out[t] = 1 - stay
        stay *= 1 - np.sum(returns == t) / np.sum((data.time >= t) & (data.entry < t))
    return out


@pytest.mark.parametrize("kind", ["km", "rank"])
@pytest.mark.parametrize("late", [False, True])
def test_the_score_test_equals_the_one_written_out(kind: str, late: bool) -> None:
    data = make_data(51, n=240, late=late)
    fit = fitted(data)
    scale = scale_of(data, kind)
    beta = fit.model.beta
    plain = likelihood(data, beta).information
    once, twice = (likelihood(data, beta, scale={t: g**p for t, g in scale.items()}) for p in (1, 2))
    check = check_proportional(fit, kind)
    reach = max(scale.values()) - min(scale.values())
    adjusted = once.residuals - likelihood(data, beta).residuals @ np.linalg.solve(plain, once.information)
    sums = np.column_stack([np.bincount(data.clusters, column) for column in adjusted.T])
    g = len(sums)
    for j, name in enumerate(NAMES[:2]):
        left = twice.information[j, j] - once.information[j] @ np.linalg.solve(plain, once.information[:, j])
        row = check.table.loc[name]
        assert row["chi2_plain"] == pytest.approx(once.score[j] ** 2 / left, rel=1e-8)
        assert row["trend"] == pytest.approx(once.score[j] / left * reach, rel=1e-8)
        assert row["std_error"] == pytest.approx(np.sqrt(g / (g - 1) * sums[:, j] @ sums[:, j]) / left * reach)


def test_a_hazard_ratio_that_fades_is_found_and_named() -> None:
    rng = np.random.default_rng(52)
    n = 3000
    x = rng.integers(0, 2, (n, 2)).astype(float)
    # the first mention makes customers return sooner early on and later later; the second later throughout
    to_return = 200 * rng.weibull(np.where(x[:, 0] > 0, 0.6, 1.2)) * 2 ** x[:, 1]
    time = np.minimum(to_return, 365)
    fit = fit_cox(time, to_return <= 365, x, ["fades", "stays"], strata=None, clusters=np.arange(n))
    check = check_proportional(fit)
    assert check.table.loc["fades", "p_value"] < 1e-6
    assert check.table.loc["fades", "trend"] < 0
    assert check.table.loc["stays", "p_value"] > 0.01
    assert max(check.p_value, check.p_plain) < 1e-6
    assert "fades (falls)" in check.notes[0]
    assert "stays" not in check.notes[0]


def test_where_hazards_are_proportional_the_test_rarely_rejects() -> None:
    p_values = []
    for seed in range(60):
        data = make_data(1000 + seed, n=300, n_strata=3, ties=False)
        data = replace(data, clusters=np.arange(300) // 5)
        check = check_proportional(fitted(data))
        p_values.append([*check.table["p_value"], *check.table["p_plain"], check.p_value])
    # 60 tests at .05 reject 3 times; more than 10 times has a chance below one in a thousand
    assert (np.sum(np.array(p_values) < 0.05, axis=0) <= 10).all()
    assert (np.median(p_values, axis=0) > 0.25).all()


def test_clusters_that_repeat_a_row_do_not_add_evidence() -> None:
    data = make_data(53, n=300, ties=False, late=False)
    row = np.arange(300)
    twice = Data(*(np.repeat(v, 2, axis=0) for v in (data.time, data.event, data.x, data.strata, data.entry, row)))
    once = fitted(Data(data.time, data.event, data.x, data.strata, data.entry, row))
    robust = [check_proportional(fit).table["p_value"].to_numpy() for fit in (once, fitted(twice))]
    plain = [check_proportional(fit).table["chi2_plain"].to_numpy() for fit in (once, fitted(twice))]
    assert np.allclose(robust[0], robust[1], atol=0.03)
    assert 1.8 < plain[1][0] / plain[0][0] < 2.3


def test_too_few_clusters_for_the_joint_test_leave_it_missing() -> None:
    data = make_data(54, n=300)
    two = Data(data.time, data.event, data.x, data.strata, data.entry, data.strata // 3)
    check = check_proportional(fitted(two))
    assert np.isnan(check.p_value)
    assert check.table["p_value"].notna().all()


def test_what_cannot_be_asked_is_an_error() -> None:
    data = make_data(55)
    with pytest.raises(EstimationError, match="allowed are km, rank"):
        check_proportional(fitted(data), "log")  # type: ignore[arg-type]
    at_once = Data(np.where(data.event, 1.0, 2.0), data.event, data.x, data.strata, data.entry, data.clusters)
    with pytest.raises(EstimationError, match="at the same time"):
        check_proportional(
            fitted(Data(at_once.time, at_once.event, data.x, data.strata, data.entry * 0 - 1, data.clusters))
        )
