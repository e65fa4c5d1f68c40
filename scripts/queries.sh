#!/usr/bin/env bash
# Asks a freshly migrated Postgres for the types of every query, and keeps the answers in
# .sqlx/, from which builds without a database take them.
#
#   scripts/queries.sh            renews .sqlx/
#   scripts/queries.sh --check    fails where .sqlx/ differs from what the database says

source "$(dirname "$0")/env.sh"

# Never the database that a developer happens to have in the environment.
if [ -z "${QUERIES_INSIDE:-}" ]; then
    exec scripts/test-postgres.sh env QUERIES_INSIDE=1 scripts/queries.sh "$@"
fi

told=$(mktemp -d)
kept=$(mktemp)
restore() {
    # With its old time the file is no reason to build anything again.
    touch -r "$kept" src/lib.rs
    rm -rf "$told" "$kept"
}
touch -r src/lib.rs "$kept"
trap restore EXIT

for migration in migrations/*.up.sql; do
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --file "$migration" "$DATABASE_URL" >/dev/null
done

# The macros run only when the crate is compiled, so it has to look changed.
touch src/lib.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$told cargo check --quiet --locked --lib --no-default-features

if [ "${1:-}" = --check ]; then
    diff -r "$told" .sqlx >/dev/null || fail "run \`make queries\` and commit .sqlx/: $(
        diff -rq "$told" .sqlx | sed "s#$told#the database#" | head -n 5
    )"
else
    mkdir -p .sqlx
    rm -f .sqlx/query-*.json
    cp "$told"/query-*.json .sqlx/
fi
