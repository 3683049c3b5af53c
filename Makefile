# `make run` and `make test` need Python 3.11 to 3.14 and make; the rest is installed into $(VENV).

VENV ?= .venv
SCENARIO ?= shougang
WORKERS ?= 2
# PYTHON=... names the interpreter to use; without it the first that works is taken.
PYTHON ?=
# ARGS=... is handed on to pytest, as in ARGS='-k draws'.
ARGS ?=
# COUNT=... is handed on to make soak, as in COUNT='kills=20 seconds=600'.
COUNT ?=

bin := $(VENV)/bin
installed := $(VENV)/.installed

# Packages are installed without bytecode, which for all of them takes longer than the rest; Python writes that of what
# it imports, also where the user has told it not to: later runs would wait for it each time.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test lint format docs languages gallery site calibrate findings facts same bench soak bill lock clean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(installed) ## run a scenario (SCENARIO=shougang) and say where its plots are
	@$(bin)/sim run $(SCENARIO)
	@echo "Plots: $$($(bin)/sim run $(SCENARIO) --json | $(bin)/python -c 'import json, sys; print(json.load(sys.stdin)["results"])')/figures/"

test: $(installed) ## all tests, with ruff and mypy among them (ARGS='-k draws' for some)
	$(bin)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: $(installed) ## ruff and mypy alone
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy

format: $(installed) ## lay the code out and mend what ruff can mend
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

docs: $(installed) ## write into the documents what the program knows of itself and what their commands print
	$(bin)/sim document
	$(bin)/python docs/reference.py
	$(bin)/python docs/sections.py
	$(bin)/python docs/printed.py

languages: $(installed) ## bring templates and catalogues of translations up to date and compile them
	$(bin)/python docs/languages.py

gallery: $(installed) ## every shipped scenario and its control with figures and cards, in build/gallery (ARGS='--lang zh')
	$(bin)/python docs/gallery.py $(ARGS)

site: $(installed) ## the documents as a site, in build/site; a link that leads nowhere is an error
	$(bin)/sphinx-build -W --keep-going -q -c docs -d build/doctrees . build/site
	@echo "Documents: build/site/docs/index.html"

# SCENARIO:TARGETS, in the order in which one rests on the other. A rotation leaves each group of targets out in turn:
# where each key has a target of its own there would be nothing left to fit it to.
CALIBRATIONS := manufacturing:manufacturing economy:economy haier:haier shougang:shougang
ROTATED := manufacturing economy shougang
calibration := scenarios/calibration

# sim validate shows what is kept here of rotations.
calibrate: $(installed) ## fit the shipped values anew and ship them, predict each group of targets by the others (an hour)
	@for pair in $(CALIBRATIONS); do \
		name=$${pair#*:}; rotate=; case " $(ROTATED) " in *" $$name "*) rotate=--rotate;; esac; \
		where=$$($(bin)/sim calibrate $${pair%:*} --targets $(calibration)/$$name.targets.toml $$rotate --yes --json \
			--out-scenario $(calibration)/$$name.fitted.toml | \
			$(bin)/python -c 'import json, sys; print(json.load(sys.stdin)["results"])') || exit 1; \
		cp "$$where/posterior.parquet" $(calibration)/$$name.posterior.parquet || exit 1; \
		[ -z "$$rotate" ] || cp "$$where/rotation.json" $(calibration)/$$name.rotation.json || exit 1; \
		$(bin)/python $(calibration)/ship.py $(calibration)/$$name.fitted.toml || exit 1; \
	done

findings: $(installed) ## test every shipped claim and write docs/findings.md (hours; ARGS=shougang for one file)
	$(bin)/python docs/findings.py $(ARGS)

facts: $(installed) ## check the model against all facts and write docs/validation.md (long)
	$(bin)/python docs/validation.py $(ARGS)

same: $(installed) ## hash every outcome of 60 worlds: figures of a version with the same hashes hold (minutes)
	$(bin)/python docs/same_bytes.py $(ARGS)

bench: $(installed) ## speed: the floor, growth, ensembles, peers (ARGS=--quick for a look)
	$(bin)/python tests/benchmarks/run.py $(ARGS)

soak: $(installed) ## attack what the program promises and write what happened into docs/reliability.md (hours)
	cd tests && PYTHONPATH=.:.. ../$(bin)/python -m soak.run $(COUNT)

bill: $(installed) ## write the licences and the bill of materials of what is pinned
	$(bin)/python docs/bill.py

lock: ## pin all dependencies anew in constraints.txt (needs uv)
	@uv=$(bin)/uv; [ -x "$$uv" ] || uv=$$(command -v uv) || { echo "make lock needs uv: $(bin)/pip install uv" >&2; exit 1; }; \
	"$$uv" pip compile pyproject.toml --extra dev --extra docs --universal --python-version 3.11 --fork-strategy requires-python \
		--upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --output-file constraints.txt

clean: ## remove the environment and all caches; results stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find sim tests -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment whose Python still works is kept; what is pinned is installed into it.
$(installed): constraints.txt pyproject.toml
	@works='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'; \
	if [ -n "$(PYTHON)" ] || ! "$(bin)/python" -c "$$works" 2>/dev/null; then \
		found=; tried=; \
		for python in $(or $(PYTHON),python3 python3.11 python3.12 python3.13 python3.14); do \
			if "$$python" -c "$$works" 2>/dev/null; then found=$$python; break; fi; \
			tried="$$tried $$python ($$("$$python" --version 2>/dev/null || echo 'does not run'))"; \
		done; \
		if [ -z "$$found" ]; then \
			echo "No Python from 3.11 to 3.14 with venv and ensurepip was found. Tried:$$tried." >&2; \
			echo "Install one (on Debian and Ubuntu with its python3-venv package) or name it: make PYTHON=/path/to/python3" >&2; \
			exit 1; \
		fi; \
		echo "Making $(VENV) with $$("$$found" --version) and installing what constraints.txt pins: a minute or two."; \
		"$$found" -m venv --clear "$(VENV)"; \
	fi
	@"$(bin)/python" -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r constraints.txt
	@"$(bin)/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
