import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custservice.errors import InputError
from custservice.loaders.dates import read_dates

moments = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2030, 12, 31)).map(lambda when: when.replace(microsecond=0))


def texts(*values):
    return pd.Series(list(values), dtype="str")


def read(*values, form=None):
    return read_dates(texts(*values), "reviewed_at", form)


def as_written(dates):
    return dates.values.dt.strftime("%Y-%m-%d %H:%M:%S").fillna("-").tolist()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-03-09", "2024-03-09 00:00:00"),
        ("2024-03-09T23:30:00Z", "2024-03-09 23:30:00"),
        ("2024-03-09 23:30:00.123+02:00", "2024-03-09 21:30:00"),
        ("2024-3-9", "2024-03-09 00:00:00"),
        ("2024/03/09 7:05", "2024-03-09 07:05:00"),
        ("2024.03.09", "2024-03-09 00:00:00"),
        ("20240309", "2024-03-09 00:00:00"),
        ("20240309123456", "2024-03-09 12:34:56"),
        ("1709942400", "2024-03-09 00:00:00"),
        ("1709942400.0", "2024-03-09 00:00:00"),
        ("1709942400123", "2024-03-09 00:00:00"),
        ("13/3/2024 2:05 PM", "2024-03-13 14:05:00"),
        ("3/13/24 12:05 am", "2024-03-13 00:05:00"),
        ("13.03.99", "1999-03-13 00:00:00"),
        ("13-03-2024, 09:30:15", "2024-03-13 09:30:15"),
        ("9 March 2024", "2024-03-09 00:00:00"),
        ("9th March 2024", "2024-03-09 00:00:00"),
        ("March 9, 2024", "2024-03-09 00:00:00"),
        ("Mar 9, 2024 11:59 PM", "2024-03-09 23:59:00"),
        ("09-Mar-24", "2024-03-09 00:00:00"),
        ("Sat, 09 Mar 2024 10:00:00 +0100", "2024-03-09 09:00:00"),
        ("Saturday 9 Mar 2024 10:00 GMT", "2024-03-09 10:00:00"),
        ("sept. 1 2024", "2024-09-01 00:00:00"),
    ],
)
def test_one_date_in_many_hands(written, meant):
    assert as_written(read(written)) == [meant]


@given(
    st.lists(moments, min_size=1, max_size=6),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d %B %Y %H:%M:%S", "%B %d, %Y %I:%M:%S %p"]),
)
@settings(deadline=None, max_examples=25)
def test_unambiguous_forms_come_back(times, form):
    assert read(*(time.strftime(form) for time in times)).values.tolist() == [pd.Timestamp(time) for time in times]


@given(st.lists(moments, min_size=1, max_size=6), st.sampled_from(["dayfirst", "monthfirst"]))
@settings(deadline=None, max_examples=25)
def test_told_orders_come_back(times, order):
    form = "%d/%m/%Y %H:%M:%S" if order == "dayfirst" else "%m/%d/%Y %H:%M:%S"
    dates = read(*(time.strftime(form) for time in times), form=order)
    assert dates.values.tolist() == [pd.Timestamp(time) for time in times]


def test_day_or_month_first_is_an_error_with_two_rows():
    with pytest.raises(InputError) as caught:
        read("01/01/2024", "03/04/2024", "03/04/2024", "05/06/2024")
    message = str(caught.value)
    assert "could be day first or month first (row 1: '03/04/2024', row 3: '05/06/2024')" in message
    assert 'reviewed_at = { column = "...", format = "dayfirst" } under [reviews.columns]' in message


def test_one_row_that_tells_is_enough_and_is_named():
    dates = read("03/04/2024", "25/04/2024")
    assert as_written(dates) == ["2024-04-03 00:00:00", "2024-04-25 00:00:00"]
    assert dates.notes == ("The dates of reviewed_at were read day first, because of row 1: '25/04/2024'.",)
    assert as_written(read("03/04/2024", "04/25/2024"))[0] == "2024-03-04 00:00:00"


def test_dates_that_are_the_same_either_way_need_no_telling():
    assert as_written(read("01/01/2024", "02/02/2024"))[1] == "2024-02-02 00:00:00"


def test_both_orders_in_one_column_are_an_error():
    with pytest.raises(InputError, match="day first in some rows and month first in others"):
        read("25/04/2024", "04/25/2024", "01/02/2024")
    dates = read("25/04/2024", "04/25/2024", "01/02/2024", form="dayfirst")
    assert dates.unread.tolist() == [False, True, False]


def test_single_odd_values_are_unread_and_missing_ones_are_missing():
    dates = read("2024-01-01", "soon", "", "2024-02-30", "2024-01-05", "31/12/2024", "2024-01-07")
    assert dates.unread.tolist() == [False, True, False, True, False, True, False]
    assert dates.values.isna().tolist() == [False, True, True, True, False, True, False]


def test_of_two_forms_that_of_most_rows_counts_and_the_others_are_set_aside():
    slip = read(*["2024-01-01"] * 9, "03/04/2024")  # no question of day and month
    assert slip.unread.tolist() == [False] * 9 + [True]
    assert slip.notes == (
        "1 dates of reviewed_at are not written as most of them are, and were set aside (row 9: '03/04/2024').",
    )
    halves = read("2024-01-02", "20240103", "31/12/2024", "30/12/2024", "29/12/2024")
    assert halves.unread.tolist() == [True, True, False, False, False]
    assert as_written(halves)[2] == "2024-12-31 00:00:00"
    assert halves.notes[-1].startswith("2 dates of reviewed_at are not written as most")
    words = read("9 March 2024", "2024-01-02", "10 March 2024")
    assert words.unread.tolist() == [False, True, False]


def test_all_forms_with_the_year_first_go_together():
    dates = read("2024-03-09", "2024/03/10", "20240311", "1710201600")
    assert as_written(dates) == [f"2024-03-{day:02d} 00:00:00" for day in (9, 10, 11, 12)]
    assert dates.notes == ()


def test_a_column_of_no_dates_is_an_error():
    with pytest.raises(InputError, match=r"Most values of reviewed_at cannot be read as dates \(row 0: 'soon'\)"):
        read("soon", "later", "2024-01-01")


def test_a_told_format_is_kept_to():
    assert as_written(read("24|09|03", form="%y|%d|%m")) == ["2024-03-09 00:00:00"]
    assert as_written(read("2024-03-09 01:00 +0200", form="%Y-%m-%d %H:%M %z")) == ["2024-03-08 23:00:00"]
    with pytest.raises(InputError, match="in the form '%d/%m/%Y'"):
        read("2024-03-09", form="%d/%m/%Y")
    with pytest.raises(InputError, match="date format '%Q' is not understood"):
        read("2024-03-09", form="%Q")


def test_times_of_other_types():
    aware = pd.Series(pd.to_datetime(["2024-01-01 12:00"]).tz_localize("Asia/Tokyo"))
    assert read_dates(aware, "d").values.tolist() == [pd.Timestamp("2024-01-01 03:00")]
    mixed = pd.Series([dt.date(2024, 1, 2), dt.datetime(2024, 1, 3, 4, 5, tzinfo=dt.UTC), None], dtype=object)
    assert as_written(read_dates(mixed, "d")) == ["2024-01-02 00:00:00", "2024-01-03 04:05:00", "-"]
    assert str(read_dates(pd.Series([20240309, 20240310]), "d").values.dtype) == "datetime64[us]"


def test_an_empty_column_is_no_error():
    assert read("", "").values.isna().all()
