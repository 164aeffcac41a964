"""Verdicts: the rule by hand, what is missing or too little, and a ledger of one made-up study in each world."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from claims.worlds import CONTRARY, FALSE, TRUE, World, simulate
from scipy import stats

from custservice.claims import Claim, Facts, Measured, Part, in_words, numbers, overview, registry, summary, test_claims
from custservice.claims.claim import CannotTellError, judge
from custservice.claims.ledger import CANNOT_TELL, CONTRADICTED, NOT_TESTABLE, SUPPORTED
from custservice.regression.estimate import Estimate

NOTHING = Facts(pd.DataFrame({"review_id": ["r"]}), pd.DataFrame(), pd.DataFrame())


def estimate(*values: tuple[float, float], dof: float = 20.0) -> Estimate:
    """Return coefficients with standard errors, from two clusters whose influence gives just these."""
    coef, errors = (np.array(each) for each in zip(*values, strict=True))
    influence = np.vstack([errors, -errors]) / np.sqrt(2)
    return Estimate(tuple("abc"[: len(coef)]), coef, influence, np.array([0, 1]), 1.0, np.full(len(coef), dof))


def claim(*found: Measured, direction: int = 1, needs: tuple[str, ...] = ()) -> Claim:
    parts = tuple(Part(f"p{i}", "Test.", "half", direction, lambda _, m=m: m) for i, m in enumerate(found))
    return Claim("c", "Words.", "Predicts.", parts, needs)


def measured(*values: tuple[float, float], threshold: float = 0.0, **more: Any) -> Measured:
    return Measured(estimate(*values), threshold, "per 100", 40, 12, **more)


def test_p_values_are_those_of_t_statistics() -> None:
    said = judge(measured((0.5, 0.1), threshold=0.3), 1)
    assert said.p_supported == pytest.approx(stats.t.sf(2.0, 20))
    assert said.p_contradicted == 1.0
    assert judge(measured((0.5, 0.1), threshold=0.3), -1).p_contradicted == pytest.approx(2 * stats.t.sf(2.0, 20))


def test_all_coefficients_must_bear_a_claim_out_and_one_may_contradict_it() -> None:
    said = judge(measured((0.5, 0.1), (0.1, 0.1), (-0.4, 0.1)), 1)
    assert said.at == 2
    assert said.p_supported == pytest.approx(stats.t.cdf(4.0, 20))
    assert said.p_contradicted == pytest.approx(3 * 2 * stats.t.sf(4.0, 20))


@pytest.mark.parametrize(
    ("value", "verdict"),
    [((0.50, 0.1), SUPPORTED), ((0.15, 0.1), CANNOT_TELL), ((-0.15, 0.1), CANNOT_TELL), ((-0.30, 0.1), CONTRADICTED)],
)
def test_verdicts(value: tuple[float, float], verdict: str) -> None:
    assert test_claims(NOTHING, [claim(measured(value))]).table["verdict"].tolist() == [verdict]


def test_many_claims_share_one_false_discovery_rate() -> None:
    barely = measured((0.19, 0.1))
    assert test_claims(NOTHING, [claim(barely)]).counts()[SUPPORTED] == 1
    assert test_claims(NOTHING, [claim(*[barely] + [measured((0.0, 0.1))] * 9)]).counts()[SUPPORTED] == 0


def test_a_placebo_that_fails_takes_support_away() -> None:
    doubted = replace(measured((0.9, 0.1)), doubt="it was so before")
    ledger = test_claims(NOTHING, [claim(doubted)])
    assert ledger.table["verdict"].tolist() == [CANNOT_TELL]
    assert in_words(ledger)[0].lines[0].notes == ("Against it speaks that it was so before.",)


def test_what_is_missing_is_named() -> None:
    ledger = test_claims(NOTHING, [claim(measured((1.0, 0.1)), needs=("busy", "satisfaction|rating"))])
    assert ledger.table["verdict"].tolist() == [NOT_TESTABLE]
    assert ledger.table["why"].tolist() == ["Missing in the data: busy, satisfaction or rating."]


def test_too_little_is_said() -> None:
    def refuse(_: Facts) -> Measured:
        raise CannotTellError("Only 3 visits.")

    ledger = test_claims(NOTHING, [Claim("c", "Words.", "Predicts.", (Part("", "Test.", "half", 1, refuse),))])
    assert ledger.table[["verdict", "why"]].values.tolist() == [[CANNOT_TELL, "Only 3 visits."]]
    assert in_words(ledger)[0].lines[0].test == "Test. Declared beforehand: supported above half."


def test_words() -> None:
    ledger = test_claims(NOTHING, [claim(replace(measured((0.5, 0.1), threshold=0.3), per=100.0), direction=1)])
    line = in_words(ledger)[0].lines[0]
    assert line.found == "50 per 100 (29 to 71), 40 customers at 12 places"
    assert line.test == "Test. Declared beforehand: supported above 30 (half)."
    assert overview(ledger).values.tolist() == [["Words. (p0)", SUPPORTED, "50 per 100 (29 to 71)"]]
    assert summary(ledger).endswith("in 1 test: 1 supported.")


def test_numbers_hide_few_customers() -> None:
    few = replace(measured((0.5, 0.1)), n_customers=4)
    table = numbers(test_claims(NOTHING, [claim(few, measured((0.5, 0.1)))]))
    assert table["n_customers"].isna().tolist() == [True, False]
    assert table["claim"].tolist() == ["c: p0", "c: p1"]
    assert (
        in_words(test_claims(NOTHING, [claim(few)]))[0].lines[0].found.endswith("fewer than 5 customers at 12 places")
    )


def test_each_card_declares_what_it_tests() -> None:
    for each in registry():
        assert each.words.endswith(".")
        assert each.predicts.endswith(".")
        names = [part.name for part in each.parts]
        assert names == [""] or "" not in names
        assert len(set(names)) == len(names)
        assert all(part.direction in (1, -1) and part.test.endswith(".") and part.threshold for part in each.parts)


@pytest.mark.parametrize(("world", "name"), [(TRUE, "TRUE"), (FALSE, "FALSE")], ids=["true", "false"])
def test_nine_of_ten_verdicts_of_one_study_are_right(world: World, name: str) -> None:
    table = test_claims(simulate(world, 20)).table
    wanted = [SUPPORTED if (name == "TRUE") != (each in CONTRARY) else CONTRADICTED for each in table["claim"]]
    assert (table["verdict"] == wanted).mean() >= 0.9
