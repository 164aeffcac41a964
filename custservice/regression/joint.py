"""Joint tests: whether several coefficients are zero together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custservice.regression.estimate import Estimate


@dataclass(frozen=True)
class JointTest:
    """An F test.

    Attributes
    ----------
    statistic, dof
        F and its degrees of freedom, of the numerator and of the denominator.
    p_value
        Missing where there are not enough clusters for so many coefficients.
    """

    statistic: float
    dof: tuple[int, float]
    p_value: float


def joint_test(estimate: Estimate) -> JointTest:
    """Test that all coefficients of an estimate are zero; pick or combine them by ``select`` and ``contrast`` first.

    With Q the Wald statistic ``b'V^-1 b`` of rank m and eta the smallest degrees of freedom among the coefficients,
    ``(eta - m + 1) / (eta m) Q`` is compared with F(m, eta - m + 1): the approximate Hotelling's T2 that Pustejovsky
    and Tipton (2018, J. Bus. Econ. Stat. 36) advise with few clusters, but that they estimate eta from the whole
    covariance, where the smallest is taken here. With many clusters it is the Wald test.

    Examples
    --------
    >>> from custservice.regression.linear import fit_linear
    >>> rng = np.random.default_rng(1)
    >>> x, place = rng.normal(size=(900, 2)), np.arange(900) % 30
    >>> estimate = fit_linear(x[:, 0] + rng.normal(size=900), x, ["a", "b"], groups=place, clusters=place).estimate
    >>> bool(joint_test(estimate).p_value < 0.001), joint_test(estimate).dof[0]
    (True, 2)
    """
    from scipy.special import fdtrc

    covariance = estimate.covariance
    scale = np.sqrt(np.maximum(np.diag(covariance), np.finfo(float).tiny))
    unit = covariance / np.outer(scale, scale)
    b = estimate.coef / scale
    m = int(np.linalg.matrix_rank(unit, tol=1e-9, hermitian=True))
    eta = float(estimate.dof.min())
    rest = eta - m + 1
    if m == 0 or rest <= 0 or not np.isfinite(unit).all():
        return JointTest(np.nan, (m, rest), np.nan)
    f = rest / (eta * m) * float(b @ np.linalg.pinv(unit, rcond=1e-9, hermitian=True) @ b)
    return JointTest(f, (m, rest), float(fdtrc(m, rest, f)))
