"""How often 95% intervals hold a truth that is known, and how often nothing is taken for something.

Usage: python benchmarks/coverage.py [CELL ...] [--repetitions N] [--state FILE] [--write]

A cell is model-locations-driver, such as ``linear-40-concentrated``, or one of ``null``, ``symmetry`` and ``bands``;
all of them without arguments. Each location has a level of its own and an effect of its own around the mean that is
asked for. ``common``: in 12% of visits; ``spread``: in 2% of visits, everywhere; ``concentrated``: in 12% of visits to
15% of the locations, elsewhere never. What was done is kept in ``--state`` and not done again. --write puts the table
into docs/methods.md, between its markers. Ends with 1 where a cell fails.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.bands import simultaneous_bands
from custservice.regression.cox import fit_cox
from custservice.regression.estimate import Estimate, benjamini_hochberg
from custservice.regression.linear import fit_linear
from custservice.regression.logit import fit_logit
from custservice.regression.standardised import standardised_difference

Floats = NDArray[np.float64]
PAGE = Path(__file__).parents[1] / "docs" / "methods.md"
LOCATIONS = (15, 40, 200)
DRIVERS = {"common": 0.12, "spread": 0.02, "concentrated": 0.12}
REPETITIONS = {"linear": 4000, "logit": 1000, "cox": 1000, "null": 1000, "symmetry": 1000, "bands": 1000}
#: Repetitions that are done, and written down, together.
BLOCK = 100
LEVEL, LEVEL_FEW, FEW = 0.95, 0.92, 15
WINDOW = 365.0
#: Mean effect of the mention and its spread over locations: in probability, log odds, and log hazard.
MEAN = {"linear": (-0.10, 0.04), "logit": (-0.5, 0.2), "cox": (-0.4, 0.15)}
#: Mentions of the worlds in which several are asked about at once.
MANY = 12


@dataclass(frozen=True)
class World:
    """Visits at locations: codes, mentions with a covariate after them, and the deviation of each location's effect."""

    place: NDArray[np.int64]
    x: Floats
    level: Floats
    own: Floats

    @property
    def mention(self) -> Floats:
        """Whether each visit has the mention that is asked about."""
        return self.x[:, 0]


def make(rng: np.random.Generator, locations: int, driver: str, model: str) -> World:
    sizes = rng.integers(40, 121, locations)
    place = np.repeat(np.arange(locations), sizes)
    level, own = rng.normal(size=(2, locations)).clip(-2, 2)
    share = np.full(locations, DRIVERS[driver])
    # Where customers return less, there is more blame: without the locations the effect would look larger.
    share *= np.exp(-0.3 * level)
    if driver == "concentrated":
        share[max(3, round(0.15 * locations)) :] = 0
    mention = rng.random(len(place)) < share[place]
    other = rng.random(len(place)) < 0.25
    trend = rng.normal(size=len(place))
    x = np.column_stack([mention, other, trend]).astype(float)
    mean, spread = MEAN[model]
    return World(place, x, level, (mean + spread * own)[place])


def chance(world: World, mention: Floats) -> Floats:
    """Return the probability of a return in the linear world."""
    rest = 0.45 + 0.06 * world.level[world.place] + 0.06 * world.x[:, 1] + 0.02 * world.x[:, 2].clip(-3, 3)
    return rest + world.own * mention


def log_odds(world: World, mention: Floats) -> Floats:
    rest = -0.4 + 0.4 * world.level[world.place] + 0.3 * world.x[:, 1] + 0.1 * world.x[:, 2]
    return rest + world.own * mention


def hazard(world: World, mention: Floats) -> Floats:
    """Return returns per day."""
    rest = 0.3 * world.level[world.place] + 0.3 * world.x[:, 1] + 0.1 * world.x[:, 2]
    return np.asarray(0.0013 * np.exp(rest + world.own * mention))


def curve(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))


