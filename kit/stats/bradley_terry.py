"""The Bradley-Terry model and its two extensions for ties, by maximum likelihood or with the bias taken out.

Model m has a strength l_m on the log-odds scale, and in one contest the first is stronger by
d = l_one - l_two + side * b, with side 1 or -1 where it stood left or right and 0 where that is not known (b is
`at.home` in Agresti 2002, "Categorical Data Analysis", 2nd edition, section 10.6.4). What d makes of the outcome is
in `kit.stats.ties`. Strengths have mean zero within each group of models that votes join: a constraint by contrast,
so there is no reference model and no ridge, and the information matrix is inverted on the contrasts alone.

Maximum likelihood is by Newton's method with the step halved where it does not climb. Where it has no finite answer
(see `kit.stats.design`), the bias-reduced estimate does: it maximises log-likelihood + log(det information) / 2, the
penalty of Jeffreys' prior (Firth 1993, "Bias reduction of maximum likelihood estimates", Biometrika 80:27-38; Heinze
and Schemper 2002, "A solution to the problem of separation in logistic regression", Statistics in Medicine
21:2409-2419). Its score adds h (1/2 - p) to each kind of contest, h being its leverage. It is for ties as halves.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.errors import BadParameter
from kit.stats.contests import LOSS, TIE, WIN, Contests
from kit.stats.design import Design
from kit.stats.laplacian import Meetings
from kit.stats.ties import FAMILIES, Floats, Slopes, chance

# Beyond odds of e^12, 160,000 to one, an estimate is on its way to infinity.
_FAR = 12.0
_STEPS = 200
_CLOSE = 1e-10


class Fit(NamedTuple):
    """A fitted model. `strengths` has shape (models,); `side` and `tie` are NaN where the fit has no such term.

    `information` is square, over strengths, then side, then tie, and has been made invertible by adding 1 to every
    entry between two models of a group; its inverse is right for whatever is a contrast within a group. `reduced`
    says that the bias was taken out; `finite`, that the estimate was reached and is not on its way to infinity.
    `deviance` is residual, with `freedom` degrees, against a fit of each kind of contest by itself; it is a test of
    fit only where votes are independent of each other.
    """

    family: str
    strengths: Floats
    side: float
    tie: float
    information: Floats
    reduced: bool
    finite: bool
    deviance: float
    freedom: int

    @property
    def parameters(self) -> Floats:
        """Strengths, then side and tie as far as there are any."""
        return np.array([*self.strengths, *(x for x in (self.side, self.tie) if not math.isnan(x))])

    def slopes(self, contests: Contests) -> Slopes:
        """Log-likelihood and derivatives of every outcome at the estimate."""
        side = 0.0 if math.isnan(self.side) else self.side
        d = self.strengths[contests.one] - self.strengths[contests.two] + side * contests.side
        return FAMILIES[self.family](d, 0.0 if math.isnan(self.tie) else self.tie)


def joined(group: NDArray[np.int64], size: int) -> Floats:
    """Return 1 between models of one group, else 0, shape (size, size): what makes an information invertible."""
    made = np.zeros((size, size))
    made[: len(group), : len(group)] = group[:, None] == group
    return made


def has_side(contests: Contests, design: Design) -> bool:
    """Whether votes of known side can tell a side's advantage from the strengths of the models."""
    if not contests.side.any():
        return False
    weight = contests.counts().sum(axis=0)
    information = _meetings(contests, side=True).squares(weight)[0]
    information += joined(design.group, len(information))
    return bool(np.linalg.eigvalsh(information)[0] > 1e-8 * weight.sum())


def _meetings(contests: Contests, *, side: bool) -> Meetings:
    return Meetings(contests.models, contests.one, contests.two, contests.side if side else None)


def rows_of(contests: Contests, *, side: bool) -> Floats:
    """Return the design matrix: 1 for the first model, -1 for the second, and the side; shape (lines, models [+ 1])."""
    lines = np.arange(len(contests.one))
    x = np.zeros((len(lines), contests.models + side))
    x[lines, contests.one] = 1.0
    x[lines, contests.two] = -1.0
    if side:
        x[:, -1] = contests.side
    return x


