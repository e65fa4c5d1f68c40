#!/usr/bin/env bash
# The release binary and, in a file beside it, the symbols that it is stripped of:
# scripts/release.sh [--limit BYTES]
#
# Both lie in `dist/` of the target directory. The binary names the file, so that `gdb`, `perf` and
# `addr2line` find it where both are in one directory. With a limit, a larger binary is an error.

source "$(dirname "$0")/env.sh"

# For this machine: the binary is 2.6 MB smaller, and needs a glibc of 2.36 or later to start.
export PACK_RELOCATIONS=${PACK_RELOCATIONS:-1}

limit=
[[ ${1:-} != --limit ]] || limit=$2
built=$CARGO_TARGET_DIR/release/cloudcorrect
dist=$CARGO_TARGET_DIR/dist

# The profile strips; here alone the linked binary keeps its symbols, to be parted below.
cargo rustc --locked --release --bin cloudcorrect -- -C strip=none
mkdir -p "$dist"
objcopy --only-keep-debug --compress-debug-sections "$built" "$dist/cloudcorrect.debug"
objcopy --strip-all --add-gnu-debuglink="$dist/cloudcorrect.debug" "$built" "$dist/cloudcorrect"
size=$(stat -c %s "$dist/cloudcorrect")
printf '%s: %s MB; symbols: %s MB\n' "$dist/cloudcorrect" \
    "$((size / 1000000))" "$(($(stat -c %s "$dist/cloudcorrect.debug") / 1000000))"
[[ -z $limit || $size -le $limit ]] || fail "the binary has $size bytes, and at most $limit are allowed"
