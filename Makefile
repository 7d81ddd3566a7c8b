# Everything anyone types. `make help` lists the targets.
PYTHON ?= python3
PIP_ARGS ?=
PORT ?= 8000
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help book test serve

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

# The install depends on what it installs: a second call does nothing.
.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, $(PYTHON) is %d.%d: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	@touch $@

test: .venv/installed  ## run every test
	$(BIN)/python -m pytest
