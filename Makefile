PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# CPython 3.13 dropped PyEval_CallObject, which durable_rules 2.0.28 still calls; older versions have both names.
export CPPFLAGS += -DPyEval_CallObject=PyObject_CallObject

.PHONY: setup
setup: $(STAMP)

$(STAMP): requirements/build.txt requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@
