"""Which model was which, and what the votes say so far: for the end of a queue."""

from typing import TYPE_CHECKING, Any

from kit.comparison import Comparison, compare, compare_frames
from kit.errors import BadParameter
from kit.rating.answers import fold
from kit.rating.options import Reveal
from kit.wording import findings

if TYPE_CHECKING:
    from kit.storage.rating import RaterRows
    from kit.study import Study

_ROW = (
    "dimension", "model_a", "model_b", "n_votes", "n_prompts", "n_raters", "a", "b", "tie", "both_good",
    "both_bad", "win_rate", "low", "high",
)  # fmt: skip


def result(study: "Study", kind: Reveal, rater: str, rater_kind: str) -> dict[str, Any]:
    """Findings and counts, of this rater's votes or of the whole study's. Raises BadParameter where kind is 'never'."""
    if kind == "never":
        raise BadParameter("this study shows no result to raters; ask whoever runs it")
    compared = compare(study) if kind == "study" else _of_own(study, rater, rater_kind)
    rows = [{key: row[key] for key in _ROW} | {"n": row["n_votes"]} for row in compared.to_dict()["wins"]]
    return {"kind": kind, "findings": findings(compared, study.rubric), "rows": rows}


def _of_own(study: "Study", rater: str, rater_kind: str) -> Comparison:
    votes, scores = study.votes, study.scores

    def own(given: Any) -> Any:
        return given[(given["rater"] == rater) & (given["rater_kind"] == rater_kind)].reset_index(drop=True)

    return compare_frames(
        votes=own(votes),
        scores=own(scores),
        requests=study.requests,
        measurements=study.measurements.iloc[:0],
        models=study.models,
        dimensions=study.rubric.ids,
        rater_kind=rater_kind,
    )


def own_pairs(rows: "RaterRows", texts: dict[str, str]) -> list[dict[str, Any]]:
    """This rater's pairs in the order in which they were shown, with the names of both models and the votes."""
    log: dict[int, list[Any]] = {}
    for row in rows.log():
        if row.position is not None:
            log.setdefault(row.position, []).append(row)
    shown = []
    for item in rows.items():
        votes = fold(log.get(item.position, [])).votes
        if item.kind == "pair" and votes:
            models = {"a": item.model_a, "b": item.model_b}
            shown.append(
                {
                    "prompt": texts.get(item.prompt_id, ""),
                    "left": models[item.left],
                    "right": models[item.right],
                    "votes": {dimension: row.side for dimension, row in votes.items()},
                }
            )
    return shown