def linear(world: World, rng: np.random.Generator) -> Estimate:
    y = (rng.random(len(world.place)) < chance(world, world.mention)).astype(float)
    names = ["mention", "other", "trend"]
    return fit_linear(y, world.x, names, groups=world.place, clusters=world.place, wanted=1).estimate


def logit(world: World, rng: np.random.Generator) -> Estimate:
    y = (rng.random(len(world.place)) < curve(log_odds(world, world.mention))).astype(float)
    names = ["mention", "other", "trend"]
    return fit_logit(y, world.x, names, groups=world.place, clusters=world.place, wanted=1).changes


def cox(world: World, rng: np.random.Generator) -> Estimate:
    days = rng.exponential(1 / hazard(world, world.mention))
    followed = rng.uniform(60, 800, len(days))
    time, seen = np.ceil(np.minimum(days, followed)), days <= followed
    names = ["mention", "other", "trend"]
    fit = fit_cox(time, seen, world.x, names, strata=world.place, clusters=world.place, wanted=1)
    return standardised_difference(fit, WINDOW).estimate


FITS: dict[str, Callable[[World, np.random.Generator], Estimate]] = {"linear": linear, "logit": logit, "cox": cox}


def truth(model: str) -> float:
    """Return the mean change of the probability over visits, from many of them.

    The mention's own share plays no part in it.
    """
    world = make(np.random.default_rng(0), 20_000, "common", model)
    one, none = np.ones(len(world.place)), np.zeros(len(world.place))
    if model == "linear":
        return MEAN["linear"][0]
    if model == "logit":
        return float((curve(log_odds(world, one)) - curve(log_odds(world, none))).mean())
    gone = [np.exp(-hazard(world, flags) * WINDOW) for flags in (one, none)]
    return float((gone[1] - gone[0]).mean())


def holds(cell: str) -> Callable[[int], bool | None]:
    """Return what tells whether the interval of a repetition, by its seed, holds the truth, None where refused."""
    model, locations, driver = cell.split("-")
    value = truth(model)

    def once(seed: int) -> bool | None:
        rng = np.random.default_rng([seed, *cell.encode()])
        try:
            table = FITS[model](make(rng, int(locations), driver, model), rng).table()
        except EstimationError:  # too few mentions, by chance: an answer is refused
            return None
        if "mention" not in table.index:
            return None
        row = table.loc["mention"]
        return bool(row["low"] <= value <= row["high"])

    return once


def many(seed: int, name: str, effects: Floats) -> Estimate:
    """Return estimates in a world of 40 locations with as many mentions as effects, each location with its own."""
    rng = np.random.default_rng([seed, *name.encode()])
    place = np.repeat(np.arange(40), rng.integers(40, 121, 40))
    level = rng.normal(size=40).clip(-2, 2)
    shares = np.linspace(0.03, 0.2, len(effects)) * np.exp(-0.3 * level)[:, None]
    x = (rng.random((len(place), len(effects))) < shares[place]).astype(float)
    own = effects + np.where(effects != 0, 0.03, 0.0) * rng.normal(size=(40, len(effects))).clip(-2, 2)
    y = (rng.random(len(place)) < (0.45 + 0.06 * level)[place] + (x * own[place]).sum(axis=1)).astype(float)
    names = [f"m{number}" for number in range(len(effects))]
    return fit_linear(y, x, names, groups=place, clusters=place).estimate


def null(seed: int) -> bool:
    """Whether any of many mentions without effect is taken for one, at a false discovery rate of .05."""
    table = many(seed, "null", np.zeros(MANY)).table()
    return bool((benjamini_hochberg(table["p_value"].to_numpy()) <= 0.05).any())


def symmetry(seed: int) -> bool:
    """Whether blame and praise of the same weight are taken for unequal."""
    estimate = many(seed, "symmetry", np.array([-0.06, 0.06]))
    return bool(estimate.contrast([[1.0, 1.0]], ["sum"]).table()["p_value"].iloc[0] <= 0.05)


