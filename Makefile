# What each target does stands behind its name; `make` alone prints them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
LOCK := uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --universal --python-version 3.11

PIP := $(BIN)/python -m pip install --disable-pip-version-check
# pip is silent for a minute or floods the terminal: count its packages instead. $(1) = run|dev, $(2) = what they are for.
pip_install = echo "Installing the locked packages of $(2) into $(VENV) (about a minute) …"; \
	$(PIP) --progress-bar off --require-hashes -r requirements/$(1).txt | \
	awk -v total="$$(grep -c == requirements/$(1).txt)" '/^(Collecting|Requirement already)/ && ++n % 20 == 0 { \
		printf "  %d of %d packages\n", n, total; fflush() } /^Installing/ { print "  unpacking"; fflush() }'
WORKERS ?= 4
# Test processes keep what they compile, whatever the environment says: 8 s of CPU in each.
export PYTHONDONTWRITEBYTECODE :=

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: _browser help install install-dev compiled run test test-long test-cluster _test-cluster test-engines cluster cluster-down check contract contract-update docs bench bench-logs bench-nlu bench-quality lock format
CONTROL_PLANE := testenv/control-plane
CLUSTER ?= $(CURDIR)/.cluster
SCENARIO ?= port
SPEC := $(or $(HEXAOPS_SPEC),../shared/spec)

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUN_STAMP) ## create .venv with the locked packages and .venv/bin/hexaops

install-dev: $(DEV_STAMP) ## add the locked packages that tests and checks need

$(RUN_STAMP): requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || { echo "Creating $(VENV) …"; $(PYTHON) -m venv $(VENV); }
	@$(call pip_install,run,the service)
	@$(PIP) -q --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements/dev.txt
	@$(call pip_install,dev,tests and checks)
	@touch $@

# An editable installation is compiled at its first import only where Python may write bytecode: up to a second at every start.
compiled: $(RUN_STAMP)
	@$(BIN)/python -m compileall -q src simulator

run: install compiled ## install what is needed and serve the embedded default
	@echo "Starting the service; Ctrl-C stops it. Once it is ready, in a second terminal:"
	@echo "  $(BIN)/hexaops ask \"What's the status of my applications?\""
	@echo "  $(BIN)/hexaops chat"
	@$(BIN)/hexaops serve --open

test: install-dev compiled ## run every test but the long ones and those of the real control plane and log engines (WORKERS=, TESTS=)
	$(BIN)/python -m pytest -m "not cluster and not long and not engines" -n $(WORKERS) --dist loadgroup $(TESTS)

test-long: install-dev compiled ## run the full measurements: every kill, 2,000 fuzz cases, 1,600 tenancy requests
	$(BIN)/python -m pytest -m long --hypothesis-profile=search -n $(WORKERS) --dist loadgroup $(TESTS)

test-cluster: ## build a real control plane (once) and run the tests that need it; skipped without Go
	@if command -v go >/dev/null; then $(MAKE) --no-print-directory _test-cluster; \
	else echo "test-cluster: skipped, Go is not installed (see docs/cluster.md)"; fi

test-engines: install-dev compiled ## run log adapters and metrics queries on real servers such as VictoriaLogs and Prometheus (part of test-cluster)
	$(BIN)/python -m pytest -m engines $(TESTS)

_test-cluster: install-dev compiled
	$(CONTROL_PLANE) build
	$(CONTROL_PLANE) run $(CLUSTER)-test -- env HEXAOPS_TEST_KUBECONFIG=$(CLUSTER)-test/kubeconfig \
		$(BIN)/python -m pytest -m "cluster or engines" -n 3 --dist loadfile --no-loadscope-reorder $(TESTS)

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

bench-logs: install-dev ## measure the log store beside VictoriaLogs (LINES=3000000 for the published figures, DATA=folder of loggen.py)
	$(BIN)/python -m benchmarks logs -- --lines $(or $(LINES),300000) $(if $(DATA),--generator $(DATA))

bench: install-dev compiled ## measure the figures of the README beside their peers
	$(BIN)/python -m benchmarks

bench-nlu: install-dev ## measure the understanding on a folder of data (DATA=folder)
	$(BIN)/python -m benchmarks nlu -- $(DATA)

bench-quality: install-dev ## quality of the analysis on public data (DATA=../shared/data) and on the suite of faults
	$(BIN)/python -m benchmarks diagnosis
	$(BIN)/python -m benchmarks injected_faults
	$(BIN)/python -m benchmarks analysis_quality -- --data $(or $(DATA),../shared/data)

lock: install-dev ## renew requirements/*.txt from pyproject.toml
	$(BIN)/$(LOCK) --group build pyproject.toml -o requirements/run.txt
	$(BIN)/$(LOCK) --group build --group dev --extra llm -c requirements/run.txt pyproject.toml -o requirements/dev.txt
