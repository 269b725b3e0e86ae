# Each target is one line; the work is in scripts/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run watch test soak check release bench clean

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: ## Set up what is missing, build, and start the product with a stand-in for Google
	@scripts/demo

watch: ## The same, built and started again whenever a file changes
	@scripts/watch

test: ## Every test: Rust, both databases, HTTP, browser; the long proofs in short
	@scripts/test

soak: ## The long proofs at their whole length
	@scripts/soak

check: ## Format and lints, warnings as errors
	@scripts/check

release: ## The server that operators install: optimised, the client inside
	@scripts/setup && scripts/build --release

bench: ## Measure the release build under load
	@scripts/setup && . scripts/env && scripts/build --bench && env -u SELEXIA_BIN "$$CARGO_TARGET_DIR/release/bench"

clean: ## Remove what was built here, and the demo's data
	@cargo clean && rm -rf .demo node_modules end2end/{node_modules,test-results,playwright-report}
