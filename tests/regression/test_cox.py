"""The Cox model on published data, against statsmodels, and what it says of itself."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from slow_cox import make_data, solve

from custservice.errors import EstimationError
from custservice.regression.cox import fit_cox

#: Stanford heart transplant study, 103 patients (Crowley and Hu 1977, J. Am. Stat. Assoc. 72): days from acceptance
#: to death or end of study, died, days from acceptance to transplant (- : none), age in days, acceptance in days
#: after 1 October 1967, earlier surgery.
HEART = """
50 1 - 11266 45 0; 6 1 - 18933 93 0; 16 1 1 19832 97 0; 39 1 36 14706 179 0; 18 1 - 7592 222 0; 3 1 - 19941 256 0;
675 1 51 18580 285 0; 40 1 - 16564 305 0; 85 1 - 17226 313 0; 58 1 12 15524 315 0; 153 1 26 17525 319 0;
8 1 - 19429 352 0; 81 1 17 19933 354 0; 1387 1 37 19728 355 0; 1 1 - 19656 362 1; 308 1 28 18061 391 0;
36 1 - 7426 393 0; 43 1 20 20764 397 0; 37 1 - 21595 414 0; 28 1 18 20191 486 0; 1032 1 8 15831 489 0;
51 1 12 15627 534 0; 733 1 3 21315 558 0; 219 1 83 18920 572 0; 1800 0 25 12135 575 0; 1401 0 - 11153 578 0;
263 1 - 3209 581 0; 72 1 71 19732 615 0; 35 1 - 18421 652 0; 852 1 16 16404 688 0; 16 1 - 20047 692 0;
77 1 17 23525 698 0; 1587 0 51 17862 788 0; 1572 0 23 14812 803 0; 12 1 - 15876 843 0; 100 1 46 17870 916 0;
66 1 19 22463 937 0; 5 1 4.5 15147 947 0; 53 1 2 18452 962 0; 1408 0 41 17708 967 1; 1322 0 58 16547 1053 1;
3 1 - 13310 1055 0; 2 1 - 15849 1117 1; 40 1 - 15552 1156 1; 45 1 1 13216 1192 0; 996 1 2 17755 1197 1;
72 1 21 17203 1220 0; 9 1 - 20467 1223 0; 1142 0 36 13388 1233 1; 980 1 83 16760 1233 1; 285 1 32 17800 1270 0;
102 1 - 15066 1302 0; 188 1 41 17292 1370 0; 3 1 - 17456 1370 0; 61 1 10 19159 1408 0; 942 0 67 14151 1433 0;
149 1 - 15072 1443 0; 343 1 21 17538 1453 1; 916 0 78 15115 1459 1; 68 1 3 17917 1509 0; 2 1 - 19199 1525 0;
69 1 - 14374 1530 0; 842 0 27 11929 1533 0; 584 1 33 17830 1584 1; 78 1 12 18735 1618 0; 32 1 - 19436 1632 0;
285 1 57 7141 1635 0; 68 1 3 16524 1650 0; 670 0 10 17528 1705 0; 30 1 5 19359 1721 0; 620 0 31 17316 1755 0;
596 0 4 9762 1779 0; 90 1 27 20575 1807 0; 17 1 5 10653 1814 0; 2 1 - 19059 1825 0; 545 0 46 19024 1830 1;
21 1 - 15016 1832 0; 515 0 210 17789 1860 0; 96 1 67 19644 1887 0; 482 0 26 16964 1893 1; 445 0 6 19319 1930 0;
428 0 - 10666 1492 0; 80 1 32 19471 1942 0; 334 1 37 15603 1948 0; 5 1 - 17525 1955 0; 397 0 8 17868 1978 0;
110 1 60 16894 1998 0; 370 0 31 19856 2005 0; 207 1 139 18645 2013 0; 186 1 160 19005 2014 1; 340 1 - 17384 2021 0;
340 0 310 16430 2035 0; 265 0 28 17441 2110 0; 165 1 4 16013 2175 1; 16 1 2 14713 2183 0; 180 0 13 9734 2195 0;
131 0 21 8626 2244 0; 109 0 96 10457 2266 0; 21 1 - 18202 2277 0; 39 0 38 12806 2336 1; 31 0 - 18086 2344 0;
11 0 - 14753 2364 0; 6 1 - 14360 -18 0
"""


def heart() -> pd.DataFrame:
    """Return a row per patient."""
    rows = [r.replace(" - ", " nan ").split() for r in HEART.strip().replace("\n", ";").split(";") if r.strip()]
    columns = ["days", "died", "wait", "age", "year", "surgery"]
    frame = pd.DataFrame(np.array(rows, dtype=np.float64), columns=columns)
    return frame.assign(age=frame["age"] / 365.25 - 48, year=frame["year"] / 365.25)


def start_stop(patients: pd.DataFrame) -> pd.DataFrame:
    """Split each patient at the transplant: a row before it and a row after it."""
    moved = patients["wait"].notna()
    before = patients.assign(start=0.0, stop=patients["days"].where(~moved, patients["wait"]), transplant=0.0)
    before["event"] = (patients["died"] == 1) & ~moved
    after = patients[moved].assign(start=patients["wait"], stop=patients["days"], transplant=1.0)
    return pd.concat([before, after.assign(event=after["died"] == 1)])


def test_stanford_heart_with_the_transplant_from_its_day_on() -> None:
    rows = start_stop(heart())
    names = ["age", "year", "surgery", "transplant"]
    fit = fit_cox(
        rows["stop"],
        rows["event"],
        rows[names],
        names,
        strata=None,
        clusters=rows.index.to_numpy(),
        entry=rows["start"],
    )
    assert fit.estimate.coef.round(4).tolist() == [0.0272, -0.1463, -0.6372, -0.0103]
    assert fit.estimate.n_clusters == 103
    assert fit.n_events == 75


def test_stanford_heart_with_ever_transplanted_shows_immortal_time() -> None:
    patients = heart()
    patients["ever"] = patients["wait"].notna().astype(float)
    names = ["age", "year", "surgery", "ever"]
    fit = fit_cox(patients["days"], patients["died"], patients[names], names, strata=None, clusters=np.arange(103))
    assert np.exp(fit.estimate.coef[3]) == pytest.approx(0.18, abs=0.005)


def test_rossi_recidivism() -> None:
    path = os.environ.get("CUSTSERVICE_ROSSI", "")
    if not Path(path).is_file():
        pytest.skip("CUSTSERVICE_ROSSI names no file with the recidivism data (rossi.csv, 432 rows)")
    data = pd.read_csv(path)
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    fit = fit_cox(data["week"], data["arrest"], data[names], names, strata=None, clusters=np.arange(len(data)))
    expected = [-0.3794222, -0.0574377, 0.3138998, -0.1497957, -0.4337039, -0.0848711, 0.0914971]
    assert np.allclose(fit.estimate.coef, expected, atol=5e-8)
    assert fit.loglik == pytest.approx((-675.3806, -658.7477), abs=1e-4)


@pytest.mark.parametrize("late", [False, True])
def test_coefficients_and_information_equal_statsmodels(late: bool) -> None:
    from statsmodels.duration.hazard_regression import PHReg

    data = make_data(31, n=400, late=late)
    # between two days: the peer counts who enters on the day itself, we count (entry, time] as for time-varying rows
    entry = np.maximum(data.entry + 0.5, 0) if late else None
    fit = fit_cox(data.time, data.event, data.x, list("abc"), strata=data.strata, clusters=data.clusters, entry=entry)
    kept = data.strata < 4  # its own start of a stratum without an event fails
    strata, status = data.strata[kept], data.event[kept].astype(int)
    after = None if entry is None else entry[kept]
    peer = PHReg(data.time[kept], data.x[kept], status, entry=after, strata=strata, ties="efron").fit()
    assert np.allclose(fit.estimate.coef, peer.params, atol=1e-6)
    assert np.allclose(np.sqrt(np.diag(fit.model.bread)), peer.bse, rtol=1e-6)


def test_influence_is_the_derivative_in_case_weights_and_sums_to_zero() -> None:
    data = make_data(32, n=120)
    fit = fit_cox(
        data.time, data.event, data.x, list("abc"), strata=data.strata, clusters=data.clusters, entry=data.entry
    )
    assert np.allclose(fit.estimate.influence.sum(axis=0), 0, atol=1e-11)
    assert not fit.estimate.influence[data.strata == 4].any()
    for row in range(0, 120, 11):
        weight = np.ones((2, 120))
        weight[:, row] += (1e-4, -1e-4)
        slope = (solve(data, weight[0]) - solve(data, weight[1])) / 2e-4
        assert np.allclose(fit.estimate.influence[row], slope, atol=1e-7)


def test_many_clusters_use_cr1_and_the_effective_number() -> None:
    data = make_data(33, n=2500, clusters="rows", late=False)
    data.x[:, 0] *= np.arange(2500) < 100  # carried by some 20 rows
    fit = fit_cox(data.time, data.event, data.x, list("abc"), strata=None, clusters=data.clusters)
    assert fit.estimate.left_out is None
    assert fit.estimate.rule.startswith("CR1: 2,500 clusters")
    sums = fit.estimate.influence
    assert np.allclose(fit.estimate.covariance, 2500 / 2499 * sums.T @ sums)
    assert fit.estimate.dof[0] < 30
    assert fit.estimate.dof[1] > 200
    # rows are independent and the model is right, so that both covariances mean the same
    assert np.allclose(fit.estimate.std_error[1:], np.sqrt(np.diag(fit.model.bread))[1:], rtol=0.1)


def test_only_what_is_wanted_is_reported_and_what_was_dropped_is_named() -> None:
    data = make_data(34, n=400)
    never = ((np.arange(400) % 9 == 0) & ~data.event).astype(float)
    x = np.column_stack([data.x[:, 0], never, data.x[:, 0], data.x[:, 1:]])
    names = ["warmth_praise", "apology_blame", "twice", "month", "first_visit"]
    fit = fit_cox(data.time, data.event, x, names, strata=data.strata, clusters=data.clusters, wanted=3)
    assert fit.estimate.names == ("warmth_praise",)
    assert fit.dropped == ("twice",)
    assert fit.runaway == {"apology_blame": -1}
    assert fit.model.names == ("warmth_praise", "month", "first_visit")
    assert any("Nobody returned after a visit with apology_blame" in note for note in fit.notes)
    assert any("1 of 5 strata saw no return" in note for note in fit.notes)


def test_one_cluster_is_an_error() -> None:
    data = make_data(35)
    with pytest.raises(EstimationError, match="only one cluster"):
        fit_cox(data.time, data.event, data.x, list("abc"), strata=None, clusters=np.zeros(150, dtype=np.int64))
