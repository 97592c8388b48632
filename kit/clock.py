"""The time as a study writes it down. Whatever takes a `now` takes this one unless it is given another."""

from datetime import UTC, datetime


def utc_now() -> str:
    """The present time as ISO 8601 in UTC, to the millisecond, ending in Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
