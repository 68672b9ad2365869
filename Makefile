# Two commands matter: `make demo` runs the tool beside a small LMS, `make test` sets up and runs every test.
# Both need python3 (3.11 or newer, with venv), git and make; everything else is fetched, pinned and hash-checked.
PYTHON     ?= python3
PIP        := .tools/bin/python -m pip --disable-pip-version-check -q
UV         := .tools/bin/uv
INSTALL    := $(UV) pip install -q --python .venv --no-build --require-hashes
VENDOR     := lti_tool/static/vendor/htmx.min.js
CODE       := lti_tool migrations tests tools benchmarks
BIN        := .venv/bin
# A test waits for a browser or for other processes a sixth of its time: one more worker than there are cores.
PYTEST     := $(BIN)/python -m pytest -q -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist loadfile --no-loadscope-reorder
# Every command and every process a test starts imports a hundred libraries: compile them once, whatever the machine says.
export PYTHONDONTWRITEBYTECODE :=

# Set-up waits for the network and each check for itself: side by side they take as long as the longest.
MAKEFLAGS += -j4
CHECKS    := style types imports templates dependencies content migrations

.DEFAULT_GOAL := help
.PHONY: help demo run work test test-all webkit bench torture mutants check format messages migration wheel lock clean
.PHONY: $(CHECKS:%=check-%)
.DELETE_ON_ERROR:

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | sort | awk -F'\t' '{printf "make %-11s %s\n", $$1, $$2}'

demo: .venv/.runtime $(VENDOR)  ## a small LMS with the tool in it, on one address to open
	@$(BIN)/lti-tool demo

run: .venv/.runtime $(VENDOR)  ## web server and worker with the settings of your environment
	@$(BIN)/lti-tool upgrade && $(BIN)/lti-tool run

work: .venv/.runtime  ## a worker alone: sends grades
	@$(BIN)/lti-tool work

test: check .tools/browser.json .tools/oracle/.ready  ## every check and test, on SQLite and PostgreSQL, in a real browser
	@$(PYTEST)

test-all: check .tools/browser.json .tools/oracle/.ready  ## the same with the long runs
	@$(PYTEST) -m "not webkit"

webkit: .tools/webkit/.ready  ## a launch in Debian's WebKit, fetched without root; needs apt and user namespaces
	@$(BIN)/python -m pytest -q -m webkit tests/browser/test_browser_webkit.py

# What this finds is in docs/performance.md; ARGS goes to the script, for example ARGS="--rounds 3 --database sqlite".
WHAT ?= launches
bench: .venv/.bench $(VENDOR)  ## what the tool costs: WHAT=launches, footprint, grades, maps or rosters
	@$(BIN)/python benchmarks/$(WHAT).py $(ARGS)

torture: .venv/.test  ## grades under 2,000 SIGKILL and 20,000 faulted posts, for hours: ARGS="--seed 7 --faketime"
	@PYTHONPATH=tests $(BIN)/python tests/faults/torture.py $(ARGS)

mutants: .venv/.test  ## ten mistakes in grade delivery, each of which torture must find
	@PYTHONPATH=tests $(BIN)/python tests/faults/torture_mutants.py $(ARGS)

check: $(CHECKS:%=check-%)  ## style, types, import directions, templates, dependencies, content, migrations
$(CHECKS:%=check-%): .venv/.lint $(VENDOR)
check-style:
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check -q $(CODE)
check-types:
	@$(BIN)/mypy
check-imports:
	@$(BIN)/lint-imports --no-logo > .tools/imports.log || { cat .tools/imports.log; exit 1; }
check-templates:
	@$(BIN)/djlint lti_tool/templates lti_tool/demo_lms/templates --check --lint --quiet
check-dependencies:
	@$(BIN)/deptry . > .tools/dependencies.log 2>&1 || { cat .tools/dependencies.log; exit 1; }
check-content:
	@$(BIN)/lti-tool content check lti_tool/content/fundamentals
