# One word per chore. `make demo` and `make test` need nothing but Python 3.11 or later and make.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
PARALLEL := $(if $(DATABASE_URL),,-n 3 --dist loadfile)  # more than cores, for a test often waits for a program it started; each process has an embedded server of its own; one that is named serves one at a time
unexport PYTHONDONTWRITEBYTECODE  # where it is set, every process would compile everything again

help: ## prints this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

setup: .venv/.run ## makes .venv from requirements.lock

demo: .venv/.run ## runs the main job on the embedded database; ARGS='--no-serve --json'
	@$(BIN)/ashiato demo $(ARGS)

test: .venv/.dev chromium lint types ## checks style, types, architecture and behaviour
	@$(BIN)/python -m pytest -m "not long" $(PARALLEL) $(ARGS)

test-long: .venv/.dev chromium ## the slower campaigns too
	@ASSURANCE=docs/assurance.md $(BIN)/python -m pytest $(ARGS)

chromium: ## the browser in which the tests look at pages, from Debian, where that is allowed
	@[ -x /usr/bin/chromium ] || { [ "$$(id -u)" = 0 ] && apt-get install -y -qq chromium >/dev/null 2>&1; } || \
	echo "ABSENT: no /usr/bin/chromium, and only root can install it: the tests in a browser will be skipped."

SIZE ?= full

bench: .venv/.dev ## ratios against peers and limits of the same run; SIZE=small for a quick look
	@$(MAKE) --silent .venv-peer/.run || echo "ABSENT: Brightway's engine could not be installed into .venv-peer; its row is left out."
	@$(BIN)/python bench/run.py --size $(SIZE) $(ARGS)

lint: .venv/.dev ## ruff and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@PYTHONPATH=tests/architecture $(BIN)/lint-imports --config tests/architecture/importlinter.ini --no-cache

types: .venv/.dev ## strict type checking
	@$(BIN)/mypy

format: .venv/.dev ## ruff's formatting
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: .venv/.dev ## pins every dependency again, without addresses
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@echo 'bw2calc>=3.1' | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - -o requirements-peer.lock

docs: .venv/.dev ## writes docs/reference from the code
	@$(BIN)/python -m ashiato.cli reference docs/reference

sbom: ## writes sbom.cdx.json (CycloneDX) from requirements.lock
	@$(PYTHON) tools/sbom.py sbom.cdx.json
	@echo "sbom.cdx.json is written."

clean: ## removes what was made, the demo's data included
	@rm -rf .venv .venv-peer .ashiato demo/out .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ashiato needs Python 3.11 or later; name one with PYTHON=...")'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.python requirements.lock pyproject.toml
	@echo "Setting up .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock requirements-oracle.lock
	@echo "Setting up the tools for tests (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-oracle.lock
	@touch $@

.venv-peer/.run: requirements-peer.lock
	@echo "Setting up the peer of the benchmark (once) ..."
	@$(PYTHON) -m venv .venv-peer
	@.venv-peer/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-peer.lock
	@touch $@

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long chromium bench lint types format lock docs sbom clean
