"""What stands behind an answer, for analysts: who differs, other ways of asking, how fragile, what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from custservice.asked import Asked
from custservice.errors import EstimationError
from custservice.figures import Picture, specifications
from custservice.findings import LEAST_EXPECTED
from custservice.regression import estimate_effects, negative_control, placebo, vendor_bridge
from custservice.regression.fragility import fragility
from custservice.what_if import what_if


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
            table = effects.by[effects.by.groupby(["driver", "polarity"])["n_mentions"].transform("min") >= least]
            return table[columns].rename(columns={"level": column})

        return _or_nothing(by_level)

    def other_ways(self) -> Picture:
        """Draw the surest effects under other windows, link times, models and controls."""
        return specifications(_among(self.asked.study.compare(), self._sound))

    def fragility(self) -> pd.DataFrame:
        """Return how strong a hidden cause would have to be to erase each sound effect."""
        effects = self.asked.effects
        columns = ["driver", "polarity", "effect", "robustness_value", "e_value", "sentence"]
        if effects is None or not self._sound:
            return pd.DataFrame()
        return _or_nothing(lambda: _among(fragility(effects)[columns], self._sound))

    def placebo(self) -> pd.DataFrame:
        """Return the effects of today's mentions on the number of past visits: they should be zero."""
        return _or_nothing(lambda: placebo(self.asked.panel).table.drop(columns=["unit", "std_error"]))

    def negative_control(self) -> pd.DataFrame:
        """Return the effects of the topics that staff do not make."""
        return _or_nothing(lambda: negative_control(self.asked.panel).table.drop(columns=["unit", "std_error"]))

    def impact(self) -> pd.DataFrame:
        """Return the way from the "impact" that commercial tools print to the effects here, per 1,000 visits."""
        columns = ["driver", "polarity", "impact", "confounding", "adjusted", "low", "high"]
        controls = self.asked.study.config.controls
        return _or_nothing(lambda: _among(vendor_bridge(self.asked.panel, controls=controls)[columns], self._sound))

    def what_if(self, most: int = 15) -> pd.DataFrame:
        """Return what the largest gains would be if association were cause, per location and driver."""
        effects = self.asked.effects
        least = self.asked.study.config.report.min_reviews
        columns = ["location_id", "driver", "rate", "best", "returns_per_year", "low", "high"]
        if effects is None:
            return pd.DataFrame()
        return _or_nothing(lambda: what_if(self.asked.panel, effects, min_reviews=least)[columns].head(most))


def _among(table: pd.DataFrame, pairs: set[tuple[str, str]]) -> pd.DataFrame:
    if table.empty:
        return table
    return table[[pair in pairs for pair in zip(table["driver"], table["polarity"], strict=True)]]


def _or_nothing(answer: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Return a table, or one without rows where the data refuse the question."""
    try:
        return answer()
    except EstimationError:
        return pd.DataFrame()
