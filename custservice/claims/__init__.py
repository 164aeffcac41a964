"""Confident sentences about customer service, put to the test on a study's own data."""

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts
from custservice.claims.ledger import Ledger, registry, test_claims

__all__ = ["Claim", "Facts", "Ledger", "Measured", "Part", "registry", "test_claims"]
