"""A study: one study.toml, its tables, each computed once and kept."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from custservice.cache import Cache, hash_all, hash_code, hash_of
from custservice.errors import EstimationError, InputError, StudyError, did_you_mean
from custservice.loaders import Loaded, read_reviews, read_visits
from custservice.loaders.load import resolve_paths
from custservice.tables import FUTURE, MENTION_COLUMNS, NO_TEXT, TableName

if TYPE_CHECKING:
    from custservice.config import FilesConfig, StudyConfig

#: Settings that ``Study.panel_for`` may change.
PANEL_SETTINGS = ("window_days", "min_gap_days", "return_to", "observed_until", "link_days")
STAND_IN_NOTE = (
    "There is no visits file: the reviews stand in for visits, so a return is a repeat review, "
    "and customers who come back without writing again count as lost."
)
# Whose source code decides a table. The panel is quick to build, so any change of the package builds it again.
_LOADING = ("loaders", "tables.py")
_READING = ("sentiment",)
_PANEL = (".",)


def open_study(path: str | PathLike[str]) -> Study:
    r"""Open a study.

    Parameters
    ----------
    path
        The study.toml, or the folder it is in.

    Raises
    ------
    StudyError
        If the file is missing or says something that a study does not know. The data files are read later, unless a
        control is none of the panel's own columns.
    LexiconError
        If the study's own lexicon cannot be used; file and line are named.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "june.csv").write_text("client,date,text\nann,2024-06-01,Friendly staff.\nbob,2024-06-02,\n")
    >>> _ = (folder / "study.toml").write_text('title = "Cafes"\n[reviews]\nfiles = "june.csv"\n')
    >>> study = open_study(folder / "study.toml")
    >>> len(study.reviews), len(study.visits), study.quarantine["reason"].tolist()
    (1, 2, ['no text'])
    """
    from custservice.config import read_config  # pydantic takes as long to import as all the rest

    file = Path(path).expanduser()
    if file.is_dir():
        file = file / "study.toml"
    study = Study(file, read_config(file))
    study.check_lexicon()
    study.check_controls()
    return study


class Study:
    """Tables of one study; made by :func:`open_study`.

    Attributes
    ----------
    path
        The study.toml.
    config
        What it says.
    """

    def __init__(self, path: Path, config: StudyConfig) -> None:
        self.path = path.resolve()
        self.config = config
        self._panels: dict[str, pd.DataFrame] = {}

    @property
    def title(self) -> str:
        """What the reports are called."""
        return self.config.title

    @property
    def stand_in(self) -> bool:
        """Whether reviews stand in for visits, because the study has no visits file."""
        return self.config.visits is None

    @property
    def lexicon(self) -> Path | None:
        """The study's own lexicon file, None where it uses the built-in one alone."""
        return None if self.config.lexicon is None else self.path.parent / Path(self.config.lexicon).expanduser()

    def check_lexicon(self) -> None:
        """Raise LexiconError where the study's own lexicon cannot be used."""
        if self.lexicon is not None:
            from custservice.sentiment import load_lexicon

            load_lexicon(self.lexicon)

    def check_controls(self) -> None:
        """Raise StudyError where a control is refused or is no column of the panel."""
        from custservice.panel import panel_columns
        from custservice.regression.design import refuse_control

        controls = self.config.controls or ()
        columns = panel_columns(pd.DataFrame(), pd.DataFrame())
        if not set(controls) <= set(columns):
            columns = panel_columns(self.reviews, self.visits)
        for name in controls:
            try:
                refuse_control(name, columns)
            except EstimationError as error:
                raise StudyError(f"{self.path.name}, controls: {error}") from error

    @cached_property
    def reviews(self) -> pd.DataFrame:
        """Reviews that keep the schema, one row each; with ``visit_id`` where they stand in for visits."""
        self._refuse_nothing(self._reviews, "reviews")
        table = self._reviews.table
        return table.assign(visit_id=table["review_id"]) if self.stand_in else table

    @cached_property
    def visits(self) -> pd.DataFrame:
        """Visits, one row each; without a visits file one per review, also of those without text."""
        if self._visits is not None:
            self._refuse_nothing(self._visits, "visits")
            return self._visits.table
        from custservice.panel import stand_in_visits

        quarantine = self._reviews.quarantine
        columns = self._reviews.table.columns.intersection(quarantine.columns)
        silent = quarantine.loc[quarantine["reason"] == NO_TEXT, list(columns)]
        return stand_in_visits(pd.concat([self._reviews.table, silent], ignore_index=True))

    @cached_property
    def mentions(self) -> pd.DataFrame:
        """Mentions of drivers and topics in the reviews that can be read: columns ``tables.MENTION_COLUMNS``."""
        return self.scored_mentions[list(MENTION_COLUMNS)]

    @cached_property
    def scored_mentions(self) -> pd.DataFrame:
        """The mentions with a column ``log_odds``: how sure each is (see `custservice.sentiment.mentions.find_scored`)."""
        key = hash_of("mentions", self._made("reviews"), hash_code(*_READING), self._lexicon_hash)
        return self._cache.frame("mentions", key, self._find_mentions)

    @property
    def panel(self) -> pd.DataFrame:
        """The panel under the study's own settings: one row per visit."""
        return self.panel_for()

    def panel_for(self, **changes: Any) -> pd.DataFrame:
        """Return the panel under other settings, such as ``link_days=7``.

        Parameters
        ----------
        **changes
            Any of ``window_days``, ``min_gap_days``, ``return_to``, ``observed_until``, ``link_days``.

        Raises
        ------
        StudyError
            If there is no such setting.
        """
        for name in changes:
            if name not in PANEL_SETTINGS:
                raise StudyError(f"The panel has no setting '{name}'{did_you_mean(name, PANEL_SETTINGS)}.")
        settings = {name: changes.get(name, getattr(self.config, name)) for name in PANEL_SETTINGS}
        key = hash_of(
            "panel", self._made("visits"), self._made("reviews"), self._lexicon_hash, hash_code(*_PANEL), settings
        )
        if key not in self._panels:
            self._panels[key] = self._cache.frame("panel", key, lambda: self._build_panel(settings))
        return self._panels[key]

    def forget(self) -> None:
        """Compute everything anew when it is next asked for, and replace what the cache holds of it."""
        cache = self._cache
        cache.renew()
        self._panels = {}
        for name in [name for name, value in vars(type(self)).items() if isinstance(value, cached_property)]:
            vars(self).pop(name, None)
        self._cache = cache

    @cached_property
    def quarantine(self) -> pd.DataFrame:
        """Rows that were set aside: table, file, row, reason, raw, and the columns of their table."""
        parts = [loaded.quarantine.assign(table=table) for table, loaded in self.loaded.items()]
        whole = pd.concat(parts, ignore_index=True)
        return whole[["table", *(name for name in whole.columns if name != "table")]]

    def quotes(
        self,
        *,
        driver: str | None = None,
        polarity: str | None = None,
        location: str | None = None,
        since: str | None = None,
        returned: bool | None = None,
    ) -> pd.DataFrame:
        """Return the sentences behind a number, newest first, as customers wrote them: for analysts, not for pages.

        Parameters
        ----------
        driver, polarity
            Such as ``"courtesy"`` and ``"blame"``; all by default.
        location
            One location's id.
        since
            Only reviews of this date or later, such as ``"2024-12-31"``.
        returned
            Only visits that were (True), or were not (False), followed by a return.

        Returns
        -------
        DataFrame
            Row per mention: review_id, location_id, reviewed_at, returned, driver, polarity, evidence, sentence.

        Raises
        ------
        StudyError
            No mention has such a driver, polarity or location, or the date is none.
        """
        from custservice.evidence import sentences_behind

        return sentences_behind(self, driver, polarity, location, since, returned)

    def compare(self, specifications: Mapping[str, Mapping[str, Any]] | None = None) -> pd.DataFrame:
        """Ask the same question under other windows, link times, models and controls.

        Parameters
        ----------
        specifications
            Name -> what it changes: any setting of `panel_for`, and ``model``, ``controls``, ``absorb``, ``cluster`` of
            `custservice.estimate_effects`, such as ``{"7 days": {"link_days": 7}, "logit": {"model": "logit"}}``; by
            default a set of eight or nine.

        Returns
        -------
        DataFrame
            Row per specification and driver, the study's own ("as asked") first: specification, driver, polarity,
            n_mentions, effect, unit, std_error, low, high, p_value, q_value, n_visits, average (outcome per 1,000
            visits). ``attrs["notes"]`` says which could not be estimated, and why.

        Raises
        ------
        StudyError
            If there is no such setting.
        """
        from custservice.specifications import compare

        return compare(self, specifications)

    @property
    def notes(self) -> list[str]:
        """What the loaders and the panel want said, in that order."""
        own = [STAND_IN_NOTE] if self.stand_in else list(self._visits.notes if self._visits else ())
        return list(dict.fromkeys([*self._reviews.notes, *own, *self.panel.attrs.get("notes", [])]))

    @cached_property
    def loaded(self) -> Mapping[TableName, Loaded]:
        """What the loaders returned, by table: rows in, reasons, columns taken, notes."""
        tables: dict[TableName, Loaded] = {"reviews": self._reviews}
        return tables if self._visits is None else {**tables, "visits": self._visits}

    @cached_property
    def files(self) -> Mapping[TableName, list[Path]]:
        """The files of each table, patterns resolved."""
        found: dict[TableName, list[Path]] = {"reviews": self._resolve(self.config.reviews)}
        return found if self.config.visits is None else {**found, "visits": self._resolve(self.config.visits)}

    @cached_property
    def input_hashes(self) -> dict[str, str]:
        """SHA-256 of each input file, by its name (by its path from here where two names are alike)."""
        pairs = [
            (path, digest)
            for table, paths in self.files.items()
            for path, (_, digest) in zip(paths, self._hashes[table], strict=True)
        ]
        names = [path.name for path, _ in pairs]
        return {
            path.name
            if names.count(path.name) == 1
            else Path(os.path.relpath(path, self.path.parent)).as_posix(): digest
            for path, digest in pairs
        }

    @property
    def cache_folder(self) -> Path | None:
        """Where rows about customers may be kept, for analysts and not for pages; None where nothing can be written."""
        return self._cache.folder

    def __repr__(self) -> str:
        return f"<Study {self.title!r}: {', '.join(f'{name} {value}' for name, value in self._facts())}>"

    def _repr_html_(self) -> str:
        facts = [(html.escape(name), html.escape(value)) for name, value in self._facts()]
        rows = "".join(f"<tr><th scope='row'>{name}</th><td>{value}</td></tr>" for name, value in facts)
        return f"<table><caption>{html.escape(self.title)}</caption>{rows}</table>"

    def _facts(self) -> list[tuple[str, str]]:
        visits = self.visits
        facts = [("reviews", f"{len(self.reviews):,}"), ("visits", f"{len(visits):,}")]
        if self.stand_in:
            facts[1] = ("visits", f"{len(visits):,} (the reviews stand in)")
        if len(visits):
            facts.append(("customers", f"{visits['customer_id'].nunique():,}"))
            facts.append(("locations", f"{visits['location_id'].nunique():,}"))
            span = visits["visited_at"]
            facts.append(("from", f"{span.min():%Y-%m-%d} to {span.max():%Y-%m-%d}"))
        return [*facts, ("set aside", f"{len(self.quarantine):,}")]

    @cached_property
    def _cache(self) -> Cache:
        return Cache(self.path.parent)

    @property
    def _lexicon_hash(self) -> str:
        return "" if self.lexicon is None else hash_all([self.lexicon])[0][1]

    @cached_property
    def _hashes(self) -> dict[TableName, list[tuple[str, str]]]:
        return {table: hash_all(paths) for table, paths in self.files.items()}

    def _resolve(self, source: FilesConfig) -> list[Path]:
        from custservice.loaders.files import existing_file

        paths = resolve_paths([self.path.parent / Path(name).expanduser() for name in source.files])
        return [existing_file(path) for path in paths]

    def _key(self, table: TableName) -> str:
        source = self.config.reviews if table == "reviews" else self.config.visits
        if source is None:
            return self._key("reviews")
        return hash_of(table, self._hashes[table], source.format, source.mapping, source.options, hash_code(*_LOADING))

    def _made(self, table: TableName) -> str:
        """Return the key of a table as it was read: time alone may free a row from quarantine."""
        loaded = self._reviews if table == "reviews" or self._visits is None else self._visits
        return hash_of(self._key(table), len(loaded.quarantine))

    @cached_property
    def _reviews(self) -> Loaded:
        return self._load("reviews", self.config.reviews)

    @cached_property
    def _visits(self) -> Loaded | None:
        return None if self.config.visits is None else self._load("visits", self.config.visits)

    def _load(self, table: TableName, source: FilesConfig) -> Loaded:
        made: list[Loaded] = []

        def once() -> Loaded:
            if not made:
                read = read_reviews if table == "reviews" else read_visits
                made.append(read(self.files[table], source.format, source.mapping, **source.options))
            return made[0]

        key = self._key(table)
        aside = self._cache.frame(f"{table}_quarantine", key, lambda: once().quarantine)
        if aside["reason"].str.contains(FUTURE, regex=False).any():
            # What was in the future then may be in the past today.
            key = hash_of(key, str(pd.Timestamp.now().date()))
            aside = self._cache.frame(f"{table}_quarantine", key, lambda: once().quarantine)
        kept = self._cache.frame(table, key, lambda: _with_memory(once()))
        return Loaded(kept, aside, tuple(kept.attrs["notes"]), kept.attrs["taken"])

    def _refuse_nothing(self, loaded: Loaded, table: TableName) -> None:
        if len(loaded.table):
            return
        names = ", ".join(path.name for path in self.files[table])
        why = ", ".join(f"{reason}: {count:,}" for reason, count in loaded.reasons.items())
        raise InputError(
            f"No row of {names} can be used as {table}: all {loaded.rows_in:,} were set aside ({why}); mend the file, "
            f"or name its columns under [{table}.columns] in {self.path.name}."
        )

    def _find_mentions(self) -> pd.DataFrame:
        from custservice.panel import is_readable
        from custservice.sentiment.mentions import find_scored

        texts = self.reviews[is_readable(self.reviews)].set_index("review_id")["text"]
        return find_scored(texts, self.lexicon).rename(columns={"text_id": "review_id"})

    def _build_panel(self, settings: Mapping[str, Any]) -> pd.DataFrame:
        from custservice.panel import build_panel

        return build_panel(self.reviews, self.visits, self.mentions, **settings)


def _with_memory(loaded: Loaded) -> pd.DataFrame:
    table = loaded.table.copy()
    table.attrs = {"notes": list(loaded.notes), "quarantined": loaded.reasons, "taken": dict(loaded.taken)}
    return table