class _Problem:
    """The log-likelihood of one fit, its slope and its information, at any parameters."""

    def __init__(
        self,
        contests: Contests,
        group: NDArray[np.int64],
        counts: Floats,
        family: str,
        *,
        side: bool,
        reduced: bool,
    ) -> None:
        self.contests, self.side = contests, side
        self.meetings = _meetings(contests, side=side)
        self.counts = counts
        self.family, self.reduced = family, reduced
        self.tie = family != "half"
        self.size = self.meetings.width + self.tie
        self.fixed = joined(group, self.size)

    def start(self) -> Floats:
        """All models alike, and as many ties as were seen."""
        first = np.zeros(self.size)
        if self.tie:
            share = self.counts[TIE].sum() / self.counts.sum()
            first[-1] = math.log(2 * share / (1 - share)) if self.family == "davidson" else 0.0
            if self.family == "rao_kupper":
                # With equal models P(tie) = (exp(t) - 1) / (exp(t) + 1).
                first[-1] = math.log((1 + share) / (1 - share))
        return first

    def at(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return the value to climb, its slope, and the information."""
        width = self.meetings.width
        if self.family == "rao_kupper" and theta[-1] <= 0:
            return -math.inf, np.zeros(self.size), self.fixed
        d = theta[self.contests.one] - theta[self.contests.two]
        if self.side:
            d = d + theta[width - 1] * self.contests.side
        slopes = FAMILIES[self.family](d, float(theta[-1]))
        lean = (self.counts * slopes.by_d).sum(axis=0)
        weight = (self.counts * slopes.dd).sum(axis=0)
        information = self.fixed.copy()
        information[:width, :width] += self.meetings.squares(weight)[0]
        value = float((self.counts * slopes.value).sum())
        if self.tie:
            information[:width, -1] += self.meetings.rows((self.counts * slopes.dt).sum(axis=0))[0]
            information[-1, :width] = information[:width, -1]
            information[-1, -1] += (self.counts * slopes.tt).sum()
        if self.reduced:
            x = rows_of(self.contests, side=self.side)
            leverage = weight * ((x @ np.linalg.inv(information)) * x).sum(axis=1)
            lean = lean + leverage * (0.5 - chance(d))
            value += 0.5 * float(np.linalg.slogdet(information)[1])
        slope = self.meetings.rows(lean)[0]
        if self.tie:
            slope = np.append(slope, (self.counts * slopes.by_t).sum())
        return value, slope, information


def _climb(problem: _Problem) -> tuple[Floats, Floats, bool]:
    """Return the highest point, the information there, and whether it was reached."""
    theta = problem.start()
    value, slope, information = problem.at(theta)
    for _ in range(_STEPS):
        try:
            step = np.linalg.solve(information, slope)
        except np.linalg.LinAlgError:
            return theta, information, False
        length = 1.0
        for _ in range(40):
            there = problem.at(theta + length * step)
            if there[0] >= value - 1e-9 * abs(value):
                break
            length /= 2
        theta = theta + length * step
        value, slope, information = there
        if np.abs(theta).max() > 4 * _FAR:
            return theta, information, False
        if np.abs(length * step).max() < _CLOSE:
            return theta, information, True
    return theta, information, False


def fit(
    contests: Contests,
    design: Design,
    *,
    family: str = "half",
    side: bool = True,
    reduced: bool = False,
    weight: Floats | None = None,
) -> Fit:
    """Fit strengths to the votes of one dimension, at least one.

    `family` is 'half', 'davidson' or 'rao_kupper' (see `kit.stats.ties`; the last two need ties and choices).
    `side` asks for a term for the side, which `has_side` must allow. `reduced` takes the bias out, with 'half' only.
    `weight`, shape (votes,), lets votes count for more or less. Raises BadParameter where these do not go together.
    """
    if family not in FAMILIES:
        raise BadParameter(f"unknown model of ties {family!r}; it is one of {', '.join(FAMILIES)}")
    if reduced and family != "half":
        raise BadParameter(f"bias is taken out with ties as halves only, not with {family!r}")
    ties, votes = int((contests.outcome == TIE).sum()), len(contests.outcome)
    if family != "half" and not 0 < ties < votes:
        raise BadParameter(f"{family!r} needs both ties and choices; of {votes} votes {ties} are ties")
    counts = contests.counts(weight)
    problem = _Problem(contests, design.group, counts, family, side=side, reduced=reduced)
    theta, information, reached = _climb(problem)
    strengths = theta[: contests.models]
    made = Fit(
        family=family,
        strengths=strengths,
        side=float(theta[contests.models]) if side else math.nan,
        tie=float(theta[-1]) if problem.tie else math.nan,
        information=information,
        reduced=reduced,
        finite=reached and bool(np.abs(theta).max() < _FAR),
        deviance=math.nan,
        freedom=len(contests.one) * (1 + problem.tie) - (len(theta) - design.groups),
    )
    return made._replace(deviance=_deviance(made, contests, counts))


def _deviance(made: Fit, contests: Contests, counts: Floats) -> float:
    """Twice the log-likelihood short of a fit of each line by itself."""
    likely = float((counts * made.slopes(contests).value).sum())
    if made.family == "half":
        counts = np.stack([counts[WIN] + counts[TIE] / 2, counts[LOSS] + counts[TIE] / 2])
    share = counts / counts.sum(axis=0)
    best = float((counts * np.log(np.where(share > 0, share, 1.0))).sum())
    return 2 * (best - likely)
