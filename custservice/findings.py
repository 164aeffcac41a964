"""The question of a study, asked once: what was found, how sure, what to do first, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custservice.errors import EstimationError
from custservice.quality import period, publishable
from custservice.rates import shrunk_rates, staff_rates
from custservice.regression import Effects, estimate_effects
from custservice.words import ACTIONS, CERTAINTY, certainty, how_many, percent, plain, rounded, sentence

if TYPE_CHECKING:
    from custservice.study import Study

#: An effect of this many returns per 1,000 visits is worth a decision: what a study is measured against.
WORTH_KNOWING = 50
#: A place stands out when its shrunk rate is this much above the average.
STANDS_OUT = 1.15
#: Largest q-value of a clear effect.
CLEAR = 0.05
#: Returns, and non-returns, expected among the mentions of a driver before a leader hears of it.
LEAST_EXPECTED = 10


@dataclass(frozen=True)
class Finding:
    """One sentence with its numbers.

    Attributes
    ----------
    driver, polarity
        What was mentioned.
    certainty
        ``clear``, ``likely`` or ``uncertain`` (see `custservice.words.CERTAINTY`).
    text
        The sentence.
    effect, error
        Returns per 1,000 visits, and their standard error.
    """

    driver: str
    polarity: str
    certainty: str
    text: str
    effect: float
    error: float

    @property
    def name(self) -> str:
        """The behaviour in plain words, with a capital letter."""
        return sentence(plain(self.driver, self.polarity))


def find(effects: Effects | None, most: int = 5) -> list[Finding]:
    """Turn the surest effects into sentences, the most costly first, without the pooled rows.

    Parameters
    ----------
    effects
        As `custservice.estimate_effects` returns it; None where nothing could be estimated.
    most
        How many sentences at most.
    """
    if effects is None:
        return []
    table = reportable(effects)
    table = table.assign(certainty=list(map(certainty, table["p_value"], table["q_value"])))
    shown = table[table["certainty"] != "uncertain"]
    shown = shown.assign(weight=shown["effect_per_1000_reviewed"].abs(), clear=shown["certainty"] == "clear")
    shown = shown.sort_values(["clear", "weight"], ascending=False).head(most)
    return [_finding(row) for row in shown.to_dict("records")]


def _finding(row: dict[Any, Any]) -> Finding:
    size = how_many(row["effect"], row["low"], row["high"], row["std_error"])
    sure = "Clear" if row["certainty"] == "clear" else "Likely"
    often = f"Mentioned in {percent(row['share_mentioned'])} of reviewed visits."
    text = f"{sentence(plain(row['driver'], row['polarity']))}: {size}. {sure}. {often}"
    return Finding(row["driver"], row["polarity"], row["certainty"], text, row["effect"], row["std_error"])


def single_drivers(effects: Effects) -> pd.DataFrame:
    """Return the rows of the table that speak of one driver that was measured, not of a pool of rare ones."""
    return effects.table[~effects.table["driver"].str.startswith("other ") & effects.table["std_error"].gt(0)]


def reportable(effects: Effects) -> pd.DataFrame:
    """Return the drivers a leader may hear of: with enough expected returns, and non-returns, for an interval to hold.

    Where fewer than 10 are expected, a driver that nobody came back after looks far surer than it is.
    """
    table = single_drivers(effects)
    expected = table["expected_outcomes"]
    return table[(expected >= LEAST_EXPECTED) & (table["n_mentions"] - expected >= LEAST_EXPECTED)]


def answer(effects: Effects | None, found: list[Finding]) -> str:
    """Say in one sentence what the study can tell."""
    if effects is None:
        return "This study cannot say yet what brings customers back: too few reviewed visits have a known outcome."
    sure = [f for f in found if f.certainty == "clear"]
    if not sure:
        returns, n = effects.counts["outcomes"], effects.counts["sample"]
        return (
            "This study cannot say yet which staff behaviours bring customers back: "
            f"{returns:,.0f} returns after {n:,.0f} reviewed visits are too few."
        )
    blame = [plain(f.driver, f.polarity) for f in sure if f.polarity == "blame"]
    praise = [plain(f.driver, f.polarity) for f in sure if f.polarity == "praise"]
    parts = []
    if blame:
        parts.append(f"customers come back less often after {_listed(blame[:3])}")
    if praise:
        parts.append(f"{'' if blame else 'customers come back '}more often after {_listed(praise[:3])}")
    return sentence(", and ".join(parts)) + "."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def what_it_would_take(effects: Effects | None) -> str:
    """Say what the study could have seen, and how many more reviews it would need to see what matters."""
    if effects is None:
        return "It needs reviewed visits that were followed for the whole return window."
    table = single_drivers(effects)
    if table.empty:
        return (
            f"No driver is mentioned in 30 or more of the {effects.counts['sample']:,.0f} reviewed visits with a known "
            "outcome; it needs several times as many."
        )
    middle = float(table["smallest_effect"].median())
    seen = rounded(middle, middle / 5)
    text = f"For a typical driver, this study would see a difference of {seen:,} or more returns per 1,000 visits"
    if middle <= WORTH_KNOWING:
        return text + "."
    times = (middle / WORTH_KNOWING) ** 2
    need = rounded(effects.counts["sample"] * times, effects.counts["sample"] * times / 10)
    have = f"{effects.counts['sample']:,.0f}"
    return f"{text}; to see {WORTH_KNOWING}, it would need about {need:,} reviewed visits instead of {have}."


def how_sure(effects: Effects | None, window_days: int, stand_in: bool) -> list[str]:
    """Return what stands behind the findings, in plain words."""
    if effects is None:
        return [what_it_would_take(effects)]
    counts = effects.counts
    back = "wrote another review" if stand_in else "came back"
    lines = [
        f"{counts['sample']:,.0f} reviewed visits at {counts['locations']:,} locations have a known outcome; "
        f"after {percent(counts['mean'])} of them the customer {back} within {window_days} days.",
        "Visits are compared within the same location, month and kind of customer (new or regular), and with what "
        "customers say about product, price and place held the same.",
        f"“Clear” means: {CERTAINTY['clear']}. “Likely” means: {CERTAINTY['likely']}.",
        what_it_would_take(effects),
    ]
    if len(effects.too_rare):
        lines.append(f"{len(effects.too_rare)} of the behaviours looked at are mentioned too rarely to say anything.")
    return lines


@dataclass(frozen=True)
class FirstStep:
    """What to do first.

    Attributes
    ----------
    driver, polarity
        The behaviour that costs, or brings, most in all.
    text
        What to do, in one sentence.
    where
        Where, or that no place stands out.
    places
        Its rate per location, as `custservice.rates.staff_rates` returns it.
    """

    driver: str
    polarity: str
    text: str
    where: str
    places: pd.DataFrame


def first_step(effects: Effects | None, panel: pd.DataFrame, min_reviews: int) -> FirstStep | None:
    """Choose what to do first: the clear effect with the most returns at stake, blame before praise.

    Returns None where no effect is clear.
    """
    if effects is None:
        return None
    table = reportable(effects)
    table = table[(table["q_value"] <= CLEAR) & (table["driver"] != "general")]
    blame = table[(table["polarity"] == "blame") & (table["effect"] < 0)]
    praise = table[(table["polarity"] == "praise") & (table["effect"] > 0)]
    chosen = blame if len(blame) else praise
    if chosen.empty:
        return None
    row = chosen.iloc[int(chosen["effect_per_1000_reviewed"].abs().to_numpy().argmax())]
    driver, polarity = str(row["driver"]), str(row["polarity"])
    column = f"{driver}_{polarity}"
    where = _where(shrunk_rates(panel, column, min_reviews=min_reviews), driver, polarity)
    places = staff_rates(panel, "location_id", column=column, min_reviews=min_reviews)
    text = ACTIONS.get(driver, f"Work on {plain(driver, polarity)}.")
    return FirstStep(driver, polarity, text, where, places)


def _where(places: pd.DataFrame, driver: str, polarity: str) -> str:
    if len(places) < 3:
        return "There are too few locations with enough reviews to compare them."
    average = float(np.average(places["rate"], weights=places["reviews"]))
    worst = places if polarity == "blame" else places[::-1]
    out = worst["shrunk"] > average * STANDS_OUT if polarity == "blame" else worst["shrunk"] < average / STANDS_OUT
    what = plain(driver, polarity)
    if not out.any():
        return f"No location stands out: {what} comes up in about {average:.0f} of 100 reviews everywhere."
    first = worst[out].head(3).to_dict("records")
    names = _and([f"{p['location_id']} ({p['shrunk']:.0f})" for p in first])
    return f"Start at {names}: so many of 100 reviews there mention {what}, against {average:.0f} on average."


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


@dataclass(frozen=True)
class Asked:
    """The answer of a study to its one question; made by `ask`.

    Attributes
    ----------
    study, panel
        What was asked.
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
    def answer(self) -> str:
        """The answer in one sentence."""
        return answer(self.effects, self.findings)

    @property
    def preface(self) -> str:
        """What to know before the findings, "" where at least one is clear."""
        if not self.findings:
            return "Nothing was found that chance alone could not easily make."
        if self.findings[0].certainty == "clear":
            return ""
        return "Nothing clear was found. What follows may be real or may be chance:"

    @property
    def what_to_do(self) -> str:
        """What to do first, in one sentence."""
        if self.step is None:
            return "Nothing here is sure enough to act on yet. " + what_it_would_take(self.effects)
        return self.step.text

    @property
    def where(self) -> str:
        """Where to do it, in one sentence."""
        return "" if self.step is None else self.step.where

    @property
    def how_sure(self) -> list[str]:
        """What stands behind the findings, in plain words."""
        lines = how_sure(self.effects, self.study.config.window_days, self.study.stand_in)
        return [self.reason, *lines] if self.reason else lines

    @property
    def measured(self) -> pd.DataFrame:
        """Effects of single drivers, without the pools of rare ones."""
        return pd.DataFrame() if self.effects is None else single_drivers(self.effects)

    @property
    def shown(self) -> pd.DataFrame:
        """The few effects a leader sees: the surest, at most eight."""
        return pd.DataFrame() if self.effects is None else reportable(self.effects).sort_values("p_value").head(8)

    @property
    def headline(self) -> str:
        """What the effects show, as a title."""
        if not self.findings or self.findings[0].certainty != "clear":
            return "No driver stands out clearly from chance"
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
            f"{period(self.panel)}, n = {self.effects.counts['sample']:,.0f} reviewed visits"
        )

    @property
    def notes(self) -> list[str]:
        """How the effects were estimated."""
        return [self.reason] if self.effects is None else list(self.effects.notes)

    def power_table(self) -> pd.DataFrame:
        """Return the smallest difference the study could see, per driver, easiest first."""
        columns = ["driver", "polarity", "n_mentions", "smallest_effect"]
        return self.measured[columns].sort_values("smallest_effect") if len(self.measured) else _none(columns)

    def effects_table(self) -> pd.DataFrame:
        """Return the effects as published: main columns, largest share of all returns first."""
        columns = ["driver", "polarity", "n_mentions", "effect", "low", "high", "p_value", "q_value"]
        if self.effects is None:
            return _none(columns)
        table = self.effects.table
        order = table["effect_per_1000_reviewed"].abs().sort_values(ascending=False).index
        return table.loc[order, [*columns, "effect_per_1000_reviewed"]]

    def too_rare(self) -> pd.DataFrame:
        """Return the drivers that are too rare to say anything about; counts under 5 are hidden."""
        columns = ["driver", "polarity", "n_mentions", "pooled_into"]
        if self.effects is None:
            return _none(columns)
        return publishable(self.effects.too_rare[columns], "n_mentions")


