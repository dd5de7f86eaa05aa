.PHONY: run setup test chaos lint bench docs new-control habits types
PY := .venv/bin/python
# Every start of a server would compile the whole program anew.
unexport PYTHONDONTWRITEBYTECODE

run: ## set up, then open a dental clinic with sample data
	@tools/setup.sh
	@.venv/bin/clinicraft demo

setup: ## install everything for work on the code
	@tools/setup.sh test

test: ## set up and pass all tests
	@tools/setup.sh test
	@tools/npm run --silent check
	@tools/npm run --silent test
	@$(PY) -m pytest -q -n auto --dist loadfile

chaos: ## kill the flow engine before every statement, on both databases; kill workers, empty Redis, cut connections
	@$(PY) -m tools.chaos
	@$(PY) -m tools.chaos_workers

lint: ## format, types, layers
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@tools/npm run --silent check

types: ## write openapi.json and the TypeScript types made from it
	@$(PY) -m tools.openapi

bench: ## measure, print a table, write benchmarks/results/*.json
	@$(PY) -m benchmarks

docs: ## write the reference pages that come from the code
	@$(PY) tools/docs.py

new-control: ## make new-control name=demo
	@$(PY) tools/new_control.py $(name)

habits: ## the numbers of STYLE: file and function lengths, nesting, docstrings
	@$(PY) tools/habits.py
