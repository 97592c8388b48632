"""Filming a study's prompts with paid models: plan, run, and settling what a run could not know."""

from kit.generation.plan import Plan, plan
from kit.generation.policy import Policy
from kit.generation.progress import ModelProgress, Progress
from kit.generation.resolve import Resolution, aresolve, parse_decision, resolve, tasks_frame
from kit.generation.run import agenerate
from kit.generation.show import listener
from kit.generation.summary import RunStopped, RunSummary, StillOpen
from kit.generation.sync import generate

__all__ = [
    "ModelProgress",
    "Plan",
    "Policy",
    "Progress",
    "Resolution",
    "RunStopped",
    "RunSummary",
    "StillOpen",
    "agenerate",
    "aresolve",
    "generate",
    "listener",
    "parse_decision",
    "plan",
    "resolve",
    "tasks_frame",
]
