from __future__ import annotations

import pytest

from custservice.sentiment.patterns import PatternError, classes_in, parse


def paths(pattern: str) -> list[list[object]]:
    return [[step if isinstance(step, int) else "|".join(sorted(step)) for step in path] for path in parse(pattern, {})]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("friendly", [["friendly"]]),
        ("welcom*", [["welcom*"]]),
        ("<staff> smiled", [["<staff>", "smiled"]]),
        ("(was|were) rude", [["was|were", "rude"]]),
        ("very? rude", [["very", "rude"], ["rude"]]),
        ("(so very)? rude", [["so", "very", "rude"], ["rude"]]),
        ("went ..2 way", [["went", 2, "way"]]),
        ("(a|b c) d", [["a", "d"], ["b", "c", "d"]]),
        ("didn't smile", [["did", "not", "smile"]]),
        ("well-mannered", [["well", "mannered"]]),
        ("(a (b|c)|d) e", [["d", "e"], ["a", "b|c", "e"]]),
        ("a ..2 b? ..3 c", [["a", 2, "b", 3, "c"], ["a", 5, "c"]]),
        ("_ rude", [["_", "rude"]]),
    ],
)
def test_paths(pattern: str, expected: list[list[object]]) -> None:
    assert paths(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("", "is empty"),
        ("..2 rude", "begins or ends with a gap"),
        ("rude ..2", "begins or ends with a gap"),
        ("(rude", "lacks a ')'"),
        ("rude)", "too many"),
        ("(rude|) staff", "empty choice"),
        ("rude?", "every part of it is optional"),
        ("a ..0 b", "not of 1 to 9 words"),
        ("fri*ly", "cannot be read"),
        ("<staff", "cannot be read"),
        ("(a a|b b|c c|d d|e e) " * 5, "word sequences"),
    ],
)
def test_bad_patterns_say_what_is_wrong(pattern: str, complaint: str) -> None:
    with pytest.raises(PatternError, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        parse(pattern, {})


def test_classes_in() -> None:
    assert classes_in(parse("<staff> ..2 (<food>|tea)", {})[0]) == {"staff", "food"}
