# Two commands do it all: `make serve` and `make test`. Each needs Python >= 3.11 and make, and nothing else.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
export PORT

ifeq ($(OS),Windows_NT)
BIN = .venv/Scripts
else
BIN = .venv/bin
endif
RUN = $(BIN)/python

.PHONY: help setup serve book zip pdf test check linkcheck bench lock clean

help:
	@echo "make serve    build the book and serve it on http://127.0.0.1:8000 (PORT=8001 for another port)"
	@echo "make test     everything that must hold: engine, chapters, labs, browsers"
	@echo "make check    ruff, mypy, import-linter, codespell, tsc"
	@echo "make book     the site in _build/html"
	@echo "make zip      the same in one file, _build/ecs-by-experiment.zip, for any static server, with no network"
	@echo "make pdf      the same on paper, _build/ecs-by-experiment.pdf; needs a Chromium, or gets one"
	@echo "make linkcheck  asks every page that the book links to; needs the network, so no other command does it"
	@echo "make setup    .venv and book/node_modules, no more"
	@echo "make bench    the measurements of bench/, into bench/results.json"
	@echo "make lock     write requirements.txt from requirements.in, and package-lock.json from package.json"
	@echo "make clean    remove what make made, except .venv and book/node_modules"

setup:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found: install one, or name it with make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m book setup

# The port is looked at before anything is set up or built.
serve:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found: install one, or name it with make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m book port
	@$(MAKE) --no-print-directory setup
	@$(RUN) -m book serve

book: setup
	@$(RUN) -m book book

zip: book
	@$(RUN) -m book zip

pdf: book
	@$(RUN) -m book browsers
	@$(RUN) -m book pdf

test: setup
	@$(RUN) -m book browsers
	@$(RUN) -m book book
	@$(RUN) -m pytest tests -m "not browser" -n auto --dist loadfile --no-loadscope-reorder
	@$(RUN) -m pytest tests -m browser

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	@$(RUN) -m book types

linkcheck: setup
	@$(RUN) -m book linkcheck

bench: book
	@$(RUN) -m bench

lock: setup
	@$(RUN) -m book lock

clean:
	rm -rf _build jupyter_execute .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
