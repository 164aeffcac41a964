import pandas as pd
import pytest

from custservice.errors import InputError
from custservice.loaders.aliases import ALIASES, plain
from custservice.loaders.columns import Mapped, assign_columns, check_mapping
from custservice.tables import COLUMNS


def assign(columns, table="reviews", told=None, known=None):
    frame = pd.DataFrame({name: [f"value of {name}"] for name in columns})
    return assign_columns(frame, table, told or {}, known or {}, "june.csv")


def test_aliases_cover_the_table_in_plain_spelling_and_one_rank_each():
    for table, names in ALIASES.items():
        assert set(names) == set(COLUMNS[table])
        for ranks in names.values():
            aliases = [alias for rank in ranks for alias in rank]
            assert all(alias == plain(alias) for alias in aliases)
            assert len(aliases) == len(set(aliases))


@pytest.mark.parametrize(
    ("table", "columns", "expected"),
    [
        (
            "reviews",
            ["id", "user_id", "date", "comments", "stars", "branch"],
            "review_id customer_id reviewed_at text rating location_id",
        ),
        ("reviews", ["Review ID", "Guest No.", "Submitted At", "Feedback"], "review_id customer_id reviewed_at text"),
        (
            "reviews",
            ["reviewerID", "reviewText", "overall", "unixReviewTime", "summary"],
            "customer_id text rating reviewed_at title",
        ),
        (
            "reviews",
            ["author", "Hotel", "Order Number", "timestamp", "review", "server"],
            "customer_id location_id visit_id reviewed_at text staff_id",
        ),
        (
            "visits",
            ["order_id", "client", "order_date", "total", "store_name"],
            "visit_id customer_id visited_at spend location_id",
        ),
        (
            "visits",
            ["Patient ID", "Appointment Date", "CSAT", "Refund", "agent"],
            "customer_id visited_at satisfaction compensation staff_id",
        ),
        (
            "visits",
            ["member", "checkin", "checkout", "property_id", "revenue"],
            "customer_id visited_at checkout location_id spend",
        ),
    ],
)
def test_common_names_are_recognised(table, columns, expected):
    assert list(assign(columns, table).frame.columns) == expected.split()


def test_the_surer_name_wins():
    taken = assign(["name", "author", "customer_no", "created_at", "review_date", "body"]).taken
    assert taken == {"customer_id": "customer_no", "reviewed_at": "review_date", "text": "body"}


def test_what_was_said_wins_over_guess_and_format():
    frame = assign(
        ["customer_id", "Kundin", "date", "text"], told={"customer_id": "kundin"}, known={"text": "text"}
    ).frame
    assert frame["customer_id"].tolist() == ["value of Kundin"]
    assert frame["customer_id_in_file"].tolist() == ["value of customer_id"]


def test_one_column_may_be_told_for_two():
    frame = assign(["c", "date", "text"], told={"customer_id": "c", "location_id": "c"}).frame
    assert frame["location_id"].tolist() == frame["customer_id"].tolist() == ["value of c"]


def test_an_ambiguous_required_column_is_an_error_with_a_line_to_paste():
    line = r'say which, for example with customer_id = "client_id" under \[reviews\.columns\]'
    with pytest.raises(InputError, match=f"'user_id' and 'client_id' could each be the customer.*{line}"):
        assign(["user_id", "client_id", "date", "text"])


def test_an_ambiguous_optional_column_is_a_note():
    assigned = assign(["user_id", "date", "text", "shop", "branch"])
    assert assigned.taken["location_id"] == "shop"
    assert "'shop' and 'branch' could each be location_id; 'shop' was taken" in assigned.notes[0]


def test_a_missing_column_names_the_nearest_and_all():
    with pytest.raises(
        InputError,
        match=r"no column recognised as the customer.*is it 'custmer_id'\?.*columns are: custmer_id, date, text",
    ):
        assign(["custmer_id", "date", "text"])
    with pytest.raises(InputError, match=r"no column 'Client Nr' .*did you mean 'Client No'"):
        assign(["Client No", "date", "text"], told={"customer_id": "Client Nr"})


def test_a_mapping_is_checked():
    assert check_mapping(None, "visits") == Mapped({}, None)
    with pytest.raises(InputError, match="visits have no column 'text'"):
        check_mapping({"text": "x"}, "visits")
    with pytest.raises(InputError, match="did you mean 'customer_id'"):
        check_mapping({"custmer_id": "x"}, "visits")
    with pytest.raises(InputError, match=r"has no setting 'fromat' \(did you mean 'format'"):
        check_mapping({"visited_at": {"column": "x", "fromat": "dayfirst"}}, "visits")
    with pytest.raises(InputError, match="Only visited_at takes a format"):
        check_mapping({"spend": {"column": "x", "format": "dayfirst"}}, "visits")
    with pytest.raises(InputError, match="must be given as a text"):
        check_mapping({"spend": 3}, "visits")
