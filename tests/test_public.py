"""The public face: what `import kit` offers, how light it is, and that the command answers at once."""

import json
import subprocess
import sys

import kit

HEAVY = [
    "pandas",
    "plotly",
    "av",
    "IPython",
    "papermill",
    "numpy",
    "sqlalchemy",
    "ipywidgets",
    "httpx",
    "jinja2",
]


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_every_exported_name_can_be_had():
    """`__all__` is sorted, equals what `dir` lists, and each name is there."""
    assert kit.__all__ == sorted(kit.__all__) == dir(kit)
    for name in kit.__all__:
        assert getattr(kit, name) is not None


def test_names_stay_functions_whatever_was_imported_first():
    """Importing the kit's modules in any order leaves `kit.report` and `kit.compare` callable."""
    code = "import importlib, pkgutil, kit\n"
    code += "for m in pkgutil.walk_packages(kit.__path__, 'kit.'): importlib.import_module(m.name)\n"
    code += "assert callable(kit.report) and callable(kit.compare)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_import_kit_stays_light():
    """None of the heavy packages is loaded before it is used."""
    assert loaded_by("import kit") & set(HEAVY) == set()


def test_help_stays_light():
    """The command's help needs none of them either."""
    code = "import kit.cli\ntry: kit.cli.main(['--help'])\nexcept SystemExit: pass"
    assert loaded_by(code) & set(HEAVY) == set()


def test_an_unknown_name_is_an_attribute_error():
    """`kit.reprot` fails as any module does."""
    assert not hasattr(kit, "reprot")
