"""Who could still return at each return: rows sorted once, every sum over risk sets a cumulative sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class LateEntries:
    """Rows that come under observation only after somebody in their stratum has returned.

    Attributes
    ----------
    rows, starts
        Their positions, by stratum and latest entry first; where a new stratum begins among them.
    at, segment
        For each event time: the last of ``rows`` that has not entered yet (-1: none), and its place in ``starts``.
    """

    rows: Ints
    starts: Ints
    at: Ints
    segment: Ints


@dataclass(frozen=True)
class RiskSets:
    """The structure of n rows sorted by stratum and, within it, latest time first, with m distinct event times.

    Attributes
    ----------
    starts, stratum
        First row of each of the S strata; the stratum of each row, counted from 0 here.
    times, of_stratum, last, deaths
        Of each event time: the time, its stratum, the last row with that time or a later one, how many events.
    event_rows, own, first_event
        Rows with an event, grouped by event time; the event time of each; where each event time begins among them.
    fraction
        Efron's ``l/d`` of each event, l = 0..d-1 among d tied ones; None without ties.
    upto, before
        For each row the last event time while it was at risk, and the last one before it entered (m: none);
        ``before`` is None without delayed entry.
    late
        See `LateEntries`; None where nobody enters late.
    """

    starts: Ints
    stratum: Ints
    times: Floats
    of_stratum: Ints
    last: Ints
    deaths: Ints
    event_rows: Ints
    own: Ints
    first_event: Ints
    fraction: Floats | None
    upto: Ints
    before: Ints | None
    late: LateEntries | None

    def sums(self, weight: Floats, x: Floats | None = None) -> Floats:
        """Sum weight (or weight times each row of x, (k, n)) over those at risk: shape (m,) or (k, m)."""
        values = weight.copy() if x is None else x * weight
        at_risk = _running(values, self.starts, self.last, self.of_stratum)
        if self.late is None:
            return at_risk
        rows = self.late.rows
        values = weight[rows] if x is None else x[:, rows] * weight[rows]
        waiting = _running(values, self.late.starts, self.late.at, self.late.segment)
        waiting[..., self.late.at < 0] = 0.0
        at_risk -= waiting
        return at_risk

    def since_latest(self, values: Floats) -> Floats:
        """Return cumulative sums of what belongs to each event time, (..., m), from each stratum's latest one back."""
        first = np.flatnonzero(np.diff(self.of_stratum, prepend=-1))
        segment = np.repeat(np.arange(len(first)), np.diff(first, append=len(self.times)))
        return _running(values.copy(), first, np.arange(len(self.times)), segment)

    def event_sums(self, weight: Floats, x: Floats | None = None) -> Floats:
        """Sum weight (or weight times x) over those who return at each event time: shape (m,) or (k, m)."""
        values = weight[self.event_rows]
        if x is not None:
            values = x.take(self.event_rows, axis=1) * values
        return self.by_time(values)

    def by_time(self, values: Floats) -> Floats:
        """Sum what belongs to each event, (..., events), by event time, (..., m)."""
        if self.fraction is None:
            return values
        return np.asarray(np.add.reduceat(values, self.first_event, axis=-1), dtype=np.float64)

    def by_stratum(self, values: Floats) -> Floats:
        """Sum what belongs to each event time, (..., m), by stratum, (..., S)."""
        out = np.zeros((*values.shape[:-1], len(self.starts)))
        first = np.flatnonzero(np.diff(self.of_stratum, prepend=-1))
        out[..., self.of_stratum[first]] = np.add.reduceat(values, first, axis=-1)
        return out

    def while_at_risk(self, values: Floats, own: Floats | None = None) -> Floats:
        """Sum what belongs to each event time, (..., m), over the times at which each row was at risk, (..., n).

        With ``own``, (..., m), that much less counts for a row at its own event time (Efron).
        """
        total = self._since_start(values)
        out = total.take(self.upto, axis=-1)
        if self.before is not None:
            out -= total.take(self.before, axis=-1)
        if own is not None:
            out[..., self.event_rows] -= own.take(self.own, axis=-1)
        return out

    def _since_start(self, values: Floats) -> Floats:
        """Cumulative sums from each stratum's first event time on, and a last column of 0."""
        m = len(self.times)
        out = np.zeros((*values.shape[:-1], m + 1))
        ends = np.flatnonzero(np.diff(self.of_stratum, append=-1)) + 1
        starts = (m - ends)[::-1]
        segment = np.repeat(np.arange(len(starts)), np.diff(starts, append=m))
        out[..., :m] = _running(values[..., ::-1].copy(), starts, np.arange(m), segment)[..., ::-1]
        return out


