"""Strengths of studies with resampled prompts, drawn as in `kit.stats.bootstrap`, where it says why raters are not.

Every draw is fitted with the bias taken out (see `kit.stats.bradley_terry`): in some draws a model wins or loses all its votes,
where only that fit is finite. All draws climb together.
"""

import numpy as np

from kit.stats.bootstrap import resamples
from kit.stats.bradley_terry import joined, rows_of
from kit.stats.contests import Contests
from kit.stats.design import Design
from kit.stats.ties import Floats, chance

_CELLS = 2_000_000  # draws x lines, or draws x parameters^2, held at once
_STEPS = 100
_CLOSE = 1e-7
_LONGEST = 2.0  # a step of log-odds; longer ones overshoot


class _Batch:
    """Fits of many draws. `won` and `met`, shape (draws, lines): wins of the first, ties as halves, and votes."""

    def __init__(self, contests: Contests, design: Design, won: Floats, met: Floats, *, side: bool) -> None:
        self.contests, self.won, self.met, self.sided = contests, won, met, side
        self.x = rows_of(contests, side=side)
        self.fixed = joined(design.group, self.x.shape[1])

    def informations(self, weight: Floats) -> Floats:
        """Informations of shape (draws, parameters, parameters), from weights of shape (draws, lines)."""
        k, size = self.contests.models, self.x.shape[1]
        made = np.zeros((len(weight), size, size))
        for side in (-1, 0, 1):
            # On one side, each pair has one line, so nothing is added to one place twice.
            lines = self.contests.side == side
            made[:, self.contests.one[lines], self.contests.two[lines]] -= weight[:, lines]
        made += made.transpose(0, 2, 1)
        places = np.arange(k)
        made[:, places, places] = -made.sum(axis=2)[:, :k]
        if self.sided:
            at = weight * self.contests.side
            made[:, :k, k] = made[:, k, :k] = at @ self.x[:, :k]
            made[:, k, k] = at @ self.contests.side
        return np.asarray(made + self.fixed, dtype=np.float64)

    def leverages(self, weight: Floats, informations: Floats) -> Floats:
        """Leverages of shape (draws, lines)."""
        spread = np.linalg.inv(informations)
        one, two, k = self.contests.one, self.contests.two, self.contests.models
        within = spread[:, one, one] + spread[:, two, two] - 2 * spread[:, one, two]
        if self.sided:
            side = self.contests.side
            within += 2 * side * (spread[:, one, k] - spread[:, two, k]) + side**2 * spread[:, k, k][:, None]
        return np.asarray(weight * within, dtype=np.float64)

    def climb(self) -> Floats:
        """Parameters of the draws that place every model, shape (<= draws, parameters)."""
        flat = self.informations(self.met / 4)
        lowest = np.linalg.eigvalsh(flat)[:, 0]
        placed = lowest > 1e-9 * self.met.sum(axis=1)
        self.won, self.met = self.won[placed], self.met[placed]
        theta = np.zeros((len(self.met), self.x.shape[1]))
        if not len(theta):
            return theta
        for _ in range(_STEPS):
            p = chance(theta @ self.x.T)
            weight = self.met * p * (1 - p)
            informations = self.informations(weight)
            lean = self.won - self.met * p + self.leverages(weight, informations) * (0.5 - p)
            step = np.linalg.solve(informations, (lean @ self.x)[:, :, None])[:, :, 0]
            step *= np.minimum(1.0, _LONGEST / np.maximum(np.abs(step).max(axis=1), 1e-12))[:, None]
            theta += step
            if np.abs(step).max() < _CLOSE:
                break
        return theta


def strength_draws(
    contests: Contests, design: Design, *, side: bool, draws: int = 1000, seed: int = 0
) -> Floats:
    """Return strengths, and the side's advantage where `side` is asked for, of studies with resampled prompts.

    Shape (<= draws, models [+ 1]), ties as halves; draws in which some model cannot be placed are left out.
    """
    prompts, lines = contests.prompts, len(contests.one)
    # Only what was voted on a prompt is held: a prompt sees few of many lines.
    cells, cell = np.unique(contests.line * prompts + contests.prompt, return_inverse=True)
    line, prompt = cells // prompts, cells % prompts
    first = np.searchsorted(line, np.arange(lines))
    met = np.bincount(cell).astype(float)
    won = np.bincount(cell, weights=np.array([1.0, 0.5, 0.0])[contests.outcome])
    size = max(1, _CELLS // max(len(cells), (contests.models + 1) ** 2))
    fitted = []
    for drawn in resamples(prompts, draws=draws, seed=seed):
        for start in range(0, len(drawn), size):
            times = drawn[start : start + size, prompt]
            sums = [np.add.reduceat(times * what, first, axis=1) for what in (won, met)]
            fitted.append(_Batch(contests, design, *sums, side=side).climb())
    return np.concatenate(fitted)
