#!/usr/bin/env bash
# All figures, or those of the benches named: scripts/bench.sh [expression|hostile|storage|service]...

source "$(dirname "$0")/env.sh"

[[ $# -gt 0 ]] || set -- expression hostile storage service
for name; do
    step "bench: $name"
    if [[ $name == expression ]]; then
        cargo bench --locked --package cloudcorrect-expression-bench
    elif [[ $name == hostile ]]; then
        cargo build --locked --release --no-default-features
        scripts/hostile.py "$CARGO_TARGET_DIR/release/cloudcorrect"
    else
        scripts/test-postgres.sh cargo bench --locked --bench "$name"
    fi
done