def ask(study: Study, **changes: Any) -> Asked:
    """Ask a study its one question, whether what staff do relates to customers coming back.

    Parameters
    ----------
    study
        As `custservice.open_study` returns it.
    **changes
        Settings of the panel to ask under instead of the study's own, such as ``link_days=7``.
    """
    panel = study.panel_for(**changes)
    try:
        return Asked(study, panel, estimate_effects(panel, controls=study.config.controls))
    except EstimationError as refused:
        return Asked(study, panel, None, str(refused))


def side_by_side(one: Asked, other: Asked) -> pd.DataFrame:
    """Return the effects of two ways of asking beside each other, drivers that both could measure."""
    columns = ["driver", "polarity", "effect", "low", "high"]
    parts = [a.measured[columns] if len(a.measured) else _none(columns) for a in (one, other)]
    names = [f"_{a.panel.attrs['link_days']}_days" for a in (one, other)]
    return parts[0].merge(parts[1], on=["driver", "polarity"], suffixes=(names[0], names[1]))


def scope(study: Study) -> str:
    """Say in one line what a page speaks about: study, period, counts, and whether reviews stand in for visits."""
    panel = study.panel
    text = (
        f"{study.title}, {period(panel)}: {len(panel):,} visits at {panel['location_id'].nunique():,} locations, "
        f"{int(panel['review_id'].notna().sum()):,} of them with a review that was read."
    )
    if study.stand_in:
        text += " There is no record of visits here: a second review of the same place stands in for a return."
    return text


def _none(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({column: [] for column in columns})
