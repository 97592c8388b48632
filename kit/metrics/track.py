"""One number after the other through a clip, kept compactly."""

from array import array
from collections.abc import Iterator, Sequence
from typing import overload


class Track(Sequence[tuple[float, float]]):
    """Pairs (seconds, value) in 16 bytes each, where a list of tuples takes over 100. Only ever grows."""

    __slots__ = ("_seconds", "_values")

    def __init__(self) -> None:
        self._seconds = array("d")
        self._values = array("d")

    def append(self, pair: tuple[float, float]) -> None:
        """Add a pair at the end."""
        seconds, value = pair
        self._seconds.append(seconds)
        self._values.append(value)

    @overload
    def __getitem__(self, index: int) -> tuple[float, float]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[float, float]]: ...
    def __getitem__(self, index: int | slice) -> tuple[float, float] | list[tuple[float, float]]:
        if isinstance(index, slice):
            return list(zip(self._seconds[index], self._values[index], strict=True))
        return self._seconds[index], self._values[index]

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return zip(self._seconds, self._values, strict=True)

    def __len__(self) -> int:
        return len(self._seconds)
