"""All claims put to the test on a study: verdicts, estimates, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custservice.claims import cards
from custservice.claims.claim import Claim, Judged, Measured, Part, judge
from custservice.claims.facts import Facts, facts_of
from custservice.errors import EstimationError
from custservice.regression.estimate import benjamini_hochberg

if TYPE_CHECKING:
    from custservice.study import Study

SUPPORTED, CONTRADICTED, CANNOT_TELL, NOT_TESTABLE = "supported", "contradicted", "cannot tell", "not testable"
VERDICTS = (SUPPORTED, CONTRADICTED, CANNOT_TELL, NOT_TESTABLE)
LEVEL = 0.05
COLUMNS = (
    *("claim", "part", "verdict", "estimate", "low", "high", "threshold", "unit"),
    *("p_supported", "q_supported", "p_contradicted", "q_contradicted", "n_customers", "n_places", "why"),
)


@dataclass(frozen=True)
class Ledger:
    """Claims and what the data say of them.

    Attributes
    ----------
    claims
        The claims, in the order of the registry.
    table
        Row per claim and part: claim, part, verdict, estimate, low, high (95%), threshold, unit, p_supported,
        q_supported, p_contradicted, q_contradicted, n_customers, n_places, why (what is missing, or a doubt).
    notes
        Further notes, by claim and part.
    """

    claims: tuple[Claim, ...]
    table: pd.DataFrame
    notes: dict[tuple[str, str], tuple[str, ...]] = field(repr=False)

    def counts(self) -> dict[str, int]:
        """Return how many tests ended in each verdict."""
        found = self.table["verdict"].value_counts()
        return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}

    def __repr__(self) -> str:
        """Return a line per test."""
        rows = self.table.to_dict("records")
        names = [f"{row['claim']}{f' ({part})' if (part := row['part']) else ''}" for row in rows]
        return "\n".join(f"{name}: {row['verdict']}" for name, row in zip(names, rows, strict=True))

    def _repr_html_(self) -> str:
        shown = self.table[["claim", "part", "verdict", "estimate", "low", "high", "unit", "why"]]
        return str(shown.to_html(index=False, float_format="{:.3g}".format, escape=True)) + (
            f"<p>{escape(', '.join(f'{n} {verdict}' for verdict, n in self.counts().items()))}</p>"
        )


@cache
def registry() -> tuple[Claim, ...]:
    """Return all claims: one per file of `custservice.claims.cards`, in the order of their names.

    Examples
    --------
    >>> [claim.id for claim in registry()][:2]
    ['admitting_mistakes', 'attitude_in_bad_reviews']
    """
    names = sorted(module.name for module in iter_modules(cards.__path__))
    return tuple(import_module(f"{cards.__name__}.{name}").CLAIM for name in names)


def test_claims(study: Study | Facts, claims: Sequence[Claim] | None = None) -> Ledger:  # noqa: PT028 (no test)
    """Put claims about customer service to the test.

    Parameters
    ----------
    study
        As `custservice.open_study` returns it, or facts.
    claims
        All that are known by default.

    Returns
    -------
    Ledger
        Verdicts. *Supported*: the one-sided test beyond the threshold, declared in the claim's file, has a q-value of
        at most .05 (Benjamini and Hochberg 1995 over all tests of the ledger) and nothing else speaks against it.
        *Contradicted*: the 95% interval lies wholly short of the threshold, again with a q-value of at most .05.
        *Cannot tell*: neither, or the data are too few. *Not testable*: a column is missing.
    """
    facts = study if isinstance(study, Facts) else facts_of(study)
    chosen = registry() if claims is None else tuple(claims)
    rows: list[dict[str, Any]] = []
    notes: dict[tuple[str, str], tuple[str, ...]] = {}
    for claim in chosen:
        for part in claim.parts:
            row, told = _test(facts, claim, part)
            rows.append(row)
            notes[claim.id, part.name] = told
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for verdict in ("supported", "contradicted"):
        table[f"q_{verdict}"] = benjamini_hochberg(table[f"p_{verdict}"].astype("float64"))
    table["verdict"] = [_verdict(row) for _, row in table.iterrows()]
    return Ledger(chosen, table, notes)


test_claims.__test__ = False  # type: ignore[attr-defined]  # no test of pytest's


def _test(facts: Facts, claim: Claim, part: Part) -> tuple[dict[str, Any], tuple[str, ...]]:
    row: dict[str, Any] = {"claim": claim.id, "part": part.name, "p_supported": np.nan, "p_contradicted": np.nan}
    missing = [name for name in (*claim.needs, *part.needs) if not facts.has(name)]
    if missing:
        which = ", ".join(name.replace("|", " or ") for name in missing)
        return {**row, "verdict": NOT_TESTABLE, "why": f"Missing in the data: {which}."}, ()
    try:
        measured = part.measure(facts)
    except EstimationError as refused:
        return {**row, "why": str(refused)}, ()
    said = judge(measured, part.direction)
    return {**row, **_numbers(measured, said), "why": measured.doubt}, measured.notes


def _numbers(measured: Measured, said: Judged) -> dict[str, Any]:
    shown = measured.estimate.table().iloc[said.at]
    return {
        "estimate": shown["coef"] * measured.per,
        "low": shown["low"] * measured.per,
        "high": shown["high"] * measured.per,
        "threshold": measured.threshold * measured.per,
        "unit": measured.unit,
        "p_supported": said.p_supported,
        "p_contradicted": said.p_contradicted,
        "n_customers": measured.n_customers,
        "n_places": measured.n_places,
    }


def _verdict(row: pd.Series[Any]) -> str:
    if row["verdict"] == NOT_TESTABLE:
        return NOT_TESTABLE
    if row["q_supported"] <= LEVEL and not row["why"]:
        return SUPPORTED
    if row["q_contradicted"] <= LEVEL:
        return CONTRADICTED
    return CANNOT_TELL
