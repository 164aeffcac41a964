"""Values as files write them to values as the tables hold them: texts, ids, numbers, yes and no."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custservice.tables import NOTHING_WRITTEN

_YES = {"true": 1.0, "yes": 1.0, "y": 1.0, "t": 1.0, "false": 0.0, "no": 0.0, "n": 0.0, "f": 0.0}
_PLAIN_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"
#: What stands in a column of numbers where there is none.
_NO_NUMBER = frozenset({"-", "--", "\u2013", "\u2014", *(word.lower() for word in NOTHING_WRITTEN)})
# Longer integers are codes, and would not survive as floats.
_MOST_DIGITS = 15


@dataclass(frozen=True)
class Numbers:
    """Numbers read from text, and which values were there but could not be read."""

    values: pd.Series[float]
    unread: pd.Series[bool]


def as_text(values: pd.Series[Any]) -> pd.Series[str]:
    """Return values as text; an empty one is missing, a whole number has no decimal point.

    Examples
    --------
    >>> as_text(pd.Series([1.0, None, "007", ""], dtype=object)).tolist()
    ['1', nan, '007', nan]
    """
    if isinstance(values.dtype, pd.StringDtype):
        text = values.astype("str")
    elif pd.api.types.is_integer_dtype(values.dtype):
        text = values.astype("object").map(str, na_action="ignore").astype("str")
    else:
        text = values.astype("object").map(_one_text, na_action="ignore").astype("str")
    return text.mask(text == "")


def _one_text(value: Any) -> str | float:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else (repr(value) if np.isfinite(value) else np.nan)
    return str(value)


def as_id(values: pd.Series[Any]) -> pd.Series[str]:
    """Return values as ids: texts without surrounding space; one of space alone is missing.

    Examples
    --------
    >>> as_id(pd.Series([" 0042", " "])).tolist()
    ['0042', nan]
    """
    text = as_text(values).str.strip()
    return text.mask(text == "")


def as_number(values: pd.Series[Any]) -> Numbers:
    """Return values as floats, from numbers or texts such as ``$1,234.50``, ``12,50 €``, ``4/5`` or ``yes``.

    Whether a comma is a decimal sign is decided for the whole column: it is when a value has one or two digits
    after it, or a point before it. Words for nothing (``n/a``, ``none``, ``-``) are missing, not unread.

    Examples
    --------
    >>> as_number(pd.Series(["12,50 €", "1.200,00", "(3,00)", "n/a"])).values.tolist()
    [12.5, 1200.0, -3.0, nan]
    """
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        plain = values.astype("float64")
        return Numbers(plain.where(np.isfinite(plain)), pd.Series(False, index=values.index))
    text = as_id(values).str.lower()
    text = text.mask(text.isin(_NO_NUMBER))
    numbers = pd.to_numeric(text, errors="coerce").astype("float64").fillna(text.map(_YES).astype("float64"))
    hard = numbers.isna() & text.notna()
    if hard.any():
        numbers = numbers.where(~_has_comma_or_sign(text, hard), np.nan)
        numbers = numbers.fillna(_parse_written(text.where(numbers.isna())))
    numbers = numbers.where(np.isfinite(numbers))
    return Numbers(numbers, numbers.isna() & text.notna())


def _has_comma_or_sign(text: pd.Series[str], hard: pd.Series[bool]) -> pd.Series[bool]:
    # With decimal commas elsewhere in the column, "1.200" is twelve hundred: read it again with the others.
    if not _decimal_comma(text[hard]):
        return pd.Series(False, index=text.index)
    return text.str.fullmatch(r"-?\d{1,3}(?:\.\d{3})+").fillna(False).astype(bool)


def _decimal_comma(text: pd.Series[str]) -> bool:
    return bool(text.str.contains(r"\d,\d{1,2}(?!\d)|\.\d{3},\d", regex=True, na=False).any())


def _parse_written(text: pd.Series[str]) -> pd.Series[float]:
    clean = text.str.replace("\u2212", "-", regex=False)
    clean = clean.str.replace(r"\s*(?:/\s*\d+|out of \d+|stars?)$", "", regex=True)
    clean = clean.str.replace(r"[\s\u00a0\u202f'’]|[$€£¥₹]|\b(?:usd|eur|gbp|chf)\b", "", regex=True)
    clean = clean.str.replace(r"^\((.+)\)$", r"-\1", regex=True).str.replace(r"^(.+)-$", r"-\1", regex=True)
    if _decimal_comma(clean):
        clean = clean.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    else:
        clean = clean.str.replace(",", "", regex=False)
    return pd.to_numeric(clean, errors="coerce").astype("float64")


def as_found(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of no known meaning: numbers where every value is plainly one, else text.

    Codes such as ``007`` stay text.

    Examples
    --------
    >>> as_found(pd.Series(["4", "", "3.5"])).tolist(), as_found(pd.Series(["007", "12"])).tolist()
    ([4.0, nan, 3.5], ['007', '12'])
    """
    if pd.api.types.is_integer_dtype(values.dtype):
        return values.astype("float64" if values.isna().any() else "int64")
    if not isinstance(values.dtype, pd.StringDtype) and values.dtype != object:
        return values
    text = as_text(values)
    filled = text.dropna()
    if filled.empty or not filled.str.fullmatch(_PLAIN_NUMBER).all() or filled.str.len().max() > _MOST_DIGITS:
        return text
    return pd.to_numeric(text)


def shown(value: Any) -> str:
    r"""Return a value as messages show it: in quotes, on one line, cut to a readable length.

    Examples
    --------
    >>> print(shown("12\n a"))
    '12 a'
    """
    flat = " ".join(str(value).split())
    return f"'{flat[:40]}...'" if len(flat) > 40 else f"'{flat}'"


def toml_text(text: str) -> str:
    r"""Return a text as TOML writes it, in quotes.

    Examples
    --------
    >>> print(toml_text('the "Shop"'))
    "the \"Shop\""
    """
    # A JSON string is a TOML string, but for the one control character that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