def bands(seed: int) -> bool:
    """Whether simultaneous bands hold all of many effects."""
    effects = np.linspace(-0.08, 0.08, MANY)
    found = simultaneous_bands(many(seed, "bands", effects), seed=seed)
    return bool(((found.low <= effects) & (effects <= found.high)).all())


OTHERS: dict[str, Callable[[int], bool | None]] = {"null": null, "symmetry": symmetry, "bands": bands}
CELLS = [f"{model}-{g}-{driver}" for model in FITS for g in LOCATIONS for driver in DRIVERS] + list(OTHERS)


def wanted_of(cell: str) -> tuple[float, int]:
    """Return the share that a cell must reach, and whether it must be at least (1), at most (-1) or about (0) that."""
    if cell in ("null", "symmetry"):
        return 0.05, -1 if cell == "null" else 0
    return LEVEL_FEW if f"-{FEW}-" in cell else LEVEL, 1


def verdict(cell: str, share: float, done: int) -> str:
    wanted, side = wanted_of(cell)
    reach = 3 * np.sqrt(wanted * (1 - wanted) / done)
    if (side >= 0 and share < wanted - reach) or (side <= 0 and share > wanted + reach):
        return "FAILS"
    above = side > 0 and share > LEVEL + 3 * np.sqrt(LEVEL * (1 - LEVEL) / done)
    return "passes, wider than need be" if above else "passes"


def run(cell: str, repetitions: int, state: Path) -> tuple[int, int]:
    """Return how often a cell had an answer and how often it came true; blocks written down are not done again."""
    done = {}
    if state.exists():
        for line in state.read_text("utf-8").splitlines():
            block = json.loads(line)
            if block["cell"] == cell:
                done[block["first"]] = (block.get("answers", BLOCK), block["true"])
    once = OTHERS[cell] if cell in OTHERS else holds(cell)
    firsts = range(0, repetitions, BLOCK)
    for first in firsts:
        if first not in done:
            told = [came for came in map(once, range(first, first + BLOCK)) if came is not None]
            done[first] = (len(told), sum(told))
            with state.open("a", encoding="utf-8") as file:
                block = {"cell": cell, "first": first, "answers": len(told), "true": sum(told)}
                file.write(json.dumps(block) + "\n")
    answers, true = (sum(done[first][k] for first in firsts) for k in (0, 1))
    return answers, true


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cell", nargs="*", default=CELLS)
    parser.add_argument("--repetitions", type=int, help=f"a multiple of {BLOCK}; by default 4,000 linear, 1,000 others")
    parser.add_argument("--state", type=Path, default=Path(__file__).parent / "coverage.jsonl")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if unknown := [cell for cell in args.cell if cell not in CELLS]:
        sys.exit(f"There is no cell {unknown[0]}; there are {', '.join(CELLS)}.")
    lines = ["| cell | answers | came true | Monte-Carlo error | to reach | |", "|---|---|---|---|---|---|"]
    print(*lines, sep="\n")
    for cell in args.cell:
        done, true = run(cell, args.repetitions or REPETITIONS[cell.split("-")[0]], args.state)
        share, (wanted, side) = true / done, wanted_of(cell)
        word = {1: "at least", 0: "about", -1: "at most"}[side]
        error = np.sqrt(share * (1 - share) / done)
        said = verdict(cell, share, done)
        lines.append(f"| {cell} | {done:,} | {share:.3f} | {error:.3f} | {word} {wanted:.2f} | {said} |")
        print(lines[-1], flush=True)
    if args.write:
        table = "\n".join(["<!-- coverage -->", "", *lines, "", "<!-- end of coverage -->"])
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(
            re.sub(r"<!-- coverage -->.*<!-- end of coverage -->", lambda _: table, text, flags=re.DOTALL), "utf-8"
        )
    sys.exit(any("FAILS" in line for line in lines))


if __name__ == "__main__":
    main()
