"""The learned layer: what it adds, what it sets aside, and what it never touches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from custservice.sentiment import explain, find_all, find_mentions, read_texts
from custservice.sentiment.context import TERMS
from custservice.sentiment.learned import DIGITS, ZERO, Model, lengths, load_model, model_of

DRIVERS = ["warmth", "courtesy"]


def text_of(size: int, **weights: int) -> str:
    """Return a feature's text; roots of weights by column, in steps."""
    pairs = (DIGITS[int(column[1:])] + DIGITS[ZERO + value] for column, value in weights.items())
    return DIGITS[size] + "".join(pairs)


def toy(
    features: dict[str, str], bias: float = -2.0, may_speak: float = -9.0, context: list[float] | None = None
) -> Model:
    """Return a model of four statements (warmth and courtesy, praise and blame) in whole steps of log odds."""
    data = {
        "drivers": DRIVERS,
        "stands": 0.0,
        "speaks": 1.0,
        "may_speak": may_speak,
        "bias": [bias] * 8,
        "context": context or [0, 1, *[0] * (TERMS - 2)],
        "size_step": 1.0,
        "weight_step": 1.0,
        "features": features,
    }
    return model_of(data)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> object:
    def replace(model: Model | None) -> None:
        read_texts._layer.cache_clear()
        monkeypatch.setattr(read_texts, "load_model", lambda: model)

    yield replace
    read_texts._layer.cache_clear()


def found(text: str, lexicon: Path | None = None) -> list[tuple[str, str, str]]:
    frame = find_mentions([text], lexicon)
    return list(frame[["driver", "polarity", "evidence"]].itertuples(index=False, name=None))


def test_weights_are_read_as_they_were_written() -> None:
    model = toy({"w a": text_of(3, _0=5, _4=-7), "w b": text_of(1)})
    assert model.sizes.tolist() == [3, 1]
    assert model.weights.tolist() == [[25, 0, 0, 0, -49, 0, 0, 0], [0] * 8]


def test_scores_are_weights_over_a_power_of_the_length_of_the_sizes() -> None:
    model = toy({"w a": text_of(3, _0=1), "w b": text_of(4, _0=2, _4=3)})
    sums = model.sums(np.array([0, 0, 1]), np.array([0, 1, 1]), 3)
    scores = model.scores(sums)
    one, both = lengths(np.array([16.0, 25.0]))
    assert scores[:, 0] == pytest.approx([5 / both - 2, 4 / one - 2, -2])
    assert scores[:, 4] == pytest.approx([9 / both - 2, 9 / one - 2, -2])
    more = model.sums(np.array([1]), np.array([0]), 3)
    assert model.scores(sums + more)[1] == pytest.approx(scores[0])
    together = (sums + more).together(np.array([0, 1, 3]))
    assert model.scores(together)[1] == pytest.approx(scores[0])


def test_no_pattern_is_asked_where_wording_makes_staff_most_unlikely(use) -> None:  # type: ignore[no-untyped-def]
    features = {"f courtesy blame": text_of(1, _3=9), "w waiter": text_of(1), "w rude": text_of(1, _7=9)}
    use(toy(features, may_speak=0.0))
    assert [pair[:2] for pair in found("The waiter was rude.")] == [("courtesy", "blame")]
    assert [pair[:2] for pair in found("The waiter was impolite.")] == []
    assert explain("The waiter was impolite.").table["set_aside"].tolist() == ["unlikely by the wording"]
    assert find_all(["The waiter was impolite."]).empty


def test_of_two_statements_of_one_part_the_context_may_leave_one(use) -> None:  # type: ignore[no-untyped-def]
    own, lead = 1, 3
    context = [float(place in (own, lead)) for place in range(TERMS)]
    both = {"w zingy": text_of(1, _0=4, _2=6)}
    apart = {"w zingy": text_of(1, _0=4), "w zappy": text_of(1, _2=6)}
    for features, weights, text, drivers in (
        (both, None, "Back home it was zingy.", {"warmth", "courtesy"}),
        (both, context, "Back home it was zingy.", {"courtesy"}),
        (apart, context, "Back home it was zingy but zappy.", {"warmth", "courtesy"}),
    ):
        use(toy(features, context=weights))
        assert {driver for driver, _, _ in found(text)} == drivers


def test_what_only_the_words_tell_is_added_with_its_words(use) -> None:  # type: ignore[no-untyped-def]
    use(toy({"w zingy": text_of(1, _0=9), "b was zingy": text_of(1, _0=3)}))
    assert found("Back home it was zingy. Nothing.") == [("warmth", "praise", "was zingy")]


def test_what_is_unlikely_is_set_aside(use) -> None:  # type: ignore[no-untyped-def]
    use(toy({}))
    assert found("The waiter was rude.") == []
    assert explain("The waiter was rude.").table["set_aside"].tolist() == ["unlikely by the wording"]


def test_a_pattern_is_a_feature_too(use) -> None:  # type: ignore[no-untyped-def]
    use(toy({"f courtesy blame": text_of(1, _3=9)}))
    assert found("The waiter was rude.") == [("courtesy", "blame", "waiter was rude")]


def test_a_sentence_that_surely_speaks_of_staff_has_its_likeliest_statement(use) -> None:  # type: ignore[no-untyped-def]
    use(toy({"w zingy": text_of(1, _6=9, _2=1)}))
    assert [pair[:2] for pair in found("Zingy.")] == [("courtesy", "praise")]


def test_an_own_group_is_never_touched(use, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    own = tmp_path / "own.toml"
    own.write_text('[warmth.praise.ours]\npatterns = "zingy"\n')
    use(toy({}))
    assert found("Zingy.", own) == [("warmth", "praise", "Zingy")]
    assert found("Zingy.") == []


def test_topics_are_left_to_the_patterns(use) -> None:  # type: ignore[no-untyped-def]
    use(toy({}))
    assert find_all(["The food was delicious."])["driver"].tolist() == ["topic_product"]


def test_without_weights_the_patterns_alone_count(use) -> None:  # type: ignore[no-untyped-def]
    use(None)
    assert found("The waiter was rude.") == [("courtesy", "blame", "waiter was rude")]


def test_the_model_that_ships_knows_every_driver() -> None:
    model = load_model()
    assert model is not None
    assert len(model.statements) == 42
    assert found("Not once did anybody greet us or so much as look in our direction.") != []
