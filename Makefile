# The one entry to the book. `make` lists what there is.

PYTHON ?= python3
PARAMS ?=
PORT ?= 8000
CORES ?=
PAPER ?= a4
RESULTS ?=
CARD ?=
MODEL ?=

export PYTHON RESULTS CARD MODEL
# What the tests expect does not depend on the models of whoever runs them.
test test-long screenshots: export EMERGENCE_OWN_MODELS := _build/no-models
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help site add remove models evaluation harness zip serve handout check parameters translations test test-long screenshots lab lock clean

help: ## list these targets
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 14
	@echo "and settings: PARAMS=profiles/short.yml (site), PORT=8000 (serve), CORES=2, PYTHON=python3"

site: ## build the book into _build/site (PARAMS=profiles/short.yml for other parameters)
	@sh scripts/setup.sh
	@$(RUN) -m emergence.own refresh || true
	@$(RUN) -m emergence.build site $(if $(PARAMS),--params "$(PARAMS)") $(if $(CORES),--cores $(CORES))

add: ## add your own model: RESULTS=folder of lm-evaluation-harness [CARD=card.yml]
	@sh scripts/setup.sh
	@$(RUN) -m emergence.own add "$$RESULTS" $(if $(CARD),--card "$$CARD")

remove: ## take a model of your own out again: MODEL=name
	@sh scripts/setup.sh
	@$(RUN) -m emergence.own remove "$$MODEL"

models: ## list your own models
	@sh scripts/setup.sh
	@$(RUN) -m emergence.own list

harness: ## install lm-evaluation-harness in .venv-evaluation, to run the tasks in evaluation/
	@sh scripts/setup.sh evaluation

evaluation: ## write the tasks in evaluation/ anew, after a change of their generators
	@sh scripts/setup.sh
	@$(RUN) -m emergence.evaluation

zip: ## pack the built book into _build/emergent-abilities.zip, to be read from any folder
	@sh scripts/setup.sh
	@$(RUN) -m emergence.archive

serve: ## show the built book on 127.0.0.1 (PORT=8000)
	@sh scripts/setup.sh
	@$(RUN) -m emergence.build serve --port $(PORT)

handout: ## print the built site: a PDF for each language in _build/handout (PAPER=letter)
	@sh scripts/setup.sh handout chromium
	@$(RUN) -m emergence.handout --paper $(PAPER)

check: ## check the tables
	@sh scripts/setup.sh
	@$(RUN) -m emergence.check

parameters: ## list the parameters that a profile can set
	@sh scripts/setup.sh
	@$(RUN) -m emergence.build parameters

translations: ## refresh the catalogues in locale/, and list what they lack
	@sh scripts/setup.sh
	@$(RUN) -m emergence.translations update

test: ## build the book and run every test but the long ones
	@sh scripts/setup.sh test chromium
	@$(RUN) -m emergence.build site $(if $(CORES),--cores $(CORES))
	@$(RUN) -m pytest -n auto --dist loadfile -m "not long"

test-long: ## run the long tests
	@sh scripts/setup.sh test evaluation chromium firefox
	@$(RUN) -m emergence.build site $(if $(CORES),--cores $(CORES))
	@$(RUN) -m pytest -m long || { code=$$?; [ $$code = 5 ] && echo "there are no long tests yet" || exit $$code; }

screenshots: ## keep a picture of every page, light and dark, wide and narrow, in test-results/screenshots
	@sh scripts/setup.sh test chromium
	@$(RUN) -m emergence.build site $(if $(CORES),--cores $(CORES))
	@$(RUN) -m pytest tests/browser/test_screenshots.py

lab: ## open the chapters in JupyterLab
	@sh scripts/setup.sh lab
	@$(RUN) -m jupyterlab chapters

# What the CUDA builds of torch need comes with them, and only with them.
CUDA := $(addprefix nvidia-,cublas cuda-cupti cuda-nvrtc cuda-runtime cudnn-cu13 cufft cufile curand \
	cusolver cusparse cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx) \
	cuda-bindings cuda-pathfinder cuda-toolkit triton

# JupyterLab's rfc3987-syntax is optional, and takes 2 s whenever jsonschema is imported.
lock: ## pin the newest versions of everything in requirements*.in
	@sh scripts/setup.sh lock
	@for name in requirements requirements-live requirements-handout requirements-test requirements-lab; do \
		.venv/bin/uv pip compile --quiet --no-header --universal --upgrade --python-version 3.11 \
			--no-emit-package rfc3987-syntax $$name.in -o $$name.txt || exit 1; \
	done
	@.venv/bin/uv pip compile --quiet --no-header --universal --upgrade --python-version 3.11 \
		$(CUDA:%=--no-emit-package %) requirements-evaluation.in -o requirements-evaluation.txt

clean: ## remove what builds have made (not .venv or .venv-evaluation)
	rm -rf _build .snakemake
