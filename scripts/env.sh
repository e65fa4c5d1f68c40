# Sourced by the other scripts: where everything lies that is not in the checkout.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -z "${HOME:-}" ]; then
    HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
    export HOME
fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cloudcorrect
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
# The servers of the tests: bin/ with moto_server and node, node_modules/ beside it.
export TEST_SERVERS=${TEST_SERVERS:-$cache/servers}
# The YAML language server in two versions, a formatter and a reader of SARIF, node_modules/ of tests/editors/.
export TEST_EDITORS=${TEST_EDITORS:-$cache/editors}
tools=$cache/tools
# What the benches `validate`, `fleet` and `recorded` run beside ours.
peer=$cache/custodian
export PATH=$tools/bin:$PATH:$HOME/.cargo/bin

# Prints a heading, so that a long run shows where it is.
step() {
    printf '\n== %s\n' "$*"
}

# Ends the script with a reason.
fail() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
}
