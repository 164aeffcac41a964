"""Silent leavers: regular customers who are overdue against their own rhythm and never complained."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custservice.errors import EstimationError
from custservice.evidence import sentence_at
from custservice.panel import SCOPES, exposure_columns
from custservice.part import Part
from custservice.rates import LEAST_CELL
from custservice.silent.follow_up import keep
from custservice.silent.rhythm import Rhythm, fit_rhythm

if TYPE_CHECKING:
    from custservice.study import Study

#: What was last said at a place may have been written so many days after the customer's last visit.
_SOON_AFTER = pd.Timedelta(days=7)
_SAID = ("last_said_on", "last_said_driver", "last_said_polarity", "last_said")


@dataclass(frozen=True)
class Leavers:
    """Regular customers who seem to be leaving; made by `silent_leavers`.

    Attributes
    ----------
    reason
        Why nothing can be said, "" where something can.
    counts
        Rows of ``what`` and ``number``: all that a page may show (with counts under 5 hidden).
    table
        Row per overdue regular customer (and place, where returns are counted by place) who never complained, most
        visits at stake first: customer_id, location_id, visits, usual_gap_days, last_visit, days_since, still_coming
        (probability), visits_at_stake (in the next return window), complained, and the last thing that anybody said of
        staff at the place until a week after that visit: last_said_on, last_said_driver, last_said_polarity, last_said.
        Rows about customers: for the analyst, never for a page.
    rule
        How it is known who complained.
    rhythm
        The model behind it.
    file
        Where the table was kept, None where it was not.
    """

    reason: str = ""
    counts: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    table: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    rule: str = ""
    rhythm: Rhythm | None = None
    file: Path | None = None

    @property
    def shown(self) -> pd.DataFrame:
        """The counts as pages show them: none that is under 5, nor one that differs by so few from the one above."""
        if self.counts.empty:
            return self.counts
        number = self.counts["number"].astype("Int64")
        few = number.between(1, LEAST_CELL - 1) | (number.shift() - number).between(1, LEAST_CELL - 1).fillna(False)
        return self.counts.assign(number=number.mask(few))

    @property
    def said(self) -> list[str]:
        """What a page may say of them, in sentences."""
        if self.reason:
            return [self.reason]
        numbers = self.shown["number"].iloc[1:4]
        if numbers.iloc[:2].isna().any():
            return ["Too few customers here are regular, or overdue, to say how many without saying who."]
        regular, overdue, silent = (_counted(n) for n in numbers)
        kept = "" if self.file is None else f" It is kept in the study's cache as {self.file.name}, and on no page."
        return [
            f"Of {regular} regular customers, {overdue} are overdue against their own rhythm, and {silent} of these "
            f"never complained ({self.rule}).",
            f"Whom to ask after, and what was last said at their place, is a table for the analyst.{kept}",
        ]


def silent_leavers(study: Study, least_visits: int = 3, active_below: float = 0.5, *, write: bool = True) -> Leavers:
    """Find regular customers who seem to have left without a word.

    A BG/NBD model (see `fit_rhythm`) is fitted to the days on which each customer came; a customer is *overdue* when
    it gives less than an even chance that they still come. Whoever complained is left out of the table: a complaint
    is known already.

    Parameters
    ----------
    study
        As `custservice.open_study` or `custservice.choose` returns it. The rhythm is that of the whole log; of a part,
        the customers are those with a visit in it.
    least_visits
        Who came on fewer days is no regular customer.
    active_below
        Below this probability a customer is overdue.
    write
        Whether to keep the table, as a CSV file in the study's cache, which is on no page and not under version
        control.
    """
    if study.stand_in:
        return Leavers(
            "Silent leavers cannot be found here: there is no log of visits, and customers who write reviews are not "
            "silent. It would take a file of all visits with a customer number."
        )
    log = study.whole if isinstance(study, Part) else study
    try:
        histories = _with_chances(visit_histories(log, SCOPES[study.config.return_to]), study.config.window_days)
    except EstimationError as refused:
        return Leavers(f"Who is leaving cannot be told here. {refused}")
    rhythm: Rhythm = histories.attrs.pop("rhythm")
    complained, rule = _complained(log, SCOPES[study.config.return_to])
    rows = histories.merge(complained, on=SCOPES[study.config.return_to], how="left")
    rows["complained"] = rows["complained"].fillna("no")
    if log is not study:
        here = study.visits[SCOPES[study.config.return_to]].drop_duplicates()
        rows = rows.merge(here, on=SCOPES[study.config.return_to])
    regular = rows["visits"] >= least_visits
    overdue = regular & (rows["still_coming"] < active_below)
    silent = overdue & (rows["complained"] != "yes")
    numbers = {
        "customers" if study.config.return_to == "any" else "customers, counted by place": len(rows),
        f"regular: came on {least_visits} days or more": int(regular.sum()),
        "overdue against their own rhythm": int(overdue.sum()),
        "of these, never complained": int(silent.sum()),
    }
    table = _with_last_said(log, rows[silent].sort_values("visits_at_stake", ascending=False, ignore_index=True))
    counts = pd.DataFrame({"what": list(numbers), "number": list(numbers.values())})
    file = keep(study, table, _file_name(study)) if write else None
    return Leavers("", counts, table, rule, rhythm, file)


def visit_histories(study: Study, keys: list[str]) -> pd.DataFrame:
    """Return the visit days of each customer (and place), as `fit_rhythm` wants them.

    Returns
    -------
    DataFrame
        The keys, location_id (of the last visit), visits (days with one), last_visit, usual_gap_days, days_since, x,
        last and watched (days).
    """
    end = pd.Timestamp(study.panel.attrs["observed_until"])
    visits = study.visits[study.visits["visited_at"] <= end]
    days = visits[list(dict.fromkeys([*keys, "location_id"]))].assign(day=visits["visited_at"].dt.normalize())
    days = days.sort_values("day", kind="stable").drop_duplicates([*keys, "day"], keep="last")
    groups = days.groupby(keys, sort=True)
    out = groups["day"].agg(first="min", last_visit="max", visits="size").reset_index()
    if "location_id" not in keys:
        out["location_id"] = groups["location_id"].last().to_numpy()
    out["x"] = out["visits"] - 1
    out["last"] = (out["last_visit"] - out["first"]).dt.days
    out["watched"] = (end.normalize() - out["first"]).dt.days
    out["days_since"] = out["watched"] - out["last"]
    out["usual_gap_days"] = out["last"] / out["x"].where(out["x"] > 0)
    return out.drop(columns="first")


def _with_chances(histories: pd.DataFrame, window_days: int) -> pd.DataFrame:
    seen = [histories[name].to_numpy(dtype=np.float64) for name in ("x", "last", "watched")]
    rhythm = fit_rhythm(*seen)
    active = rhythm.p_active(*seen)
    if_active = rhythm.expected(window_days, *seen) / np.maximum(active, np.finfo(float).tiny)
    out = histories.assign(still_coming=active, visits_at_stake=(1 - active) * if_active)
    out.attrs["rhythm"] = rhythm
    return out


def _complained(study: Study, keys: list[str]) -> tuple[pd.DataFrame, str]:
    """Return per customer (and place) whether they complained: yes, no or unknown; and how that is known."""
    visits = study.visits
    if "complained" in visits and visits["complained"].notna().any():
        known = visits.groupby(keys)["complained"].agg(most="max", known="count").reset_index()
        said = np.where(known["known"] == 0, "unknown", np.where(known["most"] > 0, "yes", "no"))
        return known[keys].assign(complained=said), "no complaint is on record"
    panel = study.panel
    blame = [c for c in exposure_columns(panel) if c.endswith("_blame")]
    any_blame = panel[blame].fillna(0).max(axis=1) > 0
    return panel.loc[any_blame, keys].drop_duplicates().assign(complained="yes"), "no review of theirs blames staff"


def _with_last_said(study: Study, leavers: pd.DataFrame) -> pd.DataFrame:
    columns = ["customer_id", "location_id", "visits", "usual_gap_days", "last_visit", "days_since"]
    columns += ["still_coming", "visits_at_stake", "complained"]
    mentions = study.mentions
    reviews = study.reviews[["review_id", "location_id", "reviewed_at", "text"]]
    said = mentions[mentions["family"] != "topic"].merge(reviews, on="review_id").sort_values(["reviewed_at", "start"])
    left = leavers[columns].assign(order=np.arange(len(leavers)), until=leavers["last_visit"] + _SOON_AFTER)
    left = left.astype({"until": said["reviewed_at"].dtype}).sort_values("until")
    joined = pd.merge_asof(left, said, left_on="until", right_on="reviewed_at", by="location_id")
    joined = joined.sort_values("order", ignore_index=True)
    names: dict[str, Any] = {"reviewed_at": _SAID[0], "driver": _SAID[1], "polarity": _SAID[2]}
    spans = zip(joined["text"], joined["start"], joined["end"], strict=True)
    joined[_SAID[3]] = pd.Series(
        [sentence_at(text, int(start), int(end)) if isinstance(text, str) else None for text, start, end in spans],
        index=joined.index,
        dtype="str",
    )
    return joined.rename(columns=names)[[*columns, *_SAID]]


def _file_name(study: Study) -> str:
    part = replace(study.choice, as_of=study.as_of).slug if isinstance(study, Part) else "all"
    return f"silent_leavers-{part}.csv"


def _counted(number: Any) -> str:
    return "some (too few, or nearly all, to be counted here)" if pd.isna(number) else f"{number:,}"
