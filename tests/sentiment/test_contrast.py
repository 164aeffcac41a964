"""Contrast pairs for the drivers whose accuracy cannot be measured: too few labelled sentences mention them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from custservice.sentiment import find_mentions

PAIRS = tomllib.loads(Path(__file__).with_name("contrast.toml").read_text(encoding="utf-8"))
SIGNS = {"praise": "+", "blame": "-"}


def cases() -> list[tuple[str, str, str]]:
    lines = [(driver, line) for driver, text in PAIRS.items() for line in text.strip().splitlines()]
    return [(driver, *(part.strip() for part in line.rsplit("=>", 1))) for driver, line in lines]


@pytest.mark.parametrize("driver", PAIRS)
def test_there_are_thirty_pairs(driver: str) -> None:
    signs = [sign for name, _, sign in cases() if name == driver]
    assert len(signs) >= 60
    assert {"+", "-", "0"} == set(signs)


@pytest.mark.parametrize(("driver", "sentence", "sign"), cases())
def test_the_driver_is_heard(driver: str, sentence: str, sign: str) -> None:
    frame = find_mentions([sentence])
    found = frame.loc[frame["driver"] == driver, "polarity"].map(SIGNS).tolist()
    assert found == ([] if sign == "0" else [sign])
