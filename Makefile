# Two commands are enough on a fresh machine: `make run` and `make test`.
# They make .venv, install what packaging/constraints.txt pins, and see to the system's packages.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
BENCH_ARGS ?=

BIN := $(VENV)/bin
CONSTRAINTS := packaging/constraints.txt
SPEC := packaging/picoclaw-tray.spec
PIP_INSTALL := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS)
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadgroup
STATED := pyproject.toml $(CONSTRAINTS) picoclaw_tray/__init__.py

.DEFAULT_GOAL := help
.PHONY: bench bundle clean format help lint run screenshots test test-fresh test-long

bench: $(BIN)/.installed-dev ## Measure what must stay quick and small; also build/bench.json
	@$(BIN)/python tests/tools/system_packages.py test
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

bundle: $(BIN)/.installed-dev ## Make dist/picoclaw-tray, a folder that runs without Python
	@$(BIN)/python tests/tools/system_packages.py bundle
	@PYINSTALLER_CONFIG_DIR=build/cache $(BIN)/python -m PyInstaller --noconfirm --log-level ERROR $(SPEC)
	@du -sh dist/picoclaw-tray

clean: ## Remove everything that was made, .venv too
	rm -rf $(VENV) build dist *.egg-info htmlcov .coverage .coverage.*
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find picoclaw_tray resources tests -name __pycache__ -type d -prune -exec rm -rf {} +

format: $(BIN)/.installed-dev ## Let ruff mend and lay out the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lint: $(BIN)/.installed-dev ## Check style, layout, types for three systems, and who imports whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --platform linux --package picoclaw_tray --package tests
	$(BIN)/mypy --platform win32
	$(BIN)/mypy --platform darwin
	$(BIN)/lint-imports --no-logo

run: $(BIN)/.installed ## Put the icon into the tray, with a demo gateway to play with
	@$(BIN)/python tests/tools/system_packages.py run
	@$(BIN)/python -m picoclaw_tray run --demo

screenshots: $(BIN)/.installed-dev ## Make the README's pictures on a desktop of their own
	@$(BIN)/python tests/tools/system_packages.py test
	$(BIN)/python -m tests.tools.screenshots

test: lint ## Run every check; all that must pass before a change is shared
	@$(BIN)/python tests/tools/system_packages.py test
	$(PYTEST) --cov --cov-report=term-missing $(PYTEST_ARGS)

test-fresh: ## Run `make run`, `make bundle` and `make test` on a bare Debian of their own (needs root)
	$(PYTHON) -m tests.tools.fresh_machine

test-long: lint ## Walk 2,000 ways through the life cycle, kill in 100 rounds, and delete its rows one by one
	@$(BIN)/python tests/tools/system_packages.py test
	$(PYTEST) --hypothesis-profile=long --timeout=1800 -o faulthandler_timeout=0 $(PYTEST_ARGS)
	$(BIN)/python -m tests.tools.delete_rows

# The backend is installed rather than isolated: so it is pinned too, and a wheel can be built offline.
$(BIN)/.installed: $(STATED)
	@command -v $(PYTHON) >/dev/null \
	  || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than 3.11. Name a newer one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make virtual environments. On Debian: sudo apt-get install python3-venv"; exit 1; }
	@echo "Installing into $(VENV); this takes a minute the first time."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) --upgrade pip setuptools
	@$(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@

$(BIN)/.installed-dev: $(BIN)/.installed
	@$(PIP_INSTALL) --no-build-isolation --editable '.[bundle,dev]'
	@touch $@
