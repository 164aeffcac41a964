"""Two checks that a causal reading should pass: a placebo on the past, and topics that staff do not make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custservice.errors import EstimationError
from custservice.panel import exposure_columns
from custservice.regression.design import DEFAULT_CONTROLS, LEAST_CLUSTERS, LEAST_MENTIONS, split_column
from custservice.regression.effects import PER, UNITS
from custservice.regression.estimate import Estimate, benjamini_hochberg
from custservice.regression.models import least_squares
from custservice.regression.question import Question, put_question

#: Controls that are the placebo's outcome under another name.
HISTORY = ("first_visit", "prior_visits", "history_days", "days_since_previous")
#: Drivers that follow from past visits: staff know the names of those who came before.
FROM_THE_PAST = ("recognition",)


@dataclass(frozen=True)
class Check:
    """A check.

    Attributes
    ----------
    table
        Row per exposure: driver, polarity, n_mentions, effect, unit, std_error, low, high, p_value, q_value; the
        placebo's also expected (whether it is expected to fail).
    sentence
        What it shows, in one sentence.
    """

    table: pd.DataFrame
    sentence: str


def placebo(
    panel: pd.DataFrame,
    *,
    controls: Sequence[str] | None = None,
    absorb: str | Sequence[str] | None = "location_id",
    cluster: str = "location_id",
) -> Check:
    """Regress the number of *earlier* visits on this visit's mentions: nothing said today can have caused them.

    Parameters
    ----------
    panel, controls, absorb, cluster
        As for `custservice.estimate_effects`; the history controls leave, because they are the outcome here.

    Returns
    -------
    Check
        An effect on the past shows that customers who mention a driver differ from others beforehand (a negative
        control outcome: Lipsitch, Tchetgen Tchetgen and Cohen 2010, Epidemiology 21). ``recognition`` is expected to
        fail: names follow tenure. Effects on returns hold history constant; a failed placebo says that what history
        does not capture may matter too.

    Raises
    ------
    EstimationError
        No earlier visit, or no driver that is common enough.
    """
    names = [name for name in (DEFAULT_CONTROLS if controls is None else controls) if name not in HISTORY]
    asked = put_question(panel, "prior_visits", exposures=None, controls=names, absorb=absorb, cluster=cluster)
    estimate = least_squares(asked).estimate
    labels = asked.exposures.labels.set_index(pd.Index(asked.exposures.columns.columns)).loc[list(estimate.names)]
    table = _table(labels[["driver", "polarity", "n_mentions"]], estimate, "earlier visits per 1,000 visits")
    table["expected"] = table["driver"].isin(FROM_THE_PAST)
    failed = table[(table["q_value"] <= 0.05) & ~table["expected"]]
    known = table[(table["q_value"] <= 0.05) & table["expected"]]
    which = f": {', '.join(failed['driver'] + ' ' + failed['polarity'])}." if len(failed) else "."
    others = len(table) - int(table["expected"].sum())
    sentence = f"Of {others} mentions {len(failed)} go with the number of earlier visits, which they cannot have caused"
    sentence += which
    if len(known):
        sentence += " Recognition goes with it, as expected: staff know those who came before."
    return Check(table, sentence)


def negative_control(
    panel: pd.DataFrame,
    *,
    outcome: str = "returned",
    controls: Sequence[str] | None = None,
    absorb: str | Sequence[str] | None = "location_id",
    cluster: str = "location_id",
) -> Check:
    """Set blame of what staff do not make (price, place, product, ...) beside blame of what they do.

    Parameters
    ----------
    panel, outcome, controls, absorb, cluster
        As for `custservice.estimate_effects`; topics are always held constant.

    Returns
    -------
    Check
        Effects of the topics that are common enough, from the model of the drivers, and a last row
        ``("staff less topics", "blame")``: the average effect of blaming staff less that of blaming topics, each
        weighted by mentions, with its interval. If customers who complain stay away whatever they complain about, the
        difference is zero. It is used like a negative control exposure (Lipsitch, Tchetgen Tchetgen and Cohen 2010,
        Epidemiology 21), but is none in the strict sense: a bad product may itself keep customers away.

    Raises
    ------
    EstimationError
        Too few mentions of topics, or of staff blamed.
    """
    if outcome not in UNITS:
        raise EstimationError(f"There is no outcome '{outcome}'; allowed are {', '.join(UNITS)}.")
    chosen = list(dict.fromkeys([*(DEFAULT_CONTROLS if controls is None else controls), "topics"]))
    asked = put_question(panel, outcome, exposures=None, controls=chosen, absorb=absorb, cluster=cluster)
    topics = [name for name in exposure_columns(asked.sample, topics=True) if _common(asked, name)]
    estimate = least_squares(asked, wanted=asked.x.shape[1]).estimate
    topics = [name for name in topics if name in estimate.names]
    staff = [name for name in asked.exposures.columns.columns if name in estimate.names and name.endswith("blame")]
    blamed = [name for name in topics if name.endswith("_blame")]
    if not blamed or not staff:
        raise EstimationError("Too few reviews blame staff, or topics that staff do not make, to compare the two.")
    counts = {name: float(asked.x[:, asked.names.index(name)].sum()) for name in (*topics, *staff)}
    weights = np.zeros((1, len(estimate.names)))
    for names, sign in ((staff, 1.0), (blamed, -1.0)):
        for name in names:
            weights[0, estimate.names.index(name)] = sign * counts[name] / sum(counts[each] for each in names)
    both = np.vstack([np.eye(len(estimate.names))[[estimate.names.index(name) for name in topics]], weights])
    picked = estimate.contrast(both, [*topics, "staff less topics"])
    rows = [(*split_column(name), int(counts[name])) for name in topics]
    rows.append(("staff less topics", "blame", int(sum(counts[name] for name in staff))))
    labels = pd.DataFrame(rows, columns=["driver", "polarity", "n_mentions"])
    table = _table(labels, picked, UNITS[outcome])
    last = table.iloc[-1]
    apart = last["low"] > 0 or last["high"] < 0
    return Check(
        table,
        f"Blame of staff goes with {last['effect']:+.0f} per 1,000 visits against blame of what staff do not make "
        f"({last['low']:+.0f} to {last['high']:+.0f}): "
        + ("it is not displeasure alone." if apart else "it cannot be told from displeasure in general."),
    )


def _common(asked: Question, name: str) -> bool:
    carried = asked.sample[name].to_numpy(dtype=np.float64) > 0
    least = min(LEAST_CLUSTERS, int(asked.clusters.max()) + 1)
    return bool(carried.sum() >= LEAST_MENTIONS and len(np.unique(asked.clusters[carried])) >= least)


def _table(labels: pd.DataFrame, estimate: Estimate, unit: str) -> pd.DataFrame:
    numbers = estimate.table()
    table = labels.reset_index(drop=True).assign(unit=unit)
    for column, source in {"effect": "coef", "std_error": "std_error", "low": "low", "high": "high"}.items():
        table[column] = numbers[source].to_numpy() * PER
    p = numbers["p_value"].to_numpy()
    table = table.assign(p_value=p, q_value=benjamini_hochberg(p))
    first = ["driver", "polarity", "n_mentions", "effect", "unit", "std_error", "low", "high", "p_value", "q_value"]
    return table[first]
