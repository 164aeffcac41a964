"""What there is to do: one job per notebook and choice, each with the key by which it is known to be done."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from custservice.cache import hash_code, hash_file, hash_of
from custservice.choice import Choice, months_between
from custservice.claims.events import events_path
from custservice.errors import NothingToReportError, ReportError, did_you_mean
from custservice.panel import exposure_columns
from custservice.part import choose
from custservice.rates import LEAST_CELL
from custservice.reporting.parameters import check_parameters
from custservice.study import Study
from custservice.tables import POLARITIES

#: The notebooks of a report, in the order a reader meets them.
NOTEBOOKS = ("summary", "repeat_business", "staff_attitude", "silent_customers", "claims", "data_quality")
#: What a report may be split by.
BY = ("location", "staff", "month")
#: Packages whose version may change a page.
PACKAGES = (
    *("custservice", "pandas", "numpy", "scipy", "pyarrow", "matplotlib", "papermill", "nbconvert", "ipykernel"),
    *("vaderSentiment", "py3langid"),
)
#: Parameters that are paths: what is published names them without their folder, and they change no page.
PATHS = ("study_file", "publish")


@dataclass(frozen=True)
class Job:
    """One notebook to run for one choice; plain values, so that another process can be told it.

    Attributes
    ----------
    notebook
        Path of the notebook.
    choice
        The visits it is about.
    parameters
        All of its parameters, defaults included.
    title
        What the page is called beside its own title: study, place, day.
    data_until
        The last day of the data.
    links
        Names of the pages that the page leads to.
    content, key
        SHA-256 of the data and settings; of all that decides the page.
    """

    notebook: str
    choice: Choice
    parameters: dict[str, Any]
    title: str
    data_until: str
    links: tuple[str, ...]
    content: str
    key: str

    @property
    def name(self) -> str:
        """Name of the notebook."""
        return Path(self.notebook).stem

    @property
    def folder(self) -> Path:
        """Where its pages belong, below the report's own folder."""
        return Path(self.choice.slug) / self.name

    @property
    def named(self) -> dict[str, Any]:
        """Its parameters as they are published: of files and folders the names only."""
        return {k: Path(v).name if k in PATHS else v for k, v in self.parameters.items()}


@dataclass(frozen=True)
class Seen:
    """What the data hold of one choice: counts, and how often staff are praised and blamed (per 100 reviews)."""

    title: str
    measures: dict[str, float]


def split(study: Study, by: str = "", choice: Choice | None = None) -> list[Choice]:
    """Return one choice per location, person or month, within a choice; that one alone without ``by``.

    Raises
    ------
    ReportError
        The study cannot be split so.
    NothingToReportError
        There is no visit in it.
    """
    asked = (choice or Choice()).checked()
    if not by:
        return [asked]
    if by not in BY:
        raise ReportError(f"A report cannot be split by '{by}'{did_you_mean(by, BY)}.")
    panel = choose(study, **asdict(asked)).panel
    if by == "month":
        days = panel["time_zero"]
        months = months_between(days.min().date(), days.max().date())
        return [_with(asked, since=max(asked.since, m.since), until=_earlier(asked.until, m.until)) for m in months]
    column = f"{by}_id"
    if column not in panel or panel[column].isna().all():
        raise ReportError(f"The study has no column '{column}', so its report cannot be split by {by}.")
    return [_with(asked, **{by: str(name)}) for name in sorted(panel[column].dropna().unique())]


def look(study: Study, choice: Choice) -> Seen:
    """Return what the data hold of a choice.

    Raises
    ------
    NothingToReportError
        Nothing could be published: no visit, or fewer than five customers who wrote a review that was read.
    """
    part = choose(study, **asdict(choice))
    panel = part.panel
    reviewed = panel[panel["review_id"].notna()]
    writers = int(reviewed["customer_id"].nunique())
    if writers < LEAST_CELL:
        who = "no customer" if not writers else f"fewer than {LEAST_CELL} customers"
        raise NothingToReportError(f"There is nothing to report: {who} wrote a review of these visits that was read.")
    measures: dict[str, float] = {
        "visits": len(panel),
        "reviews": len(reviewed),
        "known": int(reviewed["returned"].notna().sum()),
    }
    for polarity in POLARITIES:
        columns = [c for c in exposure_columns(panel) if c.endswith(polarity)]
        measures[polarity] = round(100 * float(reviewed[columns].max(axis=1).mean()), 1)
    return Seen(part.title, measures)


def make_job(study: Study, notebook: Path, choice: Choice, title: str, links: Sequence[str]) -> Job:
    """Return the job of one notebook, its parameters checked.

    Raises
    ------
    ReportError
        The notebook does not take such parameters.
    """
    parameters = check_parameters(notebook, {"study_file": str(study.path), "publish": "tables", **choice.parameters})
    told = {name: value for name, value in parameters.items() if name not in PATHS}
    content = content_of(study)
    key = hash_of(hash_file(notebook), told, content, code(), title, list(links))
    until = f"{_end_of_data(study, choice):%Y-%m-%d}"
    return Job(str(notebook), choice, parameters, title, until, tuple(links), content, key)


def content_of(study: Study) -> str:
    """Return the SHA-256 of all data and settings of a study, its own lexicon included; where it lies plays no part."""
    settings = json.loads(study.config.model_dump_json())
    aside = len(study.quarantine)  # a review of tomorrow is set aside today
    events = events_path(study)
    own = "" if events is None else hash_file(events)
    return hash_of(sorted(study.input_hashes.items()), settings, lexicon_hash(study), own, aside)


def lexicon_hash(study: Study) -> str:
    """Return the SHA-256 of the lexicons: the built-in one and the study's own."""
    return hash_of(hash_code("sentiment"), "" if study.lexicon is None else hash_file(study.lexicon))


@cache
def code() -> str:
    """Return the SHA-256 of this package's source, its templates, and the versions of what it stands on."""
    templates = sorted((Path(__file__).parent / "template").iterdir())
    return hash_of(hash_code("."), [hash_file(t) for t in templates if t.is_file()], versions())


@cache
def versions() -> dict[str, str | None]:
    """Return the versions of the packages that make a page."""
    return {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _end_of_data(study: Study, choice: Choice) -> dt.date:
    last: pd.Timestamp = study.visits["visited_at"].max()
    return min(last.date(), dt.date.fromisoformat(choice.as_of)) if choice.as_of else last.date()


def _with(choice: Choice, **parts: str) -> Choice:
    return Choice(**{**asdict(choice), **parts})


def _earlier(one: str, other: str) -> str:
    return min(one, other) if one else other
