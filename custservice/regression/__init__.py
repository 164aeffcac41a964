"""Estimators, their uncertainty, and what a reader should know about them."""

from custservice.regression.bridge import vendor_bridge
from custservice.regression.checks import Check, negative_control, placebo
from custservice.regression.design import DEFAULT_CONTROLS
from custservice.regression.effects import Effects, estimate_effects
from custservice.regression.estimate import Estimate
from custservice.regression.models import MODELS
from custservice.regression.shares import Importance, driver_importance

__all__ = [
    "DEFAULT_CONTROLS",
    "MODELS",
    "Check",
    "Effects",
    "Estimate",
    "Importance",
    "driver_importance",
    "estimate_effects",
    "negative_control",
    "placebo",
    "vendor_bridge",
]
