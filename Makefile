# Two commands do everything: `make report` and `make test`. Both make .venv first where there is none.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
PYTEST_ARGS ?= -n 2

.PHONY: report test slow lint bench demo pictures lock clean

report: $(VENV)/.installed
	$(BIN)/custservice report data/demo/study.toml --out reports/demo

test: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check custservice tests benchmarks
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_ARGS)

slow: $(VENV)/.installed  ## the tests that take seconds each: simulations, whole reports, a browser
	$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

lint: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format custservice tests benchmarks
	$(BIN)/mypy

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/mention_speed.py --full
	$(BIN)/python benchmarks/coverage.py
	$(BIN)/python benchmarks/regression.py
	$(BIN)/python benchmarks/reports.py --full
	CUSTSERVICE_REPETITIONS=40 $(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

demo: $(VENV)/.installed  ## make the demo study in data/demo again from its seed
	$(BIN)/custservice demo data/demo

pictures: $(VENV)/.installed  ## make the pictures of the README again from the demo study; the page needs chromium
	$(BIN)/python docs/make_pictures.py

# The lock file is universal (any platform, Python 3.11 and later) and carries a hash for every file.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--python-version 3.11 --extra dev pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
		--python-version 3.11 benchmarks/peers.in -o benchmarks/peers.txt

$(VENV)/.installed: requirements.txt pyproject.toml
ifneq ($(UV),)
	test -x $(BIN)/python || $(UV) venv --quiet --seed --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
else
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	$(BIN)/python -m compileall -q custservice
	touch $@

clean:
	rm -rf $(VENV) reports/*/ .mypy_cache .pytest_cache .ruff_cache .hypothesis
