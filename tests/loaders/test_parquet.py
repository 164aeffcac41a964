import datetime as dt
import decimal

import pandas as pd
import pytest

from custservice.errors import InputError
from custservice.loaders import load_visits, read_visits


def table(**columns):
    base = {"customer_id": ["a", "b"], "visited_at": pd.to_datetime(["2024-01-02", "2024-01-03"])}
    return pd.DataFrame({**base, **columns})


def test_ids_are_texts_even_where_pandas_made_floats_of_them(tmp_path):
    path = tmp_path / "a.parquet"
    long = pd.array([2**53 + 1, None], dtype="Int64")
    table(customer_id=[123.0, 7.0], visit_id=long, store_id=pd.Categorical(["x", "y"])).to_parquet(path)
    visits = load_visits(path)
    assert visits["customer_id"].tolist() == ["123", "7"]
    assert visits["visit_id"].tolist() == [str(2**53 + 1), "v00000002"]
    assert visits["location_id"].tolist() == ["x", "y"]


def test_types_of_values(tmp_path):
    path = tmp_path / "a.parquet"
    table(
        visited_at=pd.to_datetime(["2024-01-02 23:30", "2024-07-01 00:00"]).tz_localize("America/New_York"),
        spend=[decimal.Decimal("3.50"), None],
        when_born=[dt.date(1990, 1, 2), None],
        tags=[["a"], ["b"]],
        count=pd.array([3, None], dtype="Int64"),
        big=[2**60, 1],
    ).to_parquet(path)
    visits = load_visits(path)
    assert visits["visited_at"].astype("str").tolist() == ["2024-01-03 04:30:00", "2024-07-01 04:00:00"]
    assert visits["spend"].tolist()[0] == 3.5
    assert visits["spend"].isna().tolist() == [False, True]
    assert visits["big"].tolist() == [2**60, 1]
    visits.to_parquet(tmp_path / "again.parquet")


def test_an_index_of_pandas_is_no_column(tmp_path):
    path = tmp_path / "a.parquet"
    table().set_axis([5, 9]).to_parquet(path)
    loaded = read_visits(path)
    assert list(loaded.table.columns) == ["visit_id", "customer_id", "location_id", "visited_at"]


def test_what_is_not_parquet_is_an_error(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_text("customer_id,date\n1,2024-01-02\n")
    with pytest.raises(InputError, match="is not a Parquet file"):
        load_visits(path, format="parquet")
    path.write_bytes(b"PAR1" + b"x" * 200 + b"PAR1")
    with pytest.raises(InputError, match="damaged Parquet file"):
        load_visits(path)
    table().iloc[:0].to_parquet(path)
    with pytest.raises(InputError, match="columns but no rows"):
        load_visits(path)
    with pytest.raises(InputError, match='read it with format = "parquet"'):
        load_visits(path, format="csv")
