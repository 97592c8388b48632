"""The page that a rater without a notebook opens: a frame for the panel, whose script and sheet have addresses of their own."""

import hashlib
from functools import cache
from typing import NamedTuple

from markupsafe import Markup

from kit.frontend import module_source, stylesheet

# Nothing but the server's own: no inline script, nobody's frame, nothing sent elsewhere. Clips are played from bytes
# that the page has fetched (blob:), and carry their shape in a style attribute.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
GUARDED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}
PRIVATE = GUARDED | {"cache-control": "no-store", "content-security-policy": POLICY}
FOREVER = GUARDED | {"cache-control": "public, max-age=31536000, immutable"}

_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rate pairs of clips</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{sheet}">
<script type="module" src="{script}"></script>
</head>
<body class="kit-rating-page">
<main></main>
<noscript><p>This page needs JavaScript to show two clips side by side and to save your answers. Switch it on for this
address and load the page again. If you cannot, ask whoever sent you the link for another way to rate.</p></noscript>
</body>
</html>
""")


class StaticFile(NamedTuple):
    """A file of the front end. `path` holds a hash of its content, so that browsers may keep it forever."""

    path: str
    mime: str
    content: bytes


@cache
def static_files() -> dict[str, StaticFile]:
    """Script and sheet of the page, by path."""
    sheets = "\n".join(stylesheet(name) for name in ("player", "rating_panel"))
    files = (
        _file("js", "text/javascript; charset=utf-8", module_source("rating_page")),
        _file("css", "text/css; charset=utf-8", sheets),
    )
    return {file.path: file for file in files}


@cache
def page() -> str:
    """The page as HTML; it is the same for every rater, since it says nothing about anybody."""
    script, sheet = static_files()
    return str(_PAGE.format(script=script, sheet=sheet))


def _file(suffix: str, mime: str, text: str) -> StaticFile:
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return StaticFile(f"/static/rating-{digest}.{suffix}", mime, content)
