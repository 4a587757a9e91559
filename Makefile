# What each target does stands behind its name; `make` alone prints them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
LOCK := uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --universal --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test test-cluster _test-cluster cluster cluster-down check contract contract-update docs bench lock format
CONTROL_PLANE := testenv/control-plane
CLUSTER ?= $(CURDIR)/.cluster
SCENARIO ?= port
SPEC := $(or $(HEXAOPS_SPEC),../shared/spec)

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUN_STAMP) ## create .venv with the locked packages and .venv/bin/hexaops

install-dev: $(DEV_STAMP) ## add the locked packages that tests and checks need

$(RUN_STAMP): requirements/run.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

run: install ## install what is needed and serve the embedded default
	$(BIN)/hexaops serve

test: install-dev ## install what is needed and run every test but those of the real control plane
	$(BIN)/python -m pytest -m "not cluster"

test-cluster: ## build a real control plane (once) and run the tests that need it; skipped without Go
	@if command -v go >/dev/null; then $(MAKE) --no-print-directory _test-cluster; \
	else echo "test-cluster: skipped, Go is not installed (see docs/cluster.md)"; fi

_test-cluster: install-dev
	$(CONTROL_PLANE) build
	$(CONTROL_PLANE) run $(CLUSTER)-test -- \
		env HEXAOPS_TEST_KUBECONFIG=$(CLUSTER)-test/kubeconfig $(BIN)/python -m pytest -m cluster $(TESTS)

cluster: ## start a real control plane with a world on it and print its kubeconfig (NODES=, SCENARIO=port|default)
	$(CONTROL_PLANE) build
	$(CONTROL_PLANE) start $(CLUSTER)
	$(CONTROL_PLANE) scenario $(CLUSTER) $(SCENARIO) $(NODES)

cluster-down: ## stop it
	$(CONTROL_PLANE) stop $(CLUSTER)

check: install-dev ## format, lint, types, import directions, sizes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.sizes

contract: install-dev ## check that the facts of the API documents are up to date (skipped without them)
	$(BIN)/python -m tools.contract extract --check $(SPEC)

contract-update: install-dev ## take the facts of the API documents again
	$(BIN)/python -m tools.contract extract $(SPEC)

docs: install-dev ## write the reference pages in docs/ from the code
	$(BIN)/python -m tools.docs

format: install-dev ## rewrite the sources in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install-dev ## measure the figures of the README beside their peers
	$(BIN)/python -m benchmarks

lock: install-dev ## renew requirements/*.txt from pyproject.toml
	$(BIN)/$(LOCK) --group build pyproject.toml -o requirements/run.txt
	$(BIN)/$(LOCK) --group build --group dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
