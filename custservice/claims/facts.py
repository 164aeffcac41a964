"""What claims are tested on: the panel of a study with the feeling of its texts, each computed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from custservice.cache import hash_code, hash_of
from custservice.claims.events import events_path, read_events
from custservice.errors import EstimationError
from custservice.panel import exposure_columns
from custservice.part import chain_of
from custservice.regression import Effects, estimate_effects
from custservice.regression.checks import Check, placebo
from custservice.silent.feeling import Feelings, find_feelings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from custservice.study import Study


@dataclass(frozen=True)
class Facts:
    """The facts of a study that claims are held against.

    Attributes
    ----------
    panel
        One row per visit, as `custservice.build_panel` returns it, with further columns of reviews and visits.
    sentences
        Row per sentence of the reviews: review_id, sentence, compound, negative (as `custservice.score_sentiment`).
    mentions
        Row per mention: review_id, sentence, driver, polarity, evidence.
    controls
        What is held constant, None for the default.
    events
        Row per event: location_id, date; None where the study has none.
    """

    panel: pd.DataFrame = field(repr=False)
    sentences: pd.DataFrame = field(repr=False)
    mentions: pd.DataFrame = field(repr=False)
    controls: Sequence[str] | None = None
    events: pd.DataFrame | None = field(repr=False, default=None)

    @cached_property
    def reviewed(self) -> pd.DataFrame:
        """Visits whose review was read, with ``feeling``: the mean compound score of the review's sentences."""
        panel = self.panel
        rows = panel[panel["review_id"].notna()]
        feeling = self.sentences.groupby("review_id")["compound"].mean()
        return rows.assign(feeling=rows["review_id"].map(feeling).astype("float64"))

    @cached_property
    def sequence(self) -> pd.DataFrame:
        """Reviewed visits in the order of each customer, with what the customer's next review feels and rates."""
        rows = self.reviewed.sort_values(["customer_id", "time_zero", "visit_id"], kind="stable")
        later = rows.groupby("customer_id", sort=False)
        extra = {"next_feeling": later["feeling"].shift(-1)}
        if "rating" in rows:
            extra["next_rating"] = later["rating"].shift(-1)
        return rows.assign(**extra)

    @cached_property
    def stars(self) -> Feelings:
        """Which reviewed visits their ratings call good and bad (see `custservice.silent.feeling`)."""
        return find_feelings(self.reviewed, "rating")

    @cached_property
    def drivers(self) -> list[str]:
        """Columns of drivers."""
        return exposure_columns(self.panel)

    @cached_property
    def topics(self) -> list[str]:
        """Columns of topics."""
        return exposure_columns(self.panel, topics=True)

    @cached_property
    def average(self) -> float:
        """Share of reviewed visits with a known outcome that were followed by a return."""
        return float(self.reviewed["returned"].mean())

    @property
    def effects(self) -> Effects:
        """Effects of all mentions on returns, as the other pages show them.

        Raises
        ------
        EstimationError
            They cannot be estimated.
        """
        found = self._effects
        if isinstance(found, EstimationError):
            raise found
        return found

    @cached_property
    def past(self) -> Check | None:
        """The placebo on earlier visits, None where it cannot be asked."""
        try:
            return placebo(self.panel, controls=self.controls)
        except EstimationError:
            return None

    def has(self, column: str) -> bool:
        """Whether a column of the tables is there and holds something; "a|b" asks for either."""
        if "|" in column:
            return any(self.has(each) for each in column.split("|"))
        if column == "events":
            return self.events is not None and len(self.events) > 0
        return column in self.panel and bool(self.panel[column].notna().any())

    @cached_property
    def _effects(self) -> Effects | EstimationError:
        try:
            return estimate_effects(self.panel, controls=self.controls)
        except EstimationError as refused:
            return refused


def facts_of(study: Study) -> Facts:
    """Return the facts of a study.

    Parameters
    ----------
    study
        As `custservice.open_study` returns it; of a part of one place or person, those of all in its period.
    """
    whole = chain_of(study)
    path = events_path(whole)
    events = None if path is None else read_events(path)
    return Facts(whole.panel, _sentences(whole), whole.mentions, whole.config.controls, events)


def _sentences(study: Study) -> pd.DataFrame:
    """Return the feeling of each sentence, from the study's cache; a part's are those of the whole."""
    from custservice.panel import is_readable
    from custservice.sentiment import score_sentiment

    whole = getattr(study, "whole", None)
    if whole is not None:
        return _sentences(whole)

    def read() -> pd.DataFrame:
        texts = study.reviews[is_readable(study.reviews)].set_index("review_id")["text"]
        scored = score_sentiment(texts)[["text_id", "sentence", "compound", "negative"]]
        return scored.rename(columns={"text_id": "review_id"})

    key = hash_of("sentences", study._made("reviews"), hash_code("sentiment"))
    return study._cache.frame("sentences", key, read)
