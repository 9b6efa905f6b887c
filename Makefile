# `make demo` and `make test` do all the set-up; Python 3.11 or newer and a package index are all they need.
PYTHON ?= python3
BIN := .venv/bin
export OMP_WAIT_POLICY := PASSIVE

.PHONY: help setup demo report docs test test-system test-gpu lint format clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

# One environment for everything, at the pinned versions. The stamp is renewed when either file changes.
.venv/stamp: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[check,cleanlab,synthetic,workflow,slurm,export,dlib-face,timm,docs,dev]'
	touch .venv/stamp

setup: .venv/stamp  ## the virtual environment in .venv

demo: setup  ## the pipeline on the embedded data set, to its figures in results/
	PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --cores 2
	@echo && cat results/reporting/tables/accuracy.md && echo && echo "Figures: results/reporting/figures"

report: setup  ## report.html from what is in results/
	PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --report report.html

# A test builds it, too, so that `make test` fails where this does.
docs: setup  ## the documentation site in site/, for any host of files
	rm -rf site
	$(BIN)/python -m sphinx --fail-on-warning --fresh-env --quiet --doctree-dir build/doctrees docs site

test: setup lint  ## lint, types and all tests that need nothing but pip's packages
	PATH="$(CURDIR)/$(BIN):$$PATH" python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

test-system: setup  ## tests that need a container engine, Slurm or a browser (and root of a Debian machine, to install and start them)
	PATH="$(CURDIR)/$(BIN):$$PATH" python -m pytest -m system tests/system

test-gpu: setup  ## tests that need a GPU; says so where there is none
	$(BIN)/python -m pytest -m gpu -rs tests/training/test_gpu.py

lint: setup  ## ruff, mypy, snakefmt and snakemake --lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers auto src
	$(BIN)/snakefmt --check Snakefile workflow
	PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --lint

format: setup  ## bring all files into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

clean:  ## remove results, but not the rendered pictures
	find results -mindepth 1 -maxdepth 1 ! -name README.md ! -name .cache -exec rm -rf {} +
	rm -rf .snakemake
