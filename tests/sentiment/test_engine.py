"""The engine against a slow reading of the same lexicon: every pattern at every token."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_engine import Oracle, Word

from custservice.sentiment.compiled import Tables
from custservice.sentiment.engine import find_all_matches, find_matches, read_line
from custservice.sentiment.lexicon import load_lexicon
from custservice.sentiment.lines import join_phrases
from custservice.sentiment.tokens import split_sentences

SHARED = Path(__file__).parents[2] / "../shared"


@cache
def tables() -> Tables:
    return Tables(load_lexicon())


@cache
def oracle() -> Oracle:
    return Oracle(tables())


def check(sentence: str) -> None:
    tokens = read_line(tables(), sentence).tokens
    words = oracle().line(sentence)
    assert [token.phrase for token in tokens] == [word.phrase for word in words]
    fast = find_matches(tables(), tokens)
    assert len(fast) == len(set(fast))
    assert set(fast) == set(oracle().matches(words))


def words_of_lexicon() -> list[str]:
    paths = [*oracle().paths, *(path for _, path in oracle().phrases)]
    atoms = {atom for path in paths for step in path if not isinstance(step, int) for atom in step}
    words = {atom.removesuffix("*") for atom in atoms if atom[0] != "<"}
    return sorted(words | {"staff", "they", "we", ",", ".", "but", "very", "xyz", "Janet", "briskly", "12"})


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_engine_agrees_on_made_up_sentences(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(words_of_lexicon()), min_size=1, max_size=14))
    check(" ".join(words))


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_engine_agrees_on_the_words_of_a_pattern(data: st.DataObject) -> None:
    """Two paths side by side, their gaps filled, so that anchors, witnesses and barriers meet."""
    sentence: list[str] = []
    for _ in range(2):
        for step in data.draw(st.sampled_from(oracle().paths)):
            if isinstance(step, int):
                filler = st.sampled_from(["the", "very", "xyz", ",", "staff"])
                sentence += data.draw(st.lists(filler, max_size=step + 1))
            else:
                sentence.append(data.draw(st.sampled_from(sorted(step))).strip("<>*").replace("_", "it"))
    check(" ".join(sentence))


def test_engine_agrees_on_the_demo() -> None:
    sentences = sorted({text[a:b] for text in demo_texts() for a, b in split_sentences(text)})
    for sentence in sentences[:: max(1, len(sentences) // 10)]:
        check(sentence)


def demo_texts() -> list[str]:
    return pd.read_parquet(Path(__file__).parents[2] / "data/demo/reviews.parquet")["text"].dropna().tolist()


def test_engine_agrees_on_real_sentences() -> None:
    file = SHARED / "gold/train.jsonl"
    if not file.exists():
        pytest.skip("needs ../shared/gold, which is not here")
    for line in file.read_text(encoding="utf-8").splitlines()[::300]:
        check(json.loads(line)["text"])


def real_texts(step: int) -> list[str]:
    files = [("data/lounge.csv", "content"), ("data/albany_reviews.csv.gz", "comments")]
    if not all((SHARED / file).exists() for file, _ in files):
        pytest.skip("needs ../shared/data, which is not here")
    return [text for file, column in files for text in pd.read_csv(SHARED / file)[column].dropna()[::step]]


@pytest.mark.slow
def test_engine_agrees_on_many_real_sentences() -> None:
    for text in real_texts(step=1200):
        for start, end in split_sentences(text):
            check(text[start:end])


def test_a_stem_is_not_hidden_by_a_literal() -> None:
    groups = {tables().groups[path].key for path, _ in find_matches(tables(), read_line(tables(), "smiled").tokens)}
    assert "warmth.praise.traits" in groups


def test_matches_stand_in_the_order_of_the_lexicon() -> None:
    """Which of two equal findings is shown must not hang on how a set happens to be ordered."""
    found = find_matches(tables(), read_line(tables(), "The staff were not friendly or helpful at all").tokens)
    again = Tables(load_lexicon())
    assert found == find_matches(again, read_line(again, "The staff were not friendly or helpful at all").tokens)


def test_sentences_of_a_batch_are_read_as_each_by_itself() -> None:
    """All at once or one by one: the same tokens and the same matches, phrases joined or not."""
    texts = ["The front desk failed to help. Room service was late!", "", "ok", *demo_texts()[::200]]
    sentences = tables().chunks.read(texts)
    types, first = tables().chunks.types(sentences.chunks)
    lines = join_phrases(tables(), types, first[sentences.first])
    matched = {found.sentence: found for found in find_all_matches(tables(), lines, topics=True)}
    spans = [text[a:b] for text in texts for a, b in split_sentences(text)]
    assert len(spans) == len(lines.first) - 1
    for number, span in enumerate(spans):
        line = read_line(tables(), span)
        assert line.offsets(tables(), span)
        assert [token.place for token in line.tokens] == lines.types[slice(*lines.first[number : number + 2])].tolist()
        found = matched[number].matches if number in matched else []
        assert found == find_matches(tables(), line.tokens)


def test_a_sentence_that_says_nothing_of_staff_is_left_out() -> None:
    sentences = tables().chunks.read(["Lovely staff. Great view. The sky was blue."])
    types, first = tables().chunks.types(sentences.chunks)
    lines = join_phrases(tables(), types, first[sentences.first])
    assert [found.sentence for found in find_all_matches(tables(), lines, topics=False)] == [0]


def test_the_oracle_knows_unknown_names_and_adverbs() -> None:
    assert oracle().fits(Word("xyzzy", capital=True), "<cap>")
    assert not oracle().fits(Word("staff", capital=True), "<cap>")
    assert oracle().fits(Word("grubbily"), "<adverb>")


def test_unknown_words_are_no_words_of_the_lexicon() -> None:
    """The stand-in of unknown words once was "x", which "x ray" names: no unknown name was a name any more."""
    for word in ("Lukas", "lukas", "lukasly", "77th"):
        token = tables().token_types[word][0]
        assert token.word not in tables().known_words
    check("Thanks, Lukas!")
