"""Three ways of reading a tie, as likelihoods of the outcomes of one contest.

`d` is by how much the first model is stronger, on the log-odds scale (with what its side adds), and `t` the
parameter of ties, where there is one.

- `half`: a tie is half a win for each, the usual way of arenas: P(win) = s(d), with s(d) = 1 / (1 + exp(-d)), and a
  tie contributes (log s(d) + log s(-d)) / 2 (Bradley and Terry 1952, with halves).
- `davidson`: P(win) : P(tie) : P(loss) = exp(d / 2) : exp(t) : exp(-d / 2) (Davidson 1970, "On extending the
  Bradley-Terry model to accommodate ties in paired comparison experiments", JASA 65:317-328; his nu is exp(t)).
- `rao_kupper`: P(win) = s(d - t), P(loss) = s(-d - t), P(tie) the rest: differences below a threshold are not seen
  (Rao and Kupper 1967, "Ties in paired-comparison experiments", JASA 62:194-204; their theta is exp(t), t > 0).

All three log-likelihoods are concave in (d, t).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Slopes(NamedTuple):
    """Log-likelihood of each outcome (win, tie, loss) and its derivatives, each of shape (3, lines).

    `by_d`, `by_t`: first derivatives. `dd`, `dt`, `tt`: second derivatives with their sign turned.
    """

    value: Floats
    by_d: Floats
    by_t: Floats
    dd: Floats
    dt: Floats
    tt: Floats


def log_chance(x: Floats) -> Floats:
    """Return log s(x) = -log(1 + exp(-x)), without overflow."""
    return np.asarray(-np.logaddexp(0.0, -x), dtype=np.float64)


def chance(x: Floats) -> Floats:
    """Return s(x) = 1 / (1 + exp(-x)), without overflow."""
    return np.asarray(np.exp(log_chance(x)), dtype=np.float64)


def half(d: Floats, t: float = 0.0) -> Slopes:
    """Ties as halves; `t` plays no part."""
    del t
    won, lost = log_chance(d), log_chance(-d)
    p = np.exp(won)
    spread = np.exp(won + lost)
    none = np.zeros((3, len(d)))
    return Slopes(
        value=np.stack([won, 0.5 * (won + lost), lost]),
        by_d=np.stack([1 - p, 0.5 - p, -p]),
        by_t=none,
        dd=np.stack([spread] * 3),
        dt=none,
        tt=none,
    )


def davidson(d: Floats, t: float) -> Slopes:
    """Davidson's ties: a multinomial logit, so that second derivatives are the same for all outcomes."""
    parts = np.stack([d / 2, np.full(len(d), t), -d / 2])
    value = parts - np.logaddexp.reduce(parts, axis=0)
    win, tie, loss = np.exp(value)
    lean = win - loss
    return Slopes(
        value=value,
        by_d=np.stack([0.5 - lean / 2, -lean / 2, -0.5 - lean / 2]),
        by_t=np.stack([-tie, 1 - tie, -tie]),
        dd=np.stack([(win + loss - lean**2) / 4] * 3),
        dt=np.stack([-lean * tie / 2] * 3),
        tt=np.stack([tie * (1 - tie)] * 3),
    )


def rao_kupper(d: Floats, t: float) -> Slopes:
    """Ties below a threshold. P(tie) = (exp(2t) - 1) P(win) P(loss), which is how it is computed."""
    won, lost = log_chance(d - t), log_chance(-d - t)
    win_rest, loss_rest = chance(t - d), chance(t + d)
    win_spread, loss_spread = np.exp(won) * win_rest, np.exp(lost) * loss_rest
    both = win_spread + loss_spread
    gap = -np.expm1(-2 * t)  # 1 - exp(-2t)
    return Slopes(
        value=np.stack([won, np.log(np.expm1(2 * t)) + won + lost, lost]),
        by_d=np.stack([win_rest, win_rest - loss_rest, -loss_rest]),
        by_t=np.stack([-win_rest, 2 / gap - win_rest - loss_rest, -loss_rest]),
        dd=np.stack([win_spread, both, loss_spread]),
        dt=np.stack([-win_spread, loss_spread - win_spread, loss_spread]),
        tt=np.stack([win_spread, both + 4 * np.exp(-2 * t) / gap**2, loss_spread]),
    )


FAMILIES: dict[str, Callable[[Floats, float], Slopes]] = {
    "half": half,
    "davidson": davidson,
    "rao_kupper": rao_kupper,
}
