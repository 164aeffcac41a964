"""The same question asked in other ways: whether the answer hangs on how it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from custservice.errors import CustserviceError, StudyError, did_you_mean
from custservice.regression import DEFAULT_CONTROLS, estimate_effects

if TYPE_CHECKING:
    from custservice.study import Study

#: What a specification may change beside the panel's settings; other outcomes and exposures are other questions.
MODEL_SETTINGS = ("model", "controls", "absorb", "cluster")
OWN = "as asked"
_TAKEN = ["driver", "polarity", "n_mentions", "effect", "unit", "std_error", "low", "high", "p_value", "q_value"]


def default_specifications(study: Study) -> dict[str, dict[str, Any]]:
    """Return the other ways of asking that any study can stand: link time, window, scope, model, controls, locations.

    Links are left out where reviews stand in for visits: there is nothing to link.
    """
    config = study.config
    controls = list(DEFAULT_CONTROLS if config.controls is None else config.controls)
    half = max(config.window_days // 2, config.min_gap_days + 1)
    other = "any" if config.return_to == "location" else "location"
    days = config.report.link_days_compared
    found: dict[str, dict[str, Any]] = {} if study.stand_in else {f"linked within {days} days": {"link_days": days}}
    found[f"window of {half} days"] = {"window_days": half}
    found[f"return to {'any' if other == 'any' else 'the same'} location"] = {"return_to": other}
    found["logit"] = {"model": "logit"}
    found["days to return (Cox)"] = {"model": "cox"}
    found["no controls"] = {"controls": []}
    if "topics" in controls:
        found["without topics"] = {"controls": [name for name in controls if name != "topics"]}
    found["same location and month"] = {"absorb": "location_id:month"}
    found["no location effects"] = {"absorb": None}
    return found


def compare(study: Study, specifications: Mapping[str, Mapping[str, Any]] | None = None) -> pd.DataFrame:
    """Ask a study the same question in other ways (see `custservice.study.Study.compare`).

    A specification curve (Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4) without its joint test: the
    specifications share their data, so how many of them agree is no measure of how sure the answer is.
    """
    from custservice.study import PANEL_SETTINGS

    chosen = default_specifications(study) if specifications is None else specifications
    allowed = (*PANEL_SETTINGS, *MODEL_SETTINGS)
    for settings in chosen.values():
        for name in settings:
            if name not in allowed:
                raise StudyError(f"A specification has no setting '{name}'{did_you_mean(name, allowed)}.")
    parts, notes = [], []
    for name, settings in {OWN: {}, **chosen}.items():
        try:
            parts.append(_ask(study, name, settings))
        except CustserviceError as refused:
            notes.append(f"{name}: {refused}")
    columns = ["specification", *_TAKEN, "n_visits", "average"]
    out = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({column: [] for column in columns})
    out.attrs = {"notes": notes, "own": OWN}
    return out


def _ask(study: Study, name: str, settings: Mapping[str, Any]) -> pd.DataFrame:
    asked = {key: value for key, value in settings.items() if key in MODEL_SETTINGS}
    asked.setdefault("controls", study.config.controls)
    panel = study.panel_for(**{key: value for key, value in settings.items() if key not in asked})
    effects = estimate_effects(panel, **asked)
    table = effects.table[~effects.table["driver"].str.startswith("other ")][_TAKEN]
    table.insert(0, "specification", name)
    return table.assign(n_visits=effects.counts["sample"], average=1000 * effects.counts["mean"])
