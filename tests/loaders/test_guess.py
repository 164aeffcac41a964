import pandas as pd

from custservice.loaders.guess import guess_by_content, looks_like_dates, sort_files


def test_text_and_date_are_found_by_their_content():
    frame = pd.DataFrame(
        {
            "A": ["x1", "x2"],
            "B": ["They were friendly from start to end.", "Nobody looked up when we came in."],
            "C": ["1 May 2024", "2 May 2024"],
        }
    )
    assert guess_by_content(frame, "reviews") == {"text": ["B"], "reviewed_at": ["C"]}


def test_numbers_are_no_dates():
    assert not looks_like_dates(pd.Series([20240101, 20240102]))
    assert not looks_like_dates(pd.Series(["a - b", "c - d"]))
    assert looks_like_dates(pd.Series(["03/04/2024", "05/06/2024"]))


def test_files_are_sorted_into_reviews_and_visits(tmp_path):
    orders, reviews, log = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.txt"
    orders.write_text("order_id,client,date\n1,ann,2024-01-01\n")
    reviews.write_text("client,date,comment\nann,2024-01-01,Fine.\n")
    log.write_text(" 00001 19970101  1   11.77\n")
    assert sort_files([orders, reviews, log]) == {"visits": [orders, log], "reviews": [reviews]}
