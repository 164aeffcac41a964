"""Sentences and tokens, with offsets into the original text.

Markup counts as white space, so offsets stay true without rewriting the text. A token's *surface* is what stands
in the text; its *words* are what the lexicon knows: lower case, straight quotes, usual spelling, contractions taken
apart (``don't`` and ``dont`` are ``do not``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

_MARKUP = r"</?[A-Za-z][^<>]{0,80}>|&(?:nbsp|#\d{1,6}|lt|gt|quot);"
_NUMBER = r"\d+(?:[.,:/]\d+)*(?![^\W\d_])"
_WORD = r"[^\W_]+(?:['’‘`´ʼ][^\W_]+)*"
_MARKS = r"[.!?…]+|[,;:()\[\]*•|=~]|(?<!\w)-+|-+(?!\w)|[–—]"
_SIGNS = r"[&+/$€£¥%#@]|[☀-➿⭐⭕\U0001F300-\U0001FAFF]"
MARKUP = re.compile(_MARKUP)
TOKEN = re.compile(f"{_MARKUP}|{_NUMBER}|{_WORD}|{_MARKS}|{_SIGNS}")

END = re.compile(
    r"(?P<stop>[.!?…]+)(?P<close>[\"')\]”’»]*)(?=\s|$|</?[A-Za-z]|(?<=[a-z0-9)%][.!?])[A-Z]|(?<=\s\.)[A-Z])"
    r"|(?P<blank>(?:\r?\n|<br\s?/?>)(?:\s|<br\s?/?>|</?p>)*(?:\r?\n|<br\s?/?>)|</?(?:p|li|ul|ol|div)>)"
    r"|(?P<line>\r?\n|<br\s?/?>)"
)
_SPACE = re.compile(rf"(?:\s|{_MARKUP})+")
ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“])(?:mr|mrs|ms|dr|prof|st|vs|approx|dept|ave|e\.?g|i\.?e|incl|inc|ltd|co|esp|min|max|ca|cf|nr|jr|sr|fig"
    r"|[A-Z]|(?:[A-Za-z]\.)+[A-Za-z])$",
    re.IGNORECASE,
)
LIST_NUMBER = re.compile(r"(?:^|[\r\n>])\s*\d{1,2}$")
_QUOTES = str.maketrans("‘’`´ʼ‛", "''''''")
_REPEATED = re.compile(r"(.)\1{2,}")

#: Contracted endings and the words they stand for; ``'s`` stays apart because it is a possessive as often as "is".
_ENDINGS = {"'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'m": "am", "'s": "'s", "'em": "them"}
_NEGATED = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) offsets of the sentences of a text, without the white space around them.

    Examples
    --------
    >>> text = "Great stay. Dr. Lee helped us!<br/>Will return"
    >>> [text[a:b] for a, b in split_sentences(text)]
    ['Great stay.', 'Dr. Lee helped us!', 'Will return']
    """
    cuts = [found.end() for found in END.finditer(text) if _is_boundary(text, found)]
    spans, start = [], 0
    for cut in [*cuts, len(text)]:
        span = _trimmed(text, start, cut)
        if span is not None:
            spans.append(span)
        start = cut
    return spans


def _is_boundary(text: str, found: re.Match[str]) -> bool:
    stop = found["stop"]
    start, end = found.span()
    if (
        stop is not None
        and text[end : end + 1] == " "
        and text[end + 1 : end + 2].isupper()
        and text[start - 5 : start].isalpha()
    ):
        # By far the most frequent case: a word of five letters or more, a full stop, a space and a capital.
        return True
    if found["blank"]:
        return True
    space = _SPACE.match(text, end)
    at = space.end() if space else end
    after = text[at : at + 1]
    if found["line"]:
        # A hard-wrapped line goes on in lower case; anything else is a new line of a list or a new thought.
        return not after.islower()
    if stop[-1] in "!?":
        return True
    if len(stop) > 1 or "…" in stop:
        return not after.islower()
    before = text[max(0, found.start() - 20) : found.start()]
    if LIST_NUMBER.search(before):
        return False
    return not (ABBREVIATION.search(before) and (after.islower() or len(before.split()[-1:][0]) < 4))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    lead = _SPACE.match(text, start, end)
    start = lead.end() if lead else start
    while start < end:
        if text[end - 1].isspace():
            end -= 1
        elif text[end - 1] == ">" and (tail := re.search(rf"(?:{_MARKUP})$", text[max(start, end - 90) : end])):
            end -= len(tail[0])
        else:
            return start, end
    return None


def plain(text: str) -> str:
    """Return a text with straight quotes.

    Examples
    --------
    >>> plain("they didn’t")
    "they didn't"
    """
    return text.translate(_QUOTES)


def words_of(surface: str, spelling: Mapping[str, str], known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the words a surface token stands for, or ``()`` for markup.

    Parameters
    ----------
    surface
        One match of ``TOKEN``.
    spelling
        Misspelling to right spelling; the right one may be several words.
    known
        Words of the lexicon: a stretched word ("sooo") is shortened to one of them.

    Examples
    --------
    >>> words_of("Didn’t", {})
    ('did', 'not')
    >>> words_of("freindly", {"freindly": "friendly"})
    ('friendly',)
    """
    if surface[0] in "<&" and len(surface) > 1:
        return ()
    if not surface[0].isalnum():
        return (surface[0],)
    is_simple = surface.isascii() and surface.isalpha()
    word = surface.lower() if is_simple else plain(surface).lower()
    if word in spelling:
        return tuple(spelling[word].split())
    if not is_simple and "'" in word:
        return tuple(part for piece in _take_apart(word) for part in spelling.get(piece, piece).split())
    if _REPEATED.search(word) and word.isalpha():
        word = _shortened(word, known)
        return tuple(spelling.get(word, word).split())
    return (word,)


def _take_apart(word: str) -> Iterator[str]:
    if word.endswith("n't") and len(word) > 3:
        stem = word[:-3]
        yield _NEGATED.get(stem, stem)
        yield "not"
        return
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            yield word[: -len(ending)]
            yield full
            return
    yield word.replace("'", "")


def _shortened(word: str, known: Iterable[str]) -> str:
    twice, once = _REPEATED.sub(r"\1\1", word), _REPEATED.sub(r"\1", word)
    return twice if twice in known else once
