# Every target makes .venv when it is missing and fills it when a requirements file has changed.
# PYTHON names the interpreter to make it with, for example `PYTHON=python3.12 make run`.
PYTHON ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run check test test-with-servers test-without-servers format audit fuzz bench

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1: /p' Makefile

run: .venv/.run ## start the app at http://127.0.0.1:8501
	@echo "Starting Gliolens (Ctrl-C stops it)"
	@$(BIN)/python -m streamlit run streamlit_app.py

check: .venv/.dev node_modules/.installed ## formatting, lint, types and import contracts
	@echo "Checking the formatting"
	@$(BIN)/ruff format --check
	@echo "Checking the style"
	@$(BIN)/ruff check
	@echo "Checking the types"
	@$(BIN)/mypy
	@echo "Checking the import contracts"
	@$(BIN)/lint-imports --no-logo
	@echo "Checking the JavaScript"
	@$(BIN)/node node_modules/eslint/bin/eslint.js app benchmarks tests eslint.config.js

test: check ## check, then all tests, with warnings as errors
	@echo "Running the tests of the JavaScript"
	@$(BIN)/node --test --test-reporter=dot tests/viewer/js/*.test.js
	@echo "Running the tests, in two halves side by side"
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-with-servers test-without-servers

test-with-servers: # in browsers, on clusters, and with whatever can fail or come from outside; waits a lot
	@$(BIN)/python -m pytest tests/browser tests/faults tests/cohort tests/hostile

test-without-servers:
	@$(BIN)/python -m pytest --ignore=tests/browser --ignore=tests/faults --ignore=tests/cohort --ignore=tests/hostile

format: .venv/.dev ## format the code and mend what ruff can mend
	@echo "Formatting"
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

audit: .venv/.dev ## compare the packages with published advisories
	@$(BIN)/pip-audit --strict --local --progress-spinner off

fuzz: .venv/.dev ## feed one reader with altered files: make fuzz READER=nifti SECONDS=60
	@$(PIP) -r requirements-fuzz.txt
	@$(BIN)/python tests/hostile/fuzz.py $(or $(READER),nifti) --seconds $(or $(SECONDS),60)

bench: .venv/.dev ## compare the speed with the stored ratios, or store them: make bench STORE=1
	@echo "Measuring (about six minutes; leave the machine to it)"
	@$(BIN)/python -m benchmarks.guard $(if $(STORE),--store)

.venv/.run: requirements.txt | $(BIN)/python
	@echo "Installing requirements.txt into .venv (the first time takes some minutes: TensorFlow is large)"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements.txt requirements-train.txt requirements-ray.txt requirements-openvino.txt requirements-dev.txt | $(BIN)/python
	@echo "Installing requirements-dev.txt into .venv (the first time takes some minutes: TensorFlow is large)"
	@$(PIP) -r requirements-dev.txt
	@touch $@

# The linter of the viewer's JavaScript, under the Node that requirements-dev.txt brings: serving needs neither.
node_modules/.installed: package.json package-lock.json | .venv/.dev
	@echo "Installing package-lock.json into node_modules"
	@$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BIN)/python:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
		if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
			echo "Making .venv with $$($$python --version)"; \
			$$python -m venv .venv && exit 0; rm -rf .venv; exit 1; \
		fi; \
	done; \
	echo "Gliolens needs Python 3.11, 3.12 or 3.13; name one: PYTHON=python3.12 make run" >&2; exit 1
