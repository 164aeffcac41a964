"""Statements beside each other: inputs against loops, and what the layer makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custservice.sentiment.context import TERMS, candidates, in_context, inputs, terms


def drawn(seed: int, sizes: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log odds of sentences and of their parts, of two drivers, and where the parts begin."""
    rng = np.random.default_rng(seed)
    first = np.append(0, np.cumsum([1 + size for size in sizes]))
    return rng.normal(0, 5, (len(sizes), 8)), rng.normal(0, 5, (int(first[-1]), 8)), first


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_inputs_are_what_loops_say(seed: int, sizes: list[int]) -> None:
    odds, parts, first = drawn(seed, sizes)
    found = inputs(odds, parts, first)
    for s, size in enumerate(sizes):
        within = parts[first[s] + 1 : first[s] + 1 + size, :4]
        for c in range(4):
            others = [odds[s, k] for k in range(4) if k != c]
            best, lead = odds[s, c], 0.0
            if size:
                row = max(within, key=lambda row: row[c])
                best, lead = row[c], row[c] - max(row[k] for k in range(4) if k != c)
            number = sum(1 / (1 + np.exp(-np.clip(odds[s, k], -12, 12))) for k in range(4))
            any_same, any_other = odds[s, 4 + c % 2], odds[s, 5 - c % 2]
            want = [odds[s, c], best, lead, odds[s, 6], max(others), odds[s, c ^ 1], any_same, any_other, number]
            assert found[s, c] == pytest.approx(np.clip(want, -12, 12))


def test_terms_are_the_inputs_and_their_products() -> None:
    told = np.array([[2.0, -3.0, 5.0, 7.0, 0.5, 1.5, -2.5, 4.0, 0.25]])
    row = terms(told)[0].tolist()
    products = [a * b for i, a in enumerate(told[0]) for b in told[0][i:]]
    assert row == [1.0, *told[0], *products]
    assert len(row) == TERMS


def test_only_statements_that_are_not_unlikely_are_looked_at() -> None:
    odds, parts, first = drawn(3, [2, 0, 1])
    weights = np.arange(TERMS, dtype=float)
    found = in_context(odds, parts, first, weights)
    row, column = candidates(odds)
    assert 0 < len(row) < odds[:, :4].size
    looked_at = np.zeros(odds.shape, np.bool_)
    looked_at[row, column] = True
    assert (looked_at[:, :4] == (odds[:, :4] >= -4)).all()
    assert (found[~looked_at] == odds[~looked_at]).all()
    assert found[row, column] == pytest.approx(terms(inputs(odds, parts, first)[row, column]) @ weights)


def test_no_sentence_has_none() -> None:
    assert in_context(np.zeros((0, 8)), np.zeros((0, 8)), np.zeros(1, np.int64), np.zeros(TERMS)).shape == (0, 8)
