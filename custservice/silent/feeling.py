"""Who was unhappy: one rule for every visit whose customer said how it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError, did_you_mean
from custservice.panel import exposure_columns

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SOURCES = ("auto", "survey", "rating", "words")
#: Tops of scales that are in use; the smallest one that holds all answers is taken for the top.
_TOPS = (1, 5, 7, 10, 100)
#: Up to this share of the top an answer is unhappy (2 of 5 stars), from that share on happy (4 of 5 stars).
_UNHAPPY, _HAPPY = 0.4, 0.8
#: Ratings are asked where at least this share of the reviewed visits has one.
_MOSTLY = 0.5


@dataclass(frozen=True)
class Feelings:
    """How each visit was for its customer, as far as anyone knows.

    Attributes
    ----------
    level
        -1 unhappy, 0 indifferent, 1 happy, missing where nobody said: a *silent* visit; shape (n,).
    source
        ``"survey"``, ``"rating"`` or ``"words"``.
    rule
        What "unhappy" means, in words that finish the sentence "a visit is unhappy when ...".
    top
        The highest answer of the scale; None where words were read.
    """

    level: Floats
    source: str
    rule: str
    top: int | None = None

    @property
    def heard(self) -> Bools:
        """Visits whose customer said how it was."""
        return np.asarray(~np.isnan(self.level), dtype=np.bool_)

    @property
    def unhappy(self) -> Bools:
        """Visits known to be unhappy."""
        return np.asarray(self.level == -1, dtype=np.bool_)

    @property
    def happy(self) -> Bools:
        """Visits known to be happy."""
        return np.asarray(self.level == 1, dtype=np.bool_)


def find_feelings(panel: pd.DataFrame, source: str = "auto") -> Feelings:
    """Tell unhappy, indifferent and happy visits apart.

    - **survey**: ``satisfaction`` at most 2 on a scale to 5 is unhappy, 4 and more happy (the same shares of other
    scales);
    - **rating**: the same of the stars that the review gives;
    - **words**: blame of staff and no praise of them is unhappy, praise and no blame happy, all else indifferent.

    Parameters
    ----------
    panel
        As `custservice.build_panel` returns it.
    source
        One of the three, or ``"auto"``: the ratings where at least half of the reviewed visits have one, else the
        words; the survey where it answers for more visits than these.

    Raises
    ------
    EstimationError
        There is no such source, or the panel has no such column.

    Examples
    --------
    >>> panel = pd.DataFrame({"review_id": ["a", "b", None], "rating": [2.0, 5.0, np.nan]})
    >>> find_feelings(panel).level.tolist()
    [-1.0, 1.0, nan]
    """
    if source not in SOURCES:
        raise EstimationError(f"There is no source of feelings '{source}'{did_you_mean(source, SOURCES)}.")
    reviewed = panel["review_id"].notna().to_numpy()
    rated, surveyed = _numbers(panel, "rating") & reviewed, _numbers(panel, "satisfaction")
    if source == "auto":
        source = "rating" if rated.any() and rated.sum() >= _MOSTLY * reviewed.sum() else "words"
        if surveyed.sum() > (rated.sum() if source == "rating" else reviewed.sum()):
            source = "survey"
    if source == "words":
        return Feelings(_from_words(panel, reviewed), source, "the review blames staff and does not praise them")
    column, known = ("satisfaction", surveyed) if source == "survey" else ("rating", rated)
    if not known.any():
        raise EstimationError(f"No visit has a number in the column '{column}', so it cannot tell who was unhappy.")
    values = panel[column].to_numpy(dtype=np.float64, na_value=np.nan)
    level, top = _from_scale(np.where(known, values, np.nan))
    what = "the customer answered the survey with" if source == "survey" else "the review gives"
    stars = " stars" if source == "rating" and top == 5 else f" of {top}"
    return Feelings(level, source, f"{what} {_UNHAPPY * top:g}{stars} or fewer", top)


def _numbers(panel: pd.DataFrame, column: str) -> Bools:
    if column not in panel or not pd.api.types.is_numeric_dtype(panel[column]):
        return np.zeros(len(panel), dtype=bool)
    return panel[column].notna().to_numpy(dtype=bool)


def _from_scale(values: Floats) -> tuple[Floats, int]:
    most = float(np.nanmax(values))
    top = next((top for top in _TOPS if most <= top), None)
    if top is None:
        raise EstimationError(f"A rating of {most:g} fits no scale that ends at {_TOPS}; rescale the column.")
    level = np.where(values <= _UNHAPPY * top, -1.0, np.where(values >= _HAPPY * top, 1.0, 0.0))
    return np.where(np.isnan(values), np.nan, level), top


def _from_words(panel: pd.DataFrame, reviewed: Bools) -> Floats:
    said = {}
    for polarity in ("praise", "blame"):
        columns = [c for c in exposure_columns(panel) if c.endswith(polarity)]
        said[polarity] = (panel[columns].fillna(0).to_numpy(dtype=np.float64) > 0).any(axis=1)
    level = said["praise"].astype(np.float64) - said["blame"]
    return np.where(reviewed, level, np.nan)
