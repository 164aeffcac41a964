"""How rare the words of a pattern are: matching starts at the rarest, and looks for the second rarest first."""

from __future__ import annotations

import math
from collections.abc import Mapping

from custservice.sentiment.patterns import ANY, Path

#: How often common English words stand in a text, roughly, against 1 for any other word. It decides speed alone.
_FREQUENT = {
    word: cost
    for cost, words in (
        (400, "the and a to was of i in is it for we"),
        (150, "with that were on at very but not our this they have are had be as my you so"),
        (60, "no from all there if would or an out which when will can been us one me just up more get has only good"),
        (40, "great time do did could their about what also some food service staff your by he she her place never"),
        (20, "even after other before again back really first ever than well then because any here nice go got them"),
        (20, "much over room best too like made make who ask asked take took two came went always always still down"),
        (10, "how his next most where way people into night day little away around off off every few didn't wait"),
        (10, "hour minutes come want know said told find left better need check order table bar drink clean free"),
        (10, "seating drinks flight lounge airport stay apartment location house host restaurant experience 's"),
        (10, "bad worth long nothing didn area small right better own use used lot quite each being should must those"),
    )
    for word in words.split()
}


class Rarity:
    """How often the words that fit a step of a path stand in a text, by a rough guess."""

    def __init__(self, words: Mapping[str, frozenset[str]]) -> None:
        self._words = words
        self._costs: dict[frozenset[str], float] = {}

    def rarest(self, path: Path) -> tuple[int, int]:
        """Return the places of the steps that fewest and second fewest words fit, twice the same where it has one."""
        costs = [math.inf if isinstance(step, int) else self._cost(step) for step in path]
        anchor = costs.index(min(costs))
        if len(costs) == 1:
            return anchor, anchor
        costs[anchor] = math.inf
        return anchor, costs.index(min(costs))

    def _cost(self, step: frozenset[str]) -> float:
        known = self._costs.get(step)
        if known is None:
            known = self._costs[step] = sum(self._atom_cost(atom) for atom in step)
        return known

    def _atom_cost(self, atom: str) -> float:
        if atom == ANY:
            return 10_000
        if atom.startswith("<") and len(atom) > 1:
            return 30 + sum(map(self._atom_cost, self._words.get(atom[1:-1], ())))
        return _FREQUENT.get(atom, 1)
