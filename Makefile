# Candor's commands. `make` alone lists them.
#
# A fresh machine needs Python 3.11 or newer and make; everything else goes into .venv. The environment is set up again
# only when the pinned requirements change: .venv keeps a copy of the lists that it was made from.

PYTHON ?= python3
PORT ?= 8501
# Not taken from the environment, where HOST often names the machine: listening elsewhere is asked for by name.
HOST = 127.0.0.1

BIN = .venv/bin/python
EXAMPLE = examples/backend-engineer
# Wheels only are compiled when first imported (--no-compile); the lists are complete (--no-deps), which a test checks.
PIP = $(BIN) -m pip --disable-pip-version-check --no-input
# A file stays in one process; more than four would want more memory than they save time. tests/conftest.py has the order.
SIDE_BY_SIDE = -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
INSTALL = $(PIP) install --no-user --no-deps --no-compile --progress-bar on

# Personal pip settings that would send packages elsewhere or refuse them. Index, proxy and certificate are kept.
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_DRY_RUN PIP_CONSTRAINT PIP_REQUIREMENT PIP_REQUIRE_HASHES
unexport PIP_NO_BINARY PIP_QUIET PIP_PYTHON PIP_PROGRESS_BAR PIP_IGNORE_INSTALLED PIP_EDITABLE PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help run test demo demo-data bench gallery run-fake-gemini lock clean .venv environment test-environment browser

help: ## List the commands
	@echo 'Candor: structured interviews that people can check.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'make run PORT=9000 serves on another port, HOST=0.0.0.0 for other machines too, PYTHON=python3.12 with another Python.'

run: environment ## Set up what is missing, then serve the app on http://127.0.0.1:8501
	@INTERVIEW_PUBLIC_URL="$${INTERVIEW_PUBLIC_URL:-http://127.0.0.1:$(PORT)}" \
	  exec $(BIN) -m streamlit run app.py --server.port $(PORT) --server.address $(HOST)

test: test-environment browser ## Set up what tests need, then lint, check types and run all tests
	$(BIN) -m ruff check .
	$(BIN) -m ruff format --check .
	$(BIN) -m mypy
	$(BIN) -m pytest -m 'not browser' $(SIDE_BY_SIDE)
	$(BIN) -m pytest -m browser $(SIDE_BY_SIDE)

demo: environment ## Interview a sample candidate without a browser; the results land in out/demo
	@$(BIN) -m interview demo --role 'Backend engineer' --resume $(EXAMPLE)/resume.pdf --job $(firstword $(wildcard $(EXAMPLE)/job.md $(EXAMPLE)/job.txt)) \
	  --answers $(EXAMPLE)/answers.txt --out out/demo

demo-data: environment ## Fill .data-demo with synthetic interviews, to look around in
	@$(BIN) -m interview demo-data

bench: test-environment browser ## Time the media path, speech, talks, figures and pages; all of this machine
	PYTHONPATH=tests $(BIN) -m benchmarks.media
	PYTHONPATH=tests $(BIN) -m benchmarks.speech
	PYTHONPATH=tests $(BIN) -m benchmarks.voice
	PYTHONPATH=.:tests $(BIN) -m benchmarks.figures
	PYTHONPATH=.:tests $(BIN) benchmarks/pages.py

gallery: test-environment browser ## Take a picture of every page into docs/gallery
	@PYTHONPATH=.:tests $(BIN) tests/gallery.py

run-fake-gemini: test-environment ## Serve a stand-in for Gemini on GEMINI_PORT (8443), for development
	@exec $(BIN) tests/run_fake_gemini.py

lock: environment ## Resolve requirements*.in again into the pinned requirements*.txt
	@$(PIP) install --quiet --no-user uv
	@for list in requirements-dev 'requirements -c requirements-dev.txt'; do \
	  set -- $$list; name=$$1; shift; \
	  $(BIN) -m uv pip compile --quiet --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command 'make lock' "$$name.in" "$$@" --output-file "$$name.txt" || exit 1; \
	done
	@echo 'requirements.txt and requirements-dev.txt are up to date.'

clean: ## Remove the environment and everything built; the interviews in .data stay
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find app.py pages interview tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The rest is used by the commands above.

environment: .venv
	@cmp -s requirements.txt .venv/requirements.txt || { \
	  echo "Installing $$(grep -c == requirements.txt) packages into .venv: about a minute, once." && \
	  $(INSTALL) -r requirements.txt && cp requirements.txt .venv/ && echo 'The environment is ready.'; }

test-environment: .venv
	@cmp -s requirements-dev.txt .venv/requirements-dev.txt || { \
	  echo "Installing $$(grep -c == requirements-dev.txt) packages, test tools included, into .venv: about a minute, once." && \
	  $(INSTALL) -r requirements-dev.txt && cp requirements.txt requirements-dev.txt .venv/; }

# Asked of the environment itself: an interrupted set-up or a Python that went away leaves a folder that does not work.
.venv:
	@$(BIN) -c 'import pip' 2>/dev/null || { $(CHECK_PYTHON) && \
	  echo 'Making the virtual environment .venv (a few seconds).' && '$(PYTHON)' -m venv --clear .venv; }

define CHECK_PYTHON
{ command -v '$(PYTHON)' >/dev/null || { \
    echo 'Candor needs Python 3.11 or newer, and there is no $(PYTHON) here.'; \
    echo 'On Debian or Ubuntu: sudo apt-get install python3 python3-venv'; exit 1; }; \
  '$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
    echo "Candor needs Python 3.11 or newer; $(PYTHON) is $$('$(PYTHON)' --version 2>&1)."; \
    echo 'If a newer one is installed, name it: make run PYTHON=python3.12'; exit 1; }; \
  '$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { \
    echo 'This Python cannot make virtual environments: its venv or ensurepip module is missing.'; \
    echo 'On Debian or Ubuntu: sudo apt-get install python3-venv'; exit 1; }; } >&2
endef

# Never fails: without a browser its tests are skipped, and pytest says so at the end.
browser:
	@if command -v pdftoppm && { command -v chromium || command -v chromium-browser; }; then exit 0; fi >/dev/null; \
	as_root=; [ "$$(id -u)" = 0 ] || as_root='sudo -n'; \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then \
	  echo 'Installing Chromium and poppler-utils from the system packages, for browser and PDF tests (about a minute).'; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  $$as_root apt-get -qq update && \
	    $$as_root apt-get -qq install -y --no-install-recommends chromium fonts-liberation poppler-utils >/dev/null && exit 0; \
	fi; \
	echo '*** BROWSER TESTS WILL BE SKIPPED: Chromium could not be installed here. ***'; \
	echo '*** On Debian: sudo apt-get install chromium poppler-utils               ***'
