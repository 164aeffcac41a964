from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from custservice.errors import InputError
from custservice.sentiment import batches, find_all, find_mentions, score_sentiment

TEXTS = ["The staff were rude.", None, "Lovely host. Awful room.", "We came by car.", "Kind and helpful nurses!"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_BATCH", 2)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("work", [find_mentions, find_all, score_sentiment])
@pytest.mark.parametrize("index", [None, list("abcde"), [9, 9, 7, 7, 7], pd.date_range("2024-01-01", periods=5)])
def test_batches_change_nothing(work: object, index: object, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pd.Series(TEXTS, index=index)
    in_batches = work(texts)  # type: ignore[operator]
    monkeypatch.setattr(batches, "_BATCH", 100)
    pd.testing.assert_frame_equal(in_batches, work(texts))  # type: ignore[operator]
    assert set(in_batches["text_id"]) <= set(texts.index)


@pytest.mark.usefixtures("small")
def test_two_processes_find_what_one_finds() -> None:
    texts = TEXTS * 3
    pd.testing.assert_frame_equal(find_mentions(texts, workers=2), find_mentions(texts))


@pytest.mark.usefixtures("small")
def test_an_own_lexicon_reaches_every_process(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[warmth.praise.own]\npatterns = "zingy"\n', encoding="utf-8")
    assert find_mentions(["Zingy."] * 5, own, workers=2)["driver"].tolist() == ["warmth"] * 5


def test_no_workers_is_a_mistake() -> None:
    with pytest.raises(InputError, match="workers is 0"):
        find_mentions(["Kind."], workers=0)


def test_a_bar_is_shown_for_many_texts_on_a_terminal_alone(capsys: pytest.CaptureFixture[str]) -> None:
    find_mentions(["Kind."] * 3)
    assert capsys.readouterr().err == ""
