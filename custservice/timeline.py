"""Visits sorted by group and time, so that one binary search answers "how many, and when next?" for every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Times = NDArray[np.datetime64]


@dataclass(frozen=True)
class Timeline:
    """Visits in order of group, time and id.

    Attributes
    ----------
    order
        Position in the input of each visit in sorted order, shape (n,).
    times
        Their times in sorted order, shape (n,).
    stamps
        The distinct times, ascending; a time is compared by its rank among them, which keeps every search exact.
    keys
        ``group * width + rank`` of each visit in sorted order, ascending.
    width
        Number of distinct ranks a time can have (one more than there are stamps).
    """

    order: Ints
    times: Times
    stamps: Times
    keys: Ints
    width: int

    def position(self, groups: Ints, times: Times, side: Literal["left", "right"]) -> Ints:
        """Return where each (group, time) would stand among the sorted visits, shape of ``times``.

        ``left``: the first visit of the group at or after the time; ``right``: the first one after it.
        """
        rank = np.searchsorted(self.stamps, times, side=side)
        return np.searchsorted(self.keys, groups * self.width + rank).astype(np.int64)

    def group_start(self, groups: Ints) -> Ints:
        """Return the position of each group's first visit."""
        return np.searchsorted(self.keys, groups * self.width).astype(np.int64)

    def group_end(self, groups: Ints) -> Ints:
        """Return the position after each group's last visit."""
        return np.searchsorted(self.keys, (groups + 1) * self.width).astype(np.int64)


def make_timeline(groups: Ints, times: Times, ids: pd.Series[Any]) -> Timeline:
    """Sort visits by group, then time, then id.

    Parameters
    ----------
    groups, times, ids
        Group code (>= 0), time (no NaT) and id of each visit, shape (n,).

    Examples
    --------
    >>> days = np.array(["2024-01-05", "2024-01-01", "2024-01-03"], "datetime64[s]")
    >>> line = make_timeline(np.array([0, 0, 1]), days, pd.Series(["a", "b", "c"]))
    >>> line.order.tolist()
    [1, 0, 2]
    >>> line.position(np.array([0]), days[1:2], "right").tolist()
    [1]
    """
    stamps, rank = np.unique(times, return_inverse=True)
    width = len(stamps) + 1
    keys = groups.astype(np.int64) * width + rank
    order = np.argsort(keys, kind="stable").astype(np.int64)
    keys = keys[order]
    tied = np.zeros(len(keys), dtype=bool)
    tied[1:] = keys[1:] == keys[:-1]
    tied[:-1] |= tied[1:]
    if tied.any():  # only ties need the (slow) comparison of ids
        rows = order[tied]
        ties = pd.DataFrame({"key": keys[tied], "id": ids.to_numpy()[rows], "row": rows})
        order[tied] = ties.sort_values(["key", "id"])["row"].to_numpy()
    return Timeline(order, times[order], stamps, keys, width)
