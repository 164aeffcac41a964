"""The lexicons: read, checked, and merged with a user's own.

Two files make up the lexicon, ``drivers.toml`` (what staff do) and ``topics.toml`` (what staff do not make). A
user's file has the same form: a group with a known name replaces that group, a new name adds one, ``[drivers]``
adds drivers, and ``[words]``, ``[phrases]``, ``[targets]`` and ``[spelling]`` add words to what is there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path as FilePath
from typing import Any

from custservice.errors import CustserviceError, did_you_mean
from custservice.sentiment.patterns import Path, PatternError, classes_in, parse

POLARITIES = ("praise", "blame")
TOPIC = "topic"
#: Where a pattern's statement must aim to count; see docs of ``drivers.toml``.
ABOUT = ("anyone", "person", "conduct", "staff", "employee", "us", "doer", "staff_doer", "object", "thing")
#: Kinds of aim of single words, which stand in lists and before nouns.
_WORDS = ("person", "conduct", "staff", "employee", "thing")
NEGATED = ("flip", "drop", "keep", "only")
#: Group names that are no drivers: evaluations whose target decides the driver, and what is never a mention.
JUDGE, VETO = "judge", "veto"
_TABLES = ("drivers", "words", "phrases", "targets", "spelling")
_BUILT_IN_CLASSES = {"number", "cap"}


class LexiconError(CustserviceError):
    """A lexicon file that cannot be used; names the file, the line and the remedy."""


@dataclass(frozen=True)
class Group:
    """Patterns that say the same: one driver, one polarity, one kind of aim."""

    driver: str
    polarity: str
    name: str
    about: str
    negated: str
    patterns: tuple[str, ...]
    paths: tuple[Path, ...] = field(repr=False)
    #: For each path the pattern it was spelled out from.
    pattern_of: tuple[int, ...] = field(repr=False)

    #: Whether its patterns are words that stand in lists and before nouns, and whether they may speak of staff.
    is_word: bool = field(init=False, repr=False)
    is_of_staff: bool = field(init=False, repr=False)
    is_judgement: bool = field(init=False, repr=False)
    is_veto: bool = field(init=False, repr=False)
    #: The group's name in the file.
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        key = ".".join(part for part in (self.driver, self.polarity, self.name) if part)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "is_word", self.about in _WORDS or self.driver == JUDGE)
        object.__setattr__(self, "is_judgement", self.driver == JUDGE)
        object.__setattr__(self, "is_veto", self.driver == VETO)
        object.__setattr__(self, "is_of_staff", not self.driver.startswith(TOPIC) and self.driver != VETO)


@dataclass(frozen=True)
class Lexicon:
    """Everything the engine knows, ready to be compiled."""

    families: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    phrases: Mapping[str, tuple[Path, ...]]
    targets: Mapping[str, str]
    spelling: Mapping[str, str]
    groups: Mapping[str, Group]

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass
class _File:
    """One lexicon file while it is read: knows where its lines are."""

    name: str
    text: str
    data: dict[str, Any]

    def error(self, needle: str, table: str, message: str) -> LexiconError:
        start = self.text.find(f"[{table}]") if table else 0
        at = self.text.find(needle, max(0, start))
        at = at if at >= 0 else self.text.find(needle)
        line = self.text.count("\n", 0, at) + 1 if at >= 0 else 1
        return LexiconError(f"{self.name}, line {line}: {message}.")


def load_lexicon(path: str | FilePath | None = None) -> Lexicon:
    """Load the built-in lexicons, extended by a user's own file where one is named.

    Parameters
    ----------
    path
        A TOML file in the form of ``drivers.toml``; None for the built-in lexicons alone.

    Raises
    ------
    LexiconError
        The file is missing, is no TOML, or holds a pattern, class or driver that cannot be read; the text names
        file and line.

    Examples
    --------
    >>> lexicon = load_lexicon()
    >>> lexicon.families["apology"]
    'responsibility'
    """
    if path is None:
        return _loaded()
    try:
        text = FilePath(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as broken:
        raise LexiconError(f"Cannot read the lexicon {path}: {broken}.") from broken
    return _loaded(str(path), text)


@lru_cache(maxsize=8)
def _loaded(name: str = "", text: str = "") -> Lexicon:
    """Read the built-in lexicons and one more text; remembered by content, since a file may change under a session."""
    package = resources.files("custservice.sentiment")
    files = [_read(each, package.joinpath(each).read_text("utf-8")) for each in ("drivers.toml", "topics.toml")]
    return merge([*files, _read(name, text)] if name else files)


def families(path: str | FilePath | None = None) -> dict[str, str]:
    """Return the family of each driver and topic, in the order of the lexicon.

    Examples
    --------
    >>> families()["warmth"], families()["topic_price"]
    ('warmth', 'topic')
    """
    return dict(load_lexicon(path).families)


def _read(name: str, text: str) -> _File:
    try:
        return _File(name, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as broken:
        raise LexiconError(f"{name} is not valid TOML: {broken}.") from broken


def merge(files: list[_File]) -> Lexicon:
    """Merge lexicon files, later ones on top, and check the whole.

    Raises
    ------
    LexiconError
        As for ``load_lexicon``.
    """
    families: dict[str, str] = {}
    words: dict[str, frozenset[str]] = {}
    spelling: dict[str, str] = {}
    targets: dict[str, str] = {}
    for file in files:
        families |= _strings(file, "drivers")
        spelling |= _spelling(file)
        for name, text in _strings(file, "words").items():
            words[name] = words.get(name, frozenset()) | _word_set(file, name, text)
        for driver, text in _strings(file, "targets").items():
            targets |= dict.fromkeys(text.split(), driver)
    known = set(words) | _BUILT_IN_CLASSES
    phrases: dict[str, tuple[Path, ...]] = {}
    groups: dict[str, Group] = {}
    for file in files:
        for name, text in _strings(file, "phrases").items():
            paths = [path for _, _, path in _paths(file, "phrases", text, spelling, known)]
            phrases[name] = phrases.get(name, ()) + tuple(paths)
        groups |= {group.key: group for group in _groups(file, families, spelling, known)}
    _check_targets(files[-1], targets, families)
    return Lexicon(families, words, phrases, targets, spelling, groups)


def _check_targets(file: _File, targets: Mapping[str, str], families: Mapping[str, str]) -> None:
    for driver in set(targets.values()) - set(families):
        raise file.error(driver, "targets", f"'{driver}' is no driver{did_you_mean(driver, families)}")


def _strings(file: _File, table: str) -> dict[str, str]:
    content = file.data.get(table, {})
    if not isinstance(content, dict):
        raise file.error(table, "", f"'{table}' must be a table")
    for name, text in content.items():
        if not isinstance(text, str):
            raise file.error(name, table, f"'{name}' must be a text")
    return content


def _spelling(file: _File) -> dict[str, str]:
    """``right = "wrong wronger"`` per line of the file, turned round."""
    pairs = _strings(file, "spelling").items()
    return {wrong: right for right, text in pairs for wrong in text.lower().split()}


def _word_set(file: _File, name: str, text: str) -> frozenset[str]:
    words = text.lower().split()
    for word in words:
        if not re.fullmatch(r"[^\W_]+\*?|'[a-z]+|[^\w\s]", word):
            raise file.error(word, "words", f"'{word}' in class '{name}' is not one word (several go to [phrases])")
    return frozenset(words)


def _groups(file: _File, families: Mapping[str, str], spelling: Mapping[str, str], known: set[str]) -> Iterator[Group]:
    for driver, polarities in file.data.items():
        if driver in _TABLES:
            continue
        if driver not in families and driver not in (JUDGE, VETO):
            raise file.error(f"[{driver}", "", f"'{driver}' is no driver{did_you_mean(driver, families)}")
        if driver == VETO:
            polarities = {"": polarities}
        for polarity, named in polarities.items():
            if polarity not in ("", *POLARITIES):
                raise file.error(f"[{driver}.{polarity}", "", f"'{polarity}' is neither praise nor blame")
            for name, content in named.items():
                yield _group(file, (driver, polarity, name), content, spelling, known)


def _group(file: _File, key: tuple[str, str, str], content: Any, spelling: Mapping[str, str], known: set[str]) -> Group:
    driver, polarity, name = key
    table = ".".join(part for part in key if part)
    if not isinstance(content, dict) or not isinstance(content.get("patterns"), str):
        raise file.error(f"[{table}", "", f"group '{table}' needs a text 'patterns'")
    about, negated = content.get("about", "anyone"), content.get("negated", "flip")
    for value, allowed in ((about, ABOUT), (negated, NEGATED)):
        if value not in allowed:
            raise file.error(f"[{table}", "", f"'{value}' in '{table}' is unknown{did_you_mean(str(value), allowed)}")
    if unknown := set(content) - {"patterns", "about", "negated"}:
        raise file.error(f"[{table}", "", f"group '{table}' has no setting '{min(unknown)}'")
    found = list(_paths(file, table, content["patterns"], spelling, known))
    patterns = tuple(dict.fromkeys(pattern for _, pattern, _ in found))
    place = {pattern: number for number, pattern in enumerate(patterns)}
    paths = tuple(path for _, _, path in found)
    return Group(driver, polarity, name, about, negated, patterns, paths, tuple(place[p] for _, p, _ in found))


def _paths(
    file: _File, table: str, text: str, spelling: Mapping[str, str], known: set[str]
) -> Iterator[tuple[int, str, Path]]:
    for number, pattern in enumerate(re.split(r"[,\n]", text)):
        pattern = pattern.strip()
        if not pattern:
            continue
        try:
            paths = parse(pattern, spelling)
        except PatternError as broken:
            raise file.error(pattern, table, f"the pattern '{pattern}' {broken}") from broken
        for path in paths:
            for name in classes_in(path) - known if "<" in pattern else ():
                raise file.error(
                    pattern,
                    table,
                    f"the pattern '{pattern}' uses the class '{name}'{did_you_mean(name, known)}",
                )
            yield number, pattern, path
