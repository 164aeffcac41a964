"""From the panel to what is regressed: the sample, the exposures (rare ones pooled), the controls."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError, did_you_mean
from custservice.loaders.aliases import ALIASES, plain
from custservice.panel import exposure_columns
from custservice.sentiment import families

Floats = NDArray[np.float64]
#: A driver needs this many mentions, in this many clusters, to be reported on its own.
LEAST_MENTIONS = 30
LEAST_CLUSTERS = 10
#: What is held constant unless the analyst says otherwise.
DEFAULT_CONTROLS = ("month", "first_visit", "prior_visits", "history_days", "topics")
_LOGGED = ("prior_visits", "history_days")
_IDS = ("visit_id", "review_id", "customer_id", "time_zero")
# Judgements of the same experience under whatever name: they lie between attitude and return as the rating does.
_RATING_NAMES = (("rating", "satisfaction"), *ALIASES["reviews"]["rating"], *ALIASES["visits"]["satisfaction"])
_RATINGS = frozenset(name for rank in _RATING_NAMES for name in rank)
_RATING = re.compile(r"(?:.*[\W_])?(?:ratings?|stars?|satisfaction|recommend(?:s|ed|ation)?|nps)", re.IGNORECASE)
_AFTERWARDS = ("returned", "days_to_return", "visits_next", "spend_next", "follow_up_days")


@dataclass(frozen=True)
class Exposures:
    """The 0/1 columns whose effects are estimated.

    Attributes
    ----------
    columns
        One column per exposure, rows as in the sample.
    labels
        Row per exposure: ``driver``, ``polarity``, ``n_mentions``, ``n_clusters``, ``pooled`` (how many drivers).
    held
        Pools of rare drivers that are still too rare themselves: held constant, so that the reference stays "no such
        mention", and not reported.
    too_rare
        Row per driver and polarity that is too rare to say: ``driver``, ``polarity``, ``n_mentions``,
        ``n_clusters``, ``pooled_into``.
    """

    columns: pd.DataFrame
    labels: pd.DataFrame
    held: pd.DataFrame
    too_rare: pd.DataFrame


@dataclass(frozen=True)
class Controls:
    """The columns held constant, and what was done to them."""

    columns: pd.DataFrame
    notes: tuple[str, ...]


def split_column(column: str) -> tuple[str, str]:
    """Return driver and polarity of a panel column.

    Examples
    --------
    >>> split_column("follow_up_blame")
    ('follow_up', 'blame')
    """
    driver, _, polarity = column.rpartition("_")
    return driver, polarity


def choose_exposures(sample: pd.DataFrame, clusters: NDArray[np.int64], exposures: Sequence[str] | None) -> Exposures:
    """Keep the exposures that are common enough, pool the others into their family.

    Fewer than 30 mentions, or fewer than 10 clusters that carry them, is too rare to say anything about one driver:
    such drivers of one family and polarity become one column, so that the reference stays "no such mention". It is
    reported when it is common enough itself.

    Raises
    ------
    EstimationError
        An exposure that is no driver column of the panel, or is named twice.
    """
    wanted = _wanted(sample, exposures)
    columns: dict[str, Floats] = {}
    held: dict[str, Floats] = {}
    labels, rare = [], []
    family_of = families()
    least_clusters = min(LEAST_CLUSTERS, int(clusters.max()) + 1)
    for name in wanted:
        values = sample[name].to_numpy(dtype=np.float64)
        counts = _counts(values, clusters)
        driver, polarity = split_column(name)
        row = {"driver": driver, "polarity": polarity, **counts}
        if _is_common(counts, least_clusters):
            columns[name] = values
            labels.append(row | {"pooled": 1})
        else:
            rare.append(row | {"pooled_into": f"other {family_of.get(driver, 'general')}", "column": name})
    for (family, polarity), members in _pools(rare).items():
        pooled = sample[[m["column"] for m in members]].to_numpy(dtype=np.float64).max(axis=1)
        counts = _counts(pooled, clusters)
        if not _is_common(counts, least_clusters):
            held[f"{family} {polarity}"] = pooled
            continue
        columns[f"{family} {polarity}"] = pooled
        labels.append({"driver": family, "polarity": polarity, **counts, "pooled": len(members)})
    too_rare = pd.DataFrame(rare, columns=["driver", "polarity", "n_mentions", "n_clusters", "pooled_into"])
    named = pd.DataFrame(labels, columns=[*_LABELS, "pooled"])
    frames = (pd.DataFrame(kept, index=sample.index) for kept in (columns, held))
    return Exposures(next(frames), named, next(frames), too_rare)


def _wanted(sample: pd.DataFrame, exposures: Sequence[str] | None) -> list[str]:
    known = exposure_columns(sample)
    if exposures is None:
        return known
    refuse_text(exposures, "exposures")
    for name in exposures:
        if name not in known:
            raise EstimationError(
                f"'{name}' is no exposure{did_you_mean(str(name), known)}. An exposure is what this visit's own review "
                "mentions; 'ever mentioned' would count customers as exposed before they were (immortal-time bias)."
            )
    repeated = [name for name in dict.fromkeys(exposures) if list(exposures).count(name) > 1]
    if repeated:
        raise EstimationError(f"The exposures name {' and '.join(repeated)} more than once; name each one once.")
    return list(exposures)


def refuse_text(names: Sequence[str], what: str) -> None:
    """Raise EstimationError where one text stands in place of a list of names."""
    if isinstance(names, str):
        raise EstimationError(f"The {what} must be a list of names; write [{names!r}] instead of {names!r}.")


_LABELS = ["driver", "polarity", "n_mentions", "n_clusters"]


def _counts(values: Floats, clusters: NDArray[np.int64]) -> dict[str, int]:
    return {"n_mentions": int(values.sum()), "n_clusters": int((np.bincount(clusters[values > 0]) > 0).sum())}


def _is_common(counts: dict[str, int], least_clusters: int) -> bool:
    return counts["n_mentions"] >= LEAST_MENTIONS and counts["n_clusters"] >= least_clusters


def _pools(rare: list[dict[str, object]]) -> dict[tuple[str, str], list[dict[str, object]]]:
    pools: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in rare:
        pools.setdefault((str(row["pooled_into"]), str(row["polarity"])), []).append(row)
    return pools


def build_controls(sample: pd.DataFrame, controls: Sequence[str] | None) -> Controls:
    """Turn the named controls into columns: dummies for text, ``log(1 + x)`` for counts and lengths of history.

    A missing value becomes 0 with an indicator column beside it, and is counted in the notes.

    Raises
    ------
    EstimationError
        The rating (it lies between attitude and return), an outcome, an id, or a column that is not there.
    """
    names: Sequence[str] = DEFAULT_CONTROLS if controls is None else controls
    refuse_text(names, "controls")
    parts: list[pd.DataFrame] = []
    notes: list[str] = []
    for name in dict.fromkeys(names):
        refuse_control(name, [str(column) for column in sample.columns])
        if name == "topics":
            topics = sample[exposure_columns(sample, topics=True)].astype(np.float64)
            if topics.empty:
                notes.append("The panel holds no topics, so product, price and place are not held constant.")
            parts.append(topics)
            continue
        column = sample[name]
        if pd.api.types.is_numeric_dtype(column):
            values = column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
            parts.append(_with_indicator(name, _scaled(name, values), sample.index, notes))
        else:
            dummies = pd.get_dummies(
                column, prefix=name, drop_first=True, dtype=np.float64, dummy_na=bool(column.isna().any())
            )
            parts.append(dummies)
    frame = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=sample.index)
    return Controls(frame, tuple(notes))


def refuse_control(name: str, columns: Collection[str]) -> None:
    """Raise EstimationError where a control would answer another question, or is no column of the panel.

    Examples
    --------
    >>> refuse_control("busy", ["busy"])
    >>> refuse_control("busines", ["business"])
    Traceback (most recent call last):
        ...
    custservice.errors.EstimationError: There is no control 'busines' (did you mean 'business'?).
    """
    refuse_consequence(name)
    if name in _IDS:
        raise EstimationError(f"'{name}' tells single visits or customers apart, so it cannot be held constant.")
    if name != "topics" and name not in columns:
        allowed = {*DEFAULT_CONTROLS, *columns} - {*_AFTERWARDS, *_IDS, *filter(_is_rating, columns)}
        hint = did_you_mean(name, [column for column in allowed if not column.endswith(("_praise", "_blame"))])
        raise EstimationError(f"There is no control '{name}'{hint}.")


def refuse_consequence(name: str) -> None:
    """Raise EstimationError where a column is a judgement of the visit, or an outcome."""
    if _is_rating(name):
        raise EstimationError(
            f"A star rating lies between what staff did and the return, so holding '{name}' constant would remove the "
            "very effect that is asked for; use 'topics' to hold product, price and place constant."
        )
    if name in _AFTERWARDS:
        raise EstimationError(f"'{name}' is known only after the visit, so it cannot be held constant; leave it out.")


def _is_rating(name: str) -> bool:
    own = name.removesuffix("_in_file")
    return plain(own) in _RATINGS or _RATING.fullmatch(own) is not None


def _scaled(name: str, values: NDArray[np.floating]) -> Floats:
    return np.asarray(np.log1p(values) if name in _LOGGED else values, dtype=np.float64)


def _with_indicator(name: str, values: Floats, index: pd.Index, notes: list[str]) -> pd.DataFrame:
    missing = np.isnan(values)
    columns = {name: np.where(missing, 0.0, values)}
    if missing.any():
        columns[f"{name}_missing"] = missing.astype(np.float64)
        notes.append(f"'{name}' is missing in {int(missing.sum()):,} rows, which got an indicator of their own.")
    return pd.DataFrame(columns, index=index)
