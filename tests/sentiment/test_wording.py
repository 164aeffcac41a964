"""Features of wording: read as arrays and spelled out by name."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from custservice.sentiment.mentions import compiled
from custservice.sentiment.wording import CAPITAL, NAME, ChunkWords, Wording, named, parts_of, symbols_of

SENTENCES = [
    *("The nurse sat with me.", "Zorblax was so kind!", "Kind", "So so kind, kind waiters", "12 friendly people"),
    *("Grumpy service, but she smiled while we ate: Zorblax, Surly", ", they sat", "We sat, the room was big; lovely!"),
    *("She was not kind, so kind", "Nobody, never was so very very very very kind", "no no waiters kind but kind"),
]


def resolved(words: list[str], known: set[str]) -> list[str]:
    return [(w[1:] if w[1:] in known else NAME) if w[0] == CAPITAL and len(w) > 1 else w for w in words]


def symbols(text: str) -> list[str]:
    return [symbol for chunk in text.split() for symbol in symbols_of(compiled(), chunk)]


def wording_of(texts: list[str], known: set[str]) -> Wording:
    return Wording(sorted({name for text in texts for name, _, _ in named(resolved(symbols(text), known))}))


def placed(wording: Wording, texts: list[str]) -> list[list[tuple[str, int, int]]]:
    """Return for each text its features by name, with the first and last token of each."""
    tables = compiled()
    sentences = tables.chunks.read(texts)
    _, first = tables.chunks.types(sentences.chunks)
    found = wording.placed(ChunkWords(wording, tables).words(sentences.chunks), first[sentences.first])
    names = list(wording.numbers)
    rows: list[list[tuple[str, int, int]]] = [[] for _ in texts]
    begins = first[sentences.first]
    for sentence, feature, a, b in zip(*(column.tolist() for column in found), strict=True):
        begin = int(begins[sentence])
        rows[int(sentences.text[sentence])].append((names[feature], a - begin, b - begin))
    return rows


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4))
def test_arrays_and_names_agree(texts: list[str]) -> None:
    known = {"the", "kind", "so", "was", "people"}
    wording = wording_of(SENTENCES, known)
    # A word that stands for a name has no feature of its own.
    wording = Wording([name for name in wording.numbers if name != "w zorblax"])
    for text, row in zip(texts, placed(wording, texts), strict=True):
        words = {name.split(" ")[1] for name in wording.numbers if name[0] == "w"}
        expected = [one for one in named(resolved(symbols(text), words)) if one[0] in wording.numbers]
        assert sorted(row) == sorted(expected)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([*SENTENCES, "and so", "kind", ""]), min_size=1, max_size=4))
def test_parts_in_arrays_and_by_name_agree(texts: list[str]) -> None:
    tables, wording = compiled(), wording_of(SENTENCES, set())
    sentences = tables.chunks.read(texts)
    _, first = tables.chunks.types(sentences.chunks)
    begins = first[sentences.first]
    part, part_first = wording.parts(ChunkWords(wording, tables).words(sentences.chunks), begins)
    words = {name.split(" ")[1] for name in wording.numbers if name[0] == "w"}
    said = [text for text in texts if text]
    assert len(begins) == len(part_first) == len(said) + 1
    for number, text in enumerate(said):
        expected = parts_of(resolved(symbols(text), words))
        assert (part[begins[number] : begins[number + 1]] - part_first[number]).tolist() == expected
        assert part_first[number + 1] - part_first[number] == 1 + max(expected)


def test_features_know_where_they_stand() -> None:
    wording = Wording(["w kind", "b so kind", "n <s> =kind", "b kind </s>", "r O =kind", "r S =kind"])
    assert sorted(placed(wording, ["so kind"])[0]) == [
        ("b kind </s>", 1, 1),
        ("b so kind", 0, 1),
        ("n <s> =kind", 0, 1),
        ("r O =kind", 1, 1),
        ("w kind", 1, 1),
    ]


def test_a_word_stands_with_what_its_clause_speaks_of() -> None:
    wording = Wording([f"r {about} =kind" for about in "SVNIO"])
    for text, about in (
        ("we sat, she was kind", "S"),
        ("they sat, so kind", "O"),
        ("kind service from Zorblax", "V"),
        ("we met Zorblax so kind", "N"),
        ("our room, we say, kind", "O"),
        ("we say kind", "I"),
    ):
        at = symbols(text).index("kind")
        assert placed(wording, [text])[0] == [(f"r {about} =kind", at, at)]
        assert (f"r {about} =kind", at, at) in named(resolved(symbols(text), set()))


def test_sentences_do_not_run_into_each_other() -> None:
    wording = Wording(["b kind so", "n =kind =kind"])
    assert placed(wording, ["kind", "so", "kind"]) == [[], [], []]
    assert placed(wording, ["kind so kind"]) == [[("b kind so", 0, 1), ("n =kind =kind", 0, 2)]]


def test_a_staff_noun_is_any_staff_noun_and_an_unknown_capital_a_name() -> None:
    assert symbols("Nurses")[0] == symbols("waiter")[0] == "<staff>"
    wording = Wording(["w kind", "w <name>", "p zorbl"])
    assert wording.read("^zorblax") == wording.read(NAME)
    assert wording.read("^kind") == wording.read("kind") != wording.read("zorblax")
    assert wording.read("zorblax").beginning == wording.numbers["p zorbl"]


def test_chunks_met_later_are_read_too() -> None:
    tables = compiled()
    wording = Wording(["w sprightly"])
    words = ChunkWords(wording, tables)
    for text in ("A sprightly day", "Some sprightly and newfangled day"):
        sentences = tables.chunks.read([text])
        read = words.words(sentences.chunks)
        assert len(read) == len(text.split())
        assert np.count_nonzero(read[:, 0] == wording.read("sprightly").symbol) == 1
