# Everything below sets up its own virtual environment first; nothing is installed outside of it, save by
# `bench`: ripgrep and sed, where they are missing and apt-get may.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready
BENCH_READY = $(VENV)/.bench
BENCH ?= --out bench

.PHONY: demo test check fuzz bench clean

demo: $(READY)  ## clean a real-looking article and show what went and why
	@$(BIN)/cleaner explain tests/golden/harbour.txt
	@echo
	@$(BIN)/cleaner clean --stats tests/golden/harbour.txt > /dev/null

test: $(READY)  ## all tests, with short property runs
	$(BIN)/python -m pytest

check: $(READY)  ## style, types, doctests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest cleaner

fuzz: $(READY)  ## the properties again, with 200,000 cases and more
	$(BIN)/python -m pytest tests/properties --hypothesis-profile=long

bench: $(BENCH_READY)  ## speed against ripgrep and others; BENCH="--quick --only wet" for less
	@(command -v rg && command -v sed) > /dev/null || apt-get install -y ripgrep sed || echo "ripgrep or sed is missing: see the table"
	$(BIN)/python -m tests.benchmarks $(BENCH)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

$(BENCH_READY): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]' || echo "not all rivals can be installed"
	touch $@
