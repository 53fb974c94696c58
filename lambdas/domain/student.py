"""Student's t distribution: how many standard errors lie either side of the middle in 95 of 100.

Exact sums for few degrees of freedom (Abramowitz & Stegun, 26.7.3 and 26.7.4), the expansion around
the normal distribution (26.7.5) for many. No library for it is small enough for a function's start.
"""

import math
from typing import Final

_SHARE: Final = 0.95
_NORMAL: Final = 1.959963984540054  # what _SHARE is in a normal distribution
_MANY: Final = 1_000  # from here on the expansion is right to 1e-14
_ROUNDS: Final = 50


def half_width(degrees: int) -> float:
    """The t with P(|T| ≤ t) = 0.95 for that many degrees of freedom, right to 1e-12."""
    assert degrees >= 1, "there is no distribution without a degree of freedom"
    if degrees == 1:
        return math.tan(math.pi * _SHARE / 2)
    t = _expanded(degrees)
    if degrees > _MANY:
        return t
    for _ in range(_ROUNDS):
        step = (_within(t, degrees) - _SHARE) / _density(t, degrees)
        t -= step
        if abs(step) < 1e-14 * t:
            break
    return t


def _expanded(degrees: int) -> float:
    z, n = _NORMAL, float(degrees)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / math.pow(n, power) for power, term in enumerate(terms, start=1))


def _within(t: float, degrees: int) -> float:
    """P(|T| ≤ t)."""
    cosine_squared = degrees / (degrees + t * t)
    sine = t / math.sqrt(degrees + t * t)
    is_odd = degrees % 2
    total, term = 0.0, 1.0
    for k in range(1, (degrees - is_odd) // 2 + 1):
        total += term
        term *= cosine_squared * (2 * k - 1 + is_odd) / (2 * k + is_odd)
    if not is_odd:
        return sine * total
    angle = math.atan2(t, math.sqrt(degrees))
    return 2 / math.pi * (angle + sine * math.sqrt(cosine_squared) * total)


def _density(t: float, degrees: int) -> float:
    """Of |T| at t: the slope of `_within`."""
    log = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    log -= (degrees + 1) / 2 * math.log1p(t * t / degrees)
    return 2 * math.exp(log) / math.sqrt(degrees * math.pi)
