"""Why a sentence holds the mentions it holds."""

from __future__ import annotations

import pytest

from custservice.sentiment import explain, find_all


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("The waiter wasn't rude.", "courtesy praise: 'rude', said of 'waiter', a negation turns it - counted"),
        ("Staff should smile more.", "warmth blame: 'smile', said of 'Staff', a wish or advice: blame - counted"),
        ("The hotel next door has a rude receptionist.", "said of 'receptionist' - set aside: another business"),
        ("Was the waiter rude?", "set aside: question"),
        ("The sky is blue.", "no pattern matches"),
    ],
)
def test_it_says_what_matched_and_why_it_counts_or_not(text: str, line: str) -> None:
    assert line in repr(explain(text))


@pytest.mark.parametrize(
    "text",
    [
        "The food was awful but our waitress was lovely. Nobody smiled, and the manager was lovely, lovely!",
        "Kind, helpful<br/>and quick staff. If they had been rude I would not come back.",
    ],
)
def test_what_counts_is_what_is_found(text: str) -> None:
    table = explain(text).table
    counted = table[table["set_aside"] == ""]
    found = find_all([text])
    pairs = ["sentence", "driver", "polarity"]
    assert sorted(map(tuple, counted[pairs].to_numpy())) == sorted(map(tuple, found[pairs].to_numpy()))


def test_in_a_notebook_the_text_is_escaped() -> None:
    html = explain("<b>The waiter was rude</b> & slow.")._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;The waiter was rude&lt;/b&gt; &amp; slow." in html
    assert explain("Blue <i>sky</i>.")._repr_html_().endswith("<p>No pattern matches.</p>")
