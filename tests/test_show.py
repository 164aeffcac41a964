"""How a study and effects look at the end of a cell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from small_report import write_small_study

import custservice as cs
from custservice.regression import Effects


def effects_of(names: tuple[str, ...] = ("warmth_praise", "courtesy_blame")) -> Effects:
    rng = np.random.default_rng(3)
    n = 1500
    panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str)})
    panel["location_id"] = np.arange(n) % 20
    for name in names:
        panel[name] = rng.integers(0, 2, n)
    panel["returned"] = (rng.random(n) < 0.4 + 0.2 * panel[names[0]]).astype(int)
    return cs.estimate_effects(panel, controls=[])


def test_a_study_says_where_its_tables_are(tmp_path: Path) -> None:
    study = cs.open_study(write_small_study(tmp_path, 300))
    assert f"tables in {(tmp_path / '.custservice-cache').as_posix()}" in repr(study)
    shown = study._repr_html_()
    assert "<caption" in shown
    assert f">{len(study.visits):,}<" in shown
    assert study.tables_in == tmp_path / ".custservice-cache"


def test_a_study_whose_files_are_missing_says_so_instead_of_breaking(tmp_path: Path) -> None:
    study = cs.open_study(write_small_study(tmp_path, 50))
    (tmp_path / "visits.csv").unlink()
    assert "cannot be read There is no file" in repr(study)
    assert "cannot be read" in study._repr_html_()


def test_effects_show_unit_rule_and_the_largest_first() -> None:
    effects = effects_of()
    text = repr(effects)
    assert text.startswith("Effects in returns per 1,000 visits, 1,500 reviewed visits\n")
    assert text.endswith(f"Intervals: {effects.estimate.rule}.")
    shown = effects._repr_html_()
    assert "Effects in returns per 1,000 visits, 1,500 reviewed visits" in shown
    assert shown.index("Friendly staff") < shown.index("Rude staff")
    assert "CR3: each of the 20 clusters left out in turn" in shown
    assert ">clear<" in shown


def test_names_of_own_drivers_are_escaped() -> None:
    shown = effects_of(("<script>alert(1)</script>_praise", "courtesy_blame"))._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_the_package_shows_its_public_names_only() -> None:
    assert set(dir(cs)) == {*cs.__all__, "__version__"}
    assert all(getattr(cs, name).__doc__ for name in cs.__all__)
    told = cs.__doc__ or ""
    assert not [
        name for name in ("open_study", "explore", "highlight", "run_reports", "ask") if f"`{name}`" not in told
    ]
