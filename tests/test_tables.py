import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custservice.tables import COLUMNS, FUTURE, ID_COLUMN, NO_DATE, NO_TEXT, REQUIRED, TIME_COLUMN, schema, set_aside

ROW = {"visit_id": "1", "customer_id": "ann", "visited_at": "2024-01-01", "spend": 3.0}


def visits(*rows):
    frame = pd.DataFrame([{**ROW, **row} for row in rows])
    return frame.assign(visited_at=pd.to_datetime(frame["visited_at"]), spend=frame["spend"].astype("float64"))


def reasons(*rows):
    return set_aside(visits(*rows), "visits")[1]["reason"].tolist()


def test_the_tables_agree_with_each_other():
    for table, columns in COLUMNS.items():
        assert {*REQUIRED[table], TIME_COLUMN[table], ID_COLUMN[table]} <= set(columns)
        assert set(schema(table).columns) == set(columns)
        assert columns[TIME_COLUMN[table]] == "time"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"customer_id": None}, "no customer"),
        ({"customer_id": " "}, "no customer"),
        ({"visited_at": None}, NO_DATE),
        ({"visited_at": "2999-01-01"}, FUTURE),
        ({"visited_at": "1899-12-30"}, "date before 1900"),
        ({"spend": -0.01}, "negative spend"),
        ({"customer_id": "", "spend": -1.0}, "no customer; negative spend"),
    ],
)
def test_each_reason(row, reason):
    assert reasons(row) == [reason]


def test_what_is_allowed():
    tomorrow = pd.Timestamp.now() + pd.Timedelta(hours=20)
    assert reasons({}, {"visit_id": "2", "spend": None}, {"visit_id": "3", "visited_at": tomorrow}) == []
    assert reasons({"visit_id": None}, {"visit_id": None}) == []


def test_the_first_of_two_alike_ids_stays():
    kept, bad = set_aside(visits({}, {"customer_id": "bob"}), "visits")
    assert kept["customer_id"].tolist() == ["ann"]
    assert bad["reason"].tolist() == ["duplicate visit_id"]


@pytest.mark.parametrize("text", [None, "", " \n", "N/A", " n/a ", "NA", "null"])
def test_no_text(text):
    reviews = pd.DataFrame({"customer_id": ["ann"], "reviewed_at": pd.to_datetime(["2024-01-01"]), "text": [text]})
    assert set_aside(reviews, "reviews")[1]["reason"].tolist() == [NO_TEXT]


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "visit_id": st.sampled_from(["1", "2", "3"]),
                "customer_id": st.sampled_from(["ann", ""]),
                "visited_at": st.sampled_from(["2024-01-01", None, "2999-01-01"]),
                "spend": st.sampled_from([-1.0, 2.0]),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_row_is_on_one_side(rows):
    frame = visits(*rows)
    before = frame.copy(deep=True)
    kept, bad = set_aside(frame, "visits")
    assert sorted([*kept.index, *bad.index]) == list(frame.index)
    assert bad["reason"].str.len().gt(0).all()
    pd.testing.assert_frame_equal(frame, before)
