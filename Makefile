# The commands of the project. `make demo` and `make test` set up what they need by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SHELL := /bin/bash

.PHONY: demo test check bench scorecard lock clean

demo: $(VENV)/.demo ## open the console on the embedded AWS; no account needed
	@$(BIN)/groundskeeper --demo

test: $(VENV)/.dev ## run the tests
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --durations=20

check: $(VENV)/.dev ## lint, format, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.dev ## measure, beside yardsticks of the same run
	@$(BIN)/python -m tests.bench

scorecard: $(VENV)/.dev ## measure what safety promises; ONLY="1 16" for some of it
	@$(BIN)/python -m tests.scorecard $(ONLY)

lock: $(VENV)/.dev ## resolve the dependencies again
	@$(PIP) install 'uv<1'
	@$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --extra dev pyproject.toml requirements/build.in -o requirements/dev.lock
	@$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --extra demo -c requirements/dev.lock pyproject.toml requirements/build.in -o requirements/demo.lock

clean: ## forget the virtual environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Groundskeeper needs Python 3.11 or newer: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: requirements/demo.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) (once) ..."
	@$(PIP) install --require-hashes -r requirements/demo.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) (once) ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.demo
