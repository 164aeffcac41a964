"""What the silent ones could change, in plain sentences and tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from custservice.silent.ones import SEEN, STATED, WEIGHTED, WORST, SilentOnes

#: How many customers, drawn by chance, the box advises to ask.
_ASKED = 400
_COLUMNS = {
    "first_visit": "first visit",
    "log_prior_visits": "earlier visits (log)",
    "log_days_since_previous": "days since the last visit (log)",
    "log_history_days": "days since the first visit (log)",
    "log_spend": "spend (log)",
    "no_spend": "spend not recorded",
}


def ways(found: SilentOnes) -> dict[str, str]:
    """Return the ways of answering in plain words."""
    chances = {} if found.stated is None else found.stated.chances
    unhappy, happy = (f"{100 * chances.get(name, np.nan):.0f}%" for name in ("unhappy", "happy"))
    heard = "visits with an answer" if found.source == "survey" else "reviewed visits"
    return {
        SEEN: heard,
        WEIGHTED: "weighted to look like all visits"
        + (", fails its check" if found.check and not found.trusted else ""),
        STATED: f"if {unhappy} of unhappy, {happy} of happy customers speak",
        WORST: "whatever the silent ones thought",
    }


def number(found: SilentOnes, way: str, column: str) -> float:
    """Return one number of the shares, per 100 visits."""
    return float(found.shares.loc[found.shares["way"] == way, column].to_numpy(dtype=np.float64)[0])


def in_short(found: SilentOnes) -> list[str]:
    """Say what is known of all visits, and what is not; the reason where nothing can be said.

    Examples
    --------
    >>> in_short(SilentOnes("Nobody is silent here."))
    ['Nobody is silent here.']
    """
    if found.reason:
        return [found.reason]
    seen, worst = number(found, SEEN, "unhappy"), [number(found, WORST, end) for end in ("bound_low", "bound_high")]
    silent = 100 * (1 - found.n_heard / found.n)
    told, untold = ("an answer", "no answer") if found.source == "survey" else ("a review", "no review")
    return [
        f"About {seen:.0f} of 100 visits with {told} were unhappy. But {silent:.0f} of 100 visits have {untold}: among "
        f"all visits the unhappy ones could be anything from {worst[0]:.0f} to {worst[1]:.0f} of 100.",
        f"A visit is unhappy when {found.rule}.",
    ]


def what_to_do(found: SilentOnes) -> list[str]:
    """Say what would end the uncertainty, in two sentences; nothing where nothing can be said."""
    if found.reason:
        return []
    least, most = (number(found, WORST, end) / 100 for end in ("bound_low", "bound_high"))
    share = min(max(0.5, least), most)  # where a sample tells least
    reach = 196 * float(np.sqrt(share * (1 - share) / _ASKED))
    return [
        f"Ask {_ASKED} customers, drawn by chance from all visits, one question: how was it?",
        f"If nearly all of them answer, the share of unhappy visits is known to within about {max(reach, 1):.0f} of "
        "100. More reviews do not help: those who write would still be others than those who do not.",
    ]


def about_weights(found: SilentOnes) -> list[str]:
    """Say what weighting changes and what it rests on."""
    if found.reason or found.overlap is None:
        return []
    seen, weighted = (f"{number(found, way, 'unhappy'):.1f}" for way in (SEEN, WEIGHTED))
    low, high = (f"{number(found, WEIGHTED, end):.1f}" for end in ("low", "high"))
    moved = f"takes the share of unhappy visits from {seen} to {weighted} of 100"
    moved = f"leaves the share of unhappy visits at {seen} of 100" if seen == weighted else moved
    return [
        f"Weighting {moved} ({low} to {high}).",
        found.overlap.sentence,
    ]


def about_check(found: SilentOnes) -> list[str]:
    """Say whether the weights pass the one test that they can fail."""
    if found.reason:
        return []
    if not found.check:
        return ["No outcome is known yet, so the weights cannot be checked."]
    c = found.check
    numbers = (
        f"Weighted, {c['weighted']:.1f} of 100 visits that were heard of were followed by a return; of all visits it "
        f"was {c['everyone']:.1f} (difference {c['difference']:+.2f}, {c['low']:+.2f} to {c['high']:+.2f})."
    ).replace("-", "\N{MINUS SIGN}")
    if found.trusted:
        verdict = (
            "The weights pass: what is left is no more than chance makes. That is no proof: a difference in happiness "
            "that shows in no return would not be seen."
        )
    else:
        verdict = (
            "The weights fail: those who speak differ from those who do not in something that the columns do not "
            f"hold, perhaps in how happy they were{_direction(found)}. Do not read the weighted number as the share "
            "among all visits."
        )
    return [numbers, verdict]


def _direction(found: SilentOnes) -> str:
    """Say which way the reviews mislead, where unhappy customers clearly come back less."""
    gaps = found.differences
    if gaps.empty or not (gaps.loc[gaps["way"] == WEIGHTED, "high"] < 0).all():
        return ""
    much = (
        "less often, as if more of them had been unhappy"
        if found.check["difference"] < 0
        else ("more often, as if fewer of them had been unhappy")
    )
    return f" (they come back {much} than of all customers)"


def about_chances(found: SilentOnes) -> list[str]:
    """Say what the stated chances assume, and how they fit."""
    if found.reason or found.stated is None:
        return []
    stated = found.stated
    share, low, high = (number(found, STATED, name) for name in ("unhappy", "low", "high"))
    said = ", ".join(f"{100 * value:g} of 100 {name}" for name, value in stated.chances.items())
    expected, seen = f"{100 * stated.expected:.0f}", f"{100 * stated.seen:.0f}"
    fit = f"Taken at their word, {expected} of 100 visits would be heard of; it is {seen}."
    if not stated.possible:
        fit += " Scaled up to that, one of them would pass 100%: these data contradict the stated numbers."
    return [
        f"If {said} customers speak, {share:.0f} of 100 visits were unhappy ({low:.0f} to "
        f"{high:.0f}, chance alone). This is an assumption and no finding: put in your own numbers.",
        f"{fit} Only their ratios count.",
    ]


def shares_table(found: SilentOnes) -> pd.DataFrame:
    """Return the shares as pages show them: way, unhappy, low, high, at_least, at_most (per 100 visits)."""
    return _shown(found, found.shares)


def differences_table(found: SilentOnes) -> pd.DataFrame:
    """Return the differences in return as pages show them (per 1,000 visits)."""
    return _shown(found, found.differences)


def balance_table(found: SilentOnes) -> pd.DataFrame:
    """Return what the reviewing model compares, before and after weighting."""
    if found.overlap is None:
        return pd.DataFrame()
    table = found.overlap.balance
    return table.assign(column=[_COLUMNS.get(name, name) for name in table["column"]])


def _shown(found: SilentOnes, table: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        return table
    words = table["way"].map(ways(found)).astype("str")
    return table.assign(way=words).rename(columns={"bound_low": "at_least", "bound_high": "at_most"})
