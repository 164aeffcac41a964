import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custservice.errors import InputError
from custservice.loaders import load_reviews, load_visits, read_reviews, read_visits
from custservice.tables import NO_TEXT, ONE_PLACE, UNKNOWN_PLACE

quick = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
cells = {
    "customer_id": st.sampled_from(["ann", "", "  ", "NA", "007"]),
    "visited_at": st.sampled_from(["2024-01-02", "2999-01-01", "soon", "", "1850-01-01", "2024-05-06T07:08:09Z"]),
    "visit_id": st.sampled_from(["1", "2", "3", "", "v00000001"]),
    "spend": st.sampled_from(["3.50", "-1", "", "n/a"]),
}


def write(path, *lines):
    path.write_bytes("".join(line + "\n" for line in lines).encode())
    return path


@quick
@given(
    rows=st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=12), cut=st.lists(st.integers(0, 11), max_size=3)
)
def test_every_row_is_kept_or_set_aside_once(tmp_path, rows, cut):
    lines = [";".join(row.values()) for row in rows]
    lines = [line + ";;x" if number in cut else line for number, line in enumerate(lines)]
    path = write(tmp_path / "a.csv", ";".join(cells), "sure;2024-01-01;sure;1", "sure;2024-01-01;sure2;1", *lines)
    try:
        loaded = read_visits(path)
    except InputError as error:
        assert "Most values of visited_at" in str(error)  # noqa: PT017
        return
    assert loaded.rows_in == 2 + len(rows) == len(loaded.table) + sum(loaded.reasons.values())
    assert loaded.table["visit_id"].is_unique
    assert loaded.table[["visit_id", "customer_id", "location_id", "visited_at"]].notna().all(axis=None)
    if "spend" in loaded.table:  # a column that holds mostly words is no spend
        assert not (loaded.table["spend"] < 0).any()
    assert loaded.quarantine["row"].is_unique
    assert (loaded.quarantine["reason"].str.len() > 0).all()


def test_reasons(tmp_path):
    path = write(
        tmp_path / "a.csv",
        "id,client,date,comment",
        "1,ann,2024-01-01,Kind staff.",
        "1,bob,2024-01-02,Kind staff.",
        "2,,2024-01-03,Kind staff.",
        "3,ann,soon,Kind staff.",
        "4,ann,,Kind staff.",
        "5,ann,2999-01-01,Kind staff.",
        "6,ann,2024-01-04,  ",
        "7,ann,2024-01-05,N/A",
        "8,,,",
        "9,ann,2024-01-06,one,two",
        "10,ann,2024-01-07,Kind staff.",
    )
    loaded = read_reviews(path)
    assert loaded.table["review_id"].tolist() == ["1", "10"]
    assert dict(zip(loaded.quarantine["row"], loaded.quarantine["reason"], strict=True)) == {
        2: "duplicate review_id",
        3: "no customer",
        4: "unreadable date",
        5: "no date",
        6: "date in the future",
        7: NO_TEXT,
        8: NO_TEXT,
        9: "no customer; no date; no text",
        10: "5 fields where 4 are expected",
    }
    assert loaded.quarantine.set_index("row")["raw"].dropna().to_dict() == {4: "soon", 10: "9,ann,2024-01-06,one,two"}
    assert set(loaded.quarantine["file"]) == {"a.csv"}


def test_attributes_are_plain_and_the_table_is_free(tmp_path):
    path = write(tmp_path / "a.csv", "client,date,comment", "ann,2024-01-01,Kind.", "ann,2024-01-02,")
    reviews = load_reviews(path)
    assert json.loads(json.dumps(reviews.attrs))["quarantined"] == {NO_TEXT: 1}
    assert reviews.attrs["notes"][0] == "The reviews have no location: all of them count as one place, 'all'."
    reviews.to_parquet(tmp_path / "again.parquet")
    assert pd.read_parquet(tmp_path / "again.parquet").equals(reviews)


def test_missing_places_and_ids_are_filled_in(tmp_path):
    path = write(tmp_path / "a.csv", "client,date", "ann,2024-01-01", "ann,2024-01-01")
    loaded = read_visits(path)
    assert loaded.table["visit_id"].tolist() == ["v00000001", "v00000002"]
    assert set(loaded.table["location_id"]) == {ONE_PLACE}
    path = write(tmp_path / "b.csv", "id,client,date,shop", "v00000002,ann,2024-01-01,x", ",ann,2024-01-02,")
    loaded = read_visits(path)
    assert loaded.table["visit_id"].tolist() == ["v00000002", "v00000002-made"]
    assert loaded.table["location_id"].tolist() == ["x", UNKNOWN_PLACE]
    assert len(loaded.notes) == 2