check-migrations:
	@$(BIN)/python tools/migrations.py check

format: .venv/.lint  ## put the code and the templates into our style
	@$(BIN)/ruff check --fix -q $(CODE); $(BIN)/ruff format -q $(CODE)
	@$(BIN)/djlint lti_tool/templates lti_tool/demo_lms/templates --reformat --quiet || true

messages: .venv/.runtime  ## every sentence of the interface, for translators: .tools/messages.pot
	@$(BIN)/pybabel -q extract -F pyproject.toml -k mark -k lazy -k plural:1,2 -o .tools/messages.pot .
	@for each in lti_tool/translations/*.po; do \
	  test ! -e $$each || $(BIN)/pybabel -q update -i .tools/messages.pot -o $$each -l $$(basename $$each .po); done

migration: .venv/.runtime  ## a new migration from the models: make migration m="what it does"
	@test -n "$(m)" || { echo 'Say what it does: make migration m="rooms for live sessions"'; exit 1; }
	@$(BIN)/python tools/migrations.py new "$(m)"

wheel: $(VENDOR) | $(UV)  ## the package that a server installs
	@$(UV) build --wheel --build-constraints requirements/build.txt --require-hashes -o dist

$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "Setting up, once ..."
	@$(PYTHON) -m venv .tools || { echo "On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@$(PIP) install --no-deps --require-hashes --only-binary :all: -r requirements/uv.txt
	@touch $@

.venv/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | $(UV)
	@test -x $(BIN)/python || $(UV) venv -q --python $(PYTHON) .venv
	@$(INSTALL) -r requirements/runtime.txt
	@$(UV) pip install -q --python .venv --no-deps -e . --build-constraints requirements/build.txt --require-build-hashes
	@touch $@
.venv/.test: requirements/test.txt .venv/.runtime
	@$(INSTALL) -r requirements/test.txt
	@touch $@
.venv/.bench: requirements/bench.txt .venv/.test
	@$(INSTALL) -r requirements/bench.txt
	@touch $@
.venv/.lint: requirements/lint.txt .venv/.test
	@$(INSTALL) -r requirements/lint.txt
	@touch $@
.tools/browser.json: .venv/.test tools/browser.py
	@$(BIN)/python tools/browser.py
.tools/webkit/.ready: tools/webkit.py | .venv/.test
	@$(BIN)/python tools/webkit.py
# Open edX's LTI platform in an environment of its own: see tests/platform_oracle/server.py.
.tools/oracle/.ready: requirements/oracle.txt | $(UV)
	@$(UV) venv -q --clear --python $(PYTHON) .tools/oracle
	@$(UV) pip install -q --python .tools/oracle --no-build --require-hashes -r requirements/oracle.txt
	@touch $@

$(VENDOR): requirements/assets.txt tools/assets.py | $(UV)
	@.tools/bin/python tools/assets.py

# Without `--upgrade` the old pins are kept: make lock UPGRADE=--upgrade moves them.
LOCK := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(UPGRADE)
lock: | $(UV)  ## pin every dependency with its hashes
	$(LOCK) pyproject.toml --extra postgresql --extra pdf -o requirements/runtime.txt
	$(LOCK) pyproject.toml --extra postgresql --extra pdf --group test -c requirements/runtime.txt -o requirements/test.txt
	$(LOCK) --group lint -c requirements/test.txt -o requirements/lint.txt
	$(LOCK) --group bench -c requirements/test.txt -o requirements/bench.txt
	$(LOCK) --group build -c requirements/test.txt -o requirements/build.txt
	$(LOCK) --group platform-oracle -o requirements/oracle.txt
	$(LOCK) --group assets --no-deps -o requirements/assets.txt
	$(LOCK) --group tools -o requirements/uv.txt
	! grep -rn '://' requirements

clean:  ## forget everything that was set up
	rm -rf .venv .tools lti_tool/static/vendor dist
