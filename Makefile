PYTHON ?= python3
BOOTSTRAP = $(PYTHON) -I accelerator/embedded/bootstrap.py

.PHONY: run test lint fmt lock
run: ; @$(BOOTSTRAP) run
test: ; @$(BOOTSTRAP) test
lock: ; @$(BOOTSTRAP) lock
lint: ; .venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check .
fmt: ; .venv/bin/python -m ruff check --fix . && .venv/bin/python -m ruff format .
