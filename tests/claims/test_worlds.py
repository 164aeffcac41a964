"""Verdicts in worlds whose truth is stated: right in nine of ten studies, and support for nothing where nothing is.

Both within three Monte-Carlo errors; CUSTSERVICE_REPETITIONS simulates more studies.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from claims.worlds import CONTRARY, FALSE, NULL, TRUE, simulate

from custservice.claims import registry, test_claims
from custservice.claims.ledger import CONTRADICTED, SUPPORTED

REPETITIONS = int(os.environ.get("CUSTSERVICE_REPETITIONS", "6"))
EFFECTS = {(claim.id, part.name) for claim in registry() for part in claim.parts if part.effect}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["TRUE", "FALSE"])
def test_every_claim_gets_the_right_verdict(name: str) -> None:
    right: Counter[tuple[str, str]] = Counter()
    for seed in range(REPETITIONS):
        table = test_claims(simulate({"TRUE": TRUE, "FALSE": FALSE}[name], seed)).table
        for claim, part, verdict in table[["claim", "part", "verdict"]].itertuples(index=False):
            holds = (name == "TRUE") != (claim in CONTRARY)
            right[claim, part] += verdict == (SUPPORTED if holds else CONTRADICTED)
    least = 0.9 * REPETITIONS - 3 * (REPETITIONS * 0.9 * 0.1) ** 0.5
    print({test: f"{count} of {REPETITIONS}" for test, count in right.items() if count < REPETITIONS})
    assert not {test: count for test, count in right.items() if count < least}


@pytest.mark.slow
def test_nothing_is_supported_where_nothing_is() -> None:
    """In at most 5% of null worlds (plus three Monte-Carlo errors) is any effect supported."""
    repetitions = 3 * REPETITIONS
    found = 0
    for seed in range(1000, 1000 + repetitions):
        table = test_claims(simulate(NULL, seed)).table
        effect = [pair in EFFECTS for pair in table[["claim", "part"]].itertuples(index=False, name=None)]
        found += bool((table.loc[effect, "verdict"] == SUPPORTED).any())
    assert found <= repetitions * 0.05 + 3 * (repetitions * 0.05 * 0.95) ** 0.5
