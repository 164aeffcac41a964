"""How rare the words of a pattern are: matching starts at the rarest, and looks for the second rarest first."""

from __future__ import annotations

import math
from collections.abc import Mapping

from custservice.sentiment.patterns import ANY, Path, Step

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


class Rarity(dict[Step, float]):
    """Step of a path to how often words that fit it stand in a text, by a rough guess; filled as it is asked."""

    def __init__(self, words: Mapping[str, frozenset[str]]) -> None:
        super().__init__()
        self._words = words
        self._classes: dict[str, float] = {}

    def rarest(self, path: Path) -> tuple[int, int]:
        """Return the places of the steps that fewest and second fewest words fit, twice the same where it has one."""
        if len(path) == 1:
            return 0, 0
        costs = [self[step] for step in path]
        anchor = costs.index(min(costs))
        costs[anchor] = math.inf
        return anchor, costs.index(min(costs))

    def __missing__(self, step: Step) -> float:
        cost = math.inf if isinstance(step, int) else sum(self._atom_cost(atom) for atom in step)
        self[step] = cost
        return cost

    def _atom_cost(self, atom: str) -> float:
        if atom == ANY:
            return 10_000
        if atom.startswith("<") and len(atom) > 1:
            if atom not in self._classes:
                self._classes[atom] = 30 + sum(map(self._atom_cost, self._words.get(atom[1:-1], ())))
            return self._classes[atom]
        return _FREQUENT.get(atom, 1)
