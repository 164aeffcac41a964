"""The question of a study, asked once: its answer in plain words, and the tables and titles behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from custservice.errors import EstimationError
from custservice.findings import Finding, answer, find, how_sure, reportable, single_drivers, what_it_would_take
from custservice.first_step import FirstStep, first_step
from custservice.here import where_here, whose_effects
from custservice.observation import when_known
from custservice.part import Part, chain_of
from custservice.quality import hide_small, period
from custservice.regression import DEFAULT_CONTROLS, Effects, estimate_effects
from custservice.words import CERTAINTY, rounded

if TYPE_CHECKING:
    from custservice.study import Study

_FEWEST_DRAWN = 4


@dataclass(frozen=True)
class Asked:
    """The answer of a study to its one question; made by `ask`.

    Attributes
    ----------
    study, panel
        What was asked, and the visits of all places in its period.
    effects
        None where nothing could be estimated.
    reason
        Why not, in one sentence.
    """

    study: Study
    panel: pd.DataFrame = field(repr=False)
    effects: Effects | None
    reason: str = ""

    @cached_property
    def findings(self) -> list[Finding]:
        """The surest effects as sentences, the most costly first."""
        return find(self.effects)

    @cached_property
    def step(self) -> FirstStep | None:
        """What to do first, None where no effect is clear."""
        return first_step(self.effects, self.panel, self.study.config.report.min_reviews)

    @property
    def here(self) -> str:
        """The one location that the page is about, "" for any other page."""
        return self.study.choice.location if isinstance(self.study, Part) else ""

    @property
    def answer(self) -> str:
        """The answer in one or two sentences."""
        return answer(self.effects, self.findings, self.reason)

    @property
    def clear(self) -> bool:
        """Whether at least one effect is clear."""
        return bool(self.findings) and self.findings[0].certainty == "clear"

    @property
    def sureness(self) -> str:
        """How sure the answer is, and whose it is where the page is about one place."""
        whose = "" if self.effects is None else whose_effects(self.study)
        return " ".join(s for s in (f"This is clear: {CERTAINTY['clear']}." if self.clear else "", whose) if s)

    @property
    def what_returns_are(self) -> str:
        """What stands in for a return where there is no record of visits, else ""."""
        return "There is no record of visits: here, coming back means a second review." if self.study.stand_in else ""

    @property
    def preface(self) -> str:
        """What to know before the findings, "" where at least one is clear."""
        if not self.findings:
            chance = "Nothing was found that chance alone could not easily make."
            return "Nothing yet." if self.effects is None else chance
        return "" if self.clear else "Nothing clear was found. What follows may be real or may be chance:"

    @property
    def what_to_do(self) -> str:
        """What to do first, in one sentence."""
        if self.step is not None:
            return f"What to do first: {self.step.text}"
        if self.effects is None:
            return "There is nothing to act on yet."
        if self.clear:
            return "What is clear here points to no single behaviour to work on yet."
        return "Nothing here is sure enough to act on yet."

    @property
    def first(self) -> list[str]:
        """What to do first and where; where nothing is sure enough, what it would take to know."""
        if self.step is not None:
            return [self.what_to_do, self.where]
        if self.effects is None and when_known(self.panel):
            return [self.what_to_do, "Until then, this page says what customers mention."]
        return [self.what_to_do, what_it_would_take(self.effects, self.panel)]

    @property
    def where(self) -> str:
        """Where to do it, in one sentence."""
        here = where_here(self.study, self.step)
        if here:
            return here
        return "Nowhere yet: no single behaviour is sure enough to act on." if self.step is None else self.step.where

    @property
    def how_sure(self) -> list[str]:
        """What stands behind the findings, in plain words."""
        if self.effects is None:
            return ["Nothing is compared yet." if when_known(self.panel) else self.reason]
        given = self.study.config.controls
        controls = list(DEFAULT_CONTROLS if given is None else given)
        lines = how_sure(self.effects, controls, self.study.config.window_days, self.study.stand_in)
        return [line for line in (*lines, when_known(self.panel)) if line and line not in self.first]

    @property
    def measured(self) -> pd.DataFrame:
        """Effects of single drivers that are sound enough to draw."""
        return pd.DataFrame() if self.effects is None else reportable(self.effects)

    @property
    def shown(self) -> pd.DataFrame:
        """The effects a leader sees: those of the findings, filled up with the next surest to four."""
        table = self.measured
        if table.empty:
            return table
        said = {(f.driver, f.polarity) for f in self.findings}
        ranked = table.sort_values("p_value")
        among = [pair in said for pair in zip(ranked["driver"], ranked["polarity"], strict=True)]
        rest = ranked[[not a for a in among]].head(max(_FEWEST_DRAWN - sum(among), 0))
        return pd.concat([ranked[among], rest])

    @property
    def headline(self) -> str:
        """What the effects show, as a title."""
        if not self.clear:
            return "Nothing that staff do stands out clearly from chance"
        first = self.findings[0]
        size = abs(rounded(first.effect, first.error))
        change = "fewer" if first.effect < 0 else "more"
        return f"{first.name}: {size} {change} returns per 1,000 visits"

    @property
    def measure(self) -> str:
        """The measure, the period and n of the effects, as a subtitle."""
        if self.effects is None:
            return ""
        window = self.study.config.window_days
        return (
            f"Difference in returns within {window} days against like visits without the mention, "
            f"{period(self.panel)}, {self.effects.counts['sample']:,.0f} reviewed visits"
        )

    @property
    def notes(self) -> list[str]:
        """How the effects were estimated."""
        return [self.reason] if self.effects is None else list(self.effects.notes)

    @property
    def weak(self) -> str:
        """What is not drawn because too few returns are expected, in one sentence."""
        if self.effects is None:
            return ""
        n = len(single_drivers(self.effects)) - len(self.measured)
        return f"Not drawn, and marked in the table: {n} with fewer than 10 expected returns." if n else ""

    def power_table(self) -> pd.DataFrame:
        """Return the smallest difference the study could see, per driver, easiest first."""
        columns = ["driver", "polarity", "n_mentions", "smallest_effect"]
        return self.measured[columns].sort_values("smallest_effect") if len(self.measured) else _none(columns)

    def effects_table(self) -> pd.DataFrame:
        """Return the effects as published, largest share of all returns first.

        ``sound`` is "no" where fewer than 10 returns (or non-returns) are expected, so that the interval is too short.
        """
        columns = ["driver", "polarity", "n_mentions", "effect", "low", "high", "p_value", "q_value"]
        if self.effects is None:
            return _none([*columns, "effect_per_1000_reviewed", "sound"])
        table = self.effects.table
        sound = [("yes" if i in self.measured.index else "no") for i in table.index]
        sound = ["pool" if d.startswith("other ") else s for d, s in zip(table["driver"], sound, strict=True)]
        order = table["effect_per_1000_reviewed"].abs().sort_values(ascending=False).index
        return table.assign(sound=sound).loc[order, [*columns, "effect_per_1000_reviewed", "sound"]]

    def too_rare(self) -> pd.DataFrame:
        """Return the drivers that are too rare to say anything about; counts under 5 are hidden."""
        columns = ["driver", "polarity", "n_mentions", "pooled_into"]
        if self.effects is None:
            return _none(columns)
        return hide_small(self.effects.too_rare[columns])


def ask(study: Study, **changes: Any) -> Asked:
    """Ask a study its one question, whether what staff do relates to customers coming back.

    Parameters
    ----------
    study
        As `custservice.open_study` returns it. A part of one place, or person, is told the effects of all: they are not
        estimated from its few reviews.
    **changes
        Settings of the panel to ask under instead of the study's own, such as ``link_days=7``.
    """
    panel = chain_of(study).panel_for(**changes)
    try:
        return Asked(study, panel, estimate_effects(panel, controls=study.config.controls))
    except EstimationError as refused:
        return Asked(study, panel, None, when_known(panel) or str(refused))


def compare_links(study: Study, asked: Asked) -> pd.DataFrame:
    """Return the effects under the study's two link times beside each other, drivers that both could measure.

    Columns are driver, polarity, and effect, low, high per link time. Without rows where reviews stand in for visits.
    """
    columns = ["driver", "polarity", "effect", "low", "high"]
    if study.stand_in:
        return _none(columns)
    other = ask(study, link_days=study.config.report.link_days_compared)
    parts = [a.measured[columns] if len(a.measured) else _none(columns) for a in (asked, other)]
    names = [f"_{a.panel.attrs['link_days']}_days" for a in (asked, other)]
    return parts[0].merge(parts[1], on=["driver", "polarity"], suffixes=(names[0], names[1]))


def scope(study: Study) -> str:
    """Say in one line what a page speaks about: study, period, counts, and whether reviews stand in for visits."""
    panel, places = study.panel, study.panel["location_id"].nunique()
    text = (
        f"{study.title}, {period(panel)}: {len(panel):,} visits at {places:,} location{'' if places == 1 else 's'}, "
        f"{int(panel['review_id'].notna().sum()):,} of them with a review that was read."
    )
    if study.stand_in:
        text += " There is no record of visits here: a second review of the same place stands in for a return."
    return text


def place_and_period(study: Study) -> str:
    """Say whose page it is, and of what time."""
    return f"{study.title}, {period(study.panel)}"


def _none(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({column: [] for column in columns})
