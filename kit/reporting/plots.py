"""Which plots go where on the page."""

from kit.plots import Plot, cost_plot, measurement_plot, phase_plot, speed_plot, win_plot
from kit.reporting.material import Material


def vote_plots(material: Material) -> list[Plot]:
    """The win rates of every pair on every dimension, where anybody voted."""
    wins = material.comparison.wins
    return [win_plot(material.comparison)] if len(wins) and wins["n_votes"].sum() else []


def metric_plots(material: Material, metric: str) -> list[Plot]:
    """One metric's value on every clip; nothing for what the container says, which the tables show."""
    known = material.metrics.get(metric)
    if known is not None and known.dimension == "facts":
        return []
    own = material.measurements[material.measurements["metric"] == metric]
    if not own["value"].notna().any():
        return []
    return [
        measurement_plot(
            material.measurements,
            material.requests,
            metric,
            material.models,
            label=known.label if known else None,
        )
    ]


def generation_plots(material: Material) -> list[Plot]:
    """Generation time and price of every clip, where they are known."""
    comparison, requests = material.comparison, material.requests
    found = []
    if comparison.speed["n_timed"].sum():
        found.append(speed_plot(comparison, requests))
    if comparison.cost["n_priced"].sum():
        found.append(cost_plot(comparison, requests))
    return found


def phase_plots(material: Material) -> list[Plot]:
    """The parts of the generation time, queue and processing, of every clip, where they are known."""
    comparison = material.comparison
    return [
        phase_plot(comparison, material.requests, phase)
        for phase in ("queue", "processing")
        if comparison.speed[f"n_{phase}"].sum()
    ]
