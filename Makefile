# Everything a developer or CI does. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
SAM_VENV := .venv-sam
SAM := $(SAM_VENV)/bin/sam
STAMPS := .stamps

# The runtime's Python where there is one (the embedded stack runs the functions with the venv's Python), else any from 3.11.
RUNTIME_PYTHON = $(shell .ci/find-python)
PYTHON ?= $(or $(RUNTIME_PYTHON),python3)
SAMPLE_OUT ?= out/sample

export SAM_CLI_TELEMETRY := 0

.PHONY: help setup run test test-short test-e2e coverage check format docs build lock clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMPS)/venv ## make .venv with everything for development and the one-machine runner

$(STAMPS)/uv-%: requirements/uv.txt
	@mkdir -p $(STAMPS)
	test -x $*/bin/python || $(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# uv is many times faster. It is told to trust what this machine trusts; pip knows sources that only pip is configured for.
define install_locked
$(1)/bin/uv pip install --quiet --system-certs --python $(1)/bin/python --require-hashes -r $(2) || \
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2)
endef

$(STAMPS)/venv: $(STAMPS)/uv-$(VENV) requirements/dev.txt pyproject.toml
	$(call install_locked,$(VENV),requirements/dev.txt)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(STAMPS)/sam: $(STAMPS)/uv-$(SAM_VENV) requirements/sam.txt
	$(call install_locked,$(SAM_VENV),requirements/sam.txt)
	@touch $@

.PRECIOUS: $(STAMPS)/uv-%

run: setup ## play the sample program and show its reports, accounts, tier changes, statements and payments
	$(BIN)/partner-program play events/sample_program --out $(SAMPLE_OUT)

test: setup ## run every test
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not end_to_end"
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m end_to_end

test-short: setup ## the quick mode for daily work: no slow test, no embedded stack
	HYPOTHESIS_PROFILE=short $(BIN)/pytest -q -n 2 -m "not slow and not end_to_end"

test-e2e: setup ## only the tests on the embedded stack
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m end_to_end

coverage: setup ## the tests without the embedded stack, with coverage
	$(BIN)/pytest -q -m "not end_to_end" --cov --cov-report=term

check: setup $(STAMPS)/sam ## lint, format, types, layers, template, generated documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=shared:. $(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml
	$(SAM) validate --lint --region eu-central-1 --template template.yaml
	$(BIN)/python -m local.rule_trace --check
	$(BIN)/python -m local.openapi --check

format: setup ## format and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup ## write the generated documents again
	$(BIN)/python -m local.rule_trace
	$(BIN)/python -m local.openapi

# sam needs a python3.13 on PATH: the one that was found is put in front. Bytecode goes by the sources' hashes: archives keep
# no times, so that Lambda would compile all of it anew at every cold start (docs/adr/0029).
build: setup $(STAMPS)/sam ## build what would be deployed, and prove that it imports and answers
	@test -n "$(RUNTIME_PYTHON)" || { echo "make build needs a Python 3.13; none was found" >&2; exit 1; }
	PATH="$(dir $(RUNTIME_PYTHON)):$$PATH" $(SAM) build --template template.yaml
	find .aws-sam/build -name __pycache__ -prune -exec rm -r {} +
	$(RUNTIME_PYTHON) -m compileall -q --invalidation-mode checked-hash .aws-sam/build
	$(BIN)/partner-program deploy-check

# Functions that ship libraries of their own beside the layer's.
FUNCTIONS_WITH_OWN := payment_run bank_status statement_document records_api
COMPILE := $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

lock: $(STAMPS)/uv-$(VENV) ## resolve the dependencies again (UPGRADE=--upgrade takes newer ones)
	$(COMPILE) $(UPGRADE) requirements/uv.in -o requirements/uv.txt
	$(COMPILE) $(UPGRADE) shared/requirements.in -o shared/requirements.txt
	for function in $(FUNCTIONS_WITH_OWN); do $(COMPILE) $(UPGRADE) functions/$$function/requirements.in \
		-c shared/requirements.txt -o functions/$$function/requirements.txt; done
	$(COMPILE) $(UPGRADE) requirements/dev.in -c shared/requirements.txt -o requirements/dev.txt
	$(COMPILE) $(UPGRADE) requirements/sam.in -o requirements/sam.txt

clean: ## remove everything that was made
	rm -rf $(VENV) $(SAM_VENV) $(STAMPS) .aws-sam out build htmlcov .coverage *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
