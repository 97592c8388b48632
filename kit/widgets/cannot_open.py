"""What a rating notebook shows where its study cannot be opened: words, also where a front end hides what a cell raises."""

from dataclasses import dataclass

from markupsafe import Markup

from kit.errors import KitError

PREPARE = "papermill rate.ipynb rate-mine.ipynb --prepare-only -p place /path/to/my-study -p rater ann"
OTHERS = "kit rate /path/to/my-study --rater ann"


@dataclass(frozen=True)
class CannotOpen:
    """The last line of a cell in place of a panel.

    Voila answers a cell that raises with a page of its own, which names neither the cause nor the way out; so the
    notebook catches the error and shows this.
    """

    error: KitError

    def __repr__(self) -> str:
        return (
            f"Nothing to rate here yet: {self.error}\n"
            "To give this page a study, write its folder into the notebook's cell of parameters, as place, or make a "
            f"copy that has it: {PREPARE}\n"
            f"A relative path starts at the notebook's own folder. Without a notebook: {OTHERS}"
        )

    def _repr_html_(self) -> str:
        return str(
            Markup(
                '<div class="kit-cannot-open" role="status" style="max-width: 60em; line-height: 1.5">'
                "<p><strong>Nothing to rate here yet:</strong> {error}</p>"
                "<p>To give this page a study, write its folder into the notebook's cell of parameters, as "
                "<code>place</code>, or make a copy that has it:</p>{prepare}"
                "<p>A relative path starts at the notebook's own folder. To have people rate without any notebook:</p>"
                "{others}</div>"
            ).format(error=str(self.error), prepare=_command(PREPARE), others=_command(OTHERS))
        )


def _command(text: str) -> Markup:
    """What to type, set apart from the words around it whatever the front end's own styles are."""
    return Markup(
        '<pre style="font-family: monospace; white-space: pre-wrap; margin: 0.75em 0; padding: 0.5em 0.75em; '
        'background: rgba(128, 128, 128, 0.15)">{}</pre>'
    ).format(text)
