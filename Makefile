# `make bench` measures, `make test` tests, `make atlas` measures every claim that is missing (hours).
# All set up what is missing first, and are fast when nothing is.

VENV := .venv
BIN := $(VENV)/bin

.PHONY: bench atlas test check check-whole check-units check-types check-style check-contracts soak setup-bench setup setup-test format clean

# Chromium and libfuse, which other experiments need, would only delay the first answer.
bench: setup-bench
	$(BIN)/bench run notifications --quick

# Ctrl-C keeps what is measured; the same command goes on, and says what is left.
atlas: setup
	$(BIN)/bench atlas --measure

# Three workers: one measures, the others take what needs no clock (tests/lanes.py).
test: setup-test
	$(BIN)/pytest -n 3 --max-worker-restart=0 --durations=25

# Side by side, as the types take a core for most of a minute where .mypy_cache is not there yet.
# One that fails stops none of the others.  That the docs are fresh is one of the tests.
check: setup-test
	@$(MAKE) --no-print-directory --jobs --keep-going --output-sync=line \
		check-whole check-units check-types check-style check-contracts

# Two processes of their own: workers of one would each collect all tests.
check-whole:
	$(BIN)/pytest -q tests/whole

check-units:
	$(BIN)/pytest -q tests/unit

check-types:
	$(BIN)/mypy

check-style:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

check-contracts:
	$(BIN)/lint-imports

# Hours, for the night. Ctrl-C keeps what is done; the same command goes on (docs/soak.md).
soak: setup-test
	$(BIN)/python -m bench.tools.soak

setup-bench:
	@sh ./setup.sh rabbitmq-server

setup:
	@sh ./setup.sh rabbitmq-server chromium libfuse3-3

setup-test:
	@sh ./setup.sh rabbitmq-server chromium libfuse3-3 tcpdump wrk

format: setup-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
