"""A personal link for each rater: made from the name with the study's rating secret, the same after a restart."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator

from kit.cells import name_cell, show
from kit.errors import BadParameter

_TOKEN_BYTES = 24


class Links:
    """Who may rate, and by which token. A token tells nothing of the name, and cannot be made without the secret."""

    def __init__(self, secret: bytes, raters: Iterable[str]) -> None:
        """Raises BadParameter for a name that cannot be, one that is there twice, and no name at all."""
        self._tokens: dict[str, str] = {}
        for given in raters:
            try:
                rater = name_cell(given)
            except ValueError as bad:
                raise BadParameter(f"the rater's name {show(given)}: {bad}") from None
            if rater in self._tokens:
                raise BadParameter(
                    f"the rater {show(rater)} is there twice; give each rater a name of their own"
                )
            self._tokens[rater] = _token(secret, rater)
        if not self._tokens:
            raise BadParameter("no raters were given; name at least one, who then gets a link")

    def __iter__(self) -> Iterator[str]:
        """The raters' names in order."""
        return iter(self._tokens)

    def path(self, rater: str) -> str:
        """The path of a rater's page."""
        return f"/r/{self._tokens[rater]}/"

    def find(self, token: str) -> str | None:
        """The rater whose token this is. Takes as long for a near miss as for a far one."""
        found = None
        for rater, known in self._tokens.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                found = rater
        return found

    def key(self, rater: str) -> str:
        """A short name of study and rater together, under which a page keeps an unsaved answer; no way in by itself."""
        return hashlib.sha256(self._tokens[rater].encode()).hexdigest()[:16]


def _token(secret: bytes, rater: str) -> str:
    made = hmac.digest(secret, b"rating link\x1f" + rater.encode(), "sha256")
    return base64.urlsafe_b64encode(made[:_TOKEN_BYTES]).decode()
