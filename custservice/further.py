"""What stands behind an answer, for analysts: who differs, other ways of asking, how fragile, what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase

import pandas as pd

from custservice import figures
from custservice.asked import Asked
from custservice.coming_back import driver_curves, drivers_to_draw
from custservice.errors import EstimationError
from custservice.figures import Picture
from custservice.findings import LEAST_EXPECTED, single_drivers
from custservice.first_step import CLEAR
from custservice.given_rating import by_given_rating, rating_and_words, what_ratings_tell
from custservice.quality import period, publishable
from custservice.quotes import Said, anchor, quotes_for
from custservice.regression import (
    Importance,
    driver_importance,
    estimate_effects,
    negative_control,
    placebo,
    vendor_bridge,
)
from custservice.regression.design import split_column
from custservice.regression.fragility import fragility
from custservice.sentiment import families
from custservice.what_if import what_if
from custservice.words import HELD, plain, rounded, sentence

#: Bootstrap samples of the shares: enough for intervals that are drawn.
_DRAWS = 200
_QUOTES = 2


@dataclass(frozen=True)
class Further:
    """Further questions to a study that was asked; a table without rows where the data cannot answer.

    Attributes
    ----------
    asked
        As `custservice.ask` returns it.
    """

    asked: Asked

    @property
    def _sound(self) -> set[tuple[str, str]]:
        measured = self.asked.measured
        return set(zip(measured["driver"], measured["polarity"], strict=True)) if len(measured) else set()

    @property
    def _where(self) -> str:
        """Whose visits, and when."""
        return f"{self.asked.study.title}, {period(self.asked.panel)}"

    def curves(self) -> list[Picture]:
        """Draw who has come back by which day, for the drivers with the clearest effects, nothing held constant."""
        pictures = []
        for driver in drivers_to_draw(self.asked.measured):
            try:
                curves = driver_curves(self.asked.panel, driver, self.asked.study.config.window_days)
            except EstimationError:
                continue
            pictures.append(figures.return_curves(curves, self._where))
        return pictures

    def forests(self) -> list[Picture]:
        """Draw the effects of families and their drivers, blame and praise apart, so that each fits on a sheet.

        Each row leads to its quotes where they are shown.
        """
        measured, effects = self.asked.measured, self.asked.effects
        if effects is None or measured.empty:
            return [figures.nothing("Effects", "There is no effect to draw.")]
        linked = self._pairs if self.asked.study.config.report.quotes else {}
        wholes = {(f"family-{family}", pair[1]) for pair, family in linked.items()}
        anchors = {pair: anchor(*pair) for pair in {*linked, *wholes}}
        families, drawn = effects.families(), []
        for polarity in ("blame", "praise"):
            part = measured[measured["polarity"] == polarity]
            if len(part):
                whole = families[families["polarity"] == polarity]
                drawn.append(figures.forest(part, _at_most(part, polarity), self.asked.measure, whole, anchors))
        return drawn

    @property
    def _pairs(self) -> dict[tuple[str, str], str]:
        """Driver and polarity of each sound effect, and its family."""
        family_of = families()
        return {pair: family_of.get(pair[0], "general") for pair in sorted(self._sound)}

    def quotes(self) -> list[Said]:
        """Choose quotes for each row of the forest, names masked, by family; none where the study wants none."""
        study, counts = self.asked.study, self.asked.measured
        most = min(study.config.report.quotes, _QUOTES)
        if not most or counts.empty:
            return []
        n = {(r["driver"], r["polarity"]): r["n_mentions"] for r in counts.to_dict("records")}
        order = sorted(self._pairs.items(), key=lambda item: (item[1], item[0][1], -n[item[0]]))
        return [Said(*pair, family, n[pair], quotes_for(study, *pair, most)) for pair, family in order]

    def praise_and_blame(self) -> pd.DataFrame:
        """Return per driver the effects of praise and of blame, their sum, and the test that it is zero."""
        columns = ["driver", "praise", "blame", "difference", "low", "high", "p_value", "q_value"]
        effects = self.asked.effects
        table = _or_nothing(lambda: pd.DataFrame() if effects is None else effects.asymmetry()[columns])
        both = [{(driver, "praise"), (driver, "blame")} <= self._sound for driver in table.get("driver", ())]
        return table[both] if both else table

    def families(self) -> pd.DataFrame:
        """Return the effects of families of drivers, each driver with its weight in mentions."""
        effects = self.asked.effects
        columns = ["family", "polarity", "n_drivers", "n_mentions", "effect", "low", "high", "q_value", "joint_p_value"]
        return _or_nothing(lambda: pd.DataFrame() if effects is None else effects.families()[columns])

    def who_differs(self, column: str = "first_visit") -> pd.DataFrame:
        """Return the effects at each level of a column, with the test that they are alike."""
        columns = ["driver", "polarity", "level", "n_mentions", "effect", "low", "high", "interaction_q_value"]

        def by_level() -> pd.DataFrame:
            effects = estimate_effects(self.asked.panel, controls=self.asked.study.config.controls, by=column)
            if effects.by is None:
                return pd.DataFrame()
            least = LEAST_EXPECTED / max(min(effects.counts["mean"], 1 - effects.counts["mean"]), 1e-9)
            by = effects.by.sort_values(["interaction_q_value", "driver", "polarity", "level"])
            table = by[by.groupby(["driver", "polarity"])["n_mentions"].transform("min") >= least]
            return table[columns].rename(columns={"level": column})

        return _or_nothing(by_level)

    def differ_in_short(self, table: pd.DataFrame) -> str:
        """Say how many effects of `who_differs` differ between its levels, "" where it has none."""
        if table.empty:
            return ""
        pairs = table.drop_duplicates(["driver", "polarity"])
        rows = pairs[pairs["interaction_q_value"] <= CLEAR].to_dict("records")
        if not rows:
            return f"None of {len(pairs)} behaviours differs by more than chance could make of so many."
        names = ", ".join(plain(row["driver"], row["polarity"]) for row in rows)
        return f"{len(rows)} of {len(pairs)} behaviours {'differs' if len(rows) == 1 else 'differ'}: {names}."

    def other_ways(self) -> Picture:
        """Draw the surest effects under other windows, link times, models and controls."""
        return figures.specifications(_among(self.asked.study.compare(), self._sound))

    def importance(self) -> Picture:
        """Draw how what the mentions explain is shared out among drivers, or say why it cannot be."""
        found = self._importance
        if isinstance(found, str):
            return figures.nothing("Importance", found)
        return figures.importance(found)

    def shares(self) -> pd.DataFrame:
        """Return each driver's share (percent) of what all mentions explain, with interval, and its own R2.

        Drivers that share a letter in ``alike`` cannot be told apart.
        """
        found = self._importance
        if isinstance(found, str):
            return pd.DataFrame()
        table = found.table[["driver", "share", "low", "high", "r2"]]
        runs = figures.alike(found)
        named = list(zip(ascii_lowercase, runs, strict=False))
        letters = ["".join(name for name, (a, b) in named if a <= i <= b) for i in range(len(table))]
        table = table.assign(driver=table["driver"].str.replace("_", " "), alike=letters)
        return table.assign(**{name: 100 * table[name] for name in ("share", "low", "high")})

    @cached_property
    def _importance(self) -> Importance | str:
        """Shares of the drivers, or the reason why there are none."""
        effects = self.asked.effects
        if effects is None:
            return self.asked.reason
        single, sound = len(single_drivers(effects)), len(self._sound)
        if sound < single / 2:
            return (
                f"Nothing is shared out: {single - sound} of {single} behaviours have fewer than {LEAST_EXPECTED} "
                "expected returns behind them, too few for a test of all together or for shares."
            )
        try:
            return driver_importance(self.asked.panel, controls=self.asked.study.config.controls, draws=_DRAWS)
        except EstimationError as refused:
            return str(refused)

    @property
    def importance_notes(self) -> tuple[str, ...]:
        """What a reader of the shares should know, one sentence each."""
        found = self._importance
        return () if isinstance(found, str) else found.notes

    def fragility(self) -> pd.DataFrame:
        """Return how strong a hidden cause would have to be to erase each sound effect."""
        columns = ["driver", "polarity", "effect", "robustness_value", "e_value", "benchmark", "adjusted"]
        table = self._fragile
        if table.empty:
            return table
        words = {name: HELD.get(name) or plain(*split_column(name)) for name in table["benchmark"].unique() if name}
        return table.assign(benchmark=table["benchmark"].map(words))[columns]

    @cached_property
    def _fragile(self) -> pd.DataFrame:
        """Fragility of the sound effects, the sturdiest first."""
        effects = self.asked.effects
        if effects is None or not self._sound:
            return pd.DataFrame()
        found = _or_nothing(lambda: _among(fragility(effects), self._sound))
        return found.sort_values("robustness_value", ascending=False) if len(found) else found

    @property
    def what_would_erase(self) -> list[str]:
        """What would erase each clear effect, one sentence each."""
        clear = {(finding.driver, finding.polarity) for finding in self.asked.findings if finding.certainty == "clear"}
        rows = _among(self._fragile, clear).to_dict("records")
        return [f"{sentence(plain(row['driver'], row['polarity']))}: {row['sentence']}" for row in rows]

    @cached_property
    def _past(self) -> pd.DataFrame:
        controls = self.asked.study.config.controls
        return _or_nothing(lambda: placebo(self.asked.panel, controls=controls).table)

    def placebo(self) -> pd.DataFrame:
        """Return the effects of today's mentions on the number of past visits: they should be zero."""
        if self._past.empty:
            return self._past
        expected = ["yes" if expected else "no" for expected in self._past["expected"]]
        return self._past.drop(columns=["unit", "std_error"]).assign(expected=expected)

    def placebo_picture(self) -> Picture:
        """Draw the effects on past visits beside those on returns."""
        subtitle = f"Effects on returns (left) and on visits before the review (right), 95% intervals, {self._where}"
        return figures.placebo(self.asked.measured, self._past, subtitle)

    def negative_control(self) -> pd.DataFrame:
        """Return the effects of the topics that staff do not make."""
        return _or_nothing(lambda: negative_control(self.asked.panel).table.drop(columns=["unit", "std_error"]))

    @cached_property
    def _bridge(self) -> pd.DataFrame:
        controls = self.asked.study.config.controls
        return _or_nothing(lambda: _among(vendor_bridge(self.asked.panel, controls=controls), self._sound))

    def impact(self) -> pd.DataFrame:
        """Return the way from the "impact" that commercial tools print to the effects here, per 1,000 visits."""
        columns = ["driver", "polarity", "impact", "confounding", "adjusted", "low", "high"]
        return self._bridge[columns] if len(self._bridge) else self._bridge

    def waterfall(self) -> Picture:
        """Draw that way for the themes with the largest impact."""
        n = 0 if self.asked.effects is None else self.asked.effects.counts["sample"]
        measure = "Impact: return rate of all reviewed visits less that of visits without the theme"
        return figures.waterfall(self._bridge, f"{measure}; {self._where}, n = {n:,.0f} reviewed visits")

    def given_rating(self) -> pd.DataFrame:
        """Return returns by the staff rating that customers gave, where the study names one (``staff_rating``)."""
        column = self.asked.study.config.staff_rating
        if column is None:
            return pd.DataFrame()
        return publishable(by_given_rating(self.asked.panel, column), "visits", "returns", "stay_away")

    def rating_and_words(self) -> pd.DataFrame:
        """Return how returns differ with that rating, and with the words found, raw and within locations."""
        column = self.asked.study.config.staff_rating
        if column is None:
            return pd.DataFrame()
        return _or_nothing(lambda: rating_and_words(self.asked.panel, column).drop(columns="std_error"))

    def what_ratings_tell(self) -> str:
        """Say what that rating tells, what the words recover of it, and what the returns can and cannot tell."""
        column = self.asked.study.config.staff_rating
        if column is None:
            return ""
        try:
            trends = rating_and_words(self.asked.panel, column)
        except EstimationError as refused:
            return str(refused)
        return what_ratings_tell(by_given_rating(self.asked.panel, column), trends)

    def what_if(self, most: int = 15) -> pd.DataFrame:
        """Return what the largest gains would be if association were cause, per location and driver."""
        effects = self.asked.effects
        least = self.asked.study.config.report.min_reviews
        columns = ["location_id", "driver", "rate", "best", "returns_per_year", "low", "high"]
        if effects is None:
            return pd.DataFrame()

        def gains() -> pd.DataFrame:
            table = what_if(self.asked.panel, effects, min_reviews=least)
            return table[[(driver, "blame") in self._sound for driver in table["driver"]]][columns].head(most)

        return _or_nothing(gains)


def _among(table: pd.DataFrame, pairs: set[tuple[str, str]]) -> pd.DataFrame:
    if table.empty:
        return table
    return table[[pair in pairs for pair in zip(table["driver"], table["polarity"], strict=True)]]


def _at_most(effects: pd.DataFrame, polarity: str) -> str:
    """Say as a title what the clear ones among the effects show."""
    clear = effects[effects["q_value"] <= CLEAR]
    if clear.empty:
        return f"{sentence(polarity)}: nothing stands out clearly from chance"
    row = clear.iloc[int(clear["effect"].abs().to_numpy().argmax())]
    size = rounded(row["effect"], row["std_error"])
    return (
        f"{len(clear)} of {len(effects)} kinds of {polarity} are clear; the largest, {plain(row['driver'], polarity)}, "
        f"goes with {abs(size):,} {'fewer' if size < 0 else 'more'} returns"
    )


def _or_nothing(answer: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Return a table, or one without rows where the data refuse the question."""
    try:
        return answer()
    except EstimationError:
        return pd.DataFrame()
