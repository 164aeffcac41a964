"""Customers and what they cost and bring."""

from __future__ import annotations

import pandas as pd

from custservice.claims.claim import Measured
from custservice.claims.facts import Facts
from custservice.claims.shares import share

#: Complaints from which on a customer complains often, and the share from which on they cost more than they bring.
OFTEN, QUARTER = 3, 0.25


def costly(facts: Facts) -> Measured:
    """Return the share of customers who complain often and bring less margin than it costs to serve them."""
    panel = facts.panel
    net = panel["margin"].fillna(0) - panel["cost_to_serve"].fillna(0)
    by = panel.assign(net=net, complained=(panel["complained"] > 0).astype("float64")).groupby("customer_id")
    table = by.agg(net=("net", "sum"), complaints=("complained", "sum"), location_id=("location_id", "first"))
    often = table[table["complaints"] >= OFTEN].reset_index()
    return share(often, pd.Series(often["net"] < 0), QUARTER, f"customers who complained {OFTEN} times or more")
