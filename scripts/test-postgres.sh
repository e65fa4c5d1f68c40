#!/usr/bin/env bash
# A throwaway Postgres for tests: fast, not durable, on a Unix socket that only its user can reach.
#
#   scripts/test-postgres.sh COMMAND...   runs the command with DATABASE_URL set to a server of its
#                                         own, which is gone afterwards
#   scripts/test-postgres.sh              starts one that stays (or finds the one that did) and
#                                         prints its DATABASE_URL
#   scripts/test-postgres.sh --stop       stops the one that stayed
#
# Postgres refuses to run as root; then it runs as `postgres`, else as `nobody`.

set -euo pipefail

fail() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
}

# The directory of the newest installed binaries.
binaries() {
    local found
    found=$(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV |
        while read -r dir; do [ -x "$dir/postgres" ] && echo "$dir" && break; done)
    [ -n "$found" ] || found=$(dirname "$(command -v postgres)" 2>/dev/null) ||
        fail 'no Postgres found; install it: apt-get install postgresql'
    echo "$found"
}

bin=$(binaries)
as_user=()
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    as_user=(runuser -u "$user" --)
fi

# start DIR: one directory holds data, socket and log, so that removing it removes all.
start() {
    local dir=$1
    mkdir -p "$dir"
    chmod 700 "$dir"
    [ ${#as_user[@]} -eq 0 ] || chown "$user" "$dir"
    (
        cd "$dir"
        if [ ! -e data/PG_VERSION ]; then
            "${as_user[@]}" "$bin/initdb" --pgdata=data --username=postgres --auth=trust \
                --encoding=UTF8 --locale=C.UTF-8 --no-sync >initdb.log 2>&1 ||
                { cat initdb.log >&2 && fail 'initdb failed'; }
        fi
        "${as_user[@]}" "$bin/pg_ctl" --pgdata=data --log=postgres.log --wait --silent start --options="\
            -c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=200 \
            -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal \
            -c max_wal_senders=0 -c shared_buffers=64MB -c jit=off -c timezone=UTC" </dev/null 9>&- ||
            { cat postgres.log >&2 && fail 'the server did not start'; }
    )
}

stop() {
    (cd "$1" && "${as_user[@]}" "$bin/pg_ctl" --pgdata=data --mode=immediate --silent stop) || true
}

url() {
    echo "postgres:///postgres?host=$1&user=postgres"
}

# A socket's path has room for 107 bytes, hence /tmp and not a directory of the checkout.
if [ $# -eq 0 ] || [ "$1" = --stop ]; then
    dir=/tmp/cloudcorrect-postgres-$(id -u)
    exec 9>"$dir.lock"
    flock 9
    running() {
        [ -d "$dir" ] && (cd "$dir" && "${as_user[@]}" "$bin/pg_ctl" --pgdata=data status) >/dev/null 2>&1
    }
    if [ "${1:-}" = --stop ]; then
        if running; then stop "$dir"; fi
        rm -rf "$dir"
    else
        running || start "$dir"
        url "$dir"
    fi
    exit
fi

dir=$(mktemp -d /tmp/cloudcorrect-postgres-XXXXXX)
trap 'stop "$dir"; rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start "$dir"
DATABASE_URL=$(url "$dir") PGTZ=UTC "$@"
