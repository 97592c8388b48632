"""The difference of two win rates that were found in different studies."""

import math

from kit.stats.exact import NO_INTERVAL, Interval


def rate_difference(one: float, ends: Interval, other: float, other_ends: Interval) -> Interval:
    """Return the interval of `one - other`, in -1..1, from the interval that each rate (0..1) has already.

    By squaring and adding the distances to the ends (Zou and Donner 2008, "Construction of confidence limits about
    effect measures: a general approach", Statistics in Medicine 27:1693): with rates p and q, of ends (l, u) and
    (m, v), the lower end is p - q - sqrt((p - l)^2 + (v - q)^2), the upper p - q + sqrt((u - p)^2 + (q - m)^2). For
    Wilson's intervals that is method 10 of Newcombe (1998). The level is that of the two intervals, and so is what
    they cover: here each holds its study's prompts and raters for samples.

    The two have to be independent: no vote may be in both. Prompts or raters in common make rates rise and fall
    together, and then the interval is too wide rather than too narrow. 'none' where either has no interval.
    """
    found = (one, ends.low, ends.high, other, other_ends.low, other_ends.high)
    if any(math.isnan(value) for value in found):
        return NO_INTERVAL
    middle = one - other
    low = middle - math.hypot(one - ends.low, other_ends.high - other)
    high = middle + math.hypot(ends.high - one, other - other_ends.low)
    return Interval(max(-1.0, low), min(1.0, high), "squares")
