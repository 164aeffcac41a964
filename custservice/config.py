"""What may stand in a study.toml, and how it is read."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from custservice.errors import CustserviceError, StudyError, did_you_mean
from custservice.loaders.columns import check_mapping
from custservice.loaders.formats import FORMATS
from custservice.tables import TableName

#: A century of days: longer ones are slips, and would leave the range of times.
LONGEST = 36_500


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DateColumn(_Strict):
    """A date column and how its dates are written: ``"dayfirst"``, ``"monthfirst"`` or a strptime format."""

    column: str | None = None
    format: str | None = None


class FilesConfig(_Strict):
    """Where a table comes from: ``[reviews]`` or ``[visits]``.

    Attributes
    ----------
    files
        Paths or patterns, relative to the folder of the study.toml.
    format
        Name of a registered format, or ``"auto"``.
    columns
        Canonical name -> column of the file.
    sheet
        The sheet of an Excel workbook; without it the first.
    city, category
        Of the Yelp Open Dataset keep only reviews of such businesses.
    """

    files: tuple[str, ...] = Field(min_length=1)
    format: str = "auto"
    columns: dict[str, str | DateColumn] = Field(default_factory=dict)
    sheet: str | None = None
    city: str | None = None
    category: str | None = None

    @field_validator("files", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value

    @field_validator("format")
    @classmethod
    def _registered(cls, value: str) -> str:
        if value != "auto" and value not in FORMATS:
            raise ValueError(f"'{value}' is no format{did_you_mean(value, ['auto', *FORMATS])}")
        return value

    @property
    def mapping(self) -> dict[str, str | dict[str, str]]:
        """The columns in the form that the loaders take."""
        return {
            name: spec if isinstance(spec, str) else spec.model_dump(exclude_none=True)
            for name, spec in self.columns.items()
        }

    @property
    def options(self) -> dict[str, str]:
        """The settings of the format, as the loaders take them."""
        given = {"sheet": self.sheet, "city": self.city, "category": self.category}
        return {name: value for name, value in given.items() if value is not None}


class ReportConfig(_Strict):
    """How much the reports show: ``[report]``.

    Attributes
    ----------
    min_reviews
        A rate is shown for a location or month with at least so many reviews.
    quotes
        Masked quotes per driver.
    link_days_compared
        A second ``link_days``, whose results stand beside the first.
    """

    min_reviews: int = Field(default=30, ge=5)
    quotes: int = Field(default=3, ge=0, le=20)
    link_days_compared: int = Field(default=7, ge=0, le=LONGEST)


class StudyConfig(_Strict):
    """A study.toml, checked.

    Attributes
    ----------
    title
        What the reports are called.
    window_days, min_gap_days
        A return is a visit at least ``min_gap_days`` and at most ``window_days`` after time zero.
    return_to
        ``"location"`` (the same place) or ``"any"``.
    observed_until
        End of observation where it is not the last visit of the log; a date means the end of that day.
    link_days
        A review without a visit id belongs to the customer's latest visit at most so many days before it.
    controls
        Columns held constant; None means the default ones.
    lexicon
        A file of own patterns and drivers, in the form of ``drivers.toml``, that extends the built-in lexicon.
    events
        A CSV file of days on which a place celebrated good service: columns ``location_id`` and ``date``.
    staff_rating
        A column of numbers in which customers rate the staff, higher is better; only set beside the mentions, never
        held constant.
    reviews, visits
        The files; without visits the reviews stand in for them.
    report
        How much the reports show.
    """

    title: str = Field(min_length=1)
    window_days: int = Field(default=365, ge=1, le=LONGEST)
    min_gap_days: int = Field(default=1, ge=0)
    return_to: Literal["location", "any"] = "location"
    observed_until: dt.datetime | dt.date | None = None
    link_days: int = Field(default=30, ge=0, le=LONGEST)
    controls: tuple[str, ...] | None = None
    lexicon: str | None = None
    events: str | None = None
    staff_rating: str | None = None
    reviews: FilesConfig
    visits: FilesConfig | None = None
    report: ReportConfig = Field(default_factory=ReportConfig)

    @field_validator("controls", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("observed_until", mode="before")
    @classmethod
    def _dated(cls, value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = dt.datetime.fromisoformat(value) if len(value) > 10 else dt.date.fromisoformat(value)
            except ValueError as error:
                raise ValueError(f"'{value}' is no date such as 2024-06-30") from error
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            try:
                return value.astimezone(dt.UTC).replace(tzinfo=None)
            except OverflowError as error:
                raise ValueError(f"'{value}' is no date such as 2024-06-30") from error
        return value

    @model_validator(mode="after")
    def _gap_below_window(self) -> StudyConfig:
        if self.min_gap_days >= self.window_days:
            raise ValueError(
                f"min_gap_days ({self.min_gap_days}) must be smaller than window_days ({self.window_days})"
            )
        return self


def read_config(path: Path) -> StudyConfig:
    """Read and check a study.toml.

    Raises
    ------
    StudyError
        If the file is missing, is not TOML, or says something that a study does not know.
    """
    if not path.is_file():
        raise StudyError(f"There is no study file {path}: write one with `custservice init FILES`.")
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StudyError(f"{path} is not UTF-8 text: save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError, a number too long another
        raise StudyError(f"{path} is not valid TOML ({_plain(str(error))}): mend that line.") from error
    return parse_config(raw, path.name)


def parse_config(raw: Mapping[str, Any], name: str = "study.toml") -> StudyConfig:
    """Check what was read from a study.toml.

    Raises
    ------
    StudyError
        If a key is unknown or its value is not allowed; the first such key is named.

    Examples
    --------
    >>> parse_config({"title": "Cafes", "reviews": {"files": "june.csv"}}).window_days
    365
    >>> parse_config({"title": "Cafes", "windw_days": 60, "reviews": {"files": "june.csv"}})
    Traceback (most recent call last):
        ...
    custservice.errors.StudyError: study.toml has no key 'windw_days' (did you mean 'window_days'?).
    """
    try:
        config = StudyConfig.model_validate(raw)
    except ValidationError as error:
        raise StudyError(_sentence(error, name)) from error
    tables: tuple[TableName, ...] = ("reviews", "visits")
    for table in tables:
        files = getattr(config, table)
        if files is None:
            continue
        try:
            check_mapping(files.mapping, table)
        except CustserviceError as error:
            raise StudyError(f"{name}, [{table}.columns]: {error}") from error
    return config


# What pydantic puts between the keys where a value may be of several types.
_TAGS = {"str", "DateColumn", "date", "datetime", "none"}


def _sentence(error: ValidationError, name: str) -> str:
    found: dict[tuple[str, ...], Any] = {}
    for each in sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden"):
        found.setdefault(tuple(str(part) for part in each["loc"] if part not in _TAGS), each)
    place, first = next(iter(found.items()))
    # A value that fits none of several types is one problem, not one per type.
    others = sum(other[: len(place)] != place and place[: len(other)] != other for other in found)
    more = f" ({others} more such problem{'s' if others > 1 else ''})" if others else ""
    if first["type"] == "extra_forbidden":
        section = f" in [{'.'.join(place[:-1])}]" if place[:-1] else ""
        hint = did_you_mean(place[-1], _keys_at(place[:-1]))
        return f"{name} has no key '{place[-1]}'{section}{hint}{more}."
    key = ".".join(place)
    if first["type"] == "missing":
        return f"{name} lacks {key}: add it{more}."
    if first["type"] == "value_error":
        message = first["msg"].removeprefix("Value error, ").rstrip("?.")
        return f"{name}: {key + ': ' if place else ''}{message}{more}."
    return f"{name}: {key} is {first['input']!r}, but {_wanted(first['type'], first['msg'], key)}{more}."


def _wanted(kind: str, message: str, key: str) -> str:
    if key == "observed_until":
        return "must be a date such as 2024-06-30"
    if kind in ("int_type", "int_from_float", "int_parsing"):
        return "must be a whole number"
    if kind == "string_type":
        return "must be a text in quotes"
    if kind in ("tuple_type", "list_type"):
        return "must be a list such as ['a', 'b']"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "must be a table of keys"
    if kind in ("too_short", "string_too_short"):
        return "must not be empty"
    return message.replace("Input should", "should").replace("Value should", "should")


def _keys_at(place: tuple[str, ...]) -> list[str]:
    if not place:
        return list(StudyConfig.model_fields)
    if "columns" in place:
        return list(DateColumn.model_fields)
    return list(ReportConfig.model_fields if place[0] == "report" else FilesConfig.model_fields)


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".").replace("(at ", "at ").replace(")", "")
