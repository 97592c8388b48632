"""How many prompts, takes and raters it takes to show a difference, by the verdict's own rule.

The verdict (`kit.stats.verdict`) asks whether the win rate lies further from a half than Student's t allows, prompts and
raters both being samples. Before there are votes, what prompts and raters add to a vote's variance has to be assumed:

- a third of votes are ties (34.5% and 32.2% in two published sets of votes), which carry no variance of their own;
- three tenths of a vote's variance are shared by all votes on a prompt, as large as the agreement that published studies find
  among raters (alpha .24 to .45), half of it the luck of one take, which more takes average out (no published number: an
  even split);
- raters' tastes are a twentieth (3% to 7% in published votes).

A study that has votes is planned with its own numbers instead (`from_votes`). Good to a few points of power, as
tests/bench/bench_plan.py shows by simulation, as long as the assumptions hold.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import BadParameter
from kit.stats.counts import Grid
from kit.stats.distributions import normal_cdf, student_quantile
from kit.stats.power import fewest_prompts
from kit.stats.variance import PUBLISHED_FREEDOM, PUBLISHED_SHARE, components, taste

ALPHA = 0.05
MOST_PROMPTS = 2000


@dataclass(frozen=True)
class Assumed:
    """What a vote's variance is made of: shares of all, adding up to 1 with what is the vote's own.

    `ties` is the share of votes that are ties, `prompt` what all votes on a prompt share, `take` the part of that which
    is the luck of one take, `rater` the raters' tastes. `source` says where the numbers come from.
    """

    ties: float = 1 / 3
    prompt: float = 0.3
    take: float = 0.5
    rater: float = 0.05
    source: str = "published votes"

    def __post_init__(self) -> None:
        shares = (self.ties, self.prompt, self.take, self.rater)
        if not all(0 <= s <= 1 for s in shares) or self.prompt + self.rater > 1 or self.ties == 1:
            raise BadParameter(
                "assumed shares lie between 0 and 1, prompt and rater together at most 1, ties below 1; "
                f"got ties {self.ties}, prompt {self.prompt}, take {self.take}, rater {self.rater}"
            )


@dataclass(frozen=True)
class Design:
    """A study to be: every rater votes on every pair of clips, on every dimension; `family` counts the claims tested."""

    prompts: int
    takes: int = 1
    raters: int = 3
    family: int = 4

    def __post_init__(self) -> None:
        if min(self.prompts, self.takes, self.raters, self.family) < 1:
            raise BadParameter(
                "a study needs at least one prompt, take, rater and dimension; "
                f"got {self.prompts}, {self.takes}, {self.raters} and {self.family}"
            )


def power(design: Design, win_rate: float, assumed: Assumed | None = None) -> float:
    """Return the chance, 0..1, that the verdict names the right model on a dimension with this true `win_rate` (0..1).

    Phi((d - t) / sqrt(1 + t^2 / (2 f))), d the distance of the rate from a half in standard errors, t the quantile of Student's t
    on f degrees of freedom at .05 / family (Holm's first step, so a dimension among others that differ is found more
    often); 0 with too few prompts for the exact test to reach that level.
    """
    if not 0 <= win_rate <= 1:
        raise BadParameter(f"a win rate lies between 0 and 1; got {win_rate}")
    given = assumed or Assumed()
    level = ALPHA / design.family
    n, k, m = design.prompts, design.takes, design.raters
    effect = abs(win_rate - 0.5)
    if n < fewest_prompts(level) or effect == 0:
        return 0.0
    # A decided vote lies half a unit from the middle, a tie in it. Strong preferences leave fewer ties.
    ties = min(given.ties, 1 - 2 * effect)
    whole = max((1 - ties) / 4 - effect**2, 1e-3)
    prompt = whole * given.prompt * (1 - given.take + given.take / k) / n
    single = whole * (1 - given.prompt - given.rater) / (n * m * k)
    rater = whole * _reckoned(given, design) / m if m > 1 else 0.0
    # The exact test moves in steps of a vote, and stops short of its level.
    effect = max(0.0, effect - 1 / (2 * n * m * k))
    freedom = _freedom(prompt + single, rater, single, design)
    t = student_quantile(1 - level / 2, freedom)
    return normal_cdf(
        (effect / math.sqrt(prompt + single + rater) - t) / math.sqrt(1 + t * t / (2 * freedom))
    )


def _reckoned(given: Assumed, design: Design) -> float:
    """The raters' share that the verdict would reckon with on average, since it learns it from few raters.

    Towards the published one, as `kit.stats.variance.taste` does, and up, as a dimension with more than the others counts halfway:
    by half of 0.4 sd, the mean of what a normal variable has above its centre.
    """
    own, rest = given.rater, 1 - given.rater
    freedom = design.family * (design.raters - 1.0)
    share = (freedom * own / rest + PUBLISHED_FREEDOM * PUBLISHED_SHARE) / (freedom + PUBLISHED_FREEDOM)
    noise = (1 - given.prompt - own) / rest / (design.prompts * design.takes)
    doubt = (own / rest + noise) * math.sqrt(2 / (design.raters - 1))
    return rest * (share + 0.2 * doubt)


def _freedom(prompts: float, raters: float, noise: float, design: Design) -> float:
    """Satterthwaite's degrees of freedom, as `kit.stats.variance.spread` counts them."""
    most = design.prompts - 1.0
    if raters == 0:
        return most
    known = design.family * (design.raters - 1) + PUBLISHED_FREEDOM
    left = (design.prompts - 1) * (design.raters - 1)
    doubt = prompts**2 / most + (raters + noise) ** 2 / known + noise**2 / left
    return min(most, max(1.0, (prompts + raters) ** 2 / doubt))


