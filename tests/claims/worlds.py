"""Made-up studies with every column, and a stated truth for every claim: true in one world, false in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.claims import Facts
from custservice.sentiment import families

Floats = NDArray[np.float64]
START = np.datetime64("2022-01-01")
ROUNDS, QUARTERS, PLACES, CUSTOMERS = 6, 8, 40, 6000
_TOPICS = ("topic_product_blame", "topic_waiting_blame", "topic_price_blame", "topic_product_praise")
_HARSH = ("courtesy_blame", "warmth_blame", "empathy_blame")
FIVE = ("attention_blame", "listening_blame", "ownership_blame", "knowledge_blame", "follow_up_blame")


@dataclass(frozen=True)
class World:
    """How customers of a made-up business behave; all that is 0 plays no part.

    Attributes
    ----------
    rates, effects
        How often each mention comes, and what it adds to the chance of a return.
    base
        The chance of a return without any mention.
    first, last
        What the feelings of the first and of the last visit add to it.
    stars
        How ratings follow staff blame, things blamed and staff praise.
    carry
        What a smile adds to the feeling of the next visit.
    spread
        How far complaints are a matter of single places: 0 not at all.
    burst
        How far complaints come in every fifth month only: 0 not at all.
    busy
        How many times commoner harsh words are at busy times.
    celebrated
        What an event adds to the share of praise in the 60 days after.
    growth
        How new customers follow the praise of the quarter before.
    bend
        How steeply returns fall where fewer than 95 of 100 cases are handled at once.
    complain, silent
        How often unhappy customers complain, and what silence adds to the chance of a return.
    owned
        What an apology adds to the next rating.
    calm
        What clear information takes from the negative words of the rest.
    costly
        How many frequent complainers bring less than they cost.
    """

    rates: dict[str, float]
    effects: dict[str, float]
    base: float = 0.5
    first: float = 0.0
    last: float = 0.0
    stars: tuple[float, float, float] = (1.0, 1.0, 1.0)
    carry: float = 0.0
    spread: float = 0.0
    burst: float = 0.0
    busy: float = 1.0
    celebrated: float = 0.0
    growth: float = 0.0
    bend: float = 0.0
    complain: float = 0.5
    silent: float = 0.0
    owned: float = 0.0
    calm: float = 0.0
    costly: float = 0.25


def columns() -> list[str]:
    drivers = [name for name, family in families().items() if family != "topic"]
    return [*(f"{driver}_{polarity}" for driver in drivers for polarity in ("praise", "blame")), *_TOPICS]


NAMES = columns()
AT = {name: place for place, name in enumerate(NAMES)}
BLAME = np.array([name.endswith("_blame") for name in NAMES])
THINGS = np.array([name.startswith("topic") for name in NAMES])


@dataclass(frozen=True)
class _Places:
    """What is particular to each place: level of returns, complaints, mood by quarter, cases handled, events."""

    level: Floats
    often: Floats
    mood: Floats
    bad_month: Floats
    handled: Floats
    events: NDArray[np.datetime64]


def simulate(world: World, seed: int) -> Facts:
    """Return what is known of a made-up business after six rounds of visits, one row per visit, each reviewed."""
    rng = np.random.default_rng(seed)
    often = np.where(rng.random((PLACES, len(NAMES))) < 0.35, 1 + 1.6 * world.spread, 1 - 0.85 * world.spread)
    bad_month = (np.arange(40) + rng.integers(0, 5, (PLACES, 1))) % 5 == 0
    places = _Places(
        0.05 * rng.normal(size=PLACES),
        np.where(BLAME & ~THINGS, often, 1.0),
        rng.normal(size=(PLACES, QUARTERS + 8)).clip(-2, 2),
        np.where(bad_month, 1 + 4 * world.burst, 1 - world.burst),
        rng.uniform(0.82, 1.0, (PLACES, 40)),
        START + rng.integers(120, 600, (PLACES, 2)).astype("timedelta64[D]"),
    )
    n = CUSTOMERS
    place, time = _arrivals(world, places, rng)
    chronic = rng.random(n) < 0.1
    first, warm, sorry = np.zeros(n), np.zeros(n), np.zeros(n)
    here, rounds = np.ones(n, bool), []
    for number in range(ROUNDS):
        busy = rng.random(n) < 0.25
        said = (rng.random((n, len(NAMES))) < _chances(world, places, place, time, busy)).astype(float)
        thanked = said[:, AT["appreciation_praise"]] > 0
        said[:, AT["sincerity_blame"]] = rng.random(n) < np.where(thanked, 0.15, 0.005)
        praise, blamed = said[:, ~BLAME & ~THINGS].sum(axis=1), said[:, BLAME & ~THINGS].sum(axis=1)
        thing = said[:, BLAME & THINGS].sum(axis=1)
        feeling = 0.2 * praise - 0.3 * blamed - 0.2 * thing + world.carry * warm + 0.25 * rng.normal(size=n)
        feeling = feeling.clip(-1, 1)
        first = feeling if number == 0 else first
        stars = 3.7 - world.stars[0] * blamed - world.stars[1] * thing + world.stars[2] * praise
        stars = (stars + world.owned * sorry + 0.6 * rng.normal(size=n)).round().clip(1, 5)
        survey = (3 + 2 * feeling + 0.7 * rng.normal(size=n)).round().clip(1, 5)
        complained = np.where(chronic, rng.random(n) < 0.9, (survey <= 2) & (rng.random(n) < world.complain))
        handled = places.handled[place, _day(time) // 30]
        chance = (
            world.base + places.level[place] + said @ _of(world.effects) + world.first * first + world.last * feeling
        )
        chance += world.bend * np.minimum(handled - 0.95, 0) + world.silent * ((survey <= 2) & ~complained.astype(bool))
        returned = rng.random(n) < chance.clip(0.02, 0.98)
        frame = pd.DataFrame(said, columns=NAMES).assign(
            **{"customer": np.arange(n), "place": place, "time": time, "feeling": feeling, "prior": number},
            **{
                "returned": returned.astype(float),
                "rating": stars,
                "satisfaction": survey,
                "handled_by_first": handled,
            },
            **{"complained": complained.astype(float), "busy": busy.astype(float), "chronic": chronic},
            compensation=(said[:, AT["apology_praise"]] > 0) * rng.integers(0, 2, n),
        )
        rounds.append(frame[here])
        warm, sorry = said[:, AT["warmth_praise"]], said[:, AT["apology_praise"]]
        time = time + np.where(returned, rng.integers(5, 50, n), rng.integers(80, 200, n)).astype("timedelta64[D]")
        here = here & (returned | (rng.random(n) < 0.4))
    return _facts(world, pd.concat(rounds, ignore_index=True), places, rng)


def _of(values: dict[str, float]) -> Floats:
    return np.array([values.get(name, 0.0) for name in NAMES])


def _day(time: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return np.minimum((time - START).astype("timedelta64[D]").astype(np.int64), 40 * 30 - 1)


def _arrivals(
    world: World, places: _Places, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.datetime64]]:
    """Return place and first day of each customer: more come where the quarter before was praised."""
    pull = np.ones((PLACES, QUARTERS))
    pull[:, 1:] = np.exp(world.growth * places.mood[:, : QUARTERS - 1])
    cell = rng.choice(PLACES * QUARTERS, CUSTOMERS, p=(pull / pull.sum()).ravel())
    place, quarter = np.divmod(cell, QUARTERS)
    return place, START + (91 * quarter + rng.integers(0, 91, CUSTOMERS)).astype("timedelta64[D]")


def _chances(
    world: World, places: _Places, place: NDArray[np.int64], time: NDArray[np.datetime64], busy: NDArray[np.bool_]
) -> Floats:
    """Return the chance of each mention at each visit."""
    chances = _of(world.rates) * places.often[place]
    chances[:, BLAME & ~THINGS] *= places.bad_month[place, _day(time) // 30][:, None]
    for name in _HARSH:
        chances[:, AT[name]] *= np.where(busy, world.busy, 1.0)
    mood = places.mood[place, np.minimum(_day(time) // 91, QUARTERS + 7)]
    since = (time[:, None] - places.events[place]).astype("timedelta64[D]").astype(np.int64)
    after = ((since >= 0) & (since < 60)).any(axis=1)
    chances[:, AT["general_praise"]] = (0.25 + 0.15 * mood + world.celebrated * after).clip(0.01, 0.9)
    return chances


def _facts(world: World, rows: pd.DataFrame, places: _Places, rng: np.random.Generator) -> Facts:
    time, ids = pd.to_datetime(rows["time"]), pd.Series(np.arange(len(rows)).astype(str))
    first = rows.groupby("customer")["time"].transform("min")
    bad = dict(enumerate(rng.random(CUSTOMERS) < world.costly))
    loses = rows["chronic"] & rows["customer"].map(bad)
    as_is = ("returned", "rating", "satisfaction", "complained", "handled_by_first", "busy", "compensation", *NAMES)
    panel = pd.DataFrame(
        {
            "visit_id": "v" + ids,
            "review_id": "r" + ids,
            "customer_id": "c" + rows["customer"].astype(str),
            "location_id": "p" + rows["place"].astype(str),
            "time_zero": time,
            "month": time.dt.strftime("%Y-%m"),
            "follow_up_days": 400.0,
            "first_visit": (rows["prior"] == 0).astype(float),
            "prior_visits": rows["prior"].astype(float),
            "history_days": (rows["time"] - first).dt.days.astype(float),
            "margin": 10.0,
            "cost_to_serve": np.where(loses, 25.0, 4.0),
            **{name: rows[name] for name in as_is},
        }
    )
    return Facts(panel, _sentences(world, panel, rows["feeling"], rng), _mentions(panel), None, _events(places))


def _sentences(world: World, panel: pd.DataFrame, feeling: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Return two sentences a review: the mentions stand in the first, the second is as calm as one understands."""
    told = panel["explanation_praise"] - panel["explanation_blame"]
    anger = (0.12 - world.calm * told + 0.05 * rng.normal(size=len(panel))).clip(0, 1)
    parts = [
        pd.DataFrame({"review_id": panel["review_id"], "sentence": 0, "compound": feeling, "negative": 0.1}),
        pd.DataFrame({"review_id": panel["review_id"], "sentence": 1, "compound": feeling, "negative": anger}),
    ]
    return pd.concat(parts, ignore_index=True)


