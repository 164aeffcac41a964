"""Statements beside each other: what the log odds of the others tell of one.

How likely a statement is depends on the others: of two that the same words tell, mostly the likelier one is meant; one
that a part of the sentence tells alone is meant more surely than the sums over all of its words say. A second linear
model, the same for all statements, weighs nine inputs, their squares and their products:

1. the statement's log odds,
2. those of the part of the sentence that speaks for it most,
3. by how much it leads the others there, or is behind the first of them,
4. the log odds that the sentence speaks of staff,
5. those of its likeliest other statement,
6. those of the other polarity of the same driver,
7. the log odds that the sentence holds any statement of its polarity,
8. those that it holds any of the other polarity,
9. how many statements the sentence holds by their own log odds, expected.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from custservice.sentiment.rows import Ints

Numbers = npt.NDArray[np.float64]
_INPUTS = 9
#: Columns after those of the statements: any praise, any blame, "speaks of staff", and that by wording alone.
BESIDE = 4
#: How many weights there are: of a constant, of the inputs, and of their products.
TERMS = 1 + _INPUTS + _INPUTS * (_INPUTS + 1) // 2
#: Statements less likely than this stay as they are.
_LEAST = -4.0
#: Log odds beyond this count as this.
_MOST = 12.0


def in_context(odds: Numbers, of_parts: Numbers, first: Ints, weights: Numbers) -> Numbers:
    """Return log odds as they are beside each other.

    Parameters
    ----------
    odds
        A row per sentence: of praise and blame of one driver after another, then of those `BESIDE` them.
    of_parts
        The same of the parts of the sentences, the first of each of which is none (it holds what reaches over parts).
    first
        Where the parts of each sentence begin, and at the end where the last one ends.
    weights
        `TERMS` of them.

    Examples
    --------
    Weights that take the statement's own log odds and no more:

    >>> odds = np.array([[1.0, -9.0, 0.0, 0.0, 0.0, 0.0]])
    >>> in_context(odds, np.zeros((2, 6)), np.array([0, 2]), np.eye(TERMS)[1]).tolist() == odds.tolist()
    True
    """
    found = odds.copy()
    row, column = candidates(odds)
    if len(row):
        found[row, column] = terms(inputs(odds, of_parts, first)[row, column]) @ weights
    return found


def candidates(odds: Numbers) -> tuple[Ints, Ints]:
    """Return the rows and columns of the statements that are looked at."""
    row, column = np.nonzero(odds[:, :-BESIDE] >= _LEAST)
    return row, column


def inputs(odds: Numbers, of_parts: Numbers, first: Ints) -> Numbers:
    """Return the inputs of each statement, sentences by statements by inputs; parameters are those of `in_context`.

    Examples
    --------
    A sentence of one driver and two parts: the second speaks for praise.

    >>> odds = np.array([[2.0, -3.0, 1.0, -4.0, 5.0, 0.0]])
    >>> parts = np.zeros((3, 6))
    >>> parts[1:, :2] = [[-2.0, -1.0], [3.0, -4.0]]
    >>> inputs(odds, parts, np.array([0, 3]))[0].round(2).tolist()
    [[2.0, 3.0, 7.0, 5.0, -3.0, -3.0, 1.0, -4.0, 0.93], [-3.0, -1.0, 1.0, 5.0, 2.0, 2.0, -4.0, 1.0, 0.93]]
    """
    own, polarity, speaks = odds[:, :-BESIDE], odds[:, -BESIDE:-2], odds[:, -2]
    best, lead = _in_parts(own, of_parts[:, :-BESIDE], first)
    rows, drivers = len(own), own.shape[1] // 2
    told = np.empty((rows, own.shape[1], _INPUTS))
    told[:, :, 0], told[:, :, 1], told[:, :, 2] = own, best, lead
    told[:, :, 3] = speaks[:, None]
    told[:, :, 4] = own - _lead(own)
    told[:, :, 5] = own.reshape(rows, drivers, 2)[:, :, ::-1].reshape(own.shape)
    told[:, :, 6] = np.tile(polarity, drivers)
    told[:, :, 7] = np.tile(polarity[:, ::-1], drivers)
    told[:, :, 8] = (1 / (1 + np.exp(-np.clip(own, -_MOST, _MOST)))).sum(axis=1)[:, None]
    return np.clip(told, -_MOST, _MOST)


def _in_parts(own: Numbers, parts: Numbers, first: Ints) -> tuple[Numbers, Numbers]:
    """Return the most of each statement in a part, and its lead there; its own, and none, where there is no part."""
    lead = _lead(parts)
    parts = parts.copy()
    parts[first[:-1]] = -np.inf
    most = np.maximum.reduceat(parts, first[:-1], axis=0)
    is_most = parts >= np.repeat(most, np.diff(first), axis=0)
    there = np.maximum.reduceat(np.where(is_most, lead, -np.inf), first[:-1], axis=0)
    is_none = np.isinf(most)
    return np.where(is_none, own, most), np.where(is_none, 0.0, there)


def _lead(odds: Numbers) -> Numbers:
    """Return by how much each statement of a row leads the likeliest of the others."""
    second, first = np.partition(odds, odds.shape[1] - 2, axis=1)[:, -2:].T
    found: Numbers = odds - np.where(odds >= first[:, None], second[:, None], first[:, None])
    return found


def terms(told: Numbers) -> Numbers:
    """Return a constant, the inputs, and the products of any two of them, a row per statement.

    Examples
    --------
    >>> terms(np.array([[1.0, 2.0, *[0.0] * 7]]))[0, [0, 1, 2, 10, 11, 19]].tolist()
    [1.0, 1.0, 2.0, 1.0, 2.0, 4.0]
    """
    left, right = np.triu_indices(_INPUTS)
    return np.hstack([np.ones((len(told), 1)), told, told[:, left] * told[:, right]])
