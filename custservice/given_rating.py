"""The staff rating that customers gave, where a study has one, beside what their words alone recover of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError, StudyError, did_you_mean
from custservice.panel import exposure_columns
from custservice.rates import PER, wilson
from custservice.regression.design import LEAST_CLUSTERS
from custservice.regression.estimate import Estimate
from custservice.regression.linear import fit_linear
from custservice.words import how_many, rounded

Floats = NDArray[np.float64]
#: More values than this are cut into five ranges of equal size.
_MOST_VALUES = 11
#: A difference of so many standard errors is found in 8 of 10 samples.
_POWER_T = 2.8
#: A rating given less often is no end to compare with.
_LEAST = 30
_GIVEN, _WORDS = "rating given, lowest to highest", "words found, blame to praise"


def by_given_rating(panel: pd.DataFrame, column: str) -> pd.DataFrame:
    """Count returns by the staff rating that customers gave, beside what their words alone would let one expect.

    Parameters
    ----------
    panel
        As `custservice.build_panel` returns it.
    column
        The rating, a number, higher is better.

    Returns
    -------
    DataFrame
        Row per rating, lowest first: rating (with more than 11 values, five ranges), visits (reviewed, outcome known),
        returns, stay_away, returned, low, high (per 100; Wilson, 95%), from_words, praise, blame. ``from_words`` is
        the mean return rate, per 100, of reviews that only praise staff, only blame them, do both or neither, as they
        are mixed at this rating: what is left of the differences between ratings when only the mentions are known.
        ``praise`` and ``blame`` are the reviews per 100 with any mention of staff.

    Raises
    ------
    StudyError
        The panel has no such column of numbers.

    Examples
    --------
    >>> panel = pd.DataFrame({"review_id": list("abcd"), "returned": [1, 0, 1, 1], "stars": [1, 1, 5, 5],
    ...                       "warmth_praise": [0, 0, 1, 1], "courtesy_blame": [1, 1, 0, 0]})
    >>> by_given_rating(panel, "stars")[["rating", "visits", "returned", "from_words"]].values.tolist()
    [['1', 2, 50.0, 50.0], ['5', 2, 100.0, 100.0]]
    """
    known = _known(panel, column)
    praise, blame = (_any(known, polarity) for polarity in ("praise", "blame"))
    y = known["returned"].astype("float64")
    frame = pd.DataFrame({"visits": 1, "returns": y, "praise": praise, "blame": blame}, index=known.index)
    frame["from_words"] = y.groupby([praise, blame]).transform("mean")
    groups = frame.groupby(_levels(known[column]), observed=True, sort=True)
    sums, shares = groups[["visits", "returns"]].sum(), PER * groups[["from_words", "praise", "blame"]].mean()
    sums = sums.astype({"returns": np.int64})
    low, high = wilson(sums["returns"], sums["visits"])
    out = sums.assign(stay_away=sums["visits"] - sums["returns"], returned=PER * sums["returns"] / sums["visits"])
    out = out.assign(low=PER * low, high=PER * high).join(shares)
    out.insert(0, "rating", [_written(value) for value in out.index])
    return out.reset_index(drop=True)


def rating_and_words(panel: pd.DataFrame, column: str) -> pd.DataFrame:
    """Set the trend of returns with the rating given beside that with the words found.

    Returns
    -------
    DataFrame
        Two rows, rating and words: measure, effect (returns per 1,000 visits from the lowest to the highest rating that
        was given 30 times or more, along a straight line; from reviews that only blame staff to reviews that only
        praise them, both and neither in the middle), low, high (95%), std_error, within, within_low, within_high (the
        same within locations). Clusters are locations, or customers where there are fewer than 10 locations. Nothing
        else is held constant: how well two measures of the same visit foretell a return is compared, not what causes
        it.

    Raises
    ------
    StudyError
        The panel has no such column of numbers.
    EstimationError
        Too few ratings, or none that differ.
    """
    known = _known(panel, column)
    y: Floats = known["returned"].to_numpy(dtype=np.float64)
    rating: Floats = known[column].to_numpy(dtype=np.float64)
    low, high = _ends(known[column])
    said = [_any(known, polarity).to_numpy(dtype=np.float64) for polarity in ("praise", "blame")]
    words: Floats = np.array(said[0] - said[1], dtype=np.float64)
    places = pd.factorize(known["location_id"])[0].astype(np.int64)
    few = len(np.unique(places)) < LEAST_CLUSTERS
    clusters = pd.factorize(known["customer_id"])[0].astype(np.int64) if few else places
    rows = []
    for name, x, reach in ((_GIVEN, rating, high - low), (_WORDS, words, 2.0)):
        row: dict[str, object] = {"measure": name}
        for prefix, groups in (("", None), ("within", places)):
            estimate = _slope(y, x, groups, clusters)
            numbers = estimate.table().iloc[0] * reach * 10 * PER
            names = ("effect", "low", "high") if not prefix else ("within", "within_low", "within_high")
            row |= dict(zip(names, numbers[["coef", "low", "high"]], strict=True))
            row |= {} if prefix else {"std_error": numbers["std_error"]}
        rows.append(row)
    return pd.DataFrame(rows)


def what_ratings_tell(levels: pd.DataFrame, trends: pd.DataFrame) -> str:
    """Say how returns rise with the rating given, what the words recover of it, and what so few returns can tell.

    Parameters
    ----------
    levels, trends
        As `by_given_rating` and `rating_and_words` return them.
    """
    often = levels[levels["visits"] >= _LEAST]
    often = often if len(often) > 1 else levels
    first, last = often.iloc[0], often.iloc[-1]
    returns = int(levels["returns"].sum())
    given, words = trends.iloc[0], trends.iloc[1]
    text = (
        f"After a rating of {first['rating']}, {first['returned']:.1f}% came back; after {last['rating']}, "
        f"{last['returned']:.1f}%: along a straight line {_size(given)} from one to the other. The words alone, from "
        f"blame of staff to praise, go with {_size(words)}"
    )
    spread, expected = last["returned"] - first["returned"], last["from_words"] - first["from_words"]
    if spread > 0:
        text += f", and would let one expect {expected:+.1f} of the {spread:+.1f} points between the two ratings"
    sure = [row["low"] > 0 or row["high"] < 0 for row in (given, words)]
    told = {
        (True, True): "Both can be told from chance",
        (True, False): "The first can be told from chance, the second cannot",
        (False, True): "The second can be told from chance, the first cannot",
        (False, False): "Neither can be told from chance",
    }[sure[0], sure[1]]
    average = 10 * PER * returns / int(levels["visits"].sum())
    seen = _POWER_T * words["std_error"]
    return (
        f"{text}. {told}: with {returns:,} returns, {average:.0f} per 1,000 visits, a difference between blame and "
        f"praise smaller than about {rounded(seen, seen / 5)} per 1,000 would be missed, and single behaviours all the "
        "more."
    )


def _size(row: pd.Series) -> str:
    return how_many(row["effect"], row["low"], row["high"], row["std_error"])


def _slope(y: Floats, x: Floats, groups: NDArray[np.int64] | None, clusters: NDArray[np.int64]) -> Estimate:
    place = np.zeros(len(x), dtype=np.int64) if groups is None else groups
    if not pd.Series(x).groupby(place).nunique().gt(1).any():
        raise EstimationError("The rating, or what is said of staff, does not differ between visits.")
    return fit_linear(y, x[:, None], ["measure"], groups=groups, clusters=clusters).estimate


def _known(panel: pd.DataFrame, column: str) -> pd.DataFrame:
    if column not in panel:
        close = did_you_mean(column, map(str, panel.columns))
        raise StudyError(f"There is no column '{column}' with a staff rating{close}.")
    if not pd.api.types.is_numeric_dtype(panel[column]):
        raise StudyError(f"The staff rating '{column}' is not a number; name a column of numbers, higher is better.")
    return panel[panel["review_id"].notna() & panel["returned"].notna() & panel[column].notna()]


def _any(known: pd.DataFrame, polarity: str) -> pd.Series[bool]:
    columns = [name for name in exposure_columns(known) if name.endswith(polarity)]
    if not columns:
        return pd.Series(data=False, index=known.index)
    return known[columns].max(axis=1).fillna(0).astype("int64") > 0


def _levels(rating: pd.Series) -> pd.Series:
    return rating if rating.nunique() <= _MOST_VALUES else pd.qcut(rating, 5, duplicates="drop")


def _ends(rating: pd.Series) -> tuple[float, float]:
    if rating.nunique() > _MOST_VALUES:
        return float(rating.quantile(0.1)), float(rating.quantile(0.9))
    counts = rating.value_counts()
    often = counts.index[counts >= _LEAST]
    if len(often) < 2:
        raise EstimationError(f"Fewer than two ratings were given {_LEAST} times or more, so no trend is drawn.")
    return float(often.min()), float(often.max())


def _written(value: object) -> str:
    if isinstance(value, pd.Interval):
        return f"{value.left:g} to {value.right:g}"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)
