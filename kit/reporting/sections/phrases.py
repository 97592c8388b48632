"""Small sentences that several sections need."""

from collections.abc import Sequence


def plural(count: int, noun: str, many: str | None = None) -> str:
    """'1 clip', '12 clips'."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def listed(names: Sequence[str], *, last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def day(created_at: str) -> str:
    """The day of an ISO 8601 time in UTC."""
    return created_at[:10]


def days(times: Sequence[str]) -> str:
    """'2026-11-22', or 'from 2026-11-01 to 2026-11-22'; '' for none."""
    found = sorted({day(t) for t in times if isinstance(t, str) and t})
    if not found:
        return ""
    return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"
