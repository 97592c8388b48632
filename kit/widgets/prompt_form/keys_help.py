"""How to give a provider's key without writing it anywhere that is saved."""

from collections.abc import Iterable
from html import escape

from kit.providers.keys import SERVICE, key_names

WHY = (
    "There is no field for a key here: whatever is typed into a notebook, its cells and its controls alike, is saved in "
    "the notebook's file and travels with it."
)


def lines_for(provider: str) -> tuple[list[str], list[str]]:
    """The lines for a terminal, before Jupyter is started there, and those for a cell, once."""
    shell = [f"read -rs {name} && export {name}" for name, _ in key_names(provider)]
    cell = ["import getpass, keyring"]
    cell += [
        f'keyring.set_password("{SERVICE}", "{user}", getpass.getpass("{user}: "))'
        for _, user in key_names(provider)
    ]
    return [*shell, "jupyter lab"], cell


def help_html(providers: Iterable[str]) -> str:
    """The box for the providers that have no key; '' where none is missing."""
    parts = []
    for provider in providers:
        shell, cell = lines_for(provider)
        parts.append(
            f"<h4>No key for {escape(provider)} was found</h4>"
            "<p>Either in a terminal, before Jupyter is started there (what you paste does not show):</p>"
            f"<pre>{escape(chr(10).join(shell))}</pre>"
            "<p>or once in the system's keyring, from a cell that asks for it and keeps nothing "
            "(<code>pip install keyring</code>):</p>"
            f"<pre>{escape(chr(10).join(cell))}</pre>"
        )
    return f"{''.join(parts)}<p>{escape(WHY)}</p>" if parts else ""
