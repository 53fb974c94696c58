# Every command an engineer needs. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAGE  ?= local
SHELL  := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help
help:  ## what each command does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.installed: requirements.txt requirements-dev.txt constraints.txt lambdas/requirements.txt mqtt_bridge/requirements.txt local/exchange-requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; choose one with make PYTHON=/path/to/python3"; exit 1; }
	@echo "Installing Python packages into $(VENV) (about a minute, once) …"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -r local/exchange-requirements.txt
	@touch $@

.PHONY: install
install: $(VENV)/.installed  ## everything pinned, into .venv
