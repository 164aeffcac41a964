"""Estimators, their uncertainty, and what a reader should know about them."""

from custservice.regression.effects import Effects, estimate_effects
from custservice.regression.estimate import Estimate

__all__ = ["Effects", "Estimate", "estimate_effects"]
