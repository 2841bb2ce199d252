# Kindbrug: `make demo` to look, `make test` to prove. Each target is one line over a tool's own command.
PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin
MO := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help demo test proof check check-lock format lock translations clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(BIN)/.run $(MO) ## an invented partnership on http://127.0.0.1:8080 (PORT=… for another port)
	$(BIN)/flask --app run demo --port $(PORT)

test: $(BIN)/.dev $(MO) ## every test of the gate lane; browser tests need Chromium
	$(BIN)/pytest

proof: $(BIN)/.dev $(MO) ## the same promises at the large N of docs/proof.md, up to two hours (ONLY=tests/test_x.py for a part)
	$(BIN)/pytest --lane proof $(ONLY)

check: $(BIN)/.dev $(MO) check-lock ## style, types, import contracts, translations, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 0 tests/test_translations.py

check-lock: $(BIN)/.dev
	@set -e; new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; cp requirements*.lock $$new; $(COMPILE) -o $$new/requirements.lock; $(COMPILE) --extra dev --no-annotate -c requirements.lock -o $$new/requirements-dev.lock; diff -U0 requirements.lock $$new/requirements.lock && diff -U0 requirements-dev.lock $$new/requirements-dev.lock || { echo 'The locks lag behind pyproject.toml: run make lock.'; exit 1; }

format: $(BIN)/.dev ## put the code in the house style
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock: $(BIN)/.dev ## write the locks after a change of pyproject.toml (UPGRADE=--upgrade takes newer releases)
	$(COMPILE) $(UPGRADE) -o requirements.lock && $(COMPILE) $(UPGRADE) --extra dev --no-annotate -c requirements.lock -o requirements-dev.lock

translations: $(BIN)/.dev ## gather the sentences of code and templates into translations/nl
	$(BIN)/pybabel -q extract -F translations/babel.cfg -k _l -k lazy_gettext --no-location --sort-output --omit-header -o translations/messages.pot . && $(BIN)/pybabel -q update -D messages -d translations -i translations/messages.pot --no-fuzzy-matching --ignore-obsolete --width 110 && sed -i -E '1,20{/^"(Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By)/d; s/Version:  /Version: /}' translations/*/LC_MESSAGES/messages.po

ifneq ($(wildcard bench/__main__.py),)
bench: $(BIN)/.run $(MO)
	$(BIN)/python -m bench
endif

clean: ## remove what the other targets made, the demo included
	rm -rf .venv var $(MO) translations/messages.pot

%.mo: %.po | $(BIN)/.run
	$(BIN)/pybabel -q compile -i $< -o $@ -l $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))

$(BIN)/python:
	$(PYTHON) -m venv .venv

$(BIN)/.run: requirements.lock | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@

$(BIN)/.dev: requirements-dev.lock $(BIN)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@
