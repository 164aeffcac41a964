import datetime as dt

import pytest

from custservice.config import FilesConfig, parse_config, read_config
from custservice.errors import StudyError
from custservice.loaders import FORMATS

BASE = {"title": "Cafes", "reviews": {"files": "june.csv"}}


def test_defaults():
    config = parse_config(BASE)
    assert (config.window_days, config.min_gap_days, config.link_days, config.return_to) == (365, 1, 30, "location")
    assert (config.reviews.files, config.reviews.format, config.visits) == (("june.csv",), "auto", None)
    assert (config.report.min_reviews, config.report.quotes, config.report.link_days_compared) == (30, 3, 7)
    assert config.controls is None


def test_everything_can_be_said():
    config = parse_config(
        {
            **BASE,
            "window_days": 60,
            "return_to": "any",
            "observed_until": dt.date(2024, 6, 30),
            "controls": ["month"],
            "visits": {"files": ["a.csv", "b.csv"], "format": "csv", "columns": {"customer_id": "Client No"}},
            "reviews": {"files": "x", "columns": {"reviewed_at": {"column": "When", "format": "dayfirst"}}},
            "report": {"min_reviews": 50},
        }
    )
    assert config.observed_until == dt.date(2024, 6, 30)
    assert config.visits is not None
    assert config.visits.files == ("a.csv", "b.csv")
    assert config.reviews.mapping == {"reviewed_at": {"column": "When", "format": "dayfirst"}}
    assert config.controls == ("month",)


def test_settings_of_a_format_are_handed_on():
    config = parse_config({**BASE, "reviews": {"files": "x.xlsx", "sheet": "June"}})
    assert config.reviews.options == {"sheet": "June"}
    known = {name for each in FORMATS.values() for name in each.options}
    assert known == set(FilesConfig.model_fields) - {"files", "format", "columns"}


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2024-06-30", dt.date(2024, 6, 30)),
        ("2024-06-30T12:00:00", dt.datetime(2024, 6, 30, 12)),
        (dt.datetime(2024, 6, 30, 12, tzinfo=dt.timezone(dt.timedelta(hours=2))), dt.datetime(2024, 6, 30, 10)),
    ],
)
def test_the_end_of_observation_is_a_date_or_a_naive_utc_time(value, date):
    assert parse_config({**BASE, "observed_until": value}).observed_until == date


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"windw_days": 60}, r"^study.toml has no key 'windw_days' \(did you mean 'window_days'\?\)\.$"),
        ({"colour": 1}, r"^study.toml has no key 'colour'; allowed are controls, events, lexicon, .*, window_days\.$"),
        ({"report": {"quote": 1}}, r"no key 'quote' in \[report\] \(did you mean 'quotes'\?\)\."),
        ({"reviews": {"files": "a", "fromat": "csv"}}, r"no key 'fromat' in \[reviews\] \(did you mean 'format'\?\)\."),
        ({"window_days": "60"}, r"^study.toml: window_days is '60', but must be a whole number\.$"),
        ({"window_days": 60.5}, "window_days is 60.5, but must be a whole number"),
        ({"window_days": 0}, "window_days is 0, but should be greater than or equal to 1"),
        ({"window_days": True}, "window_days is True, but must be a whole number"),
        ({"return_to": "anywhere"}, "return_to is 'anywhere', but should be 'location' or 'any'"),
        ({"observed_until": "soon"}, "observed_until: 'soon' is no date such as 2024-06-30"),
        ({"observed_until": 2024}, "observed_until is 2024, but must be a date such as 2024-06-30"),
        ({"title": 3}, "title is 3, but must be a text in quotes"),
        ({"controls": "month"}, r"controls is 'month', but must be a list such as \['a', 'b'\]"),
        ({"reviews": "june.csv"}, "reviews is 'june.csv', but must be a table of keys"),
        ({"reviews": {"files": []}}, r"reviews.files"),
        ({"reviews": {}}, r"study.toml lacks reviews\.files: add it"),
        (
            {"reviews": {"files": "a", "format": "cvs"}},
            r"format: 'cvs' is no format \(did you mean 'csv'\?\)\.$",
        ),
        ({"min_gap_days": 400}, r"min_gap_days \(400\) must be smaller than window_days \(365\)"),
        (
            {"reviews": {"files": "a", "columns": {"custmer_id": "x"}}},
            r"\[reviews.columns\]: .*did you mean 'customer_id'\?",
        ),
        (
            {"reviews": {"files": "a", "columns": {"text": 3}}},
            r"reviews\.columns\.text.* is 3, but must be a text in quotes",
        ),
        (
            {"reviews": {"files": "a", "columns": {"reviewed_at": {"colum": "x"}}}},
            "no key 'colum'.*did you mean 'column'",
        ),
        ({"link_days": -1}, "link_days is -1, but should be greater than or equal to 0"),
    ],
)
def test_what_is_not_understood_is_one_sentence(change, message):
    with pytest.raises(StudyError, match=message) as caught:
        parse_config({**BASE, **change})
    assert "\n" not in str(caught.value)


def test_a_missing_title_and_more():
    with pytest.raises(StudyError, match=r"study.toml lacks (title|reviews): add it \(1 more such problem\)\."):
        parse_config({})


def test_files_that_are_no_study(tmp_path):
    path = tmp_path / "study.toml"
    with pytest.raises(StudyError, match="There is no study file"):
        read_config(path)
    path.write_text('title = "x"\nwindow_days = = 3\n')
    with pytest.raises(StudyError, match=r"is not valid TOML \(.* line 2, column 15\): mend that line"):
        read_config(path)
    path.write_bytes(b'title = "\xff"\n')
    with pytest.raises(StudyError, match="not UTF-8"):
        read_config(path)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "study.toml"
    path.write_bytes(b'\xef\xbb\xbftitle = "x"\n[reviews]\nfiles = "a.csv"\n')
    assert read_config(path).title == "x"
