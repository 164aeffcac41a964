"""The errors a user can meet: one clear sentence each (what, where, how to mend it)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

#: So many allowed words are listed.
_MOST = 30


class CustserviceError(Exception):
    """Base of every error raised on purpose; its text is one sentence for the user."""


class InputError(CustserviceError):
    """A file that cannot be read as reviews or visits."""


class StudyError(CustserviceError):
    """A study.toml that cannot be understood."""


class EstimationError(CustserviceError):
    """A question that the data cannot answer, or that should be asked differently."""


class ReportError(CustserviceError):
    """A report that cannot be run as asked."""


class NothingToReportError(ReportError):
    """A place or period without anything to report."""


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the nearest allowed word, or the list of what is allowed.

    Examples
    --------
    >>> did_you_mean("windw_days", ["window_days", "link_days"])
    " (did you mean 'window_days'?)"
    >>> did_you_mean("colour", ["title", "link_days"])
    '; allowed are link_days, title'
    """
    options = sorted(allowed)
    near = difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    if near:
        return f" (did you mean '{near[0]}'?)"
    more = f" and {len(options) - _MOST:,} more" if len(options) > _MOST else ""
    return f"; allowed are {', '.join(options[:_MOST])}{more}"
