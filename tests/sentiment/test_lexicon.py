from __future__ import annotations

from pathlib import Path

import pytest

from custservice.errors import CustserviceError
from custservice.sentiment import LexiconError, find_mentions, load_lexicon
from custservice.sentiment.lexicon import families

OWN = """
[drivers]
sustainability = "planet"

[words]
staff = "sommelierling"

[sustainability.praise.green]
# Cares about waste.
patterns = "no plastic, recycl*"

[warmth.praise.traits]
# Only this counts as warm here.
about = "person"
patterns = "sunny"
"""


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my_drivers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def found(text: str, lexicon: Path | None = None) -> set[tuple[str, str]]:
    frame = find_mentions([text], lexicon)
    return set(zip(frame["driver"], frame["polarity"], strict=True))


def test_every_driver_has_patterns_for_both_polarities() -> None:
    lexicon = load_lexicon()
    sides = {(group.driver, group.polarity) for group in lexicon.groups.values()}
    judged = {(driver, side) for driver in lexicon.targets.values() for side in ("praise", "blame")}
    assert {(driver, side) for driver in lexicon.families for side in ("praise", "blame")} <= sides | judged
    assert len(lexicon.families) == 29


def test_families() -> None:
    assert families()["hand_offs"] == "responsibility"
    assert {driver for driver, family in families().items() if family == "topic"} == {
        *("topic_product", "topic_place", "topic_price", "topic_waiting"),
        *("topic_facilities", "topic_location", "topic_others", "topic_policy"),
    }


def test_every_group_has_a_comment_line() -> None:
    folder = Path(__file__).parents[2] / "custservice/sentiment"
    for name in ("drivers.toml", "topics.toml"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        heads = [n for n, line in enumerate(lines) if line.startswith("[") and "." in line]
        assert heads
        assert [lines[n] for n in heads if not lines[n + 1].startswith("# ")] == []


def test_own_file_adds_drivers_and_words_and_overrides_groups(tmp_path: Path) -> None:
    path = own(tmp_path, OWN)
    assert found("They use no plastic.", path) == {("sustainability", "praise")}
    assert found("The sommelierling was sunny.", path) == {("warmth", "praise")}
    assert found("The waiter was cheerful.", path) == set()
    assert found("The waiter was cheerful.") == {("warmth", "praise")}
    assert find_mentions(["They use no plastic."], path)["family"].tolist() == ["planet"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[warmth.praise.x]\npatterns = 'sunny, (a|'", r"line 2: the pattern '\(a\|' lacks a '\)'"),
        ("\n[warmth.praise.x]\npatterns = '<staf> rude'", r"line 3: .* uses the class 'staf' \(did you mean 'staff'\?"),
        ("[warmt.praise.x]\npatterns = 'a'", r"line 1: 'warmt' is no driver \(did you mean 'warmth'\?"),
        ("[warmth.prais.x]\npatterns = 'a'", "line 1: 'prais' is neither praise nor blame"),
        ("[warmth.praise.x]\nabout = 'persons'\npatterns = 'a'", r"'persons' .* \(did you mean 'person'\?"),
        ("[warmth.praise.x]\npattern = 'a'", "needs a text 'patterns'"),
        ("[warmth.praise.x]\npatterns = 'a'\ncolour = 1", "no setting 'colour'"),
        ("[words]\nstaff = 'front-desk'", "line 2: 'front-desk' in class 'staff' is not one word"),
        ("[targets]\nwarmt = 'hug'", "'warmt' is no driver"),
        ("[words\n", "is not valid TOML"),
    ],
)
def test_bad_files_name_the_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(LexiconError, match=complaint):
        load_lexicon(own(tmp_path, text))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CustserviceError, match="Cannot read the lexicon"):
        load_lexicon(tmp_path / "none.toml")
