//! Circles of files that use each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::modules::Package;

/// Files that use each other, with the lines by which they do.
#[derive(Debug)]
pub(crate) struct Circle {
    /// Paths of the files.
    pub(crate) files: BTreeSet<String>,
    /// One use of one by another a line: `src/a.rs:12 uses src/b.rs`.
    pub(crate) uses: Vec<String>,
}

/// Circles of a package. A module and its own submodules are none: what a file takes from a module
/// that it lies in is no use of it here.
pub(crate) fn circles(package: &Package) -> Vec<Circle> {
    let uses = uses(package);
    let mut circles: Vec<Circle> = Vec::new();
    let reached: Vec<BTreeSet<usize>> =
        (0..package.files.len()).map(|from| reached(&uses, from)).collect();
    let mut done: BTreeSet<usize> = BTreeSet::new();
    for from in 0..package.files.len() {
        if done.contains(&from) || !reached[from].contains(&from) {
            continue;
        }
        let circle: BTreeSet<usize> =
            reached[from].iter().copied().filter(|to| reached[*to].contains(&from)).collect();
        done.extend(&circle);
        let inner = uses.iter().filter(|((a, b), _)| circle.contains(a) && circle.contains(b));
        let path = |at: &usize| package.files[*at].path.clone();
        circles.push(Circle {
            files: circle.iter().map(path).collect(),
            uses: inner
                .map(|((a, b), line)| format!("{}:{line} uses {}", path(a), path(b)))
                .collect(),
        });
    }
    circles
}

/// Which file uses which, and the first line that does.
fn uses(package: &Package) -> BTreeMap<(usize, usize), usize> {
    let mut uses = BTreeMap::new();
    for (at, file) in package.files.iter().enumerate() {
        for named in file.names.all() {
            let Some(target) = package.target(at, named) else { continue };
            let other = &package.files[target];
            let is_ancestor = other.root == file.root && file.module.starts_with(&other.module);
            if !is_ancestor && !other.is_test() {
                uses.entry((at, target)).or_insert(named.line);
            }
        }
    }
    uses
}

fn reached(uses: &BTreeMap<(usize, usize), usize>, from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(at) = waiting.pop() {
        for ((_, to), _) in uses.range((at, 0)..=(at, usize::MAX)) {
            if reached.insert(*to) {
                waiting.push(*to);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of each circle of a package of these modules in the room `r`.
    fn found(modules: &[(&str, &str)]) -> Vec<Vec<String>> {
        let has_room = modules.iter().any(|(name, _)| *name == "r");
        let rest = [("lib", "pub mod r;"), ("r", "mod a; mod b;")];
        let rest = rest.iter().take(if has_room { 1 } else { 2 });
        let file = |(name, text): &(&str, &str)| (format!("src/{name}.rs"), (*text).to_owned());
        let texts = modules.iter().chain(rest).map(file).collect();
        let package = Package::new("house", "src", texts);
        let circles = circles(&package).into_iter();
        circles.map(|circle| circle.files.into_iter().collect()).collect()
    }

    #[test]
    fn circles_are_found_however_files_name_each_other() {
        let table: &[&[(&str, &str)]] = &[
            &[("r/a", "use super::b::B;"), ("r/b", "use crate::r::a::{self, A};")],
            &[("r/a", "use super::{c, b::{self, B}};"), ("r/b", "fn f() { super::a::f() }")],
            &[
                ("r", "pub use a::A; pub use b::*;"),
                ("r/a", "use super::B; pub struct A;"),
                ("r/b", "use crate::r::A; pub enum B {}"),
            ],
            &[
                ("r/a", "use super::b; fn f() { b::f() }"),
                ("r/b/c", "use super::super::a::A;"),
                ("r/b", "mod c; use c::C;"),
            ],
            &[("r/a", "mod inner { use super::super::b::B; }"), ("r/b", "type T = super::a::A;")],
        ];
        for modules in table {
            let found = found(modules);
            assert_eq!(found.len(), 1, "{modules:?}: {found:?}");
            assert!(found[0].contains(&"src/r/a.rs".to_owned()), "{modules:?}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_code_and_what_lies_in_its_module_makes_no_circle() {
        let table: &[&[(&str, &str)]] = &[
            &[
                ("r/a", "use super::b::B;"),
                ("r/b", "// super::a::A\nconst T: &str = \"super::a::A\";"),
            ],
            &[
                ("r/a", "use super::b::B;"),
                ("r/b", "const R: &str = r#\"\" super::a::A\"#; /* /* */ use super::a; */"),
            ],
            &[
                ("r/a", "use super::b::B;"),
                ("r/b", "#[cfg(test)]\nmod tests { use super::super::a::A; }"),
            ],
            &[
                ("r/a", "use super::b::B;"),
                ("r/b", "#[cfg(test)]\nmod t;"),
                ("r/b/t", "use super::super::a;"),
            ],
            &[("r", "mod a; use a::A; pub struct R;"), ("r/a", "use super::R; use crate::r;")],
            &[
                ("r/a", "use super::b::B; fn f<'a>(x: &'a str) { 'x'; }"),
                ("r/b", "use other::a::A;"),
            ],
        ];
        for modules in table {
            assert_eq!(found(modules), Vec::<Vec<String>>::new(), "{modules:?}");
        }
    }
}
