"""Made-up studies with every column, and a stated truth for every claim: true in one of two worlds, false in the other."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.claims import Facts
from custservice.sentiment import families

Floats = NDArray[np.float64]
START = np.datetime64("2022-01-01")
ROUNDS = 6
_TOPICS = ("topic_product_blame", "topic_waiting_blame", "topic_price_blame", "topic_product_praise")


@dataclass(frozen=True)
class World:
    """How customers of a made-up business behave.

    ``rates`` and ``effects`` are of mentions, on the chance of a return; feelings of the first and the last visit add
    ``first`` and ``last`` to it. Ratings follow staff blame, things blamed and staff praise by ``stars``.
    """

    rates: dict[str, float]
    effects: dict[str, float]
    base: float = 0.5
    first: float = 0.0
    last: float = 0.0
    stars: tuple[float, float, float] = (1.0, 1.0, 1.0)
    carry: float = 0.0
    customers: int = 5000
    places: int = 40
    extra: dict[str, float] = field(default_factory=dict)


def columns() -> list[str]:
    drivers = [name for name, family in families().items() if family != "topic"]
    return [*(f"{driver}_{polarity}" for driver in drivers for polarity in ("praise", "blame")), *_TOPICS]


def simulate(world: World, seed: int) -> Facts:
    """Return what is known of a made-up business after six rounds of visits, one row per visit, each reviewed."""
    rng = np.random.default_rng(seed)
    names = columns()
    at = {name: place for place, name in enumerate(names)}
    rates = np.array([world.rates.get(name, 0.0) for name in names])
    effects = np.array([world.effects.get(name, 0.0) for name in names])
    blame, things = (
        np.array([name.endswith("_blame") for name in names]),
        np.array([n.startswith("topic") for n in names]),
    )
    n = world.customers
    place = rng.integers(0, world.places, n)
    level = 0.05 * rng.normal(size=world.places)
    time = START + rng.integers(0, 300, n).astype("timedelta64[D]")
    first, warm = np.zeros(n), np.zeros(n)
    here = np.ones(n, bool)
    rounds = []
    for number in range(ROUNDS):
        said = (rng.random((n, len(names))) < rates).astype(float)
        praise, blamed = said[:, ~blame & ~things].sum(axis=1), said[:, blame & ~things].sum(axis=1)
        thing = said[:, blame & things].sum(axis=1)
        feeling = 0.2 * praise - 0.3 * blamed - 0.2 * thing + world.carry * warm + 0.25 * rng.normal(size=n)
        feeling = feeling.clip(-1, 1)
        first = feeling if number == 0 else first
        chance = world.base + level[place] + said @ effects + world.first * first + world.last * feeling
        returned = rng.random(n) < chance.clip(0.02, 0.98)
        weights = world.stars
        stars = 3.7 - weights[0] * blamed - weights[1] * thing + weights[2] * praise + 0.6 * rng.normal(size=n)
        frame = pd.DataFrame(said, columns=names).assign(
            customer=np.arange(n),
            place=place,
            time=time,
            feeling=feeling,
            returned=returned.astype(float),
            prior=number,
        )
        frame["rating"] = stars.round().clip(1, 5)
        rounds.append(frame[here])
        warm = said[:, at["warmth_praise"]]
        time = time + np.where(returned, rng.integers(5, 50, n), rng.integers(80, 300, n)).astype("timedelta64[D]")
        here = here & (returned | (rng.random(n) < 0.4))
    return _facts(pd.concat(rounds, ignore_index=True))


def _facts(rows: pd.DataFrame) -> Facts:
    time = pd.to_datetime(rows["time"])
    names = np.arange(len(rows)).astype(str)
    first = rows.groupby("customer")["time"].transform("min")
    panel = pd.DataFrame(
        {
            "visit_id": "v" + pd.Series(names),
            "review_id": "r" + pd.Series(names),
            "customer_id": "c" + rows["customer"].astype(str),
            "location_id": "p" + rows["place"].astype(str),
            "time_zero": time,
            "month": time.dt.strftime("%Y-%m"),
            "follow_up_days": 400.0,
            "returned": rows["returned"],
            "first_visit": (rows["prior"] == 0).astype(float),
            "prior_visits": rows["prior"].astype(float),
            "history_days": (rows["time"] - first).dt.days.astype(float),
            "rating": rows["rating"],
            **{name: rows[name] for name in columns()},
        }
    )
    sentences = pd.DataFrame({"review_id": panel["review_id"], "sentence": 0, "compound": rows["feeling"]})
    sentences["negative"] = (-sentences["compound"]).clip(lower=0)
    mentions = pd.DataFrame(columns=["review_id", "sentence", "driver", "polarity", "evidence"])
    return Facts(panel, sentences, mentions)


_RATES = {
    **{f"{name}_blame": 0.04 for name in ("hand_offs", "promises", "appreciation")},
    **{f"{name}_praise": 0.05 for name in ("promises", "appreciation", "courtesy")},
    "warmth_praise": 0.12,
    "topic_waiting_blame": 0.03,
    "topic_product_praise": 0.1,
}
_FIVE = ("attention_blame", "listening_blame", "ownership_blame", "knowledge_blame", "follow_up_blame")
#: The world in which the claims below hold, the one in which they do not, and one in which no mention does anything.
TRUE = World(
    rates={**_RATES, **dict.fromkeys(_FIVE, 0.08), "topic_product_blame": 0.03, "topic_price_blame": 0.02},
    effects={
        "courtesy_praise": 0.40,
        "hand_offs_blame": -0.15,
        "appreciation_praise": 0.15,
        "appreciation_blame": -0.15,
        "warmth_praise": 0.12,
        "promises_blame": -0.20,
    },
    last=0.25,
    stars=(1.6, 0.5, 0.2),
    carry=0.15,
)
FALSE = World(
    rates={**_RATES, **dict.fromkeys(_FIVE, 0.01), "topic_product_blame": 0.12, "topic_price_blame": 0.08},
    effects={
        "courtesy_praise": -0.10,
        "hand_offs_blame": 0.10,
        "appreciation_praise": -0.10,
        "appreciation_blame": 0.10,
        "warmth_praise": -0.10,
        "promises_blame": 0.10,
        "promises_praise": 0.10,
    },
    first=0.60,
    stars=(0.1, 1.8, 0.8),
)
NULL = World(rates={**_RATES, **dict.fromkeys(_FIVE, 0.03), "topic_product_blame": 0.08}, effects={})
#: Claims whose predictions exclude each other: these hold in the world that is false for the others.
CONTRARY = {"first_impression"}
