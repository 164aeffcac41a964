"""What a ledger says, in words: an answer, and a card for each claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from custservice.asked import scope
from custservice.claims.claim import Claim, Part
from custservice.claims.effects import UNIT
from custservice.claims.ledger import CANNOT_TELL, CONTRADICTED, NOT_TESTABLE, SUPPORTED, VERDICTS, Ledger
from custservice.part import chain_of

if TYPE_CHECKING:
    from custservice.study import Study

#: What each verdict means, in plain words.
MEANING = {
    SUPPORTED: "the data show more than the threshold that was declared beforehand, and chance hardly explains it",
    CONTRADICTED: "the data show less than that threshold, or the opposite, and chance hardly explains it",
    CANNOT_TELL: "the data fit both, or are too few",
    NOT_TESTABLE: "a column that the test needs is not in the data",
}
_FEWEST = 5


@dataclass(frozen=True)
class Line:
    """One test of a card in words.

    Attributes
    ----------
    part
        What is asked, "" where the claim has one test only.
    verdict
        One of the four.
    found
        What was measured, with its interval and what it rests on; "" where nothing was.
    test
        How it was tested, and what was declared beforehand.
    notes
        What else a reader should know.
    """

    part: str
    verdict: str
    found: str
    test: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """A claim with its tests in words."""

    claim: Claim
    lines: tuple[Line, ...]


def in_words(ledger: Ledger) -> list[Card]:
    """Return a card for each claim, those with something to say first."""
    rows = {(row["claim"], row["part"]): row for row in ledger.table.to_dict("records")}
    made = [
        Card(
            claim,
            tuple(_line(part, rows[claim.id, part.name], ledger.notes[claim.id, part.name]) for part in claim.parts),
        )
        for claim in ledger.claims
    ]
    return sorted(made, key=lambda card: min((VERDICTS.index(line.verdict), not line.found) for line in card.lines))


def summary(ledger: Ledger) -> str:
    """Say how many tests ended how."""
    counts = ledger.counts()
    said = [f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]]
    n, tests = len(ledger.claims), len(ledger.table)
    return (
        f"{n} claim{'s' * (n != 1)} that books and talks make about customer service, "
        f"in {tests} test{'s' * (tests != 1)}: "
        f"{', '.join(said[:-1])}{' and ' if len(said) > 1 else ''}{said[-1]}."
    )


def whose(study: Study) -> str:
    """Say whose visits the verdicts are about: of a part of one place or person, those of all in its period."""
    chain = chain_of(study)
    alone = "" if chain is study else " The verdicts are about all of them: one alone has too few reviews."
    return f"{scope(chain)}{alone}"


def overview(ledger: Ledger) -> pd.DataFrame:
    """Return a row per test in words: claim, verdict, found (without what it rests on)."""
    rows = [
        (f"{card.claim.words}{f' ({line.part})' if line.part else ''}", line.verdict, line.found.partition("), ")[0])
        for card in in_words(ledger)
        for line in card.lines
    ]
    found = [(claim, verdict, f"{size})" if size else "") for claim, verdict, size in rows]
    return pd.DataFrame(found, columns=["claim", "verdict", "found"])


def numbers(ledger: Ledger) -> pd.DataFrame:
    """Return the numbers of the tests that measured something, as published: fewer than 5 customers are hidden."""
    table = ledger.table[ledger.table["estimate"].notna()]
    pairs = zip(table["claim"], table["part"], strict=True)
    names = [f"{claim.replace('_', ' ')}{f': {part}' if part else ''}" for claim, part in pairs]
    columns = ["estimate", "low", "high", "threshold", "unit", "q_supported", "q_contradicted"]
    customers = table["n_customers"].astype("Int64")
    return table[columns].assign(claim=names, n_customers=customers.mask(customers < _FEWEST))[
        ["claim", *columns, "n_customers"]
    ]


def _line(part: Part, row: Mapping[Any, Any], notes: tuple[str, ...]) -> Line:
    beyond = "above" if part.direction > 0 else "below"
    words = "" if part.threshold == "none" else f" ({part.threshold})"
    if pd.isna(row["estimate"]):
        declared = f"Declared beforehand: supported {beyond} {'zero' if not words else part.threshold}."
        return Line(part.name, row["verdict"], "", f"{part.test} {declared}", (str(row["why"]),))
    number = _number(row["threshold"], row["unit"]) if words else "zero"
    doubt = (f"Against it speaks that {row['why']}.",) if row["why"] else ()
    test = f"{part.test} Declared beforehand: supported {beyond} {number}{words}."
    return Line(part.name, row["verdict"], _found(row), test, (*doubt, *notes))


def _found(row: Mapping[Any, Any]) -> str:
    unit = row["unit"]
    size = _number(row["estimate"], unit)
    span = f"{_number(row['low'], unit)} to {_number(row['high'], unit)}"
    return f"{size} {unit} ({span}), {_many(row['n_customers'], 'customer')} at {_many(row['n_places'], 'place')}"


def _many(n: float, what: str) -> str:
    if n < _FEWEST and what == "customer":
        return f"fewer than {_FEWEST} customers"
    return f"{n:,.0f} {what}{'' if n == 1 else 's'}"


def _number(value: float, unit: str) -> str:
    form = (
        "{:+,.0f}" if unit == UNIT else "{:.0f}" if unit == "per 100" else "{:+.2g}" if abs(value) < 10 else "{:+.0f}"
    )
    return form.format(value).replace("-", "\N{MINUS SIGN}")
