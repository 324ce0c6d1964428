# Everything one does with this tree; `make` alone lists it. A fresh machine needs Python 3.11 or later and make.

PYTHON ?= python3
BIN    := .venv/bin
UV     ?= $(BIN)/uv

# A slow mirror is waited for, and every download is asked for twice before we give up.
export UV_HTTP_TIMEOUT ?= 180
export PIP_DEFAULT_TIMEOUT ?= 180
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help setup check test lint pages demo bench faults answers tck lock clean

help: ## List what can be done here
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-15s %s\n", $$1, $$2 }'

setup: .venv/.dev ## Make .venv with everything in requirements/dev.txt (again only when a lock file changes)

check: lint ## Format, lint, types, import contracts and the fast tests, in under a minute (FLAGS="-x -n 2" for pytest)
	$(BIN)/python -m pytest -m "not slow" --hypothesis-profile=fast $(FLAGS)

test: lint ## Everything: the checks above, and all tests with many examples
	$(BIN)/python -m pytest --hypothesis-profile=ci $(FLAGS)

demo: .venv/.runtime ## See the engine at work and meet four borrowers on their pages (needs no development tools)
	@$(MAKE) --no-print-directory pages || true
	$(BIN)/creditline demo

pages: creditline/edge/built/console/index.html ## Build the borrower's pages and the officers', with the machine's node or one of a wheel

bench: setup ## Measure each promise about speed against its yardstick (ONLY=name for one)
	$(BIN)/python tests/bench/run.py $(ONLY)

faults: setup ## Break servers, links, disks and clocks under load, and reckon after each (SEED=7 SECONDS=60)
	PYTHONPATH=. $(BIN)/python tests/faults/campaign.py --seed $(or $(SEED),1) --seconds $(or $(SECONDS),60)

answers: setup ## Show who of a fixed population is answered otherwise than on main, and for which reason
	$(BIN)/python tests/answers/run.py

tck: setup ## Run the DMN conformance kit, levels 2 and 3, with the reference evaluator (OUT=file for its table)
	$(BIN)/python -m tests.tck.run $(OUT)

lock: .venv/.installer ## Renew requirements/*.txt after an edit of pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(LOCK) --extra fit --extra stream --extra dev --group install -o requirements/dev.txt
	$(LOCK) -c requirements/dev.txt --extra fit -o requirements/fit.txt
	$(LOCK) -c requirements/dev.txt --extra stream -o requirements/stream.txt
	$(LOCK) -c requirements/dev.txt -o requirements/runtime.txt
	$(LOCK_TOOL) -c requirements/dev.txt --group install -o requirements/install.txt
	$(LOCK_TOOL) --group web -o web/node.txt
	@for file in requirements/*.txt web/node.txt; do \
	  { echo "# Made from pyproject.toml: edit that, then run \`make lock\`."; cat $$file; } > $$file.new && mv $$file.new $$file; done

clean: ## Remove .venv and everything that can be made again
	rm -rf .venv web/wire web/node_modules creditline/edge/built .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks build dist
	find creditline tests -name __pycache__ -type d -prune -exec rm -rf {} +

creditline/edge/built/console/index.html: web/build.py web/node.txt openapi.json $(shell find web -name node_modules -prune -o -name wire -prune -o -type f -print) | .venv/.installer
	@$(BIN)/python web/build.py

lint: setup
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

# The lock files hold a hash for every file that may be installed, and no address: they come from whatever index the
# machine is set up for.
COMPILE := compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
           --no-header --quiet $(UPGRADE)
LOCK       = $(UV) pip $(COMPILE) pyproject.toml
LOCK_TOOL  = $(UV) pip $(COMPILE)

# Three stamps: the installer, then what the engine needs, or what its developers need. Whoever has the larger set keeps it.
.venv/.installer: requirements/install.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "creditline needs Python 3.11 or later, and '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name another: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' comes without venv or ensurepip. Install them (on Debian: python3-venv), or name another: make setup PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@$(call twice,$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/install.txt)
	@touch $@

.venv/.runtime: .venv/.installer requirements/runtime.txt pyproject.toml
	@if [ -e .venv/.dev ]; then $(MAKE) --no-print-directory setup; else $(call install,requirements/install.txt requirements/runtime.txt); fi
	@touch $@

.venv/.dev: .venv/.installer requirements/dev.txt pyproject.toml
	@$(call install,requirements/dev.txt)
	@touch $@ .venv/.runtime

twice   = $(1) || { echo "The download failed; trying once more." >&2; $(1); }
install = echo "Installing $(1) into .venv"; { $(call twice,$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $(1)); } \
          && $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
