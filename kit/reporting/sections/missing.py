"""What a study lacks, and the command that would add it."""

from kit.reporting.material import Material


def lacking(material: Material) -> list[dict[str, str]]:
    """Sentences with commands, for what keeps the page from saying more."""
    found: list[dict[str, str]] = []
    if not material.refs:
        return [note("There are no clips in this study.", "kit import STUDY clips.csv")]
    if material.votes.empty and len(material.models) > 1:
        found.append(note("Nobody has voted on these pairs yet.", "kit votes import STUDY votes.csv"))
    if material.measurements.empty:
        found.append(note("Nothing has been measured yet.", "kit measure STUDY"))
    else:
        measured = set(material.measurements["clip"])
        left = [ref for ref in material.refs if ref.clip not in measured and ref.clip not in material.faults]
        if left:
            found.append(
                note(
                    f"{len(left)} of {len(material.refs)} clips have not been measured.",
                    "kit measure STUDY",
                )
            )
    return found


def note(text: str, command: str = "") -> dict[str, str]:
    """One such sentence."""
    return {"text": text, "command": command}


def shell(word: str) -> str:
    """A word as a shell takes it."""
    import shlex

    return shlex.quote(word)
