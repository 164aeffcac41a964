"""A synthetic study whose truth is known: one cafe chain, two years of visits, reviews composed of written sentences.

Whether a customer returns within 60 days depends, as a probability that adds up, on what staff did (`EFFECTS`), the
location, the customer's habit, how often they came before, the season and what they thought of price and coffee.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.demo_text import Composer, load_sentences
from custservice.errors import StudyError
from custservice.sentiment import families
from custservice.tables import POLARITIES

SEED = 20250703
FIRST_DAY, LAST_DAY = np.datetime64("2023-07-01"), np.datetime64("2025-06-30")
N_VISITS = 30_000
WINDOW_DAYS = 60
LOCATIONS = (
    "Abbey Row",
    "Bridge End",
    "Canal Walk",
    "Castle Gate",
    "Corn Exchange",
    "Dock Road",
    "East Arcade",
    "Ferry Lane",
    "Garden Square",
    "Harbour Street",
    "High Cross",
    "King's Parade",
    "Library Place",
    "Market Hall",
    "Mill Lane",
    "North Station",
    "Old Brewery",
    "Park View",
    "Quayside",
    "River Terrace",
    "Saddler Street",
    "Tower Hill",
    "Union Yard",
    "West Pier",
)

#: Effect of a mention on the probability of returning; every driver not named here has none.
EFFECTS = {
    "attention_blame": -0.11,
    "promptness_blame": -0.09,
    "listening_blame": -0.11,
    "courtesy_blame": -0.12,
    "helpfulness_blame": -0.09,
    "warmth_blame": -0.09,
    "general_blame": -0.09,
    "explanation_blame": -0.09,
    "warmth_praise": 0.06,
    "helpfulness_praise": 0.07,
    "recognition_praise": 0.12,
    "appreciation_praise": 0.10,
}
#: How often a visit gives cause to mention each driver; every driver not named here is rare.
RATES = {
    "attention_blame": 0.07,
    "promptness_blame": 0.09,
    "listening_blame": 0.07,
    "courtesy_blame": 0.06,
    "helpfulness_blame": 0.08,
    "warmth_blame": 0.08,
    "general_blame": 0.08,
    "explanation_blame": 0.08,
    "warmth_praise": 0.18,
    "helpfulness_praise": 0.14,
    "recognition_praise": 0.10,
    "appreciation_praise": 0.12,
    "attention_praise": 0.06,
    "promptness_praise": 0.09,
    "courtesy_praise": 0.05,
    "knowledge_praise": 0.04,
    "explanation_praise": 0.03,
    "professionalism_praise": 0.04,
    "professionalism_blame": 0.05,
    "general_praise": 0.12,
}
RARE_RATE = 0.001
TOPIC_RATES = {
    "topic_product_praise": 0.28,
    "topic_product_blame": 0.10,
    "topic_price_blame": 0.09,
    "topic_price_praise": 0.04,
    "topic_place_praise": 0.14,
    "topic_place_blame": 0.06,
    "topic_waiting_blame": 0.04,
    "topic_facilities_praise": 0.02,
    "topic_facilities_blame": 0.03,
    "topic_location_praise": 0.04,
    "topic_location_blame": 0.01,
    "topic_others_blame": 0.03,
    "topic_others_praise": 0.01,
    "topic_policy_blame": 0.02,
}
TOPIC_EFFECTS = {"topic_price_blame": -0.05, "topic_product_blame": -0.02, "topic_product_praise": 0.02}
BASE, FIRST_TIME, PER_LOG_PRIOR, DECEMBER = 0.60, -0.04, 0.015, -0.02
LOCATION_SPREAD, HABIT_SPREAD = 0.05, 0.04
MOST_MENTIONS = 2
LATER_CHANCE = 0.55
REVIEW_CHANCE = {"blame": 0.43, "praise": 0.31, "none": 0.205}

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Demo:
    """The demo's two tables and its truth.

    Attributes
    ----------
    reviews, visits
        As a user's export would hold them, bad rows included.
    truth
        ``effects`` (returns per 1,000 visits of each driver and polarity), ``labels`` (what each review says) and
        the probabilities' range.
    """

    reviews: pd.DataFrame
    visits: pd.DataFrame
    truth: dict[str, Any]
    labels: pd.DataFrame


def make_demo(seed: int = SEED, n_visits: int = N_VISITS) -> Demo:
    """Simulate the demo study.

    Parameters
    ----------
    seed
        The same seed gives the same study.
    n_visits
        About how many visits to simulate.

    Examples
    --------
    >>> demo = make_demo(n_visits=500)
    >>> demo.truth["effects"]["courtesy_blame"]
    -120.0
    >>> demo.reviews.columns.tolist()
    ['review_id', 'visit_id', 'customer_id', 'location_id', 'reviewed_at', 'rating', 'text']
    """
    rng = np.random.default_rng(seed)
    visits, said, chances = _simulate_visits(rng, n_visits)
    reviews, labels = _write_reviews(visits[visits["reviewed"]], said, seed)
    reviews = _with_bad_rows(reviews)
    effects = {key: 1000 * EFFECTS.get(key, 0.0) for key in _driver_keys()}
    truth = {
        "seed": seed,
        "window_days": WINDOW_DAYS,
        "unit": "returns per 1,000 visits",
        "effects": {name: round(value, 6) for name, value in effects.items()},
        "chance_of_return": {"lowest": round(chances[0], 4), "highest": round(chances[1], 4)},
    }
    columns = ["visit_id", "customer_id", "location_id", "visited_at", "spend", "staff_id"]
    return Demo(reviews, visits[columns].reset_index(drop=True), truth, labels)


def write_demo(folder: str | Path, seed: int = SEED) -> Path:
    """Write the demo study into a folder (reviews, visits, truth.json, study.toml) and return its study.toml.

    Raises
    ------
    StudyError
        If the folder holds something other than a demo study, or is a file.
    """
    target = Path(folder)
    _refuse_foreign(target)
    target.mkdir(parents=True, exist_ok=True)
    demo = make_demo(seed)
    demo.reviews.to_parquet(target / "reviews.parquet", compression="zstd", index=False)
    demo.visits.to_parquet(target / "visits.parquet", compression="zstd", index=False)
    (target / "truth.json").write_text(json.dumps(demo.truth, indent=1) + "\n", encoding="utf-8")
    study = target / "study.toml"
    study.write_text(_STUDY, encoding="utf-8")
    return study


def _refuse_foreign(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise StudyError(f"{target} is a file: name a new or an empty folder for the demo study.")
    if not target.is_dir() or not any(target.iterdir()):
        return
    study = target / "study.toml"
    ours = (target / "truth.json").is_file() and study.is_file() and study.read_bytes().startswith(_MARK.encode())
    if not ours:
        raise StudyError(f"The folder {target} holds files that are no demo study: name a new or an empty folder.")


_STUDY = """\
# The built-in demo: a synthetic cafe chain whose truth is known (truth.json). Made by `custservice demo`.
title = "Corner Cafes (demo)"
window_days = 60            # came back within this many days?
min_gap_days = 1            # a visit on the same day is no return
return_to = "location"      # back to the same cafe
observed_until = 2025-06-30 # the visit log is complete until this day
link_days = 30              # a review without a visit number belongs to a visit at most this long before it

