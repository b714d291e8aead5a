# accruald: every target works on a fresh Debian machine with Go. `make` prints what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Tools have a module of their own, so that their dependencies never reach the binary.
TOOL := go tool -modfile=.ci/tools/go.mod
BINARY := bin/accruald

# What the shipped examples read; any JSON Lines file of events will do: make simulate EVENTS=my.jsonl
EVENTS ?= events/samples/quarter.jsonl
# Passed through to the command: make run ARGS=--exit
ARGS ?=
# Passed through to go test: make test TESTFLAGS=-race
TESTFLAGS ?=
# Two packages at a time: each test of the shell has its own servers, and more of them would only wait for the disk.
TESTPACKAGES := 2

# Packages without servers answer in seconds, so they speak first.
FAST := $(addprefix ./,$(wildcard events workers/laws workers/money workers/calendar workers/site workers/pricing \
	workers/incentive workers/settlement workers/decision))

.PHONY: help install build run test laws lint fmt generate check-generated faults bench simulate clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## install what the machine lacks: the PostgreSQL server package, without starting a cluster
	@./deploy/install-postgresql.sh

build: ## compile bin/accruald, static
	CGO_ENABLED=0 go build -trimpath -o $(BINARY) ./cmd/accruald

run: install build ## start everything on this machine, process the shipped sample and stay up (ARGS=--exit ends)
	./$(BINARY) dev $(ARGS)

test: install ## vet, then the fast tests, then all tests on real private servers, and the partner API by the official SDK
	go vet -tags slow ./...
	go test -timeout 3m $(TESTFLAGS) $(FAST)
	go test -timeout 9m -tags slow -p $(TESTPACKAGES) $(TESTFLAGS) ./...
	cd workers/inquiry/sdktest && go test -timeout 9m $(TESTFLAGS) ./...

laws: ## the rules of this repository that are tests: imports, purity, shape, text
	go test -count=1 ./workers/laws

lint: ## golangci-lint, as .golangci.yaml explains
	$(TOOL) golangci-lint run ./...

fmt: ## format the Go code
	$(TOOL) golangci-lint fmt ./...

generate: ## write schema/db from the queries, and whatever go:generate lines make
	$(TOOL) sqlc generate --file schema/sqlc.yaml
	go generate ./...

check-generated: ## generate again and fail if anything changed
	@./.ci/check-generated

faults: install ## plant 200 faults into a quarter of 200,000 events: every one is found, nothing else, and nothing is left
	ACCRUALD_FAULT_EVENTS=200000 go test -timeout 30m -tags slow -count=1 -v -run '^TestPlantedFaults$$' ./cmd/accruald

bench: install build ## measure throughput and latency; ARGS='--batch 1 --concurrency 16' is one event per transaction
	./$(BINARY) bench $(ARGS)

simulate: build ## fold EVENTS in memory, without servers, and print the summary
	./$(BINARY) simulate --summary $(ARGS) $(EVENTS)

clean: ## remove what was built
	rm -rf bin
