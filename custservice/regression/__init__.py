"""Estimators, their uncertainty, and what a reader should know about them."""

from custservice.regression.design import DEFAULT_CONTROLS
from custservice.regression.effects import Effects, estimate_effects
from custservice.regression.estimate import Estimate

__all__ = ["DEFAULT_CONTROLS", "Effects", "Estimate", "estimate_effects"]
