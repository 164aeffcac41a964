"""What was said at one place, or in one period: its own rates, shrunk, beside the effects of all places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from custservice.part import Part, chain_of
from custservice.rates import LEAST_CELL, in_short, shrunk_rates
from custservice.words import plain, rounded, sentence

if TYPE_CHECKING:
    from custservice.asked import Asked
    from custservice.first_step import FirstStep
    from custservice.study import Study

#: Rates that differ from the average by less than this factor are called average.
_ALIKE = 1.15
_COLUMNS = ["driver", "polarity", "reviews", "here", "low", "high", "average", "effect"]


def said_here(asked: Asked) -> list[str]:
    """Say how often customers praise and blame staff here, and whose effects stand on the page.

    Parameters
    ----------
    asked
        As `custservice.ask` returns it.
    """
    study = asked.study
    lines = [in_short(study.panel)]
    if not isinstance(study, Part) or not study.place_column or asked.effects is None:
        return lines
    reviews = int(study.panel["review_id"].notna().sum())
    n = int(asked.panel[study.place_column].nunique())
    who = "people" if study.choice.staff else "locations"
    lines.append(
        f"The effects on this page are those of all {n:,} {who}, for the {reviews:,} reviews of this one are too few "
        "to work them out anew. What differs here is how often each thing is mentioned."
    )
    return lines


def whose_effects(study: Study) -> str:
    """Say that the effects on a page of one place, or person, are those of all; "" for any other study."""
    if not isinstance(study, Part) or not study.place_column:
        return ""
    n = int(chain_of(study).panel[study.place_column].nunique())
    who = "people" if study.choice.staff else "locations"
    return f"It is what all {n:,} {who} together show, not {study.choice.place} alone." if n > 1 else ""


def own_rates(asked: Asked) -> pd.DataFrame:
    """Return how often one place's reviews mention what the effects are about, beside the average of all.

    Parameters
    ----------
    asked
        As `custservice.ask` returns it, of a part of one location or person.

    Returns
    -------
    DataFrame
        Row per driver with a sound effect, most returns at stake here first: driver, polarity, reviews, here (per 100
        reviews, pulled towards the average where reviews are few: `custservice.rates.shrunk_rates`), low, high,
        average, effect (returns per 1,000 visits, of all places). Without rows for any other study.
    """
    return _own_rates(asked.study, asked.measured)


def _own_rates(study: Study, measured: pd.DataFrame) -> pd.DataFrame:
    rows = []
    if isinstance(study, Part) and study.place_column and len(measured):
        reviewed = _reviewed(study)
        for row in measured.to_dict("records"):
            rate = _rate(study, reviewed, f"{row['driver']}_{row['polarity']}")
            if rate is not None:
                rows.append({"driver": row["driver"], "polarity": row["polarity"], **rate, "effect": row["effect"]})
    table = pd.DataFrame(rows, columns=_COLUMNS)
    stake = (table["here"] * table["effect"]).abs().astype("float64")
    return table.loc[stake.sort_values(ascending=False).index].reset_index(drop=True)


def own_rates_in_short(asked: Asked) -> pd.DataFrame:
    """Return `own_rates` of the effects that a leader sees, in words: driver, polarity, here, average, effect."""
    rows = _own_rates(asked.study, asked.shown).to_dict("records")
    errors = asked.measured.set_index(["driver", "polarity"])["std_error"] if rows else None
    words = []
    for row in rows:
        pair = (row["driver"], row["polarity"])
        size = rounded(row["effect"], float(errors[pair])) if errors is not None else 0
        here = f"{row['here']:.0f} ({row['low']:.0f} to {row['high']:.0f})"
        words.append([*pair, here, f"{row['average']:.0f}", f"{size:+,}"])
    return pd.DataFrame(words, columns=["driver", "polarity", "here", "average", "effect"])


def where_here(study: Study, step: FirstStep | None) -> str:
    """Say how a place stands in what to do first, "" where the study is not one place's."""
    if step is None or not isinstance(study, Part) or not study.place_column:
        return ""
    rate = _rate(study, _reviewed(study), f"{step.driver}_{step.polarity}")
    what = plain(step.driver, step.polarity)
    if rate is None:
        return f"There are too few reviews of {study.choice.place} to say how often {what} comes up."
    here, average = float(rate["here"]), float(rate["average"])
    more = here > average * _ALIKE
    usual = not more and here * _ALIKE >= average
    verdict = "about as often as elsewhere" if usual else "more often than elsewhere" if more else "less than elsewhere"
    often = f"{what} comes up in about {here:.0f} of 100 reviews of {study.choice.place}"
    return sentence(f"{often}, {average:.0f} on average: {verdict}.")


def _reviewed(study: Part) -> pd.DataFrame:
    panel = chain_of(study).panel
    return panel[panel["review_id"].notna()]


def _rate(study: Part, reviewed: pd.DataFrame, column: str) -> dict[str, float] | None:
    """Return one place's shrunk rate of a mention and the average of all places, None where it has too few reviews."""
    by = study.place_column
    table = shrunk_rates(reviewed[["review_id", "customer_id", by, column]], column, by, min_reviews=LEAST_CELL)
    own = table[table[by] == (study.choice.staff or study.choice.location)]
    if own.empty:
        return None
    row = own.iloc[0]
    average = 100 * table["n_mentions"].sum() / table["reviews"].sum()
    return {
        "reviews": row["reviews"],
        "here": row["shrunk"],
        "low": row["low"],
        "high": row["high"],
        "average": average,
    }
