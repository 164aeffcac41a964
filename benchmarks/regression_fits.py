"""One fit by one package, timed: `benchmarks/regression.py` runs it in a process of its own for each.

Usage: python benchmarks/regression_fits.py NAME SMALL.npz DATA.npz OUT.npz

The small study is fitted first: that takes the time of imports and compilation. OUT holds coef, error, first (seconds
of the small fit), seconds (the least of up to three fits; both of the processor) and memory (peak of the process in
MB, imports and data included).
"""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Found = tuple[np.ndarray, np.ndarray]
#: A fit is repeated, at most twice, until this many seconds have gone: the least disturbed one counts.
AGAIN = 20.0


class Data:
    """The columns of a study: x (n, k) of 0 and 1, y, place, customer, days and seen, shape (n,)."""

    def __init__(self, path: str) -> None:
        with np.load(path) as held:
            self.x = held["x"].astype(np.float64)
            self.y = held["y"].astype(np.float64)
            self.place, self.customer = held["place"].astype(np.int64), held["customer"].astype(np.int64)
            self.days, self.seen = held["days"].astype(np.float64), held["seen"].astype(bool)
        self.names = [f"x{j}" for j in range(self.x.shape[1])]

    def frame(self) -> pd.DataFrame:
        """Return all columns side by side."""
        columns = {"y": self.y, "place": self.place, "customer": self.customer, "days": self.days, "seen": self.seen}
        return pd.DataFrame(self.x, columns=self.names).assign(**columns)

    def design(self) -> np.ndarray:
        """Return the exposures with a dummy for each place."""
        return np.column_stack([self.x, self.place[:, None] == np.arange(self.place.max() + 1)])


# ----- this package -----


def own_linear(data: Data) -> Callable[[], Found]:
    from custservice.regression.linear import fit_linear

    def run() -> Found:
        found = fit_linear(data.y, data.x, data.names, groups=data.place, clusters=data.customer).estimate
        found.table()
        return found.coef, found.std_error

    return run


def own_logit(data: Data) -> Callable[[], Found]:
    """Slopes and average changes, each with their errors."""
    from custservice.regression.logit import fit_logit

    def run() -> Found:
        found = fit_logit(data.y, data.x, data.names, groups=data.place, clusters=data.customer)
        found.changes.table()
        return found.slopes.coef, found.slopes.std_error

    return run


def own_changes(data: Data) -> Callable[[], Found]:
    """Average changes only, as `estimate_effects` reports them."""
    from custservice.regression.logit import fit_logit

    def run() -> Found:
        found = fit_logit(data.y, data.x, data.names, groups=data.place, clusters=data.customer).changes
        found.table()
        return np.full(0, np.nan), np.full(0, np.nan)

    return run


def own_cox(data: Data) -> Callable[[], Found]:
    """Errors without the factor G/(G-1), which the others do not use."""
    from custservice.regression.cox import fit_cox

    def run() -> Found:
        fit = fit_cox(data.days, data.seen, data.x, data.names, strata=data.place, clusters=data.customer)
        fit.estimate.table()
        return fit.estimate.coef, fit.estimate.std_error / np.sqrt(fit.estimate.factor)

    return run


def own_call(model: str) -> Callable[[Data], Callable[[], Found]]:
    """Return `estimate_effects` as a user calls it, on a panel without controls."""

    def prepare(data: Data) -> Callable[[], Found]:
        from custservice import estimate_effects
        from custservice.sentiment import families

        names = [f"{driver}_{polarity}" for driver in families() for polarity in ("praise", "blame")]
        panel = pd.DataFrame(data.x.astype(np.uint8), columns=names[: len(data.names)])
        for name, codes in (("review_id", np.arange(len(panel))), ("customer_id", data.customer)):
            panel[name] = pd.Series(codes).astype("str")
        panel["location_id"] = pd.Series(data.place).astype("str")
        panel["returned"], panel["days_to_return"] = data.y, np.where(data.seen, data.days, np.nan)
        panel["follow_up_days"] = np.where(data.seen, 365.0, data.days)
        panel.attrs["window_days"] = 365

        def run() -> Found:
            estimate_effects(panel, model=model, controls=[], cluster="customer_id")
            return np.full(0, np.nan), np.full(0, np.nan)

        return run

    return prepare


# ----- others -----


