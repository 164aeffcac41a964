"""Rows of different lengths that stand one after another in one array."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def places_of(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return the places of all members of some rows, and where each of these rows begins among them.

    Parameters
    ----------
    first
        Where each row begins, and at the end where the last one ends.
    rows
        Numbers of rows, in any order, more than once too.

    Returns
    -------
    tuple of arrays
        The places, row after row; the beginnings, with the end of the last one.

    Examples
    --------
    >>> places, begins = places_of(np.array([0, 2, 5, 6]), np.array([2, 0]))
    >>> places.tolist(), begins.tolist()
    ([5, 0, 1], [0, 1, 3])
    """
    begin = first[rows]
    sizes = first[rows + 1] - begin
    begins = np.append(0, np.cumsum(sizes))
    return np.arange(begins[-1]) + np.repeat(begin - begins[:-1], sizes), begins
