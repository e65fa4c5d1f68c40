#!/usr/bin/env bash
# Installs what a part of the work needs and the machine lacks; quick when nothing is missing.
#
#   scripts/setup.sh build      compiler, Postgres: enough for `make demo`
#   scripts/setup.sh test       also the servers, editors and the browser of the tests, cargo-nextest
#   scripts/setup.sh lint       also cargo-deny, typos and the lint of deploy/
#   scripts/setup.sh peer       the build's, and Cloud Custodian for the benches `validate`, `fleet` and `recorded`
#
# System packages come through apt, as root or by sudo. All else goes to the user's cache
# directory, in the versions pinned here, in tests/servers/ and in tests/editors/.

source "$(dirname "$0")/env.sh"

nextest_version=0.9.143
deny_version=0.20.2

have() {
    command -v "$1" >/dev/null 2>&1
}

have_postgres() {
    have postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

have_chromium() {
    have chromium || have chromium-browser || have google-chrome
}

# The Debian packages that stand for what is missing, one a line.
missing_packages() {
    have cc || echo build-essential
    have_postgres || echo postgresql
    [ "$1" = build ] && return
    python3 -c 'import ensurepip, venv' 2>/dev/null || printf '%s\n' python3 python3-venv
    [ "$1" = test ] || return 0
    have_chromium || echo chromium
    # The webhook of the benches' Git hook.
    have curl || echo curl
    have openssl || echo openssl
    have jq || echo jq
    # Signing commits, as the manual says.
    have ssh-keygen || echo openssh-client
    # Fetching over SSH, one process a connection.
    [ -x /usr/sbin/sshd ] || echo openssh-server
    have gpg || echo gnupg
}

install_packages() {
    local packages as_root=()
    mapfile -t packages < <(missing_packages "$1")
    [ ${#packages[@]} -eq 0 ] && return
    local command="apt-get install -y --no-install-recommends ${packages[*]}"
    have apt-get || fail "missing here, by the names of Debian's packages: ${packages[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        if have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as_root=(sudo)
        else
            fail "ask somebody with root access to run: $command"
        fi
    fi
    step "$command"
    "${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
        -o DPkg::Lock::Timeout=300 install --no-install-recommends "${packages[@]}"
}

# Python and npm packages of tests/servers/, laid anew whenever the pins change.
install_servers() {
    local stamp=$TEST_SERVERS/installed pins
    pins=$(cat tests/servers/{requirements.txt,package-lock.json} | sha256sum)
    [ "$(cat "$stamp" 2>/dev/null)" = "$pins" ] && return
    step "servers of the tests, into $TEST_SERVERS"
    rm -rf "$TEST_SERVERS"
    python3 -m venv "$TEST_SERVERS"
    local bin=$TEST_SERVERS/bin
    "$bin/pip" install --quiet --disable-pip-version-check -r tests/servers/requirements.txt
    cp tests/servers/package.json tests/servers/package-lock.json "$TEST_SERVERS/"
    (cd "$TEST_SERVERS" && PATH=$bin:$PATH npm ci --silent --no-audit --no-fund)
    echo "$pins" >"$stamp"
}

# What stands for an author's desk, of tests/editors/; it runs on the Node.js of the servers.
install_editors() {
    local stamp=$TEST_EDITORS/installed pins
    pins=$(sha256sum <tests/editors/package-lock.json)
    [ "$(cat "$stamp" 2>/dev/null)" = "$pins" ] && return
    step "editors of the tests, into $TEST_EDITORS"
    rm -rf "$TEST_EDITORS"
    mkdir -p "$TEST_EDITORS"
    cp tests/editors/package.json tests/editors/package-lock.json "$TEST_EDITORS/"
    (cd "$TEST_EDITORS" && PATH=$TEST_SERVERS/bin:$PATH npm ci --silent --no-audit --no-fund)
    echo "$pins" >"$stamp"
}

# Cloud Custodian, into an environment of its own.
install_peer() {
    local stamp=$peer/installed pins
    pins=$(sha256sum <benches/validate/requirements.txt)
    [ "$(cat "$stamp" 2>/dev/null)" = "$pins" ] && return
    step "Cloud Custodian, into $peer"
    rm -rf "$peer"
    python3 -m venv "$peer"
    "$peer/bin/pip" install --quiet --disable-pip-version-check -r benches/validate/requirements.txt
    echo "$pins" >"$stamp"
}

# install_tool NAME VERSION [FLAGS]: `cargo NAME` in that version or, if nothing in it
# influences a result, a newer one. Unoptimised, because building takes longer than running.
install_tool() {
    local name=$1 version=$2 found
    shift 2
    found=$(cargo "$name" --version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 || true)
    [ -n "$found" ] && printf '%s\n' "$version" "$found" | sort -V -C && return
    step "cargo-$name $version, into $tools"
    # Its own build directory: the tool's dependencies have nothing in common with ours.
    CARGO_TARGET_DIR=$tools/build cargo install --quiet --locked --debug --force \
        --root "$tools" "$@" "cargo-$name@$version"
    rm -rf "$tools/build"
}

check_toolchain() {
    have cargo || fail "no cargo: install Rust $(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) or newer"
    [ "$1" != lint ] || cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 ||
        fail 'no clippy or rustfmt: rustup component add clippy rustfmt'
}

part=${1:-test}
mkdir -p "$cache"
exec 9>"$cache/setup.lock"
flock 9
check_toolchain "$part"
install_packages "$part"
case $part in
build) ;;
test)
    install_servers
    install_editors
    install_tool nextest "$nextest_version"
    ;;
lint)
    install_servers
    install_tool deny "$deny_version"
    ;;
peer) install_peer ;;
*) fail "no such part: $part" ;;
esac
