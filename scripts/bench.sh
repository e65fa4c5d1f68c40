#!/usr/bin/env bash
# All figures, or those of the benches named:
# scripts/bench.sh [expression|hostile|validate|size|storage|service]...

source "$(dirname "$0")/env.sh"

# What is measured is what `make release` and the image have.
export PACK_RELOCATIONS=1

[[ $# -gt 0 ]] || set -- expression hostile validate size storage service
for name; do
    step "bench: $name"
    if [[ $name == expression ]]; then
        cargo bench --locked --package cloudcorrect-expression-bench
    elif [[ $name == hostile ]]; then
        cargo build --locked --release --no-default-features
        scripts/hostile.py "$CARGO_TARGET_DIR/release/cloudcorrect"
    elif [[ $name == validate ]]; then
        cargo build --locked --release --no-default-features
        binaries=("$CARGO_TARGET_DIR/release/cloudcorrect")
        if scripts/setup.sh peer; then
            binaries+=("$peer/bin/custodian")
        else
            echo 'Cloud Custodian cannot be installed here; only ours is measured'
        fi
        scripts/validate-figures.py "${binaries[@]}"
    elif [[ $name == size ]]; then
        scripts/release.sh --limit 60000000
    else
        scripts/test-postgres.sh cargo bench --locked --bench "$name"
    fi
done