[reviews]
files = "reviews.parquet"

[visits]
files = "visits.parquet"
"""


#: By its first line a demo study is known, and may be written anew.
_MARK = _STUDY.partition("\n")[0]


@dataclass(frozen=True)
class _Said:
    """What each visit gave cause to say: one 0/1 column per key of `keys`, and a mixed sentence (-1: none)."""

    keys: tuple[str, ...]
    causes: Bools
    mixed: NDArray[np.int64]


def _simulate_visits(rng: np.random.Generator, n_visits: int) -> tuple[pd.DataFrame, _Said, tuple[float, float]]:
    """Let customers come again and again, each return drawn after what happened at the visit before."""
    places = _Places(rng)
    customer, place = _pairs(rng, n_visits // 3, places)
    n_pairs = len(customer)
    habit = rng.uniform(-HABIT_SPREAD, HABIT_SPREAD, n_pairs)
    span = int((LAST_DAY - FIRST_DAY) / np.timedelta64(1, "D"))
    when = FIRST_DAY + rng.integers(0, span, n_pairs) + _clock(rng, n_pairs)
    prior = np.zeros(n_pairs, dtype=np.int64)
    active = np.arange(n_pairs)
    blocks, causes, mixed = [], [], []
    low, high = 1.0, 0.0
    while len(active):
        said = _draw_causes(rng, places, place[active], prior[active])
        chance = _chance(said, places.level[place[active]], habit[active], prior[active], when[active])
        low, high = min(low, chance.min()), max(high, chance.max())
        reviewed = rng.random(len(active)) < _review_chance(said)
        lag = (rng.gamma(1.0, 1.5, len(active)).clip(0.02, 7) * 1440).astype("timedelta64[m]")
        zero = when[active] + np.where(reviewed, lag, np.timedelta64(0, "m"))
        block = pd.DataFrame({"pair": active, "place": place[active], "customer": customer[active]})
        blocks.append(block.assign(visited_at=when[active], reviewed_at=zero, reviewed=reviewed))
        causes.append(said.causes)
        mixed.append(said.mixed)
        prior[active] += 1
        when[active], stays = _next_visit(rng, zero, chance)
        active = active[stays & (when[active] < LAST_DAY + np.timedelta64(1, "D"))]
    frame = pd.concat(blocks, ignore_index=True)
    enough = int(np.searchsorted(np.cumsum(np.bincount(frame["pair"])), n_visits)) + 1
    frame = _finish(rng, frame[frame["pair"] < enough].sort_values(["visited_at", "pair"]))
    keys, all_causes, all_mixed = said.keys, np.vstack(causes), np.concatenate(mixed)
    return frame, _Said(keys, all_causes, all_mixed), (float(low), float(high))


class _Places:
    """What differs between cafes: how busy, how loyal, and how often each driver is met there."""

    def __init__(self, rng: np.random.Generator) -> None:
        n = len(LOCATIONS)
        busy = rng.uniform(0.5, 1.5, n)
        self.busy: Floats = busy / busy.sum()
        self.level: Floats = np.linspace(-LOCATION_SPREAD, LOCATION_SPREAD, n)[rng.permutation(n)]
        self.keys = _driver_keys()
        rates = np.array([RATES.get(key, RARE_RATE) for key in self.keys])
        self.rates: Floats = rates * rng.uniform(0.55, 1.45, (n, len(rates)))
        # less loyal cafes are also rated worse: what an analysis without location effects would mistake for an effect
        worse = 1 - 4 * self.level[:, None]
        blame = np.array([key.endswith("_blame") for key in self.keys])
        self.rates = self.rates * np.where(blame, worse, 1.0)


def _driver_keys() -> tuple[str, ...]:
    drivers = [driver for driver, family in families().items() if family != "topic"]
    return tuple(f"{driver}_{polarity}" for driver in drivers for polarity in POLARITIES)


def _pairs(rng: np.random.Generator, n: int, places: _Places) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw who goes where: most customers to one cafe, some to two."""
    pairs = np.column_stack([rng.permutation(n) % int(n * 0.93), rng.choice(len(LOCATIONS), n, p=places.busy)])
    customer, place = np.unique(pairs, axis=0).T
    return customer, place


