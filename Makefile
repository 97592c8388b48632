# make demo    sets up what it needs, renders sandbox clips, runs the report notebook, prints the report's path
# make test    sets up what it needs (system browser and PostgreSQL included), runs every test
# make check   lint, types, a built wheel
# make bench   measures, and prints ratios against a baseline in the same run
# make lab     opens JupyterLab on the notebooks
# make example builds the report that is kept in reports/example again

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
comma := ,
JOBS ?= auto

.PHONY: demo test check bench lab example clean

demo: $(VENV)/.run
	$(BIN)/kit demo

test: $(VENV)/.test system
	KIT_REQUIRE=postgres,chromium,node $(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m 'not alone' $(ARGS)
	KIT_REQUIRE=postgres,chromium,node $(BIN)/python -m pytest -m alone $(ARGS)

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m build --wheel --outdir build/wheel .

bench: $(VENV)/.test
	$(BIN)/python -m pytest tests/bench -s -p no:cacheprovider -o python_files='bench_*.py' -o python_functions='bench_*' $(ARGS)

# The root is the checkout, so that the browser can fetch clips of studies in it by a link.
lab: $(VENV)/.lab
	$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks/compare.ipynb $(ARGS)

example: $(VENV)/.run
	$(BIN)/python reports/build_example.py reports/example

# A virtual environment each target can rely on; made again when pyproject.toml changes.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -c 'import ensurepip, venv' || sh tests/system.sh python3-venv
	$(PYTHON) -m venv $(VENV)

# uv installs in seconds what takes pip most of a minute; where it cannot be had, pip does it.
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
define install
	@echo "installing into $(VENV)"
	@$(PIP) install uv 2>/dev/null || true
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet -e '$(1)' || $(PIP) install -e '$(1)'
endef

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(call install,.)
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(call install,.[postgres$(comma)test$(comma)check])
	@touch $@ $(VENV)/.run

$(VENV)/.lab: pyproject.toml | $(BIN)/python
	$(call install,.[lab])
	@touch $@

.PHONY: system
system:
	sh tests/system.sh chromium postgresql nodejs

clean:
	rm -rf $(VENV) build dist demo-study