def _running(values: Floats, starts: Ints, at: Ints, segment: Ints) -> Floats:
    """Return sums from the start of a segment to each position ``at``; overwrites ``values``, (..., n).

    The total of the segment before is taken off where a new one starts, and what rounding left of it afterwards: an
    error is then as small as the segment's own sum makes it, whatever stands before.
    """
    totals = np.add.reduceat(values, starts, axis=-1)
    first = values[..., starts]
    values[..., starts[1:]] -= totals[..., :-1]
    np.cumsum(values, axis=-1, out=values)
    rest = values[..., starts] - first
    out = values.take(at, axis=-1)
    out -= rest.take(segment, axis=-1)
    return np.asarray(out, dtype=np.float64)


def sort_rows(time: Floats, strata: Ints) -> Ints:
    """Return the order by stratum and, within it, latest time first.

    Examples
    --------
    >>> sort_rows(np.array([1.0, 3.0, 2.0]), np.array([1, 0, 1])).tolist()
    [1, 2, 0]
    """
    by_time = np.argsort(-time, kind="stable")
    codes = strata.astype(np.min_scalar_type(int(strata.max()) if len(strata) else 0))
    return np.asarray(by_time[np.argsort(codes[by_time], kind="stable")], dtype=np.int64)


def make_risk_sets(time: Floats, event: Bools, strata: Ints, entry: Floats | None = None) -> RiskSets:
    """Work out who is at risk at each event time: rows of the same stratum with ``entry < t <= time``.

    Parameters
    ----------
    time, event, strata, entry
        Shape (n,), sorted as `sort_rows` does it.

    Examples
    --------
    >>> risk = make_risk_sets(np.array([3.0, 2.0, 1.0]), np.array([False, True, True]), np.zeros(3, dtype=np.int64))
    >>> risk.sums(np.ones(3)).tolist()
    [2.0, 3.0]
    """
    new = np.ones(len(time), dtype=bool)
    new[1:] = strata[1:] != strata[:-1]
    starts = np.flatnonzero(new)
    stratum = np.cumsum(new) - 1
    new[1:] |= time[1:] != time[:-1]
    first, tie = np.flatnonzero(new), np.cumsum(new) - 1
    deaths = np.add.reduceat(event.astype(np.int64), first) if len(first) else np.empty(0, dtype=np.int64)
    counted = deaths > 0
    group = np.cumsum(counted) - 1
    m = int(counted.sum())
    last = (np.append(first[1:], len(time)) - 1)[counted]
    of_stratum = stratum[first[counted]]
    upto = (group + ~counted)[tie]
    event_rows = np.flatnonzero(event)
    own, deaths = group[tie[event_rows]], deaths[counted]
    first_event = np.cumsum(deaths) - deaths
    before, late = _late(entry, stratum, time[last], of_stratum) if entry is not None else (None, None)
    return RiskSets(
        starts=starts,
        stratum=stratum,
        times=time[last],
        of_stratum=of_stratum,
        last=last,
        deaths=deaths,
        event_rows=event_rows,
        own=own,
        first_event=first_event,
        fraction=(np.arange(len(own)) - first_event[own]) / deaths[own] if m < len(own) else None,
        upto=_within(upto, of_stratum, stratum),
        before=before,
        late=late,
    )


def _within(at: Ints, of_stratum: Ints, stratum: Ints) -> Ints:
    """Event times that belong to another stratum are none (m)."""
    owner = np.append(of_stratum, -1)
    return np.asarray(np.where(owner[at] == stratum, at, len(of_stratum)), dtype=np.int64)


def _late(entry: Floats, stratum: Ints, times: Floats, of_stratum: Ints) -> tuple[Ints, LateEntries | None]:
    """Return the last event time before each row entered, and who enters late."""
    rank = np.unique(np.concatenate([entry, times]), return_inverse=True)[1]
    most = int(rank.max()) + 1 if len(rank) else 1
    key = stratum * most + (most - 1 - rank[: len(entry)])
    key_of_time = of_stratum * most + (most - 1 - rank[len(entry) :])
    before = _within(np.searchsorted(key_of_time, key), of_stratum, stratum)
    rows = np.flatnonzero(before < len(times))
    if not len(rows):
        return before, None
    rows = rows[np.argsort(key[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(stratum[rows], prepend=-1))
    segment = np.searchsorted(stratum[rows[starts]], of_stratum)
    at = np.searchsorted(key[rows], key_of_time, side="right") - 1
    begins = np.append(starts, len(rows))[segment]
    inside = at >= begins
    return before, LateEntries(rows, starts, np.where(inside, at, -1), np.where(inside, segment, 0))
