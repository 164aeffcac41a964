"""The engine against a slow reading of the same patterns: every pattern at every token."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custservice.sentiment.compiled import ENTITIES, Tables, TokenType
from custservice.sentiment.engine import BARRIER, Match, find_matches, read_line
from custservice.sentiment.lexicon import load_lexicon
from custservice.sentiment.patterns import Path as Steps

SHARED = Path(__file__).parents[2] / "../shared"
THINGS = ("product", "place", "price", "waiting", "facilities", "location", "policy")


@cache
def tables() -> Tables:
    return Tables(load_lexicon())


@cache
def is_in_class(word: str, name: str) -> bool:
    lexicon = tables().lexicon
    if name == "thing" and any(is_in_class(word, kind) for kind in THINGS):
        return True
    if name == "person":
        return any(is_in_class(word, kind) for kind in ("staff", "they", "name"))
    if name == "target":
        return word in lexicon.targets
    if name == "number" and word[:1].isdigit():
        return True
    if name == "adverb" and word == "xly":
        return True
    members = lexicon.words.get(name, frozenset())
    return any(word == member or (member[-1] == "*" and word.startswith(member[:-1])) for member in members)


def fits(token: TokenType, atom: str) -> bool:
    if atom == "_":
        return token.phrase in ENTITIES or token.word[:1].isalnum()
    if len(atom) > 1 and atom[0] == "<":
        if token.phrase:
            wider = {"thing"} if token.phrase in THINGS else {"person"} if token.phrase == "staff" else set()
            return atom[1:-1] in {token.phrase, *wider}
        return atom != "<cap>" and is_in_class(token.word, atom[1:-1])
    if token.phrase in ENTITIES:
        return False
    return token.word == atom or (len(atom) > 1 and atom[-1] == "*" and token.word.startswith(atom[:-1]))


def extensions(tokens: Sequence[TokenType], steps: Steps, at: int, way: int) -> Iterator[tuple[int, ...]]:
    """Yield the places that fit the steps from ``at`` on, nearest first."""
    if not steps:
        yield ()
        return
    width, rest = (steps[0], steps[1:]) if isinstance(steps[0], int) else (0, steps)
    for skipped in range(width + 1):
        here = at + way * skipped
        if not 0 <= here < len(tokens):
            return
        if any(fits(tokens[here], atom) for atom in rest[0]):
            yield from ((here, *more) for more in extensions(tokens, rest[1:], here + way, way))
        if tokens[here].bits & BARRIER:
            return


def slow_matches(tokens: Sequence[TokenType]) -> set[Match]:
    found = set()
    for number, (_, _, path) in enumerate(tables().paths):
        anchor = tables().anchor(path)
        for place, token in enumerate(tokens):
            if not any(fits(token, atom) for atom in path[anchor]):
                continue
            right = next(extensions(tokens, path[anchor + 1 :], place + 1, 1), None)
            left = next(extensions(tokens, path[:anchor][::-1], place - 1, -1), None)
            if right is not None and left is not None:
                found.add((number, tuple(sorted((*left, place, *right)))))
    return found


def check(sentence: str) -> None:
    tokens = read_line(tables(), sentence).tokens
    fast = find_matches(tables(), tokens)
    assert len(fast) == len(set(fast))
    assert set(fast) == slow_matches(tokens)


def words_of_patterns() -> list[str]:
    atoms = {a for _, _, path in tables().paths for step in path if not isinstance(step, int) for a in step}
    words = {atom.removesuffix("*") for atom in atoms if atom[0] != "<"}
    return sorted(words | {"staff", "they", "we", ",", ".", "but", "very", "xyz", "room service", "front desk"})


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_engine_agrees_with_the_slow_reading_on_made_up_sentences(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(words_of_patterns()), min_size=1, max_size=14))
    check(" ".join(words))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_engine_finds_every_path_in_its_own_words(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(tables().paths) - 1))
    steps = [step for step in tables().paths[number][2] if not isinstance(step, int)]
    plain = [sorted(atom.removesuffix("*") for atom in step if atom[0] not in "<_") for step in steps]
    check(" ".join(data.draw(st.sampled_from(options)) if options else "staff" for options in plain))


def test_engine_agrees_with_the_slow_reading_on_real_sentences() -> None:
    file = SHARED / "gold/train.jsonl"
    if not file.exists():
        pytest.skip("needs ../shared/gold, which is not here")
    lines = file.read_text(encoding="utf-8").splitlines()
    for line in lines[::150]:
        check(json.loads(line)["text"])


def test_a_stem_is_not_hidden_by_a_literal() -> None:
    groups = {tables().paths[path][0].key for path, _ in find_matches(tables(), read_line(tables(), "smiled").tokens)}
    assert "warmth.praise.traits" in groups
