"""The pattern language of the lexicons.

A pattern is a row of words that must follow each other within a clause:

========== =====================================================================
``word``    that word (any spelling of it that the spelling table knows)
``stem*``   any word that begins so
``<staff>`` any word of that class (``[words]`` and ``[phrases]`` of the lexicon)
``_``       any one word
``(a|b c)`` one of several; each may be several words
``x?``      x or nothing
``..3``     up to three words of any kind, not across a clause boundary
========== =====================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from custservice.sentiment.tokens import TOKEN, words_of

#: A step of a path: the atoms of which one must fit the token, or the largest number of words to skip.
Step = frozenset[str] | int
Path = tuple[Step, ...]

ANY = "_"
_PIECE = re.compile(r"\.\.(?P<gap>\d+)(?=[\s|)]|$)|(?P<word>[^\s()|]+?)(?P<maybe>\??)(?=[\s()|]|$)")
_PLAIN_CHOICES = re.compile(
    r"(?P<words>(?:[a-z]+|<[a-z_]+>|[a-z]+\*)(?:\|(?:[a-z]+|<[a-z_]+>|[a-z]+\*))*)\)(?P<maybe>\??)"
)
_CLASS = re.compile(r"<[a-z_]+>$")
_STEM = re.compile(r"[^\W_]+\*$")
_GAP_AT_END = re.compile(r"^\.\.\d|(?:^|\s)\.\.\d+$")
_MAX_PATHS = 600
_MAX_GAP = 9


class PatternError(ValueError):
    """A pattern that cannot be read; the text says what is wrong with it."""


def parse(pattern: str, spelling: Mapping[str, str]) -> list[Path]:
    """Return the paths of a pattern: every optional part and every choice of several words spelled out.

    Raises
    ------
    PatternError
        The pattern cannot be read.

    Examples
    --------
    >>> [[sorted(step) for step in path if not isinstance(step, int)] for path in parse("(was|were) ignored", {})]
    [[['was', 'were'], ['ignored']]]
    """
    text = pattern.strip()
    if not text:
        raise PatternError("is empty")
    if _GAP_AT_END.search(text):
        raise PatternError("begins or ends with a gap")
    paths, end = _sequence(text, 0, spelling)
    if end != len(text):
        raise PatternError(f"has a ')' or '|' too many at '{text[end:]}'")
    paths = list(dict.fromkeys(_tidied(path) for path in paths))
    if not all(paths):
        raise PatternError("may be empty: every part of it is optional")
    return paths


def _sequence(text: str, position: int, spelling: Mapping[str, str]) -> tuple[list[Path], int]:
    """Read parts up to the end, a ``|`` or a ``)``."""
    paths: list[Path] = [()]
    while position < len(text) and text[position] not in "|)":
        if text[position].isspace():
            position += 1
            continue
        if text[position] == "(":
            options, position = _group(text, position + 1, spelling)
        else:
            options, position = _piece(text, position, spelling)
        paths = [before + after for before in paths for after in options]
        if len(paths) > _MAX_PATHS:
            raise PatternError(f"stands for more than {_MAX_PATHS} word sequences; write it as several patterns")
    return paths, position


def _group(text: str, position: int, spelling: Mapping[str, str]) -> tuple[list[Path], int]:
    """Read the choices after a ``(``; those of one word become one step."""
    plain = _PLAIN_CHOICES.match(text, position)
    words = plain["words"].split("|") if plain is not None else []
    if plain is not None and spelling.keys().isdisjoint(words):
        # Most choices are of single words: the rest of the grammar is not asked.
        step = (frozenset(words),)
        return ([step, ()] if plain["maybe"] else [step]), plain.end()
    options: list[Path] = []
    while True:
        found, position = _sequence(text, position, spelling)
        options += found
        if position == len(text):
            raise PatternError("lacks a ')'")
        position += 1
        if text[position - 1] == ")":
            break
    if not all(options):
        raise PatternError("has an empty choice")
    single = [path[0] for path in options if len(path) == 1 and not isinstance(path[0], int)]
    longer = [path for path in options if len(path) > 1 or isinstance(path[0], int)]
    merged: list[Path] = [*([(frozenset().union(*single),)] if single else []), *longer]
    if text[position : position + 1] == "?":
        return [*merged, ()], position + 1
    return merged, position


def _piece(text: str, position: int, spelling: Mapping[str, str]) -> tuple[list[Path], int]:
    """Read a gap or a word."""
    found = _PIECE.match(text, position)
    if found is None:
        raise PatternError(f"cannot be read at '{text[position:]}'")
    if found["gap"] is not None:
        if not 0 < int(found["gap"]) <= _MAX_GAP:
            raise PatternError("has a gap that is not of 1 to 9 words, as in '..3'")
        return [(int(found["gap"]),)], found.end()
    word = found["word"]
    # Nearly every word is a plain one: the rest of the grammar is not asked.
    plain = word.isalpha() and word.islower() and word not in spelling
    path: Path = (_single(word),) if plain else tuple(_steps(word, spelling))
    return ([path, ()] if found["maybe"] else [path]), found.end()


def _tidied(path: Path) -> Path:
    """Join gaps that met because what stood between them was left out, and drop them at the ends."""
    if int not in map(type, path):
        return path
    steps: list[Step] = []
    for step in path:
        if isinstance(step, int) and steps and isinstance(steps[-1], int):
            steps[-1] = min(_MAX_GAP, steps[-1] + step)
        elif steps or not isinstance(step, int):
            steps.append(step)
    if steps and isinstance(steps[-1], int):
        steps.pop()
    return tuple(steps)


@cache
def _single(word: str) -> frozenset[str]:
    return frozenset((word,))


def _steps(word: str, spelling: Mapping[str, str]) -> Iterator[frozenset[str]]:
    if word == ANY or _CLASS.match(word):
        yield frozenset((word,))
        return
    if _STEM.match(word):
        yield frozenset((word.lower(),))
        return
    if re.search(r"[*<>?]", word):
        raise PatternError(f"cannot be read at '{word}'")
    surfaces = [found[0] for found in TOKEN.finditer(word)]
    if not surfaces or "".join(surfaces).replace("'", "") != word.replace("-", "").replace("'", ""):
        raise PatternError(f"cannot be read at '{word}'")
    for surface in surfaces:
        for part in words_of(surface, spelling):
            yield frozenset((part,))


def classes_in(path: Path) -> set[str]:
    """Return the names of the word classes that a path uses.

    Examples
    --------
    >>> classes_in(parse("<staff> smiled", {})[0])
    {'staff'}
    """
    return {atom[1:-1] for step in path if not isinstance(step, int) for atom in step if atom.startswith("<")}
