# Everything a contributor runs. `make help` lists it.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
.DEFAULT_GOAL := help

# Written by npm at the end of an installation: newer than the lock file means nothing to do.
INSTALLED := node_modules/.package-lock.json

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 16

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

# KUBECONFIG names a cluster to throw away on this machine; without it one is started, which needs Go, openssl and ten minutes
# the first time.
.PHONY: test-api-server
test-api-server: build ## test the webhook with a real API server (builds one, or KUBECONFIG=)
	test/cluster/with-api-server.sh node --test --test-reporter=$(REPORTER) test/cluster/admission.ts

.PHONY: test-images
test-images: $(INSTALLED) ## test the built images (after make images; needs docker or podman)
	CONTAINER_TOOL=$(CONTAINER_TOOL) IMAGE_PREFIX=$(IMAGE_PREFIX) IMAGE_TAG=$(IMAGE_TAG) \
	  node --test --test-reporter=$(REPORTER) test/cluster/images.ts

# The spec reporter prints a line a test; CI and people both want to see progress.
REPORTER ?= spec
TESTS ?= "{agent,certs,webhook,manifests,test}/**/*.test.ts"

.PHONY: cluster-up
cluster-up: ## start a real one-node Kubernetes cluster on this machine (root, Linux, Go; no Docker)
	test/cluster/cluster-up.sh

.PHONY: cluster-images
cluster-images: ## load images into it: ours, or IMAGES="name:tag archive.tar"
	test/cluster/load-images.sh $(IMAGES)

.PHONY: cluster-status
cluster-status: ## what of it runs; fails unless its node is Ready
	@test/cluster/cluster-status.sh

.PHONY: cluster-down
cluster-down: ## end it and leave nothing but logs and built programs
	test/cluster/cluster-down.sh

# KUBECONFIG names a cluster to throw away (see test/e2e/README.md); without it the local one is used, and started when it
# does not run.
.PHONY: e2e
e2e: $(INSTALLED) ## test everything on real pods in a real cluster (E2E_TESTS="injection load" chooses)
	node test/e2e/run.ts $(E2E_TESTS)

.PHONY: demo
demo: build ## the main job, end to end: a pod goes in, metrics come out
	node test/demo/demo.ts

.PHONY: bench
bench: $(INSTALLED) ## measure, as ratios to a peer of the same run; rewrites bench/results
	node --expose-gc bench/statsd-parse.ts | tee bench/results/statsd-parse.json

.PHONY: check
check: $(INSTALLED) ## lint, format, types, import rules, dead code
	oxfmt --check
	oxlint --type-aware
	tsc -p .
	knip

.PHONY: format
format: $(INSTALLED) ## rewrite the sources in the project's format
	oxfmt

# What builds images here: docker with a running daemon, else podman, else buildah.
CONTAINER_TOOL ?= $(shell docker version >/dev/null 2>&1 && echo docker || basename "$$(command -v podman || command -v buildah)")
VERSION := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
# In front of the names, with its slash: registry.example.com/tools/
IMAGE_PREFIX ?=
IMAGE_TAG ?= $(VERSION)
# Empty: those that the Dockerfiles name.
BASE_IMAGE ?=
BUILD_IMAGE ?=
IMAGE_FLAGS ?=

.PHONY: images
images: ## build both images (IMAGE_PREFIX=registry/ IMAGE_TAG= BASE_IMAGE= BUILD_IMAGE= CONTAINER_TOOL=)
	@[ -n "$(CONTAINER_TOOL)" ] || { echo "make images: docker (running), podman or buildah is needed" >&2; exit 69; }
	@for part in agent webhook; do \
	  echo "== $(IMAGE_PREFIX)pilotfish-$$part:$(IMAGE_TAG) with $(CONTAINER_TOOL) =="; \
	  $(CONTAINER_TOOL) build --file $$part/Dockerfile --tag "$(IMAGE_PREFIX)pilotfish-$$part:$(IMAGE_TAG)" \
	    $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) $(if $(BUILD_IMAGE),--build-arg BUILD_IMAGE=$(BUILD_IMAGE)) \
	    $(IMAGE_FLAGS) . || exit $$?; \
	done
