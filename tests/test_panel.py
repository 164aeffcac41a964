"""The panel against its definitions: by hand on small logs, by brute force on random ones."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custservice.errors import InputError
from custservice.panel import build_panel, exposure_columns, stand_in_visits
from custservice.sentiment import families

DAY = pd.Timedelta(days=1)
NO_MENTIONS = pd.DataFrame({"review_id": [], "driver": [], "polarity": []}, dtype="str")


def visits(*rows: tuple[str, str, str, str], **extra: list[Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["visit_id", "customer_id", "location_id", "visited_at"], dtype="str")
    return frame.assign(visited_at=pd.to_datetime(frame["visited_at"], format="ISO8601"), **extra)


def reviews(*rows: tuple[str, str, str, str], **extra: list[Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["review_id", "customer_id", "location_id", "reviewed_at"], dtype="str")
    stamped = frame.assign(reviewed_at=pd.to_datetime(frame["reviewed_at"], format="ISO8601"))
    return stamped.assign(text="It rained.", **extra)


def mentions(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["review_id", "driver", "polarity"], dtype="str")


LOG = visits(
    ("v1", "ann", "x", "2024-01-01"),
    ("v2", "ann", "x", "2024-01-11"),
    ("v3", "ann", "y", "2024-01-12"),
    ("v4", "bob", "x", "2024-01-05"),
    ("v5", "bob", "x", "2024-03-01"),
)


def test_time_zero_of_a_reviewed_visit_is_the_review() -> None:
    panel = build_panel(reviews(("r1", "ann", "x", "2024-01-10T12:00")), LOG, NO_MENTIONS, window_days=20)
    first = panel.set_index("visit_id").loc["v1"]
    assert first["review_id"] == "r1"
    assert first["time_zero"] == pd.Timestamp("2024-01-10T12:00")
    # v2 follows the review by half a day only: less than the gap, so no return, though 10 days after the visit
    assert first["returned"] == 0
    assert panel.set_index("visit_id").loc["v2", "time_zero"] == pd.Timestamp("2024-01-11")


def test_outcome_is_missing_where_follow_up_is_short_even_if_a_return_was_seen() -> None:
    panel = build_panel(reviews(), LOG, NO_MENTIONS, window_days=60).set_index("visit_id")
    assert panel.loc["v1", "follow_up_days"] == 60.0
    assert panel.loc["v1", "returned"] == 1
    assert pd.isna(panel.loc["v2", "returned"])
    assert pd.isna(panel.loc["v4", "returned"])  # came back after 56 days, but was followed for 56 only
    assert panel.loc["v4", "days_to_return"] == 56.0
    assert pd.isna(panel.loc["v4", "visits_next"])


def test_window_and_gap_are_inclusive() -> None:
    until = "2024-12-31"
    edge = build_panel(reviews(), LOG, NO_MENTIONS, window_days=10, min_gap_days=9, observed_until=until)
    assert edge.set_index("visit_id")["returned"].to_dict() == {"v1": 1, "v2": 0, "v3": 0, "v4": 0, "v5": 0}
    late = build_panel(reviews(), LOG, NO_MENTIONS, window_days=20, min_gap_days=11, observed_until=until)
    assert late["returned"].sum() == 0
    assert build_panel(reviews(), LOG, NO_MENTIONS, window_days=9, observed_until=until)["returned"].sum() == 0


def test_return_to_any_place() -> None:
    there = build_panel(reviews(), LOG, NO_MENTIONS, window_days=5, observed_until="2025-01-01")
    anywhere = build_panel(reviews(), LOG, NO_MENTIONS, window_days=5, return_to="any", observed_until="2025-01-01")
    assert there["returned"].sum() == 0
    assert anywhere.set_index("visit_id")["returned"].to_dict() == {"v1": 0, "v2": 1, "v3": 0, "v4": 0, "v5": 0}
    assert anywhere.set_index("visit_id").loc["v3", "prior_visits"] == 2


def test_end_of_observation_is_that_of_the_whole_log_or_the_one_stated() -> None:
    panel = build_panel(reviews(), LOG, NO_MENTIONS)
    assert panel["follow_up_days"].max() == 60.0
    longer = build_panel(reviews(), LOG, NO_MENTIONS, observed_until="2024-03-31")
    assert longer["follow_up_days"].max() == pytest.approx(91.0, abs=1e-9)
    shorter = build_panel(reviews(), LOG, NO_MENTIONS, window_days=5, observed_until="2024-01-11")
    assert shorter["visit_id"].tolist() == ["v1", "v2", "v4"]
    assert any("2 visits after 2024-01-11" in note for note in shorter.attrs["notes"])


def test_a_date_as_end_of_observation_is_the_end_of_that_day_and_not_the_start_of_the_next() -> None:
    """A visit at noon is seen to return until the last evening; one at midnight could still return on the next day."""
    log = visits(("a", "ann", "x", "2024-01-01"), ("b", "bob", "x", "2024-01-01T12:00"))
    for until in ("2024-01-11", dt.date(2024, 1, 11), dt.datetime(2024, 1, 11), pd.Timestamp("2024-01-11")):
        panel = build_panel(reviews(), log, NO_MENTIONS, window_days=10, observed_until=until).set_index("visit_id")
        assert panel["returned"].to_dict() == {"a": 0, "b": 0}
        panel = build_panel(reviews(), log, NO_MENTIONS, window_days=11, observed_until=until).set_index("visit_id")
        assert panel["returned"].isna().to_dict() == {"a": True, "b": True}
    noon = build_panel(reviews(), log, NO_MENTIONS, window_days=10, observed_until="2024-01-11T11:59:59")
    assert noon.set_index("visit_id")["returned"].isna().to_dict() == {"a": False, "b": True}
    zoned = build_panel(reviews(), log, NO_MENTIONS, window_days=10, observed_until="2024-01-11T13:00+02:00")
    assert zoned["follow_up_days"].tolist() == pytest.approx([10 + 11 / 24, 10 - 1 / 24])


def test_history_counts_strictly_earlier_visits() -> None:
    log = visits(("a", "ann", "x", "2024-01-01"), ("b", "ann", "x", "2024-01-01"), ("c", "ann", "x", "2024-01-09"))
    panel = build_panel(reviews(), log, NO_MENTIONS).set_index("visit_id")
    assert panel["prior_visits"].to_dict() == {"a": 0, "b": 0, "c": 2}
    assert panel["first_visit"].to_dict() == {"a": 1, "b": 1, "c": 0}
    assert panel.loc["c", ["days_since_previous", "history_days"]].tolist() == [8.0, 8.0]
    assert pd.isna(panel.loc["a", "days_since_previous"])


def test_spend_and_visits_of_the_next_window() -> None:
    log = LOG.assign(spend=[1.0, 2.0, 4.0, 8.0, np.nan])
    panel = build_panel(reviews(), log, NO_MENTIONS, window_days=30, observed_until="2025-01-01")
    panel = panel.set_index("visit_id")
    assert panel.loc["v1", ["visits_next", "spend_next"]].tolist() == [1, 2.0]
    assert panel.loc["v2", "spend_next"] == 0.0
    wide = build_panel(reviews(), log, NO_MENTIONS, window_days=90, observed_until="2025-01-01").set_index("visit_id")
    assert pd.isna(wide.loc["v4", "spend_next"])  # the spend of the visit that followed is not known
    assert wide.loc["v4", "visits_next"] == 1


def test_a_review_goes_to_its_visit_id_else_to_the_latest_visit_there() -> None:
    written = reviews(
        ("named", "ann", "x", "2024-01-12"),
        ("latest", "ann", "x", "2024-01-13"),
        ("late", "bob", "x", "2024-02-05"),
        ("elsewhere", "bob", "y", "2024-01-06"),
        visit_id=["v1", None, None, None],
    )
    panel = build_panel(written, LOG, NO_MENTIONS, window_days=20)
    assert panel.set_index("visit_id")["review_id"].dropna().to_dict() == {"v1": "named", "v2": "latest"}
    near = build_panel(written, LOG, NO_MENTIONS, window_days=20, link_days=31)
    assert near.set_index("visit_id").loc["v4", "review_id"] == "late"
    assert any("2 of 4 readable reviews belong to no visit" in n for n in panel.attrs["notes"])


def test_a_review_that_names_the_visit_of_another_customer_is_not_linked_and_counted() -> None:
    written = reviews(
        ("r1", "bob", "x", "2024-01-12"), ("r2", "ann", "x", "2024-01-12"), visit_id=["v2", "v1"]
    )  # bob was there on 5 January, but says he speaks of ann's visit
    panel = build_panel(written, LOG, NO_MENTIONS)
    assert panel.set_index("visit_id")["review_id"].dropna().to_dict() == {"v1": "r2"}
    assert "1 reviews name a visit of another customer; they are not linked." in panel.attrs["notes"]
    unknown = build_panel(written.assign(visit_id=["v9", "v1"]), LOG, NO_MENTIONS)
    assert unknown.set_index("visit_id")["review_id"].dropna().to_dict() == {"v1": "r2"}
    assert "1 reviews name a visit that is not in the visits file; they are not linked." in unknown.attrs["notes"]


def test_a_tie_goes_to_the_smallest_visit_id() -> None:
    log = visits(("b", "ann", "x", "2024-01-01"), ("a", "ann", "x", "2024-01-01"), ("c", "ann", "x", "2023-12-31"))
    panel = build_panel(reviews(("r", "ann", "x", "2024-01-02")), log, NO_MENTIONS)
    assert panel.set_index("visit_id")["review_id"].dropna().to_dict() == {"a": "r"}


def test_two_reviews_of_one_visit_join_their_mentions() -> None:
    written = reviews(("r1", "ann", "x", "2024-01-02"), ("r2", "ann", "x", "2024-01-04"))
    said = mentions(("r1", "warmth", "praise"), ("r2", "courtesy", "blame"))
    panel = build_panel(written, LOG, said)
    row = panel.set_index("visit_id").loc["v1"]
    assert (row["warmth_praise"], row["courtesy_blame"], row["listening_blame"]) == (1, 1, 0)
    assert row["time_zero"] == pd.Timestamp("2024-01-04")
    assert "1 reviews share a visit" in " ".join(panel.attrs["notes"])


def test_unread_reviews_leave_exposures_missing_and_are_counted() -> None:
    written = reviews(("r1", "ann", "x", "2024-01-02"), ("r2", "bob", "x", "2024-01-06"), language=["es", "en"])
    panel = build_panel(written, LOG, mentions(("r1", "warmth", "praise"))).set_index("visit_id")
    assert pd.isna(panel.loc["v1", "review_id"])
    assert panel.loc["v1", list(exposure_columns(panel))].isna().all()
    assert panel.loc["v4", "warmth_praise"] == 0
    assert "The visits of 1 reviews that were not read count as unreviewed." in panel.attrs["notes"]


def test_a_review_dated_by_day_belongs_to_a_visit_later_that_day_and_does_not_count_it_as_a_return() -> None:
    log = visits(("a", "ann", "x", "2024-01-01T18:00"), ("b", "ann", "x", "2024-06-01"))
    panel = build_panel(reviews(("r", "ann", "x", "2024-01-01")), log, NO_MENTIONS, min_gap_days=0, window_days=30)
    row = panel.set_index("visit_id").loc["a"]
    assert (row["review_id"], row["returned"], row["time_zero"]) == ("r", 0, pd.Timestamp("2024-01-01T18:00"))


def test_reviews_stand_in_for_visits() -> None:
    written = reviews(
        ("r1", "ann", "x", "2024-01-02"), ("r2", "ann", "x", "2024-02-02"), ("r3", "bob", "x", "2025-01-02")
    )
    panel = build_panel(written, mentions=NO_MENTIONS, window_days=40)
    assert panel["returned"].tolist() == [1, 0, pd.NA]
    assert panel["visit_id"].tolist() == ["r1", "r2", "r3"]
    assert "stand in" in panel.attrs["notes"][0]


def test_mentions_by_row_label_as_find_mentions_gives_them() -> None:
    written = reviews(("r1", "ann", "x", "2024-01-02")).set_index(pd.Index([7]))
    said = pd.DataFrame({"text_id": [7], "driver": ["warmth"], "polarity": ["praise"]})
    panel = build_panel(written, LOG, said)
    assert panel.set_index("visit_id").loc["v1", "warmth_praise"] == 1


def test_every_driver_and_polarity_has_a_column_and_nothing_given_is_changed() -> None:
    written, log = reviews(("r1", "ann", "x", "2024-01-02"), rating=[4.0]), LOG.assign(staff_id="s1")
    before = (written.copy(), log.copy())
    panel = build_panel(written, log, NO_MENTIONS)
    assert {f"{d}_{p}" for d, f in families().items() if f != "topic" for p in ("praise", "blame")} <= set(
        panel.columns
    )
    assert panel.set_index("visit_id").loc["v1", ["rating", "staff_id"]].tolist() == [4.0, "s1"]
    pd.testing.assert_frame_equal(written, before[0])
    pd.testing.assert_frame_equal(log, before[1])


def test_bad_requests_are_one_sentence() -> None:
    with pytest.raises(InputError, match="must be longer than the gap"):
        build_panel(reviews(), LOG, NO_MENTIONS, window_days=5, min_gap_days=5)
    with pytest.raises(InputError, match="allowed are 'location' and 'any'"):
        build_panel(reviews(), LOG, NO_MENTIONS, return_to="shop")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no column 'visited_at'"):
        build_panel(reviews(), LOG.drop(columns="visited_at"), NO_MENTIONS)
    with pytest.raises(InputError, match="visited_at' of the visits table holds no naive times"):
        build_panel(reviews(), LOG.assign(visited_at="2024-01-01"), NO_MENTIONS)
    with pytest.raises(InputError, match="visits table has no row"):
        build_panel(reviews(), LOG.iloc[:0], NO_MENTIONS)
    with pytest.raises(InputError, match="visits table has no row"):
        build_panel(reviews())
    with pytest.raises(InputError, match="mentions need the columns review_id"):
        build_panel(reviews(), LOG, pd.DataFrame({"review_id": ["r"]}))


def test_ids_that_repeat_are_refused_in_one_sentence() -> None:
    twice = reviews(("r1", "ann", "x", "2024-01-02"), ("r1", "bob", "x", "2024-01-06"))
    with pytest.raises(InputError, match=r"reviews table has 1 rows whose review_id .*'r1'\); keep one row each"):
        build_panel(twice, LOG, NO_MENTIONS)
    with pytest.raises(InputError, match=r"visits table has 5 rows whose visit_id .*'v1'\)"):
        build_panel(reviews(), pd.concat([LOG, LOG]), NO_MENTIONS)


def test_labels_of_rows_may_repeat_where_nothing_is_told_by_them() -> None:
    written = reviews(("r1", "ann", "x", "2024-01-02"), ("r2", "bob", "x", "2024-01-06"))
    written = written.assign(text=["The staff ignored us.", "Nice."]).set_index(pd.Index([0, 0]))
    panel = build_panel(written, LOG).set_index("visit_id")
    assert panel.loc[["v1", "v4"], "attention_blame"].tolist() == [1, 0]
    with pytest.raises(InputError, match="index repeats labels"):
        build_panel(written, LOG, pd.DataFrame({"text_id": [0], "driver": ["warmth"], "polarity": ["praise"]}))


def test_columns_of_files_step_aside_for_the_panels_own() -> None:
    plain = reviews(("r1", "ann", "x", "2024-01-02"), rating=[4.0])
    clash = ["month", "returned", "first_visit", "warmth_praise", "follow_up_days", "staff_blame", "topics"]
    log = LOG.assign(**dict.fromkeys(clash, -7), rating=1.0, review_id="mine", weather="wet")
    written = plain.assign(returned=-8, weather="dry", time_zero="never")
    panel = build_panel(written, log, mentions(("r1", "warmth", "praise")))
    own = build_panel(plain, LOG, mentions(("r1", "warmth", "praise")))
    pd.testing.assert_frame_equal(panel[own.columns], own)
    assert exposure_columns(panel) == exposure_columns(own)
    assert panel.columns.is_unique
    first = panel.iloc[0]
    assert [first[f"{name}_in_file"] for name in clash] == [-7] * len(clash)
    assert first[["rating_in_file", "review_id_in_file", "weather"]].tolist() == [1.0, "mine", "wet"]
    assert first[["returned_in_file_in_file", "weather_in_file", "time_zero_in_file"]].tolist() == [-8, "dry", "never"]
    assert sum("whose names the panel uses itself were kept" in note for note in panel.attrs["notes"]) == 2
    assert "warmth_praise as warmth_praise_in_file" in " ".join(panel.attrs["notes"])


def brute_force(log: pd.DataFrame, row: Any, window: int, gap: int) -> tuple[int, int]:
    same = log[(log["customer_id"] == row.customer_id) & (log["location_id"] == row.location_id)]
    later = same[same["visited_at"] > row.time_zero]["visited_at"]
    inside = later[(later >= row.time_zero + gap * DAY) & (later <= row.time_zero + window * DAY)]
    return int(len(inside) > 0), len(inside)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 200)), min_size=1, max_size=40),
    gap=st.integers(0, 3),
    window=st.integers(4, 60),
)
def test_outcomes_equal_brute_force(rows: list[tuple[int, int, int]], gap: int, window: int) -> None:
    start = pd.Timestamp("2024-01-01")
    log = pd.DataFrame(
        {
            "visit_id": [str(i) for i in range(len(rows))],
            "customer_id": [f"c{c}" for c, _, _ in rows],
            "location_id": [f"l{place}" for _, place, _ in rows],
            "visited_at": [start + hours * pd.Timedelta(hours=12) for _, _, hours in rows],
        }
    )
    panel = build_panel(reviews(), log, NO_MENTIONS, window_days=window, min_gap_days=gap)
    end = log["visited_at"].max()
    for row in panel.itertuples():
        returned, count = brute_force(log, row, window, gap)
        if (end - row.time_zero) / DAY < window:
            assert pd.isna(row.returned)
        else:
            assert (row.returned, row.visits_next) == (returned, count)


def test_stand_in_visits_keep_every_review() -> None:
    written = reviews(("r1", "ann", "x", "2024-01-02"), ("r2", "ann", "x", "2024-01-02"))
    assert stand_in_visits(written)["visit_id"].tolist() == ["r1", "r2"]