def _mentions(panel: pd.DataFrame) -> pd.DataFrame:
    """Return the mentions whose words or sentence a claim asks for."""
    found: list[dict[str, Any]] = []
    for driver, polarity, evidence in (
        ("explanation", "praise", "clear"),
        ("explanation", "blame", "no word"),
        ("dignity", "blame", "a pushy sales pitch"),
    ):
        ids = panel.loc[panel[f"{driver}_{polarity}"] > 0, "review_id"]
        row = {"sentence": 0, "driver": driver, "polarity": polarity, "evidence": evidence}
        found += [{"review_id": review, **row} for review in ids]
    return pd.DataFrame(found)


def _events(places: _Places) -> pd.DataFrame:
    dates = places.events.ravel()
    names = [f"p{place}" for place in np.repeat(np.arange(PLACES), places.events.shape[1])]
    return pd.DataFrame({"location_id": names, "date": dates})


_RATES = {
    **dict.fromkeys(("hand_offs_blame", "promises_blame", "appreciation_blame", "dignity_blame"), 0.03),
    **dict.fromkeys(("promises_praise", "courtesy_praise", "recognition_praise", "listening_praise"), 0.05),
    **dict.fromkeys(_HARSH, 0.02),
    **{"appreciation_praise": 0.08, "warmth_praise": 0.12, "apology_praise": 0.08, "follow_up_praise": 0.08},
    **{"explanation_praise": 0.06, "explanation_blame": 0.05},
    **{"topic_waiting_blame": 0.12, "topic_product_praise": 0.10},
}
TRUE = World(
    rates={**_RATES, **dict.fromkeys(FIVE, 0.33), "topic_waiting_blame": 0.10, "topic_product_blame": 0.03},
    effects={
        **{"courtesy_praise": 0.80, "hand_offs_blame": -0.20, "promises_blame": -0.25, "warmth_praise": 0.12},
        **{"appreciation_praise": 0.15, "appreciation_blame": -0.20, "sincerity_blame": -0.30},
        **{"apology_praise": 0.30, "follow_up_praise": 0.25, "recognition_praise": 0.15},
        **{"listening_praise": 0.15, "dignity_blame": -0.15},
    },
    base=0.65,
    last=0.25,
    stars=(1.6, 0.5, 0.2),
    carry=0.15,
    spread=1.0,
    busy=2.5,
    celebrated=0.2,
    growth=1.3,
    bend=3.0,
    complain=0.2,
    silent=-0.2,
    owned=0.7,
    calm=0.06,
    costly=0.5,
)
FALSE = World(
    rates={**_RATES, **dict.fromkeys(FIVE, 0.01), "topic_product_blame": 0.15, "topic_price_blame": 0.08},
    effects={
        **{"courtesy_praise": -0.15, "hand_offs_blame": 0.15, "promises_blame": 0.15, "promises_praise": 0.15},
        **{"warmth_praise": -0.10, "appreciation_praise": -0.12, "appreciation_blame": 0.15, "sincerity_blame": 0.20},
        **{"apology_praise": -0.20, "follow_up_praise": -0.20, "recognition_praise": -0.15},
        **{"listening_praise": -0.15, "dignity_blame": 0.15},
    },
    base=0.40,
    first=0.6,
    stars=(0.1, 1.8, 0.8),
    busy=0.5,
    celebrated=-0.1,
    burst=1.0,
    growth=-1.3,
    bend=-3.0,
    complain=0.75,
    silent=0.2,
    owned=-0.4,
    calm=-0.04,
    costly=0.05,
)
#: No mention does anything, and nothing follows from anything.
NULL = World(rates={**_RATES, **dict.fromkeys(FIVE, 0.03), "topic_product_blame": 0.08}, effects={})
#: Claims whose predictions are the contrary of others': they hold in the world in which the others do not.
CONTRARY = {"first_impression", "difficult_but_valuable"}

__all__ = ["CONTRARY", "FALSE", "NULL", "TRUE", "World", "simulate"]
