"""The front page of a report and its list for machines, made anew from the folders of its runs each time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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


def listed(rows: Iterable[dict[str, Any]]) -> str:
    """Return the list for machines: one JSON object a line."""
    return "".join(json.dumps(row["listed"], ensure_ascii=False, default=str) + "\n" for row in rows)


def _row(store: Store, folder: Path, taken: set[str]) -> dict[str, Any]:
    good, bad = store.record(folder), store.record(folder, FAILED)
    last = bad or good or {}
    page = f"{folder.as_posix()}/{last['name']}.html"
    status = "failed" if bad else "ok"
    told = "Made." if page not in taken else f"Taken over: nothing has changed since {last['made']}."
    if bad is not None:
        told = f"Failed. {bad['message']}"
        told += f" The page of {good['made']} still stands." if good else ""
    return {
        **_shown(last),
        "status": status,
        "told": told,
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
    listed = {name: known.get(name) for name in _LISTED} | {"page": None}
    return {**_shown(known), "status": "empty", "told": run.message, "page": run.page, "link": "", "listed": listed}


def _shown(known: dict[str, Any]) -> dict[str, Any]:
    place, period = known["place"] or "all", known["period"] or "all"
    shown = {name: known.get(name) for name in ("name", "title", "seconds")}
    return {**shown, "place": place, "period": period, "data_until": known.get("data_until", ""), "change": ""}


def _order(row: dict[str, Any]) -> tuple[bool, str, str, int]:
    at = NOTEBOOKS.index(row["name"]) if row["name"] in NOTEBOOKS else len(NOTEBOOKS)
    return row["place"] != "all", row["place"], row["page"].split("/")[0], at
