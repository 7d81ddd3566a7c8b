# Everything anyone types; `make help` lists the targets.
PYTHON ?= python3
PIP_ARGS ?=
PORT ?= 8000
BIN := .venv/bin
TESTS := test-grading test-book test-package test-release test-judge

.DEFAULT_GOAL := help
.PHONY: help book pdf serve check lint test prepare $(TESTS) release bench clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##/\1 /p' $(MAKEFILE_LIST) | awk '{name = $$1; $$1 = ""; printf "make %-8s%s\n", name, $$0}'

# The install depends on what it installs, so a second call does nothing.
.venv/installed: pyproject.toml grading/pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed; name one: make ... PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet $(PIP_ARGS) -c constraints.txt -e '.[dev]' -e grading
	@touch $@

book: .venv/installed  ## execute and build the site into _build/html (SITE_URL=... REPOSITORY=owner/name)
	@$(BIN)/python tools/build_book.py

pdf: .venv/installed  ## print the built site into a PDF, which its first page then links to
	@$(BIN)/python tools/print_book.py

serve: .venv/installed  ## show the built site on http://localhost:8000 (PORT=... for another)
	@test -f _build/html/index.html || { echo "There is no site yet: run make book first."; exit 1; }
	@echo "The book is at http://localhost:$(PORT) (Ctrl-C stops it)."
	@$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 $(PORT)

# One thread each: those of PyTorch that wait for one another would keep the others' cores busy.
PYTEST := env OMP_NUM_THREADS=1 $(BIN)/python -m pytest

check: lint  ## lint and the quick tests, for after every edit
	@$(PYTEST) --quiet --numprocesses auto --dist worksteal -m "not slow" tests

test:  ## lint and every test: package, book, grading of the answers, release
	@$(MAKE) --no-print-directory --jobs 2 .venv/installed .venv/student/installed
	@$(MAKE) --no-print-directory lint prepare
	@$(MAKE) --jobs $(words $(TESTS)) $(TESTS)  # many tests keep one core busy only

test-book: prepare
	@$(PYTEST) tests/book

# The others step back for the book, which takes longest and ends with what one core can do.
test-package: .venv/installed
	@nice $(PYTEST) tests/package

test-grading: .venv/installed
	@nice $(PYTEST) tests/assignments/test_grading.py $(if $(SET),-k $(SET))

# It waits a lot for processes that end others, and takes longest after the book: two at a time.
test-judge: prepare
	@nice $(PYTEST) --numprocesses 2 --dist loadfile tests/grading

test-release: prepare
	@nice $(PYTEST) tests/assignments --ignore tests/assignments/test_grading.py

lint: .venv/installed
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "run $(BIN)/ruff format"; exit 1; }

prepare: .venv/installed .venv/student/installed
	@$(BIN)/python tests/needs.py

# What a student's package needs: the tests put the wheel of the zip there and run a problem set.
# From a copy: both installations may run at once, and each writes beside the source. To compile
# what no test imports would take as long as the rest.
.venv/student/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv/student
	mkdir -p .venv/student/source
	cp -r pyproject.toml README.md LICENSE ai4mat_ising .venv/student/source
	.venv/student/bin/python -m pip install --quiet --no-compile $(PIP_ARGS) -c constraints.txt '.venv/student/source[student]'
	@touch $@

release: .venv/installed  ## make exercises/ from solutions/ (SET=... for one), and the zip for students
	@$(BIN)/ising-grade release $(or $(SET),$(notdir $(wildcard solutions/*)))
	@$(BIN)/python -m ai4mat_grading.release

.venv/peers/installed: .venv/installed benchmarks/peers.txt
	@for peer in $$(grep -v '^#' benchmarks/peers.txt); do \
	    bin=.venv/peers/$${peer%%=*}/bin; echo "installing $$peer into $${bin%/bin}"; \
	    $(PYTHON) -m venv $${bin%/bin} && $$bin/python -m pip install --quiet $(PIP_ARGS) $$(echo $$peer | tr , ' ') || exit 1; \
	done
	@touch $@

bench: .venv/peers/installed  ## print the table of benchmarks
	$(BIN)/python -m benchmarks

clean:  ## remove what was built, not the installation
	rm -rf _build .pytest_cache
