"""If association were cause: what fewer complaints at each location would be worth in a year."""

from __future__ import annotations

import pandas as pd

from custservice.errors import EstimationError
from custservice.rates import shrunk_rates
from custservice.regression import Effects

HEADING = "If association were cause"
_YEAR = 365.25
_QUARTILE = 0.25
_SHORTEST = 90.0


def what_if(
    panel: pd.DataFrame, effects: Effects, *, spend: Effects | None = None, min_reviews: int = 30
) -> pd.DataFrame:
    """Say what each location would gain in a year if its blame fell to the level of the best quarter of locations.

    Parameters
    ----------
    panel
        As `custservice.build_panel` returns it.
    effects, spend
        Effects on ``returned``, and on ``spend_next`` where money is wanted too.
    min_reviews
        Only locations with so many reviewed visits.

    Returns
    -------
    DataFrame
        Row per location and driver blamed, the largest gain first: location_id, driver, rate (blame per 100 reviewed
        visits, pulled towards the average), best (the same at the best quarter of locations), reviewed_per_year,
        returns_per_year, low, high, and with ``spend`` money_per_year, money_low, money_high. ``attrs["heading"]`` is
        to stand above it, ``attrs["notes"]`` beside it. Locations at or below the best level are left out, and so
        are drivers whose rates differ no more between locations than chance makes them.

        ``gain = -effect x (rate - best) x reviewed visits per year``; rates are `custservice.rates.shrunk_rates`
        (empirical Bayes), so that a location with few reviews is not sent after its bad luck. The interval is that of
        the effect; rates are taken as known. Only reviewed visits count: what would hold for the others is not known.

    Raises
    ------
    EstimationError
        No driver that is blamed was estimated, fewer than 4 locations have enough reviews, or less than 90 days.
    """
    reviewed = panel[panel["review_id"].notna()]
    days = (reviewed["time_zero"].max() - reviewed["time_zero"].min()).days if len(reviewed) else 0
    if days < _SHORTEST:
        raise EstimationError(f"Reviewed visits span {days} days; {_SHORTEST:.0f} are needed to speak of a year.")
    blamed = [
        name
        for name in effects.estimate.names
        if name in panel and name.endswith("_blame")  # pools are no columns of the panel
    ]
    if not blamed:
        raise EstimationError("No driver that is blamed was estimated, so there is nothing to bring down.")
    size = reviewed.groupby("location_id", observed=True).size() / days * _YEAR
    parts = [_one(panel, name, size, effects, spend, min_reviews) for name in blamed]
    out = pd.concat(parts, ignore_index=True).sort_values("returns_per_year", ascending=False, ignore_index=True)
    out.attrs["heading"] = HEADING
    out.attrs["notes"] = [
        "Rates are pulled towards the average first, and only reviewed visits are counted.",
        "Effects of single drivers are those of the joint model; gains of several drivers add up only if they are kept "
        "apart there.",
    ]
    return out


def _one(
    panel: pd.DataFrame, name: str, size: pd.Series[float], effects: Effects, spend: Effects | None, least: int
) -> pd.DataFrame:
    rates = shrunk_rates(panel, name, min_reviews=least).dropna(subset=["shrunk"])
    if len(rates) < 4:
        raise EstimationError(f"Fewer than 4 locations have {least} reviewed visits, so there is no best quarter.")
    best = float(rates["shrunk"].quantile(_QUARTILE))
    above = rates[rates["shrunk"] > best]
    place = above["location_id"]
    out = pd.DataFrame({"location_id": place, "driver": name.removesuffix("_blame"), "rate": above["shrunk"]})
    out = out.assign(best=best, reviewed_per_year=size.reindex(place).to_numpy())
    fewer = (out["rate"] - best) / 100 * out["reviewed_per_year"]
    asked = {"": effects} if spend is None else {"": effects, "money_": spend}
    for prefix, source in asked.items():
        if name not in source.estimate.names:
            continue
        row = source.estimate.table().loc[name]
        main = f"{prefix}per_year" if prefix else "returns_per_year"
        out = out.assign(**{main: -row["coef"] * fewer, f"{prefix}low": -row["high"] * fewer})
        out[f"{prefix}high"] = -row["low"] * fewer
    return out
