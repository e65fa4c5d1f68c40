#!/usr/bin/env bash
# All figures, or those of the benches named:
# scripts/bench.sh [expression|hostile|validate|recorded|polling|sync|pulls|size|storage|service|fleet|fleet-service]...
#
# Of `fleet`, FLEET_PEER=none leaves out Cloud Custodian, and beyond FLEET_SCALE=1 only
# FLEET_PEER=custodian has it run; scripts/fleet-figures.py says what else there is to choose. What
# `fleet-service` measures takes an hour, or FLEET_MINUTES.

source "$(dirname "$0")/env.sh"

# What is measured is what `make release` and the image have.
export PACK_RELOCATIONS=1

# Adds Cloud Custodian to the programs that are measured, if it can be had.
add_peer() {
    if scripts/setup.sh peer; then
        binaries+=("$peer/bin/custodian")
    else
        echo 'Cloud Custodian cannot be installed here; it is left out'
    fi
}

[[ $# -gt 0 ]] || set -- expression hostile validate recorded polling sync pulls size storage service fleet fleet-service

for name; do
    step "bench: $name"
    if [[ $name == expression ]]; then
        cargo bench --locked --package cloudcorrect-expression-bench --bench expression
    elif [[ $name == polling ]]; then
        cargo bench --locked --package cloudcorrect-expression-bench --bench polling
    elif [[ $name == hostile ]]; then
        cargo build --locked --release --no-default-features
        scripts/hostile.py "$CARGO_TARGET_DIR/release/cloudcorrect"
    elif [[ $name == validate ]]; then
        cargo build --locked --release --no-default-features
        binaries=("$CARGO_TARGET_DIR/release/cloudcorrect")
        add_peer
        scripts/validate-figures.py "${binaries[@]}"
    elif [[ $name == sync ]]; then
        cargo build --locked --release --no-default-features
        scripts/sync-figures.py "$CARGO_TARGET_DIR/release/cloudcorrect" ${SYNC_BEFORE:+"$SYNC_BEFORE"}
    elif [[ $name == recorded ]]; then
        large=$(realpath "$CARGO_TARGET_DIR")/recorded
        scripts/large-inventory.py "$large/account.json"
        cargo build --locked --release --no-default-features
        cargo bench --locked --package cloudcorrect-expression-bench --bench recorded -- \
            "$large/account.json" "$large/pairs.json"
        arguments=("$CARGO_TARGET_DIR/release/cloudcorrect" "$large")
        if scripts/setup.sh peer; then
            arguments+=("$peer/bin/python")
        else
            echo 'Cloud Custodian cannot be installed here; only ours is measured'
        fi
        scripts/recorded-figures.py "${arguments[@]}"
    elif [[ $name == pulls ]]; then
        large=$(realpath "$CARGO_TARGET_DIR")/recorded
        scripts/large-inventory.py "$large/account.json"
        cargo bench --locked --no-default-features --bench pulls -- "$large/account.json"
    elif [[ $name == size ]]; then
        scripts/release.sh --limit 60000000
    elif [[ $name == fleet ]]; then
        # In one command, so that both are built on the same crates of the SDK.
        cargo build --locked --release --bins --package cloudcorrect --package cloudcorrect-fleet-bench
        cargo bench --locked --no-run --package cloudcorrect --bench answers
        answers=$(ls -t "$CARGO_TARGET_DIR"/release/deps/answers-* | grep --invert-match '\.d$' | head -1)
        binaries=("$CARGO_TARGET_DIR"/release/{cloudcorrect,bare-loop} "$answers")
        wanted=none
        [[ ${FLEET_SCALE:-1} != 1 ]] || wanted=custodian
        [[ ${FLEET_PEER:-$wanted} == none ]] || add_peer
        scripts/fleet-figures.py "${binaries[@]}"
    elif [[ $name == fleet-service ]]; then
        cargo build --locked --release
        scripts/fleet-service.py "$CARGO_TARGET_DIR/release/cloudcorrect"
    else
        scripts/test-postgres.sh cargo bench --locked --bench "$name"
    fi
done
