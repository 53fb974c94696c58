"""The width of the band, against an independent implementation."""

import pytest
from scipy.stats import t

from lambdas.domain.student import half_width

FEW = range(1, 60)
AROUND_THE_SWITCH = range(990, 1010)
MANY = (1_999, 8_638, 105_118, 1_000_000, 10**9)


@pytest.mark.parametrize("degrees", [*FEW, 120, 365, *AROUND_THE_SWITCH, *MANY])
def test_the_quantile_is_students(degrees: int) -> None:
    assert half_width(degrees) == pytest.approx(t.ppf(0.975, degrees), rel=1e-12)


def test_the_band_narrows_with_every_degree_of_freedom() -> None:
    widths = [half_width(degrees) for degrees in range(1, 2_000)]
    assert widths == sorted(widths, reverse=True)