def _clock(rng: np.random.Generator, n: int) -> NDArray[np.timedelta64]:
    return rng.integers(7 * 60, 19 * 60, n).astype("timedelta64[m]")


def _draw_causes(
    rng: np.random.Generator, places: _Places, place: NDArray[np.int64], prior: NDArray[np.int64]
) -> _Said:
    n = len(place)
    topics = rng.random((n, len(TOPIC_RATES))) < np.array(list(TOPIC_RATES.values()))
    rates = places.rates[place].copy()
    dear = topics[:, list(TOPIC_RATES).index("topic_price_blame")]
    for key in ("courtesy_blame", "attention_blame"):  # a bad day: a higher bill and worse manners come together
        rates[dear, places.keys.index(key)] *= 2
    rates[:, places.keys.index("recognition_praise")] *= np.minimum(
        0.3 + 0.5 * np.log1p(prior), 2
    )  # staff know regulars
    staff = rng.random(rates.shape) < rates
    priority = np.where(staff, rng.random(rates.shape), -1)
    staff &= priority >= np.sort(priority, axis=1)[:, [-MOST_MENTIONS]]
    mixed_sentences = load_sentences().mixed
    mixed = np.where((staff.sum(axis=1) == 0) & (rng.random(n) < 0.08), rng.integers(0, len(mixed_sentences), n), -1)
    causes = np.hstack([staff, topics])
    keys = (*places.keys, *TOPIC_RATES)
    for number, sentence in enumerate(mixed_sentences):
        for key in sentence.keys:
            causes[mixed == number, keys.index(key)] = True
    return _Said(keys, causes, mixed)


