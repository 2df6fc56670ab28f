# `make bench` measures, `make test` tests, `make atlas` measures every claim that is missing (hours).
# All set up what is missing first, and are fast when nothing is.

VENV := .venv
BIN := $(VENV)/bin

.PHONY: bench atlas test check soak setup setup-test format clean

bench: setup
	$(BIN)/bench run notifications --quick

# Ctrl-C keeps what is measured; the same command goes on, and says what is left.
atlas: setup
	$(BIN)/bench atlas --measure

# Two workers: one measures, the other takes what needs no clock (tests/lanes.py).
test: setup-test
	$(BIN)/pytest -n 2 --max-worker-restart=0 --durations=25

check: setup-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bench.tools.docs --check
	$(BIN)/pytest -q -n 2 tests/unit tests/whole

# Long: for the night.
soak: setup-test
	FUZZ_CASES=10000 FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} $(BIN)/pytest -q -s tests/fuzz
	DAMAGED_CASES=1000 $(BIN)/pytest -q -s tests/system/test_damaged_results.py
	KILLS=20 $(BIN)/pytest -q tests/system/test_verify_and_resume.py -k killed
	PATTERNBENCH_SOAK=20 $(BIN)/pytest -q -s tests/system/test_kill_anytime.py

setup:
	@sh ./setup.sh rabbitmq-server chromium libfuse3-3

setup-test:
	@sh ./setup.sh rabbitmq-server chromium libfuse3-3 tcpdump wrk

format: setup-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
