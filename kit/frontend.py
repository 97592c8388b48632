"""The browser side of the kit as text, ready to be put into a page or handed to a widget.

The modules in `kit/static/` are plain ES modules that import their siblings. A page opened from disk cannot import
modules, and a widget is handed one text, so the siblings are put in place of the import lines. Nothing else is
changed: what a reader sees in the page is what stands in the files.
"""

import re
from importlib import resources

from kit.errors import BadParameter

_NAME = re.compile(r"[a-z][a-z_]*")
_IMPORT = re.compile(
    r'^import\s*\{(?P<names>[^{}]*)\}\s*from\s*"\./(?P<module>[a-z_]+)\.js";\n', re.MULTILINE
)
_STYLE_IMPORT = re.compile(r'^@import "\./(?P<sheet>[a-z_]+)\.css";\n', re.MULTILINE)
_ANY_IMPORT = re.compile(r"^\s*(?:import\b(?!\()|export\b[^;{(]*(?:\{[^}]*\}|\*)\s*from\b)", re.MULTILINE)


def module_source(name: str) -> str:
    """One self-contained ES module: `kit/static/NAME.js` with its siblings in place of its imports.

    Every sibling appears once, before what uses it, and keeps its exports. The text is safe inside
    `<script type="module">`. Raises BadParameter for a name that the kit has no module of, and ValueError where a
    module is written in a way that cannot be put in line (a renaming or default import, or a text that would end
    the script element).
    """
    parts: list[str] = []
    _collect(name, parts, [])
    text = "\n".join(parts)
    lowered = text.lower()
    for fatal in ("</script", "<script", "<!--"):
        if fatal in lowered:
            raise ValueError(f"{name}.js contains {fatal!r}, which is not safe inside a script element")
    return text


def stylesheet(name: str) -> str:
    """The style sheet `kit/static/NAME.css`, safe inside `<style>`.

    Sheets that it takes in by `@import "./sibling.css";` stand in place of those lines; a sheet that is taken in
    takes in no others. Raises BadParameter for a name that the kit has no style sheet of, and ValueError for an
    import of another kind or a text that would end the style element.
    """
    text = _STYLE_IMPORT.sub(lambda found: _read(found["sheet"], "css"), _read(name, "css"))
    lowered = text.lower()
    for fatal in ("</style", "@import"):
        if fatal in lowered:
            raise ValueError(f"{name}.css contains {fatal!r}, which cannot stand inside a style element")
    return text


def _collect(name: str, parts: list[str], above: list[str]) -> None:
    marker = f"// ---- {name}.js ----\n"
    if name in above:
        raise ValueError(f"front-end modules import one another in a circle: {' -> '.join([*above, name])}")
    if any(part.startswith(marker) for part in parts):
        return
    text = _read(name, "js")
    for found in _IMPORT.finditer(text):
        if re.search(r"\bas\b", found["names"]):
            raise ValueError(
                f"{name}.js renames what it imports from {found['module']}.js; use the name as it is"
            )
        _collect(found["module"], parts, [*above, name])
    text = _IMPORT.sub("", text)
    left_over = _ANY_IMPORT.search(text)
    if left_over is not None:
        raise ValueError(f"{name}.js has an import that cannot be put in line: {left_over.group().strip()!r}")
    parts.append(marker + text)


def _read(name: str, suffix: str) -> str:
    source = resources.files("kit") / "static" / f"{name}.{suffix}"
    if _NAME.fullmatch(name) is None or not source.is_file():
        raise BadParameter(f"the kit has no front-end file {name!r} with the suffix .{suffix}")
    return source.read_text(encoding="utf-8")
