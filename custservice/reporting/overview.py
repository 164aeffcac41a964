"""The front page of a report and its list for machines, made anew from the folders of its runs each time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custservice.reporting.execute import NotebookRun
from custservice.reporting.manifest import change
from custservice.reporting.plan import NOTEBOOKS
from custservice.reporting.store import FAILED, MANIFEST, Store

#: What the list for machines says of each run.
_LISTED = ("name", "place", "period", "status", "message", "seconds", "made", "data_until", "key", "peak_memory_mb")


def rows_of(store: Store, runs: Sequence[NotebookRun]) -> list[dict[str, Any]]:
    """Return a row per run: those in the store, and those of ``runs`` that had nothing to report.

    Parameters
    ----------
    store
        The folder of the report.
    runs
        What was asked for now: which of them were taken over is said.
    """
    taken = {run.page for run in runs if run.taken_over}
    rows = [_row(store, folder, taken) for folder in store.runs()]
    there = {row["page"] for row in rows}
    empty = [_empty(run) for run in runs if run.status == "empty" and run.page not in there]
    return sorted([*rows, *empty], key=_order)


@dataclass(frozen=True)
class Chosen:
    """The pages of one choice, as the front page leads to them.

    Attributes
    ----------
    words
        Place and period, "" for all visits.
    leader
        The row of its leadership page, None where there is none.
    analysts
        The rows of the other pages.
    """

    words: str
    leader: dict[str, Any] | None
    analysts: list[dict[str, Any]]

    @property
    def entry(self) -> dict[str, Any]:
        """The row of the page to begin with."""
        return self.leader or self.analysts[0]


def chosen(rows: Iterable[dict[str, Any]]) -> list[Chosen]:
    """Return the pages of each choice, in the order of the rows."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["page"].split("/")[0], []).append(row)
    return [
        Chosen(
            ", ".join(words for words in (found[0]["place"], found[0]["period"]) if words != "all"),
            next((row for row in found if row["audience"] == "leader"), None),
            [row for row in found if row["audience"] != "leader"],
        )
        for found in groups.values()
    ]


def listed(rows: Iterable[dict[str, Any]]) -> str:
    """Return the list for machines: one JSON object a line."""
    return "".join(json.dumps(row["listed"], ensure_ascii=False, default=str) + "\n" for row in rows)


def _row(store: Store, folder: Path, taken: set[str]) -> dict[str, Any]:
    good, bad = store.record(folder), store.record(folder, FAILED)
    last = bad or good or {}
    page = f"{folder.as_posix()}/{last['name']}.html"
    status = "failed" if bad else "ok"
    told, stands = f"Made on {last['made'][:16]}.", ""
    if page in taken:
        told = f"Taken over: nothing has changed since {last['made'][:16]}."
    if bad is not None:
        stands = f"The page of {good['made'][:16]} still stands." if good else ""
        told = f"Failed. {bad['message']} {stands}".strip()
    return {
        **_shown(last),
        "status": status,
        "told": told,
        "stands": stands,
        "reviews": (good or {}).get("measures", {}).get("reviews"),
        "page": page,
        "link": page,
        "failure": f"{folder.as_posix()}/failed.html" if bad and good else "",
        "change": change(good) if good else "",
        "listed": {
            **{name: last.get(name) for name in _LISTED},
            "page": page if good else None,
            "manifest": f"{folder.as_posix()}/{MANIFEST}" if good else None,
            "taken_over": page in taken,
            "measures": (good or {}).get("measures"),
            "before": (good or {}).get("before"),
        },
    }


def _empty(run: NotebookRun) -> dict[str, Any]:
    choice = run.choice
    known = {"name": run.name, "title": run.title, "place": choice.place, "period": choice.period, "seconds": None}
    known |= {"status": "empty", "message": run.message, "made": run.made}
    known |= {"audience": run.audience, "about": run.about}
    listed = {name: known.get(name) for name in _LISTED} | {"page": None}
    told = {"told": run.message, "stands": "", "reviews": None, "page": run.page, "link": "", "failure": ""}
    return {**_shown(known), **told, "status": "empty", "listed": listed}


def _shown(known: dict[str, Any]) -> dict[str, Any]:
    place, period = known["place"] or "all", known["period"] or "all"
    shown = {name: known.get(name) for name in ("name", "title", "audience", "about", "seconds")}
    return {**shown, "place": place, "period": period, "data_until": known.get("data_until", ""), "change": ""}


def _order(row: dict[str, Any]) -> tuple[bool, str, str, int]:
    at = NOTEBOOKS.index(row["name"]) if row["name"] in NOTEBOOKS else len(NOTEBOOKS)
    return row["place"] != "all", row["place"], row["page"].split("/")[0], at
