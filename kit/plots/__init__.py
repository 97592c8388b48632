"""Figures from frames: each with its table, a title that says what the numbers say, a caption and a text for it."""

from kit.plots.generation import cost_plot, phase_plot, speed_plot
from kit.plots.measured import measurement_plot
from kit.plots.strengths import strength_plot
from kit.plots.style import Plot
from kit.plots.wins import win_plot

__all__ = [
    "Plot",
    "cost_plot",
    "measurement_plot",
    "phase_plot",
    "speed_plot",
    "strength_plot",
    "win_plot",
]
