import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custservice.loaders.values import as_found, as_id, as_number, as_text, shown


def texts(*values):
    return pd.Series(list(values), dtype="str")


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        (["3", "4.5", ""], [3, 4.5, None]),
        (["$1,234.50", "$12"], [1234.5, 12]),
        (["12,50 €", "1.200,00", "1.200", "7"], [12.5, 1200, 1200, 7]),
        (["1,200", "300"], [1200, 300]),
        (["1 200,5", "3\u202f000"], [1200.5, 3000]),
        (["(5.00)", "\u22123", "4-", "-2"], [-5, -3, -4, -2]),
        (["4/5", "3 stars", "2 out of 5", "1 star"], [4, 3, 2, 1]),
        (["yes", "No", "TRUE", "f"], [1, 0, 1, 0]),
        (["1e3", "inf", "nan"], [1000, None, None]),
        (["1'234.50", "EUR 5"], [1234.5, 5]),
    ],
)
def test_numbers_as_people_write_them(written, numbers):
    read = as_number(texts(*written)).values
    assert [None if math.isnan(value) else value for value in read] == numbers


@pytest.mark.parametrize("word", ["", "n/a", "N/A", "NA", "-", "none", "None", "null", "NULL", "nan", "\u2013"])
def test_words_for_nothing_are_no_unread_numbers(word):
    numbers = as_number(texts("3", word))
    assert math.isnan(numbers.values[1])
    assert numbers.unread.tolist() == [False, False]


def test_what_is_no_number_is_told_from_what_is_not_there():
    numbers = as_number(texts("3", "many", "", "inf"))
    assert numbers.unread.tolist() == [False, True, False, True]
    assert as_number(pd.Series([1.5, math.inf, None])).values.isna().tolist() == [False, True, True]
    assert as_number(pd.Series([True, False])).values.tolist() == [1.0, 0.0]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(-1e9, 1e9).map(lambda value: round(value, 2)), min_size=1, max_size=10))
def test_amounts_come_back_in_either_notation(amounts):
    english = texts(*(f"{value:,.2f}" for value in amounts))
    assert as_number(english).values.tolist() == pytest.approx(amounts)
    continental = english.str.translate(str.maketrans(",.", ".,"))
    assert as_number(continental).values.tolist() == pytest.approx(amounts)


def test_ids_are_texts():
    assert as_id(texts(" 00123 ", "NA", "", "  ", "1.0")).fillna("-").tolist() == ["00123", "NA", "-", "-", "1.0"]
    assert as_id(pd.Series([1.0, np.nan, 2.5])).fillna("-").tolist() == ["1", "-", "2.5"]
    assert as_id(pd.Series([1, 2])).tolist() == ["1", "2"]
    assert as_id(pd.Series([True, b"x\xff", 3.0], dtype=object)).tolist() == ["True", "x\ufffd", "3"]


def test_words_for_nothing_are_words():
    assert as_text(texts("NA", "None", "null", "nan")).tolist() == ["NA", "None", "null", "nan"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2"], "int64"),
        (["1", ""], "float64"),
        (["1.5", "-2"], "float64"),
        (["007", "12"], "str"),
        (["1", "x"], "str"),
        (["12345678901234567890", "1"], "str"),
        (["", ""], "str"),
        (["1e5", "2"], "str"),
    ],
)
def test_columns_of_no_known_meaning_are_numbers_only_where_all_values_plainly_are(values, kind):
    assert str(as_found(texts(*values)).dtype) == kind


def test_values_in_messages_are_short_and_on_one_line():
    assert shown("a\r\nb") == "'a b'"
    assert len(shown("x" * 500)) < 50


def test_nothing_is_mutated():
    values = texts(" a ", "")
    as_id(values)
    as_number(values)
    as_found(values)
    assert values.tolist() == [" a ", ""]
