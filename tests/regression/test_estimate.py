"""What is read off an estimate."""

from __future__ import annotations

import numpy as np
from scipy.stats import false_discovery_control

from custservice.regression.estimate import benjamini_hochberg

#: Benjamini and Hochberg (1995), section 4.1: fifteen endpoints of a trial of thrombolysis.
PUBLISHED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
PUBLISHED += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]


def test_the_published_example_rejects_four_of_fifteen() -> None:
    assert (benjamini_hochberg(PUBLISHED) <= 0.05).sum() == 4
    assert (15 * np.array(PUBLISHED) <= 0.05).sum() == 3  # Bonferroni


def test_q_values_equal_those_of_scipy_in_any_order_with_ties_and_gaps() -> None:
    p = np.random.default_rng(4).permutation(np.r_[PUBLISHED, PUBLISHED[:4], 0.0])
    assert np.allclose(benjamini_hochberg(p), false_discovery_control(p), rtol=1e-12, atol=0)
    gaps = np.insert(p, [3, 9], np.nan)
    assert np.array_equal(np.isnan(benjamini_hochberg(gaps)), np.isnan(gaps))
    assert np.allclose(benjamini_hochberg(gaps)[~np.isnan(gaps)], false_discovery_control(p), rtol=1e-12, atol=0)
    assert benjamini_hochberg([]).tolist() == []
