"""The parameters of a notebook: read from its cell and checked before anything runs.

papermill only logs an unknown parameter and never checks a type, so that a typing slip runs with the default and
looks like a success. It also overlooks annotations with `|`, so the cell is read here with Python's own parser.
"""

import ast
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from kit.cells import nearest
from kit.errors import BadParameter, ReportError

_PLAIN: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "True or False",
    "list": "a list",
    "dict": "a mapping",
    "None": "None",
}


class Parameter(NamedTuple):
    """One parameter of a notebook: its name, its annotation ('' where there is none), default and comment."""

    name: str
    annotation: str
    default: str
    help: str


def read_parameters(notebook: Any) -> dict[str, Parameter]:
    """The parameters of a notebook node, in the order of its cell tagged `parameters`.

    Raises ReportError for a notebook without such a cell, or with one that is not Python.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            return _of_source(cell.source)
    raise ReportError(
        "the notebook has no cell tagged 'parameters'; tag the cell that sets study, out and name with it"
    )


def _of_source(source: str) -> dict[str, Parameter]:
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise ReportError(f"the notebook's parameters cell cannot be read: {error}") from error
    lines = source.splitlines()
    found: dict[str, Parameter] = {}
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            value: ast.expr = node.value
            name, annotation = node.target.id, _annotation(node.annotation)
        elif (
            isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        ):
            value = node.value
            name, annotation = node.targets[0].id, ""
        else:
            continue
        tail = lines[(node.end_lineno or node.lineno) - 1][node.end_col_offset or 0 :]
        comment = re.search(r"#\s*(.*)$", tail)
        found[name] = Parameter(name, annotation, ast.unparse(value), comment.group(1) if comment else "")
    return found


def _annotation(node: ast.expr) -> str:
    # A quoted annotation says the same as a bare one.
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


def check_parameters(known: Mapping[str, Parameter], given: Mapping[str, Any]) -> None:
    """Refuse names that the notebook does not know and values of another type than it declares.

    Raises BadParameter that lists every fault; an unknown name comes with the nearest one and all there are.
    """
    problems = []
    for name, value in given.items():
        if name not in known:
            problems.append(
                f"the notebook has no parameter {name!r}{nearest(name, known)}; it has: {', '.join(known) or 'none at all'}"
            )
            continue
        annotation = known[name].annotation
        if annotation and not _fits(value, annotation):
            problems.append(
                f"parameter {name!r} takes {_in_words(annotation)}, "
                f"but was given {value!r} ({type(value).__name__})"
            )
    if problems:
        raise BadParameter("\n".join(problems))


def from_text(known: Mapping[str, Parameter], given: Mapping[str, str]) -> dict[str, Any]:
    """Values from a command line as the types that the notebook declares; unknown names are left for the check.

    A parameter declared as text takes the text as it is; any other takes a Python or JSON literal (3, 0.5, true,
    ["a", "b"]). What cannot be read stays text, so that the check can say what was expected.
    """
    return {
        name: text if name not in known or known[name].annotation in {"", "str"} else _literal(text)
        for name, text in given.items()
    }


def _literal(text: str) -> Any:
    plain = {"true": True, "false": False, "null": None, "none": None}
    if text.strip().lower() in plain:
        return plain[text.strip().lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _fits(value: Any, annotation: str) -> bool:
    try:
        return _fits_node(value, ast.parse(annotation, mode="eval").body)
    except SyntaxError:
        return True  # an annotation that is no expression declares nothing


def _fits_node(value: Any, node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _fits_node(value, left) or _fits_node(value, right)
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _is_a(value, name)
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            return _fits_subscript(value, name, inner)
    return True


def _fits_subscript(value: Any, name: str, inner: ast.expr) -> bool:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    match name.lower():
        case "optional":
            return value is None or _fits_node(value, inner)
        case "union":
            return any(_fits_node(value, part) for part in parts)
        case "literal":
            return any(
                isinstance(p, ast.Constant) and type(p.value) is type(value) and p.value == value
                for p in parts
            )
        case "list" | "sequence":
            return isinstance(value, list | tuple) and all(_fits_node(item, inner) for item in value)
        case "dict" | "mapping":
            return isinstance(value, dict) and all(
                _fits_node(k, parts[0]) and _fits_node(v, parts[-1]) for k, v in value.items()
            )
    return True


def _is_a(value: Any, name: str) -> bool:
    if name not in _PLAIN:
        return True  # a type that the kit does not know is the notebook's own affair
    if name == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if name == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    return (
        isinstance(value, tuple)
        if name == "list" and isinstance(value, tuple)
        else isinstance(value, _PLAIN[name])
    )


def _in_words(annotation: str) -> str:
    listed = re.fullmatch(r"list\[(\w+)\]", annotation)
    if listed:
        return f"a list of {listed.group(1)}"
    return " or ".join(_WORDS.get(part.strip(), part.strip()) for part in annotation.split("|"))
