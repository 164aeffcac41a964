"""From effects to sentences: what was found, how sure, and what it would take to know more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from custservice.regression import Effects
from custservice.regression.design import LEAST_CLUSTERS, LEAST_MENTIONS
from custservice.words import CERTAINTY, HELD, certainty, how_many, percent, plain, rounded, sentence

#: A difference of this share of all returns is worth a decision: what a study is measured against.
WORTH_KNOWING = 0.1
#: A difference smaller than this share of all returns is no reason to act.
WORTH_ACTING = 0.25
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
    said
        The effect in plain words, after the name.
    about
        How often it comes up, and a warning where the effect is against expectation.
    effect, error
        Returns per 1,000 visits in which it was mentioned, and their standard error.
    """

    driver: str
    polarity: str
    certainty: str
    said: str
    about: str
    effect: float
    error: float

    @property
    def text(self) -> str:
        """All of it in sentences."""
        return f"{self.name}: {self.said} {sentence(self.certainty)}. {self.about}"

    @property
    def words(self) -> str:
        """The behaviour in plain words."""
        return plain(self.driver, self.polarity)

    @property
    def name(self) -> str:
        """The behaviour in plain words, with a capital letter."""
        return sentence(self.words)


def find(effects: Effects | None, most: int = 5) -> list[Finding]:
    """Turn the surest effects into sentences, the most returns at stake first, without the pooled rows.

    Parameters
    ----------
    effects
        As `custservice.estimate_effects` returns it; None where nothing could be estimated.
    most
        How many sentences at most; the largest clear effect is always among them.
    """
    if effects is None:
        return []
    table = reportable(effects)
    table = table.assign(certainty=list(map(certainty, table["p_value"], table["q_value"])))
    shown = table[table["certainty"] != "uncertain"]
    shown = shown.assign(stake=shown["effect_per_1000_reviewed"].abs(), clear=shown["certainty"] == "clear")
    shown = shown.assign(named=shown["driver"] != "general")  # service in general names nothing that one could do
    shown = shown.sort_values(["clear", "named", "stake"], ascending=False)
    top = shown.head(most)
    if len(shown) > most and top["clear"].all():
        clear = shown[shown["clear"]]
        largest = clear.loc[[clear["effect"].abs().idxmax()]]
        top = top if largest.index[0] in top.index else pd.concat([top.head(most - 1), largest])
    return [_finding(row) for row in top.to_dict("records")]


def _finding(row: dict[Any, Any]) -> Finding:
    said = how_many(row["effect"], row["low"], row["high"], row["std_error"], "visits in which it comes up")
    about = f"It comes up in {percent(row['share_mentioned'])} of reviewed visits."
    if (row["effect"] > 0) == (row["polarity"] == "blame"):
        about += " This is the opposite of what one would expect: find out why before acting on it."
    return Finding(row["driver"], row["polarity"], row["certainty"], f"{said}.", about, row["effect"], row["std_error"])


def single_drivers(effects: Effects) -> pd.DataFrame:
    """Return the rows of the table that speak of one driver that was measured, not of a pool of rare ones."""
    return effects.table[~effects.table["driver"].str.startswith("other ") & effects.table["std_error"].gt(0)]


def reportable(effects: Effects) -> pd.DataFrame:
    """Return the drivers a reader may hear of: with enough expected returns, and non-returns, for an interval to hold.

    Where fewer than 10 are expected, a driver that nobody came back after looks far surer than it is.
    """
    table = single_drivers(effects)
    expected = table["expected_outcomes"]
    return table[(expected >= LEAST_EXPECTED) & (table["n_mentions"] - expected >= LEAST_EXPECTED)]


def answer(effects: Effects | None, found: list[Finding], reason: str = "") -> str:
    """Say in one or two sentences what the study can tell; ``reason`` is why nothing could be estimated."""
    if effects is None:
        return f"This study cannot say yet what brings customers back. {reason}".strip()
    sure = [f for f in found if f.certainty == "clear"]
    if not sure:
        return _nothing_clear(effects)
    fewer, more = _named([f for f in sure if f.effect < 0]), _named([f for f in sure if f.effect > 0])
    parts = []
    if fewer:
        parts.append(f"customers come back less often after {_either(fewer[:3])}")
    if more:
        parts.append(f"{'' if fewer else 'customers come back '}more often after {_either(more[:3])}")
    return sentence(", and ".join(parts)) + "."


def _named(found: list[Finding]) -> list[str]:
    """Return the behaviours in plain words, service in general only where nothing else was found."""
    return [f.words for f in found if f.driver != "general"] or [f.words for f in found]


