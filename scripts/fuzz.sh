#!/usr/bin/env bash
# Fuzzes the reader of policies and the expressions: scripts/fuzz.sh [SECONDS [TARGET...]]
#
# libFuzzer with the instrumentation of a stable compiler, without sanitizers: what is looked for
# are panics, hangs and too much memory, for there is no unsafe code. New inputs are kept in the
# user's cache and lead to more the next time; the committed seeds are the start. A finding is
# written to fuzz/artifacts/; `cargo fuzz` would work on the same directory.

source "$(dirname "$0")/env.sh"

seconds=${1:-60}
shift || true
[[ $# -gt 0 ]] || set -- reader expression

export CARGO_TARGET_DIR=$cache/fuzz/target
target=$(rustc -vV | sed -n 's/^host: //p')
flags='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4'
flags+=' -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table'
flags+=' -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing'

step 'fuzz: build'
RUSTFLAGS=$flags cargo build --quiet --locked --release --target "$target" --manifest-path fuzz/Cargo.toml --bins

for name; do
    step "fuzz: $name, $seconds s"
    corpus=$cache/fuzz/corpus/$name
    mkdir -p "$corpus" "fuzz/artifacts/$name"
    # An evaluation within its budget takes a tenth of a second; ten seconds are a hang.
    "$CARGO_TARGET_DIR/$target/release/$name" "$corpus" "fuzz/seeds/$name" \
        -artifact_prefix="fuzz/artifacts/$name/" -dict="fuzz/$name.dict" -max_total_time="$seconds" \
        -timeout=10 -rss_limit_mb=1024 -max_len=16384 -print_final_stats=1 -verbosity=0 2>&1 |
        sed '/Recommended dictionary/,/End of recommended dictionary/d'
done
