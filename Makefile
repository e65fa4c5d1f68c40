# The few commands of the house; each is a script that says more in its head.
.DEFAULT_GOAL := help
.PHONY: help setup build release demo test fuzz chaos bench gallery lint audit queries

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile | expand -t 18

setup: ## install all that building, testing and linting need
	@scripts/setup.sh test
	@scripts/setup.sh lint

build: ## the service
	@scripts/setup.sh build
	@scripts/run.sh cargo build --locked

release: ## the optimised service, stripped, with its symbols in a file beside it
	@scripts/setup.sh build
	@scripts/release.sh

demo: ## the service on example policies and a recorded account, with its page
	@scripts/setup.sh build
	@scripts/run.sh cargo run --locked -- demo

test: ## all tests, or with FILTER=... those whose name contains it
	@scripts/setup.sh test
	@scripts/test.sh $(FILTER)

fuzz: ## the reader of policies and the expressions on inputs that a fuzzer makes up, each for SECONDS=60
	@scripts/setup.sh build
	@scripts/fuzz.sh $(or $(SECONDS),60)

chaos: ## accounts, webhooks and a GitHub that fail by chance, for SEEDS=1000 schedules of faults
	@scripts/setup.sh test
	@CHAOS_SEEDS=$(or $(SEEDS),1000) scripts/test.sh --profile chaos chaos:: deliveries::

bench: ## the figures of docs/performance.md, or FIGURES=... of its benches; builds in release mode first
	@scripts/setup.sh test
	@scripts/bench.sh $(FIGURES)

gallery: ## renew the comments and pictures of docs/pull-requests.md
	@scripts/setup.sh test
	@scripts/gallery.sh

lint: ## format, spelling, layers, dependencies, clippy, docs, queries
	@scripts/setup.sh lint
	@scripts/lint.sh

audit: ## known vulnerabilities of dependencies; asks the advisory database over the network
	@scripts/setup.sh lint
	@scripts/run.sh cargo deny --locked check advisories

queries: ## renew .sqlx/ after a change of a query or a migration
	@scripts/setup.sh build
	@scripts/queries.sh
