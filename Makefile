# casework needs Python 3.11 or newer, git and make; everything else goes into .venv, from requirements.lock.
# Another interpreter: make demo PYTHON=python3.13

PYTHON ?= python3
BIN = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check bench-import bench-time lock clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

demo: .venv/.stamp  ## set up .venv where it is missing, then show casework at work
	@$(BIN)/casework demo

test: .venv/.stamp  ## run all tests
	@$(BIN)/python -m pytest -q -n auto

check: .venv/.stamp  ## style, types, layers, and every block of the documentation
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/docs tests/unit/test_house.py README.md docs

bench-import: .venv/.stamp  ## how long "import casework" takes, next to its floor
	@$(BIN)/python benchmarks/bench_import.py

bench-time: .venv/.stamp  ## how fast days are counted and deadlines computed, next to a floor and to other libraries
	@$(BIN)/python benchmarks/bench_time.py

lock: .venv/.stamp  ## renew requirements.lock to the newest versions
	@unset UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_INDEX UV_INDEX_URL; \
	$(BIN)/python -m uv --no-config pip compile pyproject.toml --quiet --all-extras --group dev --universal --python-version 3.11 \
	    --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    --output-file requirements.lock

clean:  ## remove .venv and everything else that was made
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is the last thing that is written: a set-up that was broken off starts again.
.venv/.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "casework needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>/dev/null || echo not there). Name another: make demo PYTHON=python3.13" >&2; \
	    exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$(PYTHON) comes without venv or pip; on Debian and Ubuntu: apt install python3-venv" >&2; \
	    exit 1; }
	@echo "Setting up .venv with the libraries of requirements.lock; once, about a minute ..."
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/.stamp
