"""Mentions in their sentences, the words that count marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from custservice.errors import InputError
from custservice.quotes import no_controls
from custservice.sentiment.tokens import split_sentences
from custservice.show import mark, small_table, text
from custservice.words import plain, sentence

#: Around the evidence so many letters of its sentence are shown.
_AROUND = 160
_MARKUP = re.compile(r"<[^<>]{1,80}>")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Highlighted:
    """Sentences with what was found in them marked; made by `highlight`.

    Attributes
    ----------
    table
        Row per mention: driver, polarity, ``before``, ``evidence``, ``after`` (the sentence in three parts), and
        location_id and reviewed_at where they are known.
    total
        How many mentions there were.
    """

    table: pd.DataFrame
    total: int

    def __repr__(self) -> str:
        """Return a line per mention, its evidence in brackets."""
        if self.table.empty:
            return "No mention."
        lines = [
            f"{row['driver']} {row['polarity']}: {row['before']}[{row['evidence']}]{row['after']}"
            for row in self.table.to_dict("records")
        ]
        return "\n".join([*lines, *self._more])

    def _repr_html_(self) -> str:
        if self.table.empty:
            return "<p>No mention.</p>"
        extra = [name for name in ("location_id", "reviewed_at") if name in self.table]
        rows = [
            [
                f"{mark(row['polarity'])} {text(sentence(plain(row['driver'], row['polarity'])))}",
                f'{text(row["before"])}<mark style="background:#ffe9a8;color:#1c1c1c">{text(row["evidence"])}</mark>'
                f"{text(row['after'])}",
                *(text(_short_day(row[name])) for name in extra),
            ]
            for row in self.table.to_dict("records")
        ]
        head = ["behaviour", "in their words", *({"location_id": "location", "reviewed_at": "day"}[n] for n in extra)]
        return small_table(f"{self.total:,} mention{'' if self.total == 1 else 's'}", head, rows, self._more)

    @property
    def _more(self) -> list[str]:
        left = self.total - len(self.table)
        return [f"{left:,} more are not shown; most=... shows more."] if left > 0 else []


def highlight(mentions: pd.DataFrame, texts: Any = None, *, most: int = 20) -> Highlighted:
    """Show mentions in their sentences, the words that count marked: for analysts, since nothing is masked.

    Parameters
    ----------
    mentions
        As `custservice.find_mentions` or ``study.mentions`` return them, or as ``study.quotes()`` does, which holds the
        sentences already. Chosen rows of them will do.
    texts
        What the mentions were found in: the list or Series that was given to `find_mentions`, or ``study.reviews``.
        Not needed for ``study.quotes()``.
    most
        How many are shown.

    Raises
    ------
    InputError
        The table holds no mentions, or their texts are not given.

    Examples
    --------
    >>> from custservice import find_mentions
    >>> texts = ["The food was awful but our waitress was lovely. We left late."]
    >>> highlight(find_mentions(texts), texts)
    warmth praise: The food was awful but our [waitress was lovely].
    """
    missing = [name for name in ("driver", "polarity", "evidence") if name not in mentions]
    if missing:
        raise InputError(f"There is no column '{missing[0]}': give a table of mentions, as find_mentions returns it.")
    shown = mentions.head(max(most, 0))
    whole = "sentence" in shown and not pd.api.types.is_numeric_dtype(shown["sentence"])
    parts = [_within(*pair) for pair in zip(shown["sentence"], shown["evidence"], strict=True)] if whole else None
    parts = _cut(shown, texts) if parts is None else parts
    table = shown[[name for name in ("driver", "polarity", "location_id", "reviewed_at") if name in shown]]
    told = pd.DataFrame(parts, columns=["before", "evidence", "after"], index=table.index, dtype="str")
    return Highlighted(pd.concat([table, told], axis=1).reset_index(drop=True), len(mentions))


def _within(whole: str, evidence: str) -> tuple[str, str, str]:
    """Split a sentence at its evidence, which stands at its front where it cannot be found."""
    needle = _line(evidence).strip()
    before, found, after = _line(whole).partition(needle)
    return _near(before, found, after) if found else _near("", needle, f" \N{EM DASH} {whole}")


def _cut(mentions: pd.DataFrame, texts: Any) -> list[tuple[str, str, str]]:
    """Cut each mention's sentence out of its text, by the offsets."""
    name = "review_id" if "review_id" in mentions else "text_id"
    if texts is None or not {name, "start", "end"} <= set(mentions.columns):
        raise InputError(
            "What the mentions were found in is missing: highlight(mentions, texts), such as "
            "highlight(study.mentions, study.reviews)."
        )
    by_id = texts.set_index("review_id")["text"] if isinstance(texts, pd.DataFrame) else pd.Series(texts)
    parts = []
    for key, start, end in mentions[[name, "start", "end"]].itertuples(index=False):
        if key not in by_id.index:
            raise InputError(f"The texts hold none with the id '{key}': give those that the mentions were found in.")
        whole = str(by_id.loc[key])
        spans = ((a, b) for a, b in split_sentences(whole) if a <= start and end <= b)
        first, last = next(spans, (start, end))
        parts.append(_near(_line(whole[first:start]), _line(whole[start:end]), _line(whole[end:last])))
    return parts


def _near(before: str, evidence: str, after: str) -> tuple[str, str, str]:
    """Shorten a sentence around its evidence."""
    before = f"… {before[-_AROUND:]}" if len(before) > _AROUND else before.lstrip()
    after = f"{after[:_AROUND]} …" if len(after) > _AROUND else after.rstrip()
    return before, f"{evidence[:_AROUND]} …" if len(evidence) > _AROUND else evidence, after


def _line(said: str) -> str:
    """Return text in one line, without markup or characters that control or turn; spaces at its ends stay."""
    return _SPACES.sub(" ", no_controls(_MARKUP.sub(" ", said)))


def _short_day(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) and not pd.isna(value) else str(value)