def smallest_shown(design: Design, *, chance: float = 0.8, assumed: Assumed | None = None) -> float:
    """Return the smallest true win rate above a half that this design shows with that chance; NaN if none."""
    _check(chance)
    if power(design, 1.0, assumed) < chance:
        return math.nan
    low, high = 0.5, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if power(design, middle, assumed) >= chance else (middle, high)
    return high


def prompts_for(
    win_rate: float,
    *,
    takes: int = 1,
    raters: int = 3,
    family: int = 4,
    chance: float = 0.8,
    assumed: Assumed | None = None,
) -> int | None:
    """Return the fewest prompts that show a true `win_rate` with that chance; None if MOST_PROMPTS would not do.

    More prompts do not help past what the raters' own tastes allow: then only more raters do.
    """
    _check(chance)

    def enough(prompts: int) -> bool:
        return power(Design(prompts, takes, raters, family), win_rate, assumed) >= chance

    if not enough(MOST_PROMPTS):
        return None
    low, high = 0, MOST_PROMPTS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check(chance: float) -> None:
    if not 0 < chance < 1:
        raise BadParameter(f"the chance of showing a difference lies between 0 and 1; got {chance}")


def from_votes(grids: Sequence[Grid]) -> Assumed | None:
    """Return what a study's own votes say, all dimensions together; None below six prompts or two raters.

    Takes cannot be told from prompts here, so their part stays as assumed. Raters' tastes are those of `kit.stats.variance.taste`.
    """
    known = [cells for cells in grids if len(cells.prompts) >= 6 and len(cells.raters) >= 2]
    if not known:
        return None
    parts = [components(cells) for cells in known]
    prompt, vote = (sum(p.prompt for p in parts), sum(p.vote for p in parts))
    if prompt + vote <= 0:
        return None
    share = max(0.0, taste(known, parts).share)
    whole = 1 + share
    # A tie adds nothing to the squares of a cell with one vote; with more takes this is a lower bound.
    squares = sum(float((cells.net.astype(float) ** 2 / cells.votes.clip(1)).sum()) for cells in known)
    votes = sum(float(cells.votes.sum()) for cells in known)
    return Assumed(
        ties=min(0.95, max(0.0, 1 - squares / votes)),
        prompt=prompt / (prompt + vote) / whole,
        rater=share / whole,
        source="this study's votes",
    )
