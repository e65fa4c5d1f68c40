#!/usr/bin/env bash
# All tests, or those that a nextest filter names: scripts/test.sh [FILTER]...

source "$(dirname "$0")/env.sh"

step 'build'
cargo build --locked --tests --bins

step 'tests'
scripts/test-postgres.sh cargo nextest run --locked "$@"
