"""Simulated votes for the tests, clustered by prompt and by rater."""

import numpy as np
import pandas as pd
import pytest

from kit.stats.counts import Grid

DIMENSIONS = ["prompt_adherence", "video_realism", "video_resolution", "artifacts"]


@pytest.fixture
def dimensions():
    """The dimensions of the default rubric."""
    return list(DIMENSIONS)


@pytest.fixture
def simulated_grid():
    """A function that simulates the votes of every rater on every prompt.

    A latent preference past .3 either way is a choice, else a tie. A prompt's clips (sd .5), a rater's taste for one
    model (sd `taste`) and for it on one prompt (sd .3) are shared by votes; sd 1 is each vote's own. A taste of .2
    gives raters 3% of a vote's variance, so that 15 votes of a rater widen a standard error by a fifth, as published
    votes do.
    """

    def simulate(rng, prompts, raters, *, effect=0.0, taste=0.2):
        latent = (
            effect
            + 0.5 * rng.normal(size=(prompts, 1))
            + taste * rng.normal(size=(1, raters))
            + 0.3 * rng.normal(size=(prompts, raters))
            + rng.normal(size=(prompts, raters))
        )
        net = np.where(latent > 0.3, 1, np.where(latent < -0.3, -1, 0)).astype(np.int64)
        prompt_names = tuple(f"p{i:03}" for i in range(prompts))
        rater_names = tuple(f"r{i:02}" for i in range(raters))
        return Grid(prompt_names, rater_names, net, np.ones_like(net))

    return simulate


@pytest.fixture
def votes_of():
    """A function that makes a frame of votes from grids by dimension, model-a being `a`."""

    def frame(grids, model_a="model-a", model_b="model-b", kind="person"):
        rows = [
            {
                "prompt_id": prompt,
                "model_a": model_a,
                "model_b": model_b,
                "take": 1,
                "dimension": dimension,
                "choice": {1: "a", -1: "b", 0: "both_good"}[int(cells.net[i, j])],
                "rater": rater,
                "rater_kind": kind,
            }
            for dimension, cells in grids.items()
            for i, prompt in enumerate(cells.prompts)
            for j, rater in enumerate(cells.raters)
        ]
        return pd.DataFrame(rows)

    return frame


@pytest.fixture
def paired_study():
    """A function that makes a study's tables of measurements, requests and votes on artifacts of models x and y."""

    def made(rows, metrics=("sharpness",)):
        """Tables from (prompt, values of x, values of y, choices), choices being of x against y by raters in turn."""
        requests, measurements, votes = [], [], []
        for prompt, *values, choices in rows:
            for model, numbers in zip(("x", "y"), values, strict=True):
                clip = f"{prompt}-{model}"
                requests.append((f"q-{clip}", prompt, model, 1, clip, "done"))
                measurements += [
                    (clip, metric, 1, number, None, "u")
                    for metric, number in zip(metrics, numbers, strict=True)
                ]
            votes += [(prompt, "x", "y", 1, "artifacts", choice, f"r{i}") for i, choice in enumerate(choices)]
        return (
            pd.DataFrame(measurements, columns=["clip", "metric", "version", "value", "text", "unit"]),
            pd.DataFrame(requests, columns=["request", "prompt_id", "model", "take", "clip", "state"]),
            pd.DataFrame(
                votes, columns=["prompt_id", "model_a", "model_b", "take", "dimension", "choice", "rater"]
            ),
        )

    return made
