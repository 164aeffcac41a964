"""Column names that mean the same: what exports call the customer, the day, the text and so on.

For each canonical column the names stand in ranks, the surest first. Names of one rank are equally likely: two of
them in one file make the guess ambiguous. Case, spaces and punctuation do not count.
"""

from __future__ import annotations

import re
import unicodedata

from custservice.tables import TableName

_PEOPLE = "customer client guest member patient user buyer shopper visitor passenger subscriber"
_WRITERS = "reviewer author respondent"
_PLACES = "location store branch site hotel shop restaurant outlet venue clinic lounge property salon office"
_STAFF = "staff employee server agent waiter advisor cashier stylist clerk technician rep"
_VISITS = "visit order booking reservation transaction receipt ticket stay appointment invoice purchase checkin"


def _each(words: str, *endings: str) -> tuple[str, ...]:
    return tuple(f"{word}{ending}" for word in words.split() for ending in endings)


_ID = ("id", "no", "number", "nr", "key", "code", "uid", "uuid", "ref")
_CUSTOMER = (
    _each(_PEOPLE, *_ID),
    _each(_WRITERS, *_ID),
    (*_PEOPLE.split(), *_WRITERS.split()),
    (*_each(_PEOPLE, "name", "email"), *_each(_WRITERS, "name", "email"), "email", "emailaddress"),
)
_LOCATION = (
    _each(_PLACES, *_ID),
    (*_each("listing host", *_ID), "placeid", "businessid", "unitid"),
    tuple(_PLACES.split()),
    (*_each(_PLACES, "name"), "placename", "businessname", "place", "airlinename"),
)
_STAFF_ID = (_each(_STAFF, *_ID), tuple(_STAFF.split()), (*_each(_STAFF, "name"), "servedby", "handledby"))
_VISIT_ID = (_each(_VISITS, *_ID), ("visit", "order", "booking", "reservation", "receipt"))
_WHEN = ("date", "time", "datetime", "timestamp", "day", "at", "edat", "dat")
_PLAIN_DATE = ("date", "datetime", "timestamp", "createdat", "createdon", "created", "datecreated")

ALIASES: dict[TableName, dict[str, tuple[tuple[str, ...], ...]]] = {
    "reviews": {
        "customer_id": _CUSTOMER,
        "location_id": _LOCATION,
        "reviewed_at": (
            ("reviewdate", "reviewtime", "reviewedon", "dateofreview", "reviewtimestamp", "reviewcreatedat"),
            ("submittedat", "submissiondate", "postedat", "posteddate", "publishedat", "publisheddate"),
            _PLAIN_DATE,
            ("time", "day", "when", "at", "unixreviewtime"),
        ),
        "text": (
            ("reviewtext", "textreview", "reviewbody", "reviewcontent", "reviewcomment", "reviewcomments"),
            ("comment", "comments", "content", "body"),
            ("review", "feedback", "message", "verbatim", "opinion"),
        ),
        "visit_id": _VISIT_ID,
        "rating": (
            ("overallrating", "starrating", "reviewrating", "overallscore", "reviewscore"),
            ("stars", "score", "overall", "grade"),
        ),
        "staff_id": _STAFF_ID,
        "title": (("reviewtitle", "headline", "subject"), ("summary",)),
        "language": (("lang", "reviewlanguage", "textlanguage"), ("locale",)),
        "review_id": (_each("review comment feedback", *_ID), ("id", "uuid")),
    },
    "visits": {
        "customer_id": _CUSTOMER,
        "location_id": _LOCATION,
        "visited_at": (
            _each("visit", "date", "time", "datetime", "timestamp", "day", "edon", "start"),
            _each("checkin arrival appointment stay", "date", "time", "datetime", "at", ""),
            _each("order purchase transaction invoice receipt sale", *_WHEN),
            _each("booking reservation ticket", "date", "time", "datetime", "at"),
            _PLAIN_DATE,
            ("time", "day", "when", "at"),
        ),
        "spend": (
            ("totalspend", "amountspent", "amountpaid", "ordertotal", "orderamount", "ordervalue", "grandtotal"),
            ("amount", "total", "totalamount", "totalprice", "revenue", "turnover", "paid"),
            ("price", "value", "sales", "dollars", "dollarvalue", "sum"),
        ),
        "staff_id": _STAFF_ID,
        "complained": (("complaint", "hascomplained", "iscomplaint", "complaints"),),
        "satisfaction": (("satisfactionscore", "csat", "csatscore"), ("surveyscore", "surveyrating")),
        "compensation": (("compensated", "compensationpaid"), ("refund", "voucher", "goodwill")),
        "handled_by_first": (("firstcontactresolution", "fcr", "solvedbyfirst"),),
        "busy": (("busyness", "occupancy", "workload"),),
        "margin": (("grossmargin", "contributionmargin"), ("profit", "grossprofit")),
        "cost_to_serve": (("servicecost", "costofservice"),),
        "visit_id": (*_VISIT_ID, ("id", "uuid")),
    },
}


def plain(name: str) -> str:
    """Return a column name without case, spaces, accents and punctuation.

    Examples
    --------
    >>> plain("Client No."), plain("reviewedAt"), plain("Kommentar (öffentlich)")
    ('clientno', 'reviewedat', 'kommentaroffentlich')
    """
    apart = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]+", "", "".join(char for char in apart if not unicodedata.combining(char)))
