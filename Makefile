PYTHON ?= python3
BOOTSTRAP = $(PYTHON) -I accelerator/embedded/bootstrap.py
DJADE = find templates -type f | xargs .venv/bin/djade

.PHONY: run test lint fmt lock
run: ; @$(BOOTSTRAP) run
test: ; @$(BOOTSTRAP) test
lock: ; @$(BOOTSTRAP) lock
lint: ; .venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && \
	$(DJADE) --check
fmt: ; .venv/bin/python -m ruff check --fix . && .venv/bin/python -m ruff format . && $(DJADE)
