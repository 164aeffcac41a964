"""Why a sentence holds the mentions it holds: what matched, what turned it, what was set aside and why."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from custservice.sentiment.engine import read_line
from custservice.sentiment.mentions import AnyLexicon, compiled
from custservice.sentiment.reading import mentions_of, read_sentence
from custservice.sentiment.tokens import split_sentences

COLUMNS = ["sentence", "driver", "polarity", "words", "group", "pattern", "about", "turned", "set_aside"]
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
        words that matched, group and pattern (as they stand in the lexicon), about (the noun it is said of, "" where
        none was found), turned (what turned its polarity) and set_aside (why it is no mention, "" where it is one).
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
    return f"{said}{about}{turned} - {state} [{row['group']}: {row['pattern']}]"


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
    rows = []
    for number, (start, end) in enumerate(split_sentences(text)):
        sentence = text[start:end]
        line = read_line(tables, sentence)
        spans = line.offsets(tables, sentence)
        found = read_sentence(tables, line.tokens)
        counted = {id(f) for f in mentions_of(found)}
        for f in sorted(found, key=lambda f: f.first):
            places = sorted(f.own)
            aside = f.veto or ("" if id(f) in counted else "said already")
            group, pattern, _ = tables.paths[f.path]
            words = " ".join(sentence[slice(*spans[k])] for k in places)
            head = "" if f.head is None else sentence[slice(*spans[f.head])]
            said = (number, f.driver, f.polarity, words, group.key, group.patterns[pattern], head)
            rows.append((*said, _TURNED.get(f.turned, f.turned), aside))
    return Explanation(text, pd.DataFrame(rows, columns=COLUMNS))
