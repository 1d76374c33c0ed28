# Everything a person types. Nothing but Python 3.11+, make and the package registry is needed.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# The project that demo and dev use, and where its state goes; the tests make their own.
TOTANGO_PROJECT ?= $(CURDIR)/demo
TOTANGO_HOME ?= $(TOTANGO_PROJECT)/.totango
DAGSTER_HOME ?= $(TOTANGO_HOME)/dagster
demo dev: export TOTANGO_PROJECT := $(TOTANGO_PROJECT)
demo dev: export TOTANGO_HOME := $(TOTANGO_HOME)
demo dev: export DAGSTER_HOME := $(DAGSTER_HOME)

EMULATORS := .emulators

.PHONY: help setup emulators demo dev test test-deep test-browser check format schemas docs peers bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# uv comes with the locked environment; a new environment gets it by pip once.
$(READY): pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv sync --frozen --quiet --all-extras --compile-bytecode
	@touch $@

setup: $(READY) ## create the environment from the lock

emulators: $(EMULATORS)/snowflake/.ready $(EMULATORS)/bigquery/.ready ## Snowflake and BigQuery for the tests, each in an environment of its own

# Each wants versions of sqlglot, DuckDB and the vendor's client that this project does not have.
$(EMULATORS)/snowflake/.ready: Makefile | $(READY)
	@UV_PYTHON=$(BIN)/python $(BIN)/uv venv --quiet --clear $(@D)
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(@D) "fakesnow[server]==0.12.1" "snowflake-connector-python==4.8.1"
	@touch $@

# Its engine's spatial extension comes from the package registry, not from the engine's own site.
$(EMULATORS)/bigquery/.ready: Makefile | $(READY)
	@UV_PYTHON=$(BIN)/python $(BIN)/uv venv --quiet --clear $(@D)
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(@D) "bqemulator==1.4.0" "duckdb==1.5.5" "duckdb-extension-spatial==1.5.5" duckdb-extensions numpy
	@HOME=$(CURDIR)/$(@D) $(@D)/bin/python -c 'import duckdb_extensions as e; e.import_extension("spatial")'
	@touch $@

$(DAGSTER_HOME)/dagster.yaml: dagster.yaml
	@mkdir -p $(DAGSTER_HOME) && cp dagster.yaml $@

demo: $(READY) $(DAGSTER_HOME)/dagster.yaml ## build the demo warehouse and run its integrations
	@$(BIN)/python demo/build_warehouse.py
	@$(BIN)/totango-pipelines validate
	@$(BIN)/python demo/run.py

dev: $(READY) $(DAGSTER_HOME)/dagster.yaml ## Dagster's UI, scheduler and sensors on 127.0.0.1:3000
	@test -e demo/warehouse.duckdb || $(BIN)/python demo/build_warehouse.py
	@$(BIN)/dagster dev -w workspace.yaml -h 127.0.0.1 -p $${PORT:-3000}

test: $(READY) ## all tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser"

test-deep: $(READY) ## random histories, half an hour on each hub; mutated queries, five minutes a dialect
	@TOTANGO_TEST_GUARD_SECONDS=$${SECONDS_A_DIALECT:-300} $(BIN)/python -m pytest -n 2 --dist load --timeout 1800 totango_pipelines_tests/extract/test_guard_fuzz.py
	@TOTANGO_TEST_HISTORIES=$${SECONDS_A_HUB:-1800} $(BIN)/python -m pytest -n 2 --dist loadfile -rP totango_pipelines_tests/model

test-browser: $(READY) ## the tests that open the UI in Chromium
	@$(BIN)/python -m pytest -m browser

check: $(READY) ## format, lint, types, import contracts, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

format: $(READY) ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

schemas: $(READY) ## write the JSON Schemas of the declared files again
	@$(BIN)/python -m totango_pipelines.integrations.json_schemas

docs: $(READY) ## write the pages about expressions and connectors again
	@$(BIN)/python -m totango_pipelines.mapping.functions.page
	@$(BIN)/python -m totango_pipelines.connections.page

# Each peer lives in an environment of its own, made from its pinned requirements.
PEERS := $(patsubst benchmarks/peers/%.txt,benchmarks/.peers/%/.ready,$(wildcard benchmarks/peers/*.txt))

benchmarks/.peers/%/.ready: benchmarks/peers/%.txt $(READY)
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(@D)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(@D)/bin/python $<
	@touch $@

peers: $(PEERS) ## environments of the tools that make bench compares with, and of its plots

# A peer that cannot be had is left out, and the benchmark says so.
bench: $(READY) ## beside COPY and MERGE, dlt, sling, pandas; each step alone; ten and five hundred integrations
	@$(BIN)/python -m compileall -q totango_pipelines
	@$(MAKE) --no-print-directory --keep-going peers || echo "some peers cannot be installed here"
	@$(BIN)/python benchmarks/postgres_to_postgres.py --dagster
	@$(BIN)/python benchmarks/duckdb_to_duckdb.py
	@$(BIN)/python benchmarks/mapping.py
	@$(BIN)/python benchmarks/difference.py
	@$(BIN)/python benchmarks/modes.py
	@$(BIN)/python benchmarks/scale.py

clean: ## remove the demo's warehouse and state; the environment stays
	@rm -rf demo/.totango demo/warehouse.duckdb
