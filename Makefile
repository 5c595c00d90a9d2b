# Two commands matter: `make run` and `make test`. The rest is for those who change Dialoom.
# The system's own Python goes before others on the path: it is built with optimizations, and a turn
# costs a sixth less with it than with one that pyenv built as it does unless told otherwise. What has
# no headers cannot build durable-rules.
SUITS := import ensurepip, os, sysconfig, venv; os.stat(sysconfig.get_path("include") + "/Python.h")
FOUND = $(shell for one in /usr/bin/python3.11 python3.11 /usr/bin/python3.12 python3.12 python3.13 python3; do \
	command -v $$one >/dev/null && $$one -c '$(SUITS)' 2>/dev/null && { command -v $$one; break; }; done)
PYTHON ?= $(or $(FOUND),python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-build-isolation

.PHONY: run test faults lint format bench bench-peers rasa messages migrate lock clean
.DEFAULT_GOAL := run

$(VENV)/.run: deploy/lock/build.txt deploy/lock/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Dialoom needs CPython 3.11 or newer; found $$($(PYTHON) --version). Name another one: make run PYTHON=/path/to/python3.11"; exit 1; }
	@echo "First run: creating .venv and installing the locked dependencies (about a minute)."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r deploy/lock/build.txt
	@$(PIP) -r deploy/lock/run.txt
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-build-isolation --no-deps -e .
	@$(BIN)/python -m designer.compile_messages
	@touch $@

$(VENV)/.dev: $(VENV)/.run deploy/lock/dev.txt
	@echo "Installing the locked test tools."
	@$(PIP) -r deploy/lock/dev.txt
	@touch $@

run: $(VENV)/.run
	@exec $(BIN)/dialoom up

test: $(VENV)/.dev
	@sh tests/install_parts.sh
	@sh tests/run.sh $(ARGS)

faults: $(VENV)/.dev # More than two hundred kills, half a minute without Valkey, 500 open chats: ten minutes.
	@FAULTS=long $(BIN)/python -m pytest tests/faults $(ARGS)

lint: $(VENV)/.dev
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix-only . ; $(BIN)/ruff format .

bench: $(VENV)/.dev
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(DATA),--data $(DATA))

bench-peers: $(VENV)/.dev # Rasa where it is installed (make rasa), Node-RED where npm is.
	@$(BIN)/python -m bench.peers $(ARGS)

rasa: # Rasa in an environment of its own; everything works without it.
	@sh deploy/rasa/install.sh

messages: $(VENV)/.dev
	@$(BIN)/pybabel -q extract -F designer/babel.cfg -k N_ -k ConnectorFailed -k Declined --no-location --sort-output -o designer/translations/messages.pot designer plugins
	@$(BIN)/pybabel -q update --no-fuzzy-matching -i designer/translations/messages.pot -d designer/translations
	@$(BIN)/python -m designer.compile_messages

migrate: $(VENV)/.run
	@$(BIN)/dialoom migrate

lock: $(VENV)/.dev
	@sh deploy/lock/make.sh

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
