"""Mentions in their sentences: the right words marked, every text escaped."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_report import write_small_study

import custservice as cs
from custservice.errors import InputError

TEXTS = pd.Series(
    {
        "a": "We came in. The waiter was rude. We left.",
        "b": "Our waitress was lovely <img src=x onerror=alert(1)> to \u202e <us.",
    }
)


def test_the_evidence_is_marked_in_its_own_sentence() -> None:
    found = cs.find_mentions(TEXTS)
    assert [line for line in repr(cs.highlight(found, TEXTS)).splitlines() if line.startswith("courtesy blame")] == [
        "courtesy blame: The [waiter was rude]."
    ]
    shown = cs.highlight(found, TEXTS)._repr_html_()
    assert ">waiter was rude</mark>" in shown
    assert "Rude staff" in shown


def test_texts_cannot_run_or_turn_anything() -> None:
    shown = cs.highlight(cs.find_mentions(TEXTS), TEXTS)._repr_html_()
    assert "lovely" in shown
    assert "<img" not in shown
    assert "&lt;us." in shown
    assert "\u202e" not in shown


def test_endless_words_are_cut() -> None:
    texts = ["x" * 100_000 + " the waiter was rude " + "y" * 100_000]
    shown = cs.highlight(cs.find_mentions(texts), texts)
    assert "waiter was rude" in repr(shown)
    assert len(shown._repr_html_()) < 5000


def test_tables_of_a_study_need_no_texts_or_its_reviews(tmp_path: Path) -> None:
    study = cs.open_study(write_small_study(tmp_path, 300))
    quotes = study.quotes(polarity="blame")
    shown = cs.highlight(quotes, most=5)
    assert (shown.total, len(shown.table)) == (len(quotes), 5)
    assert f"{len(quotes) - 5:,} more are not shown" in repr(shown)
    assert quotes["location_id"].iloc[0] in shown._repr_html_()
    whole = shown.table["before"] + shown.table["evidence"] + shown.table["after"]
    assert whole.tolist() == quotes["sentence"].head(5).tolist()
    by_offsets = cs.highlight(study.mentions.head(5), study.reviews)
    assert by_offsets.table["evidence"].tolist() == study.mentions["evidence"].head(5).tolist()


def test_what_is_no_table_of_mentions_is_told() -> None:
    found = cs.find_mentions(TEXTS)
    with pytest.raises(InputError, match=r"highlight\(study.mentions, study.reviews\)"):
        cs.highlight(found)
    with pytest.raises(InputError, match="no column 'driver'"):
        cs.highlight(pd.DataFrame({"a": [1]}))
    with pytest.raises(InputError, match="hold none with the id 'a'"):
        cs.highlight(found, ["other", "texts"])
    assert repr(cs.highlight(found.head(0), TEXTS)) == "No mention."
    assert cs.highlight(found.head(0), TEXTS)._repr_html_() == "<p>No mention.</p>"
