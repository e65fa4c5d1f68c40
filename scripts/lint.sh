#!/usr/bin/env bash
# Everything that can be said of the source without running it, cheapest first.

source "$(dirname "$0")/env.sh"

step 'format'
cargo fmt --all --check
cargo fmt --manifest-path fuzz/Cargo.toml --check

step 'spelling'
"$TEST_SERVERS/bin/typos"

step 'what is deployed, and workflows'
scripts/lint-deploy.sh

step 'rules of the house'
mkdir -p "$CARGO_TARGET_DIR"
CARGO_MANIFEST_DIR=$PWD rustc --edition 2024 --test tests/architecture.rs -o "$CARGO_TARGET_DIR/architecture"
"$CARGO_TARGET_DIR/architecture" --quiet

step 'dependencies: licences, sources, bans (advisories: make audit)'
cargo deny --locked --log-level error check bans licenses sources

step 'clippy'
# With the bench of the SDK, which has all of its crates in common with the service.
cargo clippy --locked --package cloudcorrect --package github-emulator --package cloudcorrect-fleet-bench \
    --all-targets -- -D warnings

step 'without the live adapter'
cargo clippy --locked --no-default-features -- -D warnings
cargo clippy --locked --package cloudcorrect-expression-bench --all-targets -- -D warnings

step 'documentation'
RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --lib --document-private-items
RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --bins --document-private-items

step 'queries against the migrated schema'
scripts/queries.sh --check
