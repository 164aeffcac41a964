"""Reviews composed of written sentences, each of which carries the full list of what it says."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FILL = {
    "name": ("Maya", "Tom", "Priya", "Callum", "Sofia", "Ben", "Aisha", "Lukas", "Grace", "Omar"),
    "drink": ("flat white", "cappuccino", "latte", "americano", "mocha", "cortado", "macchiato"),
    "cake": ("carrot cake", "lemon drizzle", "brownie", "cheese scone", "almond croissant", "banana bread"),
    "companion": ("my sister", "my husband", "my mum", "a friend", "my wife", "a colleague", "my daughter"),
    "place": ("the station", "the library", "the market", "the office", "the park", "the river"),
}
#: How often a sentence is written, by how it says what it says.
_WEIGHTS = {"plain": 6, "narrated": 2, "negated": 1, "misleading": 1}
_FOREIGN = (
    "El café estaba muy rico y el camarero fue muy amable con nosotros. Volveremos pronto con toda la familia.",
    "Hemos esperado casi media hora y nadie nos hizo caso. Una pena, porque el sitio es bonito.",
    "Très bon accueil et un café excellent, nous reviendrons avec plaisir la prochaine fois.",
    "Le service était vraiment trop long et la serveuse n'avait pas l'air contente de nous voir.",
    "Der Kaffee war gut, aber wir mussten sehr lange warten und niemand hat sich entschuldigt.",
    "Sehr freundliches Personal und ein schöner Platz am Fenster, wir kommen gerne wieder.",
    "Ottimo cappuccino e personale molto gentile, ci siamo sentiti subito a casa nostra.",
)


@dataclass(frozen=True)
class Sentence:
    """A sentence and all it says: ``keys`` such as ``warmth_praise`` or ``topic_price_blame``."""

    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """Sentences that say one thing, with how often each is written: most people say it plainly."""

    texts: tuple[str, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class Sentences:
    """Sentences by what they say: one thing (``single``), several (``mixed``), nothing (``filler``)."""

    single: dict[str, Choice]
    mixed: tuple[Sentence, ...]
    filler: tuple[str, ...]
    misleading: tuple[str, ...]


@cache
def load_sentences() -> Sentences:
    """Read the sentences that reviews are composed of.

    Examples
    --------
    >>> len(load_sentences().single["warmth_praise"].texts) >= 14
    True
    """
    data = tomllib.loads(files("custservice").joinpath("demo_sentences.toml").read_text(encoding="utf-8"))
    single: dict[str, list[tuple[str, int]]] = {}
    mixed: list[Sentence] = []
    filler: list[str] = []
    misleading: list[str] = []
    for group in data["group"]:
        keys = tuple(f"{driver}_{polarity}" for driver, polarity in group["mentions"])
        if len(keys) > 1:
            mixed.extend(Sentence(text, keys) for text in group["sentences"])
        elif not keys:
            (misleading if group["kind"] == "misleading" else filler).extend(group["sentences"])
        else:
            single.setdefault(keys[0], []).extend((text, _WEIGHTS[group["kind"]]) for text in group["sentences"])
    choices = {key: Choice(*zip(*pairs, strict=True)) for key, pairs in single.items()}
    return Sentences(choices, tuple(mixed), tuple(filler), tuple(misleading))


class Composer:
    """Writes reviews from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 (a simulation, no secret)
        self._sentences = load_sentences()

    def compose(self, keys: Sequence[str], mixed: int) -> str:
        """Write a review that says what ``keys`` name (and nothing else), a mixed sentence among it (-1: none)."""
        chance = self._random
        covered: tuple[str, ...] = ()
        parts: list[str] = []
        if mixed >= 0:
            parts.append(self._sentences.mixed[mixed].text)
            covered = self._sentences.mixed[mixed].keys
        single = [self._sentences.single[key] for key in keys if key not in covered]
        parts += [chance.choices(one.texts, one.weights)[0] for one in single]
        parts += chance.sample(self._sentences.filler, chance.choice((0, 1, 1, 2) if parts else (1, 2)))
        if chance.random() < 0.05:
            parts.append(chance.choice(self._sentences.misleading))
        chance.shuffle(parts)
        return chance.choice((" ", " ", " ", "\n")).join(self._filled(part) for part in parts)

    def foreign(self) -> str:
        """Return a review that is not in English."""
        return self._random.choice(_FOREIGN)

    def _filled(self, text: str) -> str:
        for slot, words in _FILL.items():
            if "{" + slot + "}" in text:
                text = text.replace("{" + slot + "}", self._random.choice(words))
        return text
