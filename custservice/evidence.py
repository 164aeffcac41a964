"""The sentences behind any number of mentions, for analysts: unmasked, one row per mention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from custservice.errors import StudyError, did_you_mean
from custservice.quotes import clean
from custservice.sentiment.tokens import split_sentences

if TYPE_CHECKING:
    from custservice.study import Study

COLUMNS = ["review_id", "location_id", "reviewed_at", "returned", "driver", "polarity", "evidence", "sentence"]


def sentences_behind(
    study: Study,
    driver: str | None = None,
    polarity: str | None = None,
    location: str | None = None,
    since: str | None = None,
    returned: bool | None = None,
) -> pd.DataFrame:
    """Return the sentences behind a number (parameters as in `Study.quotes`)."""
    found = study.mentions
    for column, value in {"driver": driver, "polarity": polarity}.items():
        if value is not None:
            _known(value, found[column].unique().tolist(), column)
            found = found[found[column] == value]
    reviews = study.reviews[["review_id", "location_id", "reviewed_at", "text"]]
    if location is not None:
        _known(location, reviews["location_id"].dropna().unique().tolist(), "location")
        reviews = reviews[reviews["location_id"] == location]
    if since is not None:
        reviews = reviews[reviews["reviewed_at"] >= _date(since)]
    outcome = study.panel.loc[study.panel["review_id"].notna(), ["review_id", "returned"]]
    rows = found.merge(reviews, on="review_id").merge(outcome, on="review_id", how="left")
    if returned is not None:
        rows = rows[rows["returned"].eq(int(returned)).fillna(False).astype(bool)]
    spans = zip(rows["text"], rows["start"], rows["end"], strict=True)
    whole = pd.Series([sentence_at(text, start, end) for text, start, end in spans], index=rows.index, dtype="str")
    rows = rows.assign(sentence=whole).sort_values(["reviewed_at", "review_id", "start"], ascending=[False, True, True])
    return rows[COLUMNS].reset_index(drop=True)


def _known(value: str, allowed: list[str], what: str) -> None:
    if value not in allowed:
        raise StudyError(f"No mention has the {what} '{value}'{did_you_mean(value, allowed)}.")


def _date(since: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(since)
    except ValueError:
        raise StudyError(f"'{since}' is no date; write it as 2024-12-31.") from None


def sentence_at(text: str, start: int, end: int) -> str:
    """Return the sentence of a text that holds the characters from ``start`` to ``end``."""
    around = [text[a:b] for a, b in split_sentences(text) if a <= start and end <= b]
    return clean(around[0] if around else text[start:end])
