"""What so many prompts can show, and how many it would take.

Normal approximation throughout: good enough to plan with, not to claim with.
"""

import math

from kit.errors import BadParameter
from kit.stats.distributions import normal_quantile, student_quantile


def _check(alpha: float, power: float) -> None:
    if not (0 < alpha < 1 and 0 < power < 1):
        raise BadParameter(f"alpha and power lie between 0 and 1; got {alpha} and {power}")


def decisive_votes_needed(win_rate: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return how many independent votes that are not ties show a true `win_rate` (0..1, not .5) to differ from half.

    n = ((z_{1-alpha/2} / 2 + z_power sqrt(p (1 - p))) / (p - 1/2))^2, rounded up (one-sample test of a share, Fleiss,
    Levin and Paik 2003, section 2.5): 783 at 55%, 194 at 60%, 85 at 65%, 47 at 70%. Infinite at 50%.
    """
    _check(alpha, power)
    if not 0 <= win_rate <= 1:
        raise BadParameter(f"a win rate lies between 0 and 1; got {win_rate}")
    if win_rate == 0.5:
        return math.inf
    reach = normal_quantile(1 - alpha / 2) / 2 + normal_quantile(power) * math.sqrt(win_rate * (1 - win_rate))
    return float(math.ceil((reach / (win_rate - 0.5)) ** 2))


def fewest_prompts(alpha: float = 0.05) -> int:
    """Return the fewest prompts, all won by one model, at which an exact two-sided test reaches alpha: 2 / 2^n <= alpha."""
    _check(alpha, 0.5)
    return max(1, math.ceil(1 - math.log2(alpha) - 1e-9))


def reach(alpha: float, power: float, freedom: float = math.inf) -> float:
    """Return how many standard errors from zero a true effect must lie to be shown with that power.

    The root of Phi((d - t) / sqrt(1 + t^2 / (2 freedom))) = power, t the 1 - alpha / 2 quantile of Student's t: the usual
    approximation of the non-central t (Abramowitz and Stegun 26.7.10, its leading terms). z_{1-alpha/2} + z_power with
    infinite freedom.
    """
    _check(alpha, power)
    if math.isinf(freedom):
        return normal_quantile(1 - alpha / 2) + normal_quantile(power)
    t = student_quantile(1 - alpha / 2, freedom)
    return t + normal_quantile(power) * math.sqrt(1 + t * t / (2 * freedom))


def prompts_needed(
    effect: float, spread: float, *, fixed: float = 0.0, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Return how many prompts in all show a true `effect` (distance of the win rate from a half) as it is now.

    n = z^2 spread^2 / (effect^2 - z^2 fixed), z = z_{1-alpha/2} + z_power, rounded up, and never fewer than
    `fewest_prompts`. `spread` is the standard error times the square root of the prompts it came from; `fixed` is
    variance that more prompts do not remove (the raters' taste). Infinite where no number of prompts would do.
    """
    _check(alpha, power)
    z = normal_quantile(1 - alpha / 2) + normal_quantile(power)
    room = effect * effect - z * z * fixed
    if effect == 0 or room <= 0:
        return math.inf
    return float(max(fewest_prompts(alpha), math.ceil(z * z * spread * spread / room - 1e-9)))


def smallest_effect(
    spread: float,
    prompts: int,
    *,
    fixed: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.8,
    freedom: float = math.inf,
) -> float:
    """Return the smallest true distance of the win rate from a half that so many prompts show; NaN if none can be.

    z sqrt(spread^2 / n + fixed), the inverse of `prompts_needed`. Where prompts were all alike (spread 0), a spread
    of a half, that of plain coin tosses, stands in: nothing is known of the true one. With `freedom`, z is `reach`.
    """
    _check(alpha, power)
    if prompts < fewest_prompts(alpha):
        return math.nan
    effect = reach(alpha, power, freedom) * math.sqrt((spread if spread > 0 else 0.5) ** 2 / prompts + fixed)
    return effect if effect <= 0.5 else math.nan
