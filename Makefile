# Everything a contributor runs. `make help` lists it.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
.DEFAULT_GOAL := help

# Written by npm at the end of an installation: newer than the lock file means nothing to do.
INSTALLED := node_modules/.package-lock.json

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

$(INSTALLED): package.json package-lock.json
	@echo "== installing the packages (once) =="
	npm ci --no-progress
	@touch $@

.PHONY: install
install: $(INSTALLED) ## install the packages, Node 24 among them, and build the bundles

.PHONY: build
build: $(INSTALLED) ## bundle agent and webhook into dist/
	node build.ts

.PHONY: test
test: build ## run the tests: offline, no root, no Go
	node --test --test-reporter=$(REPORTER) $(TESTS)

# The spec reporter prints a line a test; CI and people both want to see progress.
REPORTER ?= spec
TESTS ?= "{agent,certs,webhook,manifests,test}/**/*.test.ts"

.PHONY: check
check: $(INSTALLED) ## lint, format, types, import rules, dead code
	oxfmt --check
	oxlint --type-aware
	tsc -p .
	knip

.PHONY: format
format: $(INSTALLED) ## rewrite the sources in the project's format
	oxfmt
