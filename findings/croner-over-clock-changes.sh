#!/usr/bin/env bash
# The runs of daily patterns over both changes of clocks in Europe/Berlin, as croner 4.0.3 gives
# them: on 2026-10-25 02:00 comes twice on the clock, on 2027-03-28 it does not come.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/src"
cat >"$dir/Cargo.toml" <<'TOML'
[package]
name = "runs"
version = "0.0.0"
edition = "2021"
[dependencies]
croner = "=4.0.3"
chrono = { version = "=0.4.45", default-features = false, features = ["alloc"] }
chrono-tz = "=0.10.4"
TOML
cat >"$dir/src/main.rs" <<'RUST'
use chrono::TimeZone;
use std::str::FromStr;

fn main() {
    for pattern in ["0 2 * * *", "0 2,14 * * *"] {
        let cron = croner::Cron::from_str(pattern).unwrap();
        for (year, month, day) in [(2026, 10, 25), (2027, 3, 28)] {
            let midnight = |day| chrono_tz::Europe::Berlin.with_ymd_and_hms(year, month, day, 0, 0, 0).unwrap();
            let runs: Vec<_> = cron
                .iter_from(midnight(day), croner::Direction::Forward)
                .take_while(|run| *run < midnight(day + 1))
                .map(|run| run.format("%H:%M%z").to_string())
                .collect();
            println!("{pattern:<12} {year}-{month:02}-{day} {}", runs.join(" "));
        }
    }
}
RUST
cargo run --quiet --manifest-path "$dir/Cargo.toml" --target-dir "$dir/target" | tee "$dir/seen"
diff "$dir/seen" - <<'SEEN'
0 2 * * *    2026-10-25 02:00+0200
0 2 * * *    2027-03-28 03:00+0200
0 2,14 * * * 2026-10-25 02:00+0200 02:00+0100 14:00+0100
0 2,14 * * * 2027-03-28 14:00+0200
SEEN
