"""What the lexicon may miss: sentences with feeling that name staff and hold no mention, and the word pairs in them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from custservice.panel import is_readable
from custservice.quotes import clean, study_mask
from custservice.sentiment import load_lexicon, score_sentiment
from custservice.sentiment.lexicon import TOPIC
from custservice.sentiment.tokens import split_sentences
from custservice.words import percent

if TYPE_CHECKING:
    from custservice.study import Study

#: A sentence carries feeling when VADER's compound score is this far from zero.
FEELING = 0.4
#: Reviews looked at, and in how many of them a pair must stand to be shown.
_SAMPLE, _LEAST_REVIEWS = 4000, 5
_LONG = 5
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True)
class Missed:
    """Candidates for new patterns.

    Attributes
    ----------
    sentences
        Row per sentence: ``review_id``, ``sentence``, ``compound``.
    n_staff
        How many sentences that name staff were looked at.
    staff
        Words for staff.
    """

    sentences: pd.DataFrame
    n_staff: int
    staff: frozenset[str]

    @property
    def share(self) -> float:
        """Share of the sentences that name staff which carry feeling and hold no mention."""
        return len(self.sentences) / self.n_staff if self.n_staff else 0.0

    @property
    def in_short(self) -> str:
        """How much may be missed, in one sentence."""
        if not self.n_staff:
            return "No sentence names staff."
        return (
            f"Of {self.n_staff:,} sentences that name staff, {percent(self.share)} carry feeling and hold no mention. "
            "Some of them are rightly left out (wishes of others, other businesses), some are missed."
        )

    def examples(self, study: Study, n: int = 10) -> list[str]:
        """Return sentences for a page: masked, readable in length, the same in every run."""
        fit = self.sentences[self.sentences["sentence"].str.len().between(20, 180)].drop_duplicates("sentence")
        order = [hashlib.sha256(s.encode()).hexdigest() for s in fit["sentence"]]
        hide = study_mask(study)
        return [hide(s) for s in fit.assign(order=order).sort_values("order")["sentence"].head(n)]

    def pairs(self, n: int = 15) -> pd.DataFrame:
        """Return neighbouring words that stand together more often than chance makes them (log-likelihood ratio).

        Dunning (1993), Computational Linguistics 19, as NLTK computes it. Only pairs of 5 or more reviews.

        Returns
        -------
        DataFrame
            ``pair`` and ``reviews``, the strongest first.
        """
        from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder

        words = [_WORD.findall(s.lower().replace("’", "'")) for s in self.sentences["sentence"]]
        pairs_of = pd.DataFrame(
            [(r, f"{a} {b}") for r, w in zip(self.sentences["review_id"], words, strict=True) for a, b in pairwise(w)],
            columns=["review_id", "pair"],
        ).drop_duplicates()
        counts = pairs_of["pair"].value_counts()
        finder = BigramCollocationFinder.from_documents(words)
        ranked = [" ".join(pair) for pair, _ in finder.score_ngrams(BigramAssocMeasures.likelihood_ratio)]
        telling = [pair for pair in ranked if counts[pair] >= _LEAST_REVIEWS and _tells(pair, self.staff)]
        chosen = telling[:n]
        return pd.DataFrame({"pair": chosen, "reviews": [int(counts[pair]) for pair in chosen]})


def _tells(pair: str, staff: frozenset[str]) -> bool:
    """Whether one of the words is more than glue ("of the") and more than staff itself ("the staff")."""
    return any(len(word) >= _LONG and word not in staff for word in pair.split())


@cache
def find_missed(study: Study) -> Missed:
    """Look through a sample of a study's reviews for what the lexicon may miss."""
    reviews = study.reviews[is_readable(study.reviews)]
    texts = reviews.set_index("review_id")["text"].iloc[:: max(1, len(reviews) // _SAMPLE)]
    staff = load_lexicon(study.lexicon).words["staff"]
    found = study.mentions[study.mentions["family"] != TOPIC]
    heard = set(zip(found["review_id"], found["sentence"], strict=True))
    silent, n_staff = [], 0
    for review_id, text in texts.items():
        for number, (start, end) in enumerate(split_sentences(text)):
            sentence = clean(text[start:end])
            if staff.isdisjoint(_WORD.findall(sentence.lower())):
                continue
            n_staff += 1
            if (review_id, number) not in heard:
                silent.append((review_id, sentence))
    frame = pd.DataFrame(silent, columns=["review_id", "sentence"])
    compound = score_sentiment(frame["sentence"]).groupby("text_id")["compound"].mean()
    frame["compound"] = compound.reindex(frame.index).fillna(0.0)
    return Missed(frame[frame["compound"].abs() >= FEELING].reset_index(drop=True), n_staff, staff)