def _nothing_clear(effects: Effects) -> str:
    """Tell "there is little to find" from "the study is too small to find it"."""
    table, worth = reportable(effects), 1000 * effects.counts["mean"] * WORTH_ACTING
    small = int((table[["low", "high"]].abs().max(axis=1) < worth).sum())
    if 2 * small >= max(len(table), 1):
        others = "; for the others there are too few mentions to say" if small < len(table) else ""
        return (
            "No staff behaviour goes with a clear difference in how often customers come back. For "
            f"{small} of {len(table)} measured, a difference of {worth:,.0f} or more returns per 1,000 visits, a "
            f"quarter of all returns, is ruled out{others}."
        )
    return (
        "This study cannot say yet which staff behaviours bring customers back: "
        f"{effects.counts['outcomes']:,.0f} returns after {effects.counts['sample']:,.0f} reviewed visits are too few."
    )


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def what_it_would_take(effects: Effects | None, panel: pd.DataFrame | None = None) -> str:
    """Say what the study could have seen, and how many more reviews it would need to see what matters.

    Where nothing could be estimated, ``panel`` tells how far the study is from its first answer.
    """
    if effects is None:
        return _to_begin(panel)
    table = reportable(effects)
    sample, average = effects.counts["sample"], 1000 * effects.counts["mean"]
    if table.empty:
        return (
            f"No behaviour has 10 or more expected returns behind it in the {sample:,.0f} reviewed visits with a known "
            "outcome; it would need several times as many."
        )
    middle, wanted = float(table["smallest_effect"].median()), WORTH_KNOWING * average
    half = "half of the behaviours" if len(table) > 1 else "the one behaviour"
    text = (
        f"For {half} measured, this study would miss a difference smaller than "
        f"{rounded(middle, middle / 5):,} returns per 1,000 visits"
    )
    if middle <= 1.1 * wanted:
        return text + "."
    need = sample * (middle / wanted) ** 2
    return (
        f"{text}; to see one of {rounded(wanted, wanted / 5):,}, a tenth of all returns, it would need about "
        f"{rounded(need, need / 10):,} reviewed visits instead of {sample:,.0f}."
    )


def _to_begin(panel: pd.DataFrame | None) -> str:
    """Say what is missing for the first answer: a behaviour mentioned often enough among visits that were followed."""
    needs = "It needs reviewed visits that were followed for the whole return window"
    if panel is None or not {"review_id", "returned"} <= set(panel.columns):
        return f"{needs}."
    known = panel[panel["review_id"].notna() & panel["returned"].notna()]
    names = [c for c in known if str(c).endswith(("_praise", "_blame")) and not str(c).startswith("topic_")]
    most = int(known[names].sum().max()) if len(known) and names else 0
    if not most or most >= LEAST_MENTIONS:
        return f"{needs}, at {LEAST_CLUSTERS} or more locations, or by that many customers; it has {len(known):,}."
    need = len(known) * LEAST_MENTIONS / most
    return (
        f"It has {len(known):,} reviewed visits that were followed for the whole return window, and no behaviour comes "
        f"up in more than {most} of them; {LEAST_MENTIONS} is the least. That takes about {rounded(need, need / 10):,} "
        "such visits for a first answer, and several times as many for a sure one."
    )


def how_sure(effects: Effects, controls: list[str], window_days: int, stand_in: bool) -> list[str]:
    """Return what stands behind the findings, in plain words."""
    counts = effects.counts
    back = "wrote another review" if stand_in else "came back"
    lines = [
        f"{counts['sample']:,.0f} reviewed visits at {counts['locations']:,} locations were followed to the "
        f"end; after {percent(counts['mean'])} of them the customer {back} within {window_days} days.",
        f"Visits are compared with others to the same location{_held(controls)}.",
        f"“Clear” means: {CERTAINTY['clear']}. “Likely” means: {CERTAINTY['likely']}.",
        what_it_would_take(effects),
    ]
    if counts["locations"] < 10:
        lines.append(f"With only {counts['locations']:,} locations, this speaks for these locations and no others.")
    unsaid = len(effects.too_rare) + len(single_drivers(effects)) - len(reportable(effects))
    if unsaid:
        behaviours = "1 behaviour is" if unsaid == 1 else f"{unsaid} behaviours are"
        lines.append(f"{behaviours} mentioned too rarely to say anything.")
    return lines


def _held(controls: list[str]) -> str:
    words = [HELD.get(name, name.replace("_", " ")) for name in controls]
    if not words:
        return ", alike in nothing else"
    return f", alike in these: {_and(words)}"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
