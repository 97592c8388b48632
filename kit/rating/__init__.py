"""Blind rating: a queue of pairs for each rater, what they answer, and how reliably.

    media = BlindMedia(study, study.rating.secret())
    session = RatingSession(study, rater="Mira", options=RatingOptions(), media=media)
    session.ask("start", {})

Read in this order: `queue` (what is shown in which order), `session` (what the page asks), `saving` (from an answer to
a vote), `answers` (what stands of a log), `blind` (clips under names that say nothing), `quality` (how reliably).
"""

from kit.rating.blind import BlindCopy, BlindMedia
from kit.rating.options import RatingOptions
from kit.rating.quality import quality, rater_quality
from kit.rating.queue import plan_queue
from kit.rating.session import RatingSession

__all__ = [
    "BlindCopy",
    "BlindMedia",
    "RatingOptions",
    "RatingSession",
    "plan_queue",
    "quality",
    "rater_quality",
]
