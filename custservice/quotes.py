"""Customers' own words for a page: chosen evenly, names and contact details masked, evidence highlighted."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custservice.sentiment.tokens import split_sentences
from custservice.sentiment.vader import score_sentence

if TYPE_CHECKING:
    from custservice.study import Study

LONGEST = 260
#: Published quotes need this many mentions behind them, so that no single customer is put on show.
LEAST_MENTIONS = 5
_SAMPLE = 4000
#: Log odds from which on a mention is sure, and below which it is not quoted.
_SURE, _DOUBTFUL = 4.0, 3.0
#: Sentiment (VADER's compound score) from which on a sentence carries feeling.
_FELT = 0.05
#: The part before the @ has its greatest length allowed: without it, a word of 100,000 letters takes a minute.
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\w)[+(]?\d[\d\s().-]{6,}\d(?!\w)")
_HANDLE = re.compile(r"(?<!\w)@\w{2,}")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_REPEATED = re.compile(r"\[name\](?: \[name\])+")
_NO_NAME_ENDS_SO = ("ing", "fully", "lessly", "ously", "ably", "ful", "less", "ness", "ous", "tion", "ment", "able")
_MARKUP = re.compile(r"<[^<>]{1,80}>")
_NEVER_NAMES = frozenset(
    [
        "i",
        "i'm",
        "i've",
        "i'd",
        "i'll",
        "ok",
        "wifi",
        "wi-fi",
        "tv",
        "english",
        "british",
        "american",
        "european",
        "asian",
        "french",
        "italian",
        "german",
        "spanish",
        "chinese",
        "indian",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "christmas",
        "easter",
    ]
)


class Mask:
    """Hides names, addresses and numbers in quotes; what is a name is learned from how the texts spell it.

    A word is taken for a name when it is written with a capital letter inside sentences far more often than without
    one. A capitalised word that the sample never shows in lower case is hidden too, better one word too many, unless it
    is a word of the lexicons or ends as names do not ("Wonderfully").

    Examples
    --------
    >>> mask = Mask(["the staff were kind and so was Maya", "Maya was kind, call 020 7946 0991 or mail a@b.example"])
    >>> mask("Maya was kind, call 020 7946 0991 or mail a@b.example")
    '[name] was kind, call [number] or mail [address]'
    """

    def __init__(self, texts: Iterable[str], keep: Iterable[str] = ()) -> None:
        self._lower: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()
        for text in texts:
            for found in _WORD.finditer(text):
                word = found.group()
                if word[0].isupper():
                    inside = bool(text[: found.start()].rstrip()[-1:].isalnum())
                    self._capital[word.lower()] += inside and not word.isupper()
                else:
                    self._lower[word] += 1
        self._keep = _NEVER_NAMES.union(*(w.lower().split() for w in keep))

    def __call__(self, text: str) -> str:
        """Return the text with names and contact details replaced by ``[name]``, ``[address]``, ``[number]``."""
        text = _LINK.sub("[address]", _EMAIL.sub("[address]", text))
        text = _PHONE.sub("[number]", _HANDLE.sub("[name]", text))
        return _REPEATED.sub("[name]", _WORD.sub(lambda found: self._hidden(found, text), text))

    def _hidden(self, found: re.Match[str], text: str) -> str:
        word = found.group()
        if text[max(0, found.start() - 1) : found.end() + 1] in ("[name]", "[address]", "[number]"):
            return word
        key = word.lower().replace("’", "'")
        key = key.removesuffix("'s") if key.endswith("'s") else key
        if key in self._keep:
            return word
        lower, capital = self._lower[key], self._capital[key]
        is_name = capital > 4 * lower
        unknown = word[0].isupper() and not word.isupper() and lower == 0 and not _is_common(key)
        if not (is_name or unknown):
            return word
        return "[name]" + ("'s" if word.lower().replace("’", "'").endswith("'s") else "")


def _is_common(word: str) -> bool:
    return word in _lexicon_words() or word.endswith(_NO_NAME_ENDS_SO)


@cache
def _lexicon_words() -> frozenset[str]:
    """Words of feeling and of the drivers, which open sentences in capitals ("Thoughtful staff") and are no names."""
    import tomllib
    from importlib.resources import files

    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    text = files("custservice.sentiment").joinpath("drivers.toml").read_text("utf-8")
    names = set(tomllib.loads(text)["words"]["name"].split())
    words = {word for word in _WORD.findall(text) if word.islower()}
    feeling = (word for word in SentimentIntensityAnalyzer().lexicon if word.isalpha())
    return frozenset(words.union(feeling) - names)


def clean(text: str) -> str:
    r"""Return text as one safe line: no markup, control or direction characters, single spaces.

    Examples
    --------
    >>> clean("Nice<br/>staff\u202e\x00 here")
    'Nice staff here'
    """
    return " ".join(no_controls(_MARKUP.sub(" ", text)).split())


def no_controls(text: str) -> str:
    r"""Return text without characters that turn its direction, hide, or control; line ends and tabs become spaces.

    Examples
    --------
    >>> no_controls("1 < 2\u202e\x00 here")
    '1 < 2  here'
    """
    if text.isascii() and text.isprintable():
        return text
    kinds = ((c, unicodedata.category(c)) for c in text)
    return "".join(" " if kind == "Cc" else c for c, kind in kinds if kind not in ("Cf", "Cs"))


def make_mask(reviews: pd.DataFrame) -> Mask:
    """Learn names from a sample of the reviews; words of the locations' own names stay readable."""
    texts = reviews["text"].dropna()
    sample = texts.iloc[:: max(1, len(texts) // _SAMPLE)]
    places = reviews["location_id"].dropna().astype(str).drop_duplicates().str.replace(r"[-_]", " ", regex=True)
    return Mask(sample, places)


def choose_quotes(
    reviews: pd.DataFrame, mentions: pd.DataFrame, driver: str, polarity: str, n: int = 3, mask: Mask | None = None
) -> pd.DataFrame:
    """Choose sentences that show a driver: readable in length, from different places, the same in every run.

    The surest come first, then those whose words of feeling agree with the polarity: they show plainly what was meant.
    None is shown that more likely than one in ten says something else.

    Parameters
    ----------
    reviews, mentions
        Tables as defined in data/README.md; ``log_odds`` of the mentions tells how sure each is, all are without it.
    driver, polarity
        What the sentence mentions; none is returned where fewer than 5 mentions stand behind it.
    n
        How many at most.
    mask
        What hides names; learned from ``reviews`` by default.

    Returns
    -------
    DataFrame
        ``location_id``, ``month`` and ``before``, ``evidence``, ``after``: the masked sentence in three parts.
    """
    columns = ["location_id", "month", "before", "evidence", "after"]
    found = mentions[(mentions["driver"] == driver) & (mentions["polarity"] == polarity)]
    if len(found) < LEAST_MENTIONS:
        return pd.DataFrame(columns=columns, dtype="str")
    hide = mask if mask is not None else make_mask(reviews)
    sure = found["log_odds"] if "log_odds" in found else pd.Series(np.inf, index=found.index)
    found = found[sure >= _DOUBTFUL].assign(doubt=sure < _SURE)
    order = [hashlib.sha256(f"{driver}{r}".encode()).hexdigest() for r in found["review_id"]]
    found = found.assign(order=order).sort_values("order").head(40 * n)
    rows = found.merge(reviews[["review_id", "text", "location_id", "reviewed_at"]], on="review_id")
    triples = list(zip(rows["text"], rows["start"], rows["end"], strict=True))
    spans = [_sentence_span(text, start, end) for text, start, end in triples]
    rows["length"] = [b - a for a, b in spans]
    rows["said"] = [hide(clean(text[a:b])).casefold() for (text, _, _), (a, b) in zip(triples, spans, strict=True)]
    rows = rows[~rows["said"].duplicated()]
    rows["unfit"] = ~rows["length"].between(30, 180) + rows.duplicated("location_id") * 1
    rows["against"] = [-_feeling(said[:LONGEST], polarity) for said in rows["said"]]
    rows = rows.sort_values(["unfit", "doubt", "against", "order"], kind="stable").head(n)
    parts = [
        _parts(text, start, end, hide)
        for text, start, end in zip(rows["text"], rows["start"], rows["end"], strict=True)
    ]
    frame = pd.DataFrame(parts, columns=columns[2:], dtype="str")
    frame.insert(0, "month", rows["reviewed_at"].dt.strftime("%B %Y").to_numpy())
    frame.insert(0, "location_id", rows["location_id"].to_numpy())
    return frame


@dataclass(frozen=True)
class Said:
    """Quotes of one driver and polarity, and where they stand on a page.

    Attributes
    ----------
    driver, polarity, family, n_mentions
        What they mention, and how many mentions stand behind them.
    quotes
        As `choose_quotes` returns them.
    """

    driver: str
    polarity: str
    family: str
    n_mentions: int
    quotes: pd.DataFrame = field(repr=False)

    @property
    def anchor(self) -> str:
        """The place on the page."""
        return anchor(self.driver, self.polarity)

    @property
    def family_anchor(self) -> str:
        """The place of the family, where its first driver stands."""
        return anchor(f"family-{self.family}", self.polarity)


def anchor(name: str, polarity: str) -> str:
    """Return the id of the place on a page where quotes stand.

    Examples
    --------
    >>> anchor("hand_offs", "blame")
    'quotes-hand-offs-blame'
    """
    return f"quotes-{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{polarity}"


def quotes_for(study: Study, driver: str, polarity: str, n: int = 3) -> pd.DataFrame:
    """Choose quotes of a study (see `choose_quotes`)."""
    return choose_quotes(study.reviews, study.scored_mentions, driver, polarity, n, study_mask(study))


@cache
def study_mask(study: Study) -> Mask:
    """Return the mask of a study's reviews, learned once."""
    return make_mask(study.reviews)


def quote_html(quotes: pd.DataFrame) -> str:
    """Return quotes as HTML, evidence in ``<mark>``; every part is escaped."""
    items = [
        f"<li><q>{escape(str(q['before']))}<mark>{escape(str(q['evidence']))}</mark>{escape(str(q['after']))}</q> "
        f"<span class='where'>{escape(clean(str(q['location_id'])))}, {escape(str(q['month']))}</span></li>"
        for q in quotes.to_dict("records")
    ]
    return f"<ul class='quotes'>{''.join(items)}</ul>" if items else ""


def _feeling(said: str, polarity: str) -> int:
    """Return 1 where a sentence's words of feeling agree with the polarity, -1 where they speak against it, else 0."""
    compound = score_sentence(said).compound * (-1 if polarity == "blame" else 1)
    return int(compound > _FELT) - int(compound < -_FELT)


def _sentence_span(text: str, start: int, end: int) -> tuple[int, int]:
    around = [(a, b) for a, b in split_sentences(text) if a <= start and end <= b]
    return around[0] if around else (start, end)


def _parts(text: str, start: int, end: int, hide: Mask) -> tuple[str, str, str]:
    first, last = _sentence_span(text, start, end)
    masked = hide(clean(text[first:start]) + "\x02" + clean(text[start:end]) + "\x03" + clean(text[end:last]))
    before, _, rest = masked.partition("\x02")
    evidence, _, after = rest.partition("\x03")
    gap_before = " " if before and text[start - 1 : start].isspace() else ""
    gap_after = " " if after and text[end : end + 1].isspace() else ""
    room = max(LONGEST - len(evidence), 0)
    if len(before) + len(after) > room:
        before = "… " + before[len(before) - room // 2 :].lstrip() if len(before) > room // 2 else before
        after = after[: max(room - len(before), 0)].rstrip() + " …" if len(after) > room - len(before) else after
    if len(evidence) > LONGEST:
        evidence = evidence[:LONGEST] + " …"
    return before + gap_before, evidence, gap_after + after
