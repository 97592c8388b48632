"""What dimensions and votes are called inside a sentence."""

from collections.abc import Sequence

from kit.reporting.material import Material
from kit.reporting.sections.phrases import listed, plural
from kit.wording import inside

_VOTES = {"person": "votes", "simulated": "simulated votes", "judge": "judges' votes"}


def votes_by(material: Material) -> str:
    """'votes', 'simulated votes' or 'judges' votes', of one rater where that is so: who chose is never left open."""
    alone = len(material.cast) and material.cast["rater"].nunique() == 1
    return _VOTES[material.comparison.rater_kind or "person"] + (" of one rater" if alone else "")


def count_of_votes(material: Material, count: int) -> str:
    """'20 simulated votes'; one judge's is a 'judge's vote'."""
    many = _VOTES[material.comparison.rater_kind or "person"]
    return plural(count, {"judges' votes": "judge's vote"}.get(many, many.removesuffix("s")), many)


def title_of(material: Material, dimension: str) -> str:
    """A dimension's title: 'video realism'."""
    return inside(material.dimension_title(dimension))


def titles_of(material: Material, dimensions: Sequence[str], last: str = "and") -> str:
    """Several: 'video realism and artifacts'."""
    return listed([title_of(material, d) for d in dimensions], last=last)


def recommended(material: Material) -> str:
    """What stands before the chosen model: of the kit's own clips nothing is recommended."""
    return "By the rule" if material.sandbox_clips else "Recommended"


def voted_dimensions(material: Material, model: str) -> set[str]:
    """The dimensions on which anybody voted on this model."""
    wins = material.comparison.wins
    own = wins[(wins["n_votes"] > 0) & ((wins["model_a"] == model) | (wins["model_b"] == model))]
    return set(own["dimension"])


def capital(text: str) -> str:
    """A text as it begins a sentence."""
    return text[0].upper() + text[1:]