def test_monthly_files_are_one_table(tmp_path):
    write(tmp_path / "m1.csv", "client,when,comment", "ann,03/04/2024,Kind.", "bad line")
    write(tmp_path / "m2.csv", "Client No;When;Comment", "bob;25/04/2024;Kind.", "bob;26/04/2024;")
    loaded = read_reviews(str(tmp_path / "m*.csv"))
    assert loaded.table["reviewed_at"].dt.day.tolist() == [3, 25]
    assert loaded.table["review_id"].tolist() == ["r00000001", "r00000003"]
    assert loaded.quarantine[["file", "row"]].values.tolist() == [["m1.csv", 2], ["m2.csv", 2]]
    assert any("row 1 of m2.csv: '25/04/2024'" in note for note in loaded.notes)


def test_the_mapping_tells_what_a_date_is(tmp_path):
    path = write(tmp_path / "a.csv", "c,day,what", "ann,03/04/2024,Kind.")
    columns = {"customer_id": "c", "text": "what"}
    with pytest.raises(InputError, match="could be day first or month first"):
        load_reviews(path, columns=columns | {"reviewed_at": "day"})
    for form, month in {"dayfirst": 4, "monthfirst": 3, "%d/%m/%Y": 4}.items():
        reviews = load_reviews(path, columns=columns | {"reviewed_at": {"column": "day", "format": form}})
        assert reviews["reviewed_at"].dt.month.tolist() == [month]


def test_numbers_that_are_none(tmp_path):
    path = write(tmp_path / "a.csv", "client,date,total", "ann,2024-01-01,3", "bob,2024-01-02,much", "cid,2024-01-03,4")
    loaded = read_visits(path)
    assert loaded.table["spend"].isna().tolist() == [False, True, False]
    assert "1 values of spend are no numbers and count as missing ('much' in row 2)." in loaded.notes
    path = write(tmp_path / "c.csv", "client,date,total", *["ann,2024-01-01,n/a"] * 3, "cid,2024-01-03,4")
    loaded = read_visits(path)
    assert loaded.table["spend"].isna().tolist() == [True, True, True, False]
    assert not any("spend" in note for note in loaded.notes)
    path = write(tmp_path / "b.csv", "client,date,value", "ann,2024-01-01,high", "bob,2024-01-02,low")
    loaded = read_visits(path)
    assert "spend" not in loaded.table
    assert loaded.table["value"].tolist() == ["high", "low"]
    with pytest.raises(InputError, match=r"'value', given as spend, holds no numbers \('high' in row 1\)"):
        read_visits(path, columns={"spend": "value"})


def test_extra_columns_are_kept_with_their_values(tmp_path):
    path = write(tmp_path / "a.csv", "client,date,weather,seats,code", "ann,2024-01-01,wet,4,007", "bob,2024-01-02,,,1")
    visits = load_visits(path)
    assert visits["weather"].fillna("-").tolist() == ["wet", "-"]
    assert visits["seats"].tolist()[0] == 4
    assert visits["code"].tolist() == ["007", "1"]


def test_a_file_of_line_items_is_pointed_out(tmp_path):
    path = write(tmp_path / "a.csv", "receipt_no,client,date,price", *["1,ann,2024-01-01,2"] * 3, "2,bob,2024-01-02,3")
    loaded = read_visits(path)
    assert loaded.reasons == {"duplicate visit_id": 2}
    assert any(note.startswith("2 of 4 rows repeat a visit_id") for note in loaded.notes)


def test_paths_that_lead_nowhere(tmp_path):
    with pytest.raises(InputError, match="No file was given"):
        load_reviews([])
    with pytest.raises(InputError, match="No file fits"):
        load_reviews(tmp_path / "x*.csv")
    with pytest.raises(InputError, match="There is no file"):
        load_reviews(tmp_path / "x.csv")


def test_the_mapping_is_not_mutated(tmp_path):
    path = write(tmp_path / "a.csv", "c,day", "ann,2024-01-01")
    columns = {"customer_id": "c", "visited_at": {"column": "day"}}
    load_visits(path, columns=columns)
    assert columns == {"customer_id": "c", "visited_at": {"column": "day"}}