def _chance(
    said: _Said, level: Floats, habit: Floats, prior: NDArray[np.int64], when: NDArray[np.datetime64]
) -> Floats:
    weights = np.array([EFFECTS.get(key, TOPIC_EFFECTS.get(key, 0.0)) for key in said.keys])
    december = when.astype("datetime64[M]").astype(int) % 12 == 11
    chance = BASE + level + habit + FIRST_TIME * (prior == 0) + PER_LOG_PRIOR * np.log1p(prior) + DECEMBER * december
    return np.asarray(chance + said.causes @ weights, dtype=np.float64)


def _review_chance(said: _Said) -> Floats:
    staff = np.array([not key.startswith("topic_") for key in said.keys])
    praised = said.causes[:, staff & np.char.endswith(said.keys, "praise")].any(axis=1)
    blamed = said.causes[:, staff & np.char.endswith(said.keys, "blame")].any(axis=1)
    chance = np.where(praised, REVIEW_CHANCE["praise"], REVIEW_CHANCE["none"])
    return np.asarray(np.where(blamed, REVIEW_CHANCE["blame"], chance))


def _next_visit(
    rng: np.random.Generator, zero: NDArray[np.datetime64], chance: Floats
) -> tuple[NDArray[np.datetime64], Bools]:
    """Draw when the customer comes again: within the window with the given chance, else later or never."""
    n = len(zero)
    returns = rng.random(n) < chance
    soon = rng.integers(2, WINDOW_DAYS, n)
    late = rng.integers(WINDOW_DAYS + 2, 200, n)
    day = zero.astype("datetime64[D]") + np.where(returns, soon, late)
    return np.asarray(day + _clock(rng, n), dtype="datetime64[m]"), returns | (rng.random(n) < LATER_CHANCE)


def _finish(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame[frame["visited_at"] < pd.Timestamp(LAST_DAY) + pd.Timedelta(days=1)].copy()
    staff = rng.integers(1, 6, len(frame)).astype(str)
    frame["visit_id"] = [f"V{number:05d}" for number in range(1, len(frame) + 1)]
    frame["customer_id"] = "C" + frame["customer"].astype(str).str.zfill(5)
    frame["location_id"] = np.array(LOCATIONS)[frame["place"]]
    frame["staff_id"] = frame["location_id"].str.replace(r"[^A-Z]", "", regex=True) + "-" + staff
    frame["spend"] = np.round(rng.lognormal(2.0, 0.45, len(frame)), 2)
    # a review written after the log ends is not in the export
    frame["reviewed"] &= frame["reviewed_at"] < pd.Timestamp(LAST_DAY) + pd.Timedelta(days=1)
    return frame


def _write_reviews(visits: pd.DataFrame, said: _Said, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng([seed, 1])
    composer = Composer(seed)
    texts, ratings = [], []
    causes = said.causes[visits.index]
    for row, mixed in zip(causes, said.mixed[visits.index], strict=True):
        keys = [said.keys[i] for i in np.flatnonzero(row)]
        texts.append(composer.compose(keys, int(mixed)))
        good = sum(key.endswith("praise") for key in keys) - sum(key.endswith("blame") for key in keys)
        ratings.append(int(np.clip(np.rint(3.7 + 0.8 * good + rng.normal(0, 0.6)), 1, 5)))
    review_id = [f"R{number:05d}" for number in range(1, len(visits) + 1)]
    numbered = rng.random(len(visits)) < 0.7  # the others are linked by customer, place and date
    reviews = pd.DataFrame({"review_id": review_id})
    reviews["visit_id"] = visits["visit_id"].where(numbered).to_numpy()
    reviews["customer_id"] = visits["customer_id"].to_numpy()
    reviews["location_id"] = visits["location_id"].to_numpy()
    reviews["reviewed_at"] = visits["reviewed_at"].to_numpy()
    reviews["rating"] = ratings
    foreign = rng.random(len(visits)) < 0.015
    reviews["text"] = [composer.foreign() if other else text for text, other in zip(texts, foreign, strict=True)]
    labels = pd.DataFrame(causes, columns=list(said.keys), index=review_id)
    return reviews, labels[~foreign]


def _with_bad_rows(reviews: pd.DataFrame) -> pd.DataFrame:
    """Spoil a few rows as real exports do: empty texts and rows sent twice."""
    spoilt = reviews.copy()
    spoilt.loc[spoilt.index[::450], "text"] = ""
    return pd.concat([spoilt, spoilt.iloc[100::1700]], ignore_index=True)
