"""How strong a hidden cause would have to be: against a hidden cause that is really put in."""

from __future__ import annotations

import numpy as np
import pytest
from made_up import make_panel

from custservice.errors import EstimationError
from custservice.regression import estimate_effects
from custservice.regression.fragility import fragility
from custservice.regression.linear import fit_linear
from custservice.regression.sensitivity import benchmark, e_value, robustness


def test_the_published_values_of_the_darfur_study() -> None:
    """Cinelli and Hazlett (2020), table 1 and section 4.4."""
    found = robustness(4.184, 783)
    assert (found.value, found.value_alpha) == (pytest.approx(0.139, abs=5e-4), pytest.approx(0.076, abs=5e-4))
    assert found.partial_r2 == pytest.approx(0.022, abs=5e-4)
    assert benchmark(0.0973158, 0.0232566, 783, 0.00908, 0.10927).adjusted == pytest.approx(0.075220, abs=5e-5)


@pytest.mark.parametrize(("ratio", "value"), [(0.80, 1.809), (0.91, 1.429), (3.9, 7.263), (10.72978, 20.947)])
def test_published_e_values(ratio: float, value: float) -> None:
    assert e_value(ratio) == pytest.approx(value, abs=5e-4)


def test_a_hidden_cause_at_the_robustness_value_erases_the_effect_exactly() -> None:
    """Build the hidden cause that has the robustness value with exposure and outcome, add it, and refit."""
    rng = np.random.default_rng(1)
    n = 400
    d, x = rng.normal(size=(2, n))
    y = 0.3 * d + 0.2 * x + rng.normal(size=n)
    clusters = np.arange(n)
    fit = fit_linear(y, np.column_stack([d, x]), ["d", "x"], groups=None, clusters=clusters)
    value = robustness(float(fit.classical_t[0]), fit.residual_dof).value
    basis = np.column_stack([np.ones(n), x])
    left = d - basis @ np.linalg.lstsq(basis, d, rcond=None)[0]
    full = np.column_stack([basis, d])
    error = y - full @ np.linalg.lstsq(full, y, rcond=None)[0]
    spare = rng.normal(size=n)
    wide = np.column_stack([full, y])
    spare -= wide @ np.linalg.lstsq(wide, spare, rcond=None)[0]
    unit = [v / np.linalg.norm(v) for v in (left, error, spare)]
    # share `value` with the exposure, and of what is then left share `value` with the outcome
    share = (1 - value) * value
    hidden = np.sqrt(value) * unit[0] + np.sqrt(share) * unit[1] + np.sqrt(1 - value - share) * unit[2]
    again = fit_linear(y, np.column_stack([d, x, hidden]), ["d", "x", "h"], groups=None, clusters=clusters)
    assert again.estimate.coef[0] == pytest.approx(0, abs=1e-9)


def test_partial_r2_of_controls_equal_those_of_regressions() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(300, 3)) @ np.array([[1, 0.4, 0.1], [0, 1, 0.3], [0, 0, 1]])
    y = x @ [0.2, -0.3, 0.1] + rng.normal(size=300)
    groups = rng.integers(0, 5, 300)
    fit = fit_linear(y, x, ["a", "b", "c"], groups=groups, clusters=groups)
    on_a = fit_linear(x[:, 0], x[:, 1:], ["b", "c"], groups=groups, clusters=groups)
    t = on_a.classical_t[0]
    ours = fit.bread[0, 1] ** 2 / (fit.bread[0, 0] * fit.bread[1, 1])
    assert ours == pytest.approx(t**2 / (t**2 + on_a.residual_dof))


def test_the_table_says_it_in_words_and_names_the_nearest_benchmark() -> None:
    table = fragility(estimate_effects(make_panel())).set_index("driver")
    courtesy = table.loc["courtesy"]
    assert 0 < courtesy["robustness_value_alpha"] < courtesy["robustness_value"] < 1
    assert courtesy["benchmark"] in ("topic_price_blame", "first_visit")
    assert courtesy["effect"] < courtesy["adjusted"] < 0
    assert courtesy["e_value"] > 1
    assert "would erase it" in courtesy["sentence"]


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(EstimationError, match="too few rows"):
        robustness(2.0, 1)
    with pytest.raises(EstimationError, match="must be positive"):
        e_value(0.0)
    with pytest.raises(EstimationError, match="would explain all of the exposure"):
        benchmark(0.1, 0.02, 100, 0.6, 0.1, times=2)
