import pytest

from custservice.check_study import describe_study
from custservice.study import open_study

REVIEWS = (
    "client,date,shop,comment\nann,2024-01-03,x,They were kind.\nann,2024-03-03,x,They were rude.\n,2024-01-05,x,No.\n"
)
VISITS = "client,date,shop\nann,2024-01-01,x\nann,2024-02-01,x\nbob,2024-12-30,x\nbob,2024-12-31,x,y\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "r.csv").write_text(REVIEWS)
    (tmp_path / "v.csv").write_text(VISITS)
    return tmp_path


def described(folder, more=""):
    (folder / "study.toml").write_text(f'title = "Cafes"\nwindow_days = 60\n[reviews]\nfiles = "r.csv"\n{more}')
    return describe_study(open_study(folder))


def test_it_says_what_was_read(folder):
    text = described(folder, '[visits]\nfiles = "v.csv"\n[report]\nlink_days_compared = 1\n')
    for line in (
        "Cafes (study.toml)",
        "Reviews from r.csv",
        "rows in       3 = 2 kept + 1 set aside",
        "set aside   no customer: 1 (row 3)",
        "columns       customer_id = 'client', location_id = 'shop', reviewed_at = 'date', text = 'comment'",
        "dates         2024-01-03 to 2024-03-03",
        "language      en 2",
        "set aside   4 fields where 3 are expected: 1 (row 4)",
        "linked within 30 days: 1 of 3 (33.3%) of the visits have a readable review",
        "linked within 1 day: 0 of 3 (0.0%) of the visits have a readable review",
        "a return is a visit to the same location 1 to 60 days later",
        "known for     2 of 3 (66.7%) of the visits, 1 of them reviewed",
        "returned      1 of 2 (50.0%) of those",
        "  - The visits have no visit_id: ids were made from the row numbers.",
    ):
        assert line in text


def test_it_says_that_reviews_stand_in(folder):
    text = described(folder)
    assert "the reviews stand in for visits" in text
    assert "Visits from" not in text
