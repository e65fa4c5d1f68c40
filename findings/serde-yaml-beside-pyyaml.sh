#!/usr/bin/env bash
# Text that serde_yaml 0.9.34 writes without quotes, and what PyYAML 6.0.2, a reader of YAML 1.1 as
# most tools in Python have it, makes of it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/src"
cat >"$dir/Cargo.toml" <<'TOML'
[package]
name = "write"
version = "0.0.0"
edition = "2021"
[dependencies]
serde_yaml = "=0.9.34"
TOML
cat >"$dir/src/main.rs" <<'RUST'
fn main() {
    let texts = ["no", "on", "1_000", "12:30", "2026-01-02", "1:02:03.5", "plain"];
    print!("{}", serde_yaml::to_string(&texts.to_vec()).unwrap());
}
RUST
cargo run --quiet --manifest-path "$dir/Cargo.toml" --target-dir "$dir/target" >"$dir/out.yaml"
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check PyYAML==6.0.2
"$dir/venv/bin/python" - "$dir/out.yaml" <<'PY' | tee "$dir/seen"
import sys, yaml
text = open(sys.argv[1]).read()
for line, read in zip(text.splitlines(), yaml.safe_load(text)):
    print(f'{line[2:]:<12} -> {type(read).__name__} {read}')
PY
diff "$dir/seen" - <<'SEEN'
no           -> bool False
on           -> bool True
1_000        -> int 1000
12:30        -> int 750
2026-01-02   -> date 2026-01-02
1:02:03.5    -> float 3723.5
plain        -> str plain
SEEN
