"""What somebody entered into the form, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Choices:
    """The form's fields.

    `prompt_id` is the prompt of the study that was picked, None for a text that was typed. `values` are settings as
    `Settings.from_data` takes them, those that are closed left out. Takes are numbered from `first_take`.
    """

    text: str = ""
    prompt_id: str | None = None
    models: tuple[str, ...] = ()
    provider_of: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    takes: int = 1
    first_take: int = 1

    @property
    def numbers(self) -> list[int]:
        """The numbers of the takes."""
        return list(range(self.first_take, self.first_take + self.takes))
