#!/usr/bin/env bash
# All figures, or those of the benches named: scripts/bench.sh [expression|storage|service]...

source "$(dirname "$0")/env.sh"

[[ $# -gt 0 ]] || set -- expression storage service
for name; do
    step "bench: $name"
    if [[ $name == expression ]]; then
        cargo bench --locked --package cloudcorrect-expression-bench
    else
        scripts/test-postgres.sh cargo bench --locked --bench "$name"
    fi
done