def pyfixest(model: str) -> Callable[[Data], Callable[[], Found]]:
    def prepare(data: Data) -> Callable[[], Found]:
        import pyfixest as pf

        frame, formula = data.frame(), f"y ~ {' + '.join(data.names)} | place"
        kind: dict[str, Any] = {"vcov": {"CRV1": "customer"}, "copy_data": False, "fixef_rm": "none"}

        def run() -> Found:
            fit = pf.feols(formula, frame, **kind) if model == "linear" else pf.feglm(formula, frame, "logit", **kind)
            return fit.coef().to_numpy(), fit.se().to_numpy()

        return run

    return prepare


def linearmodels_linear(data: Data) -> Callable[[], Found]:
    from linearmodels.iv.absorbing import AbsorbingLS

    frame = data.frame()
    absorb = frame[["place"]].astype("category")

    def run() -> Found:
        fit = AbsorbingLS(frame["y"], frame[data.names], absorb=absorb).fit(
            cov_type="clustered", clusters=frame["customer"], debiased=True
        )
        return fit.params.to_numpy(), fit.std_errors.to_numpy()

    return run


def statsmodels_linear(data: Data) -> Callable[[], Found]:
    from statsmodels.regression.linear_model import OLS

    def run() -> Found:
        fit = OLS(data.y, data.design()).fit(cov_type="cluster", cov_kwds={"groups": data.customer})
        return fit.params[: len(data.names)], fit.bse[: len(data.names)]

    return run


def statsmodels_logit(data: Data) -> Callable[[], Found]:
    from statsmodels.discrete.discrete_model import Logit

    def run() -> Found:
        fit = Logit(data.y, data.design()).fit(
            disp=False, maxiter=50, tol=1e-12, cov_type="cluster", cov_kwds={"groups": data.customer}
        )
        return fit.params[: len(data.names)], fit.bse[: len(data.names)]

    return run


def statsmodels_cox(data: Data) -> Callable[[], Found]:
    from statsmodels.duration.hazard_regression import PHReg

    def run() -> Found:
        fit = PHReg(data.days, data.x, data.seen, strata=data.place, ties="efron").fit(groups=data.customer)
        return fit.params, fit.bse

    return run


def lifelines(clusters: bool) -> Callable[[Data], Callable[[], Found]]:
    def prepare(data: Data) -> Callable[[], Found]:
        from lifelines import CoxPHFitter

        columns = [*data.names, "days", "seen", "place", *(["customer"] if clusters else [])]
        frame = data.frame()[columns]
        given: dict[str, Any] = {"strata": ["place"], **({"cluster_col": "customer"} if clusters else {})}

        def run() -> Found:
            fit = CoxPHFitter().fit(frame, "days", "seen", **given)
            errors = fit.standard_errors_[data.names].to_numpy()
            return fit.params_[data.names].to_numpy(), errors if clusters else np.full(len(errors), np.nan)

        return run

    return prepare


FITS: dict[str, Callable[[Data], Callable[[], Found]]] = {
    "custservice linear": own_linear,
    "custservice linear, whole call": own_call("linear"),
    "pyfixest linear": pyfixest("linear"),
    "linearmodels linear": linearmodels_linear,
    "statsmodels linear": statsmodels_linear,
    "custservice logit": own_logit,
    "custservice logit, changes only": own_changes,
    "custservice logit, whole call": own_call("logit"),
    "pyfixest logit": pyfixest("logit"),
    "statsmodels logit": statsmodels_logit,
    "custservice cox": own_cox,
    "custservice cox, whole call": own_call("cox"),
    "statsmodels cox": statsmodels_cox,
    "lifelines cox, no clusters": lifelines(False),
    "lifelines cox": lifelines(True),
}


def timed(run: Callable[[], Found]) -> tuple[float, Found]:
    start = time.process_time()
    found = run()
    return time.process_time() - start, found


def main() -> None:
    name, small, source, out = sys.argv[1:]
    warnings.filterwarnings("ignore")
    first = timed(lambda: FITS[name](Data(small))())[0]
    run = FITS[name](Data(source))
    took = []
    while len(took) < 3 and sum(took) < AGAIN:
        seconds, (coef, error) = timed(run)
        if not took:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        took.append(seconds)
    np.savez(out, coef=coef, error=error, first=first, seconds=min(took), memory=memory)


if __name__ == "__main__":
    main()
