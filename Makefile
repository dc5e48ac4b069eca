# The two commands of the README are `make demo` and `make test`; `make help` lists the rest.
# Each does its whole set-up: stamps in build/ say what has been done, and for which lock file.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_SIZE ?= demo
DEMO_MONTHS ?= 36
DEMO_SEED ?= 1
DEMO_ITEM_MONTHS ?= 13
DEMO_PORT ?= 8000
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo demo-data test test-postgres test-generative test-attack check fix docs bench bench-england lock clean devenv web-assets serve

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

build/.base: requirements/base.txt pyproject.toml
	@mkdir -p build
	@$(PYTHON) -c 'import sys; sys.exit("epact2 needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Try: make demo PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the Python packages of requirements/base.txt …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

build/.dev: requirements/dev.txt build/.base
	@echo "Installing the Python packages of requirements/dev.txt …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# Front-end files come from the npm lock file, through the Node of the virtual environment.
# Our own style sheets and scripts are collected with them, so an edited one is collected again.
OWN_STATIC := $(shell find src/epact2/web/static -type f -not -path '*/vendor/*' 2>/dev/null)
build/.web: package-lock.json package.json scripts/build_assets.py $(OWN_STATIC) build/.base
	@echo "Installing the front-end files of package-lock.json …"
	@$(BIN)/python scripts/build_assets.py
	@touch $@

# Browser tests need Chromium and a font with Arial's measures.
build/.browser: scripts/ensure_browser.sh
	@mkdir -p build
	@sh scripts/ensure_browser.sh
	@touch $@

devenv: build/.dev build/.web ## install everything that development needs

demo-data: build/.base ## make the synthetic data and load it
	@$(BIN)/python scripts/demo.py data --size $(DEMO_SIZE) --months $(DEMO_MONTHS) --seed $(DEMO_SEED) --item-months $(DEMO_ITEM_MONTHS)

demo: build/.base build/.web ## make synthetic England, load it, and serve the site
	@$(BIN)/python scripts/demo.py serve --size $(DEMO_SIZE) --months $(DEMO_MONTHS) --seed $(DEMO_SEED) --item-months $(DEMO_ITEM_MONTHS) --port $(DEMO_PORT)

serve: build/.base build/.web ## serve the store that EPACT2_STORE names (default ./store)
	@$(BIN)/epact2 serve

test: build/.dev build/.web build/.browser check ## run all checks and all tests, and those of the web on PostgreSQL
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile -q
	@$(MAKE) --no-print-directory test-postgres

test-postgres: build/.dev build/.web ## the tests of the web on a PostgreSQL that is started for them
	@$(BIN)/python scripts/with_postgres.py $(BIN)/pytest -n $(WORKERS) --dist loadfile -q tests/web

test-generative: build/.dev ## long generative tests: engines agree on thousands of questions
	@EPACT2_HYPOTHESIS=large $(BIN)/pytest -q tests/generative

test-attack: build/.dev ## the attacker's program on many worlds (prints a table)
	@EPACT2_ATTACK=large $(BIN)/pytest -q -s tests/attack

check: build/.dev ## ruff, mypy, import contracts, generated documents (changes nothing)
	@$(BIN)/python scripts/check.py

fix: build/.dev ## format and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

docs: build/.dev ## write the generated reference documents
	@$(BIN)/python scripts/generate_docs.py

bench: build/.base ## the named questions on synthetic data (writes build/bench.json)
	@$(BIN)/python benchmarks/run.py

bench-england: build/.base ## questions about 100 million items (needs 90 GB of disk and some hours, once)
	@$(BIN)/python benchmarks/run.py --what england

lock: build/.dev ## pin requirements again, with hashes
	@for name in base dev; do $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --upgrade requirements/$$name.in -o requirements/$$name.txt; done

clean: ## remove everything that was built
	rm -rf build .venv node_modules src/epact2/web/static/vendor
