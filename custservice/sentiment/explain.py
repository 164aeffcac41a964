"""Why a sentence holds the mentions it holds: what matched, what turned it, what was set aside and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from custservice.sentiment.mentions import AnyLexicon, compiled
from custservice.sentiment.read_texts import Reading

COLUMNS = ["sentence", "driver", "polarity", "words", "group", "pattern", "about", "turned", "set_aside"]
#: The group of statements that no pattern made, and why a pattern's statement does not stand.
BY_WORDING = "wording"
_UNLIKELY = "unlikely by the wording"
_TURNED = {"negated": "a negation turns it", "wish": "a wish or advice: blame"}


@dataclass(frozen=True)
class Explanation:
    """What was found in a text, counted or not; shows as a table in a notebook and as lines in a terminal.

    Attributes
    ----------
    text
        The text that was read.
    table
        Row per match of a pattern, in the order of the text: sentence (from 0), driver, polarity (after negation), the
        words that matched, group and pattern (as they stand in the lexicon; "wording" and "" where no pattern but the
        words of the sentence told it), about (the noun it is said of, "" where none was found), turned (what turned
        its polarity) and set_aside (why it is no mention, "" where it is one).
    """

    text: str
    table: pd.DataFrame

    def __repr__(self) -> str:
        """Return one line per match."""
        if self.table.empty:
            return f"{self.text!r}: no pattern matches."
        return "\n".join([repr(self.text), *(f"  {line}" for line in map(_line, self.table.to_dict("records")))])

    def _repr_html_(self) -> str:
        if self.table.empty:
            return f"<p>{escape(self.text)}</p><p>No pattern matches.</p>"
        shown = self.table.rename(columns=lambda name: name.replace("_", " "))
        return f"<p>{escape(self.text)}</p>{shown.to_html(index=False, border=0)}"


def _line(row: dict[Any, Any]) -> str:
    said = f"{row['driver']} {row['polarity']}: '{row['words']}'"
    about = f", said of '{row['about']}'" if row["about"] else ""
    turned = f", {row['turned']}" if row["turned"] else ""
    state = f"set aside: {row['set_aside']}" if row["set_aside"] else "counted"
    pattern = f": {row['pattern']}" if row["pattern"] else ""
    return f"{said}{about}{turned} - {state} [{row['group']}{pattern}]"


def explain(text: str, lexicon: AnyLexicon = None) -> Explanation:
    """Show which patterns match a text, what turned their polarity, and what was set aside and why.

    Parameters
    ----------
    text
        A sentence or a whole review.
    lexicon
        As for `find_mentions`.

    Returns
    -------
    Explanation

    Examples
    --------
    >>> explain("The waiter wasn't rude.")
    "The waiter wasn't rude."
      courtesy praise: 'rude', said of 'waiter', a negation turns it - counted [courtesy.blame.traits: rude]
    >>> explain("The hotel next door has a rude receptionist.").table["set_aside"].tolist()
    ['another business']
    """
    tables = compiled(lexicon)
    reading = Reading(tables, [text], "all")
    rows = []
    for sentence in sorted({*reading.findings, *reading.judged}):
        judged = reading.judged.get(sentence, [])
        stand = {(one.driver, one.polarity): one for one in judged}
        for finding in sorted(reading.findings.get(sentence, ()), key=lambda finding: finding.first):
            one = stand.get((finding.driver, finding.polarity))
            aside = finding.veto or (_UNLIKELY if one is None else "" if one.finding is finding else "said already")
            group, pattern, _ = tables.paths[finding.path]
            words = _words(reading, text, sentence, sorted(finding.own))
            head = "" if finding.head is None else _words(reading, text, sentence, [finding.head])
            said = (sentence, finding.driver, finding.polarity, words, group.key, group.patterns[pattern], head)
            rows.append((*said, _TURNED.get(finding.turned, finding.turned), aside))
        for one in judged:
            if one.finding is None:
                first, last = reading.span_of(sentence, one)
                words = text[reading.edges(np.array([first]), 0)[0] : reading.edges(np.array([last]), 1)[0]]
                rows.append((sentence, one.driver, one.polarity, words, BY_WORDING, "", "", "", ""))
    return Explanation(text, pd.DataFrame(rows, columns=COLUMNS))


def _words(reading: Reading, text: str, sentence: int, places: Sequence[int]) -> str:
    starts, ends = (reading.edges(np.array(reading.tokens_of(sentence, places, way)), way) for way in (0, 1))
    return " ".join(text[a:b] for a, b in zip(starts, ends, strict=True))
