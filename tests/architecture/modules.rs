//! The files of a package as modules, and which file a path leads to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::paths::{Named, Names};
use crate::tokens::{Token, after_prefix, tokens, without_tests};

/// One source file.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Path from the workspace's root, with `/`.
    pub(crate) path: String,
    /// Root of the crate that it belongs to: `lib` or `main`.
    pub(crate) root: &'static str,
    /// Path of its module in that crate: `db`, `runs` for `src/db/runs.rs`.
    pub(crate) module: Vec<String>,
    /// The text.
    pub(crate) text: String,
    /// The whole text as tokens.
    pub(crate) all: Vec<Token>,
    /// Tokens of what is compiled outside of tests; none in a file of nothing but tests.
    pub(crate) code: Vec<Token>,
    /// Names in `code`.
    pub(crate) names: Names,
    /// Names in `all`.
    pub(crate) all_names: Names,
}

impl SourceFile {
    /// Top-level module that the file belongs to; `lib` or `main` for a root.
    pub(crate) fn room(&self) -> &str {
        self.module.first().map_or(self.root, String::as_str)
    }

    /// Lines before the tests at the end; none of a file of nothing but tests.
    pub(crate) fn lines_of_code(&self) -> usize {
        let code = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        if self.is_test() { 0 } else { code.lines().count() }
    }

    /// `true` where the file is nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        self.code.is_empty()
    }
}

/// The source of a package.
#[derive(Debug)]
pub(crate) struct Package {
    /// Name of its library in paths, with `_`.
    pub(crate) library: &'static str,
    /// All its files, by path.
    pub(crate) files: Vec<SourceFile>,
    /// Files by crate and module; modules written inside a file lead to it too.
    modules: BTreeMap<(&'static str, Vec<String>), usize>,
}

/// Imports that may lead to one another before a path counts as going nowhere.
const MOST_IMPORTS: usize = 16;

impl Package {
    /// Reads the package whose source lies in `directory`.
    pub(crate) fn read(library: &'static str, directory: &str) -> Self {
        let workspace = Path::new(option_env!("CARGO_MANIFEST_DIR").unwrap_or("."));
        let mut paths = Vec::new();
        collect(&workspace.join(directory), &mut paths);
        paths.sort();
        let texts = paths.iter().map(|path| {
            let inside = path.strip_prefix(workspace).expect("packages lie in the workspace");
            let text = fs::read_to_string(path).expect("source files are readable");
            (inside.to_string_lossy().into_owned(), text)
        });
        Self::new(library, directory, texts.collect())
    }

    /// The package of files with these paths and texts.
    pub(crate) fn new(
        library: &'static str,
        directory: &str,
        texts: Vec<(String, String)>,
    ) -> Self {
        let texts = texts.into_iter();
        let mut files: Vec<SourceFile> =
            texts.map(|(path, text)| parse(directory, path, text)).collect();
        place(&mut files);
        let mut modules = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            modules.insert((file.root, file.module.clone()), at);
            for inline in &file.names.inline {
                modules.insert((file.root, joined(&file.module, inline)), at);
            }
        }
        Self { library, files, modules }
    }

    /// File that defines what `named` means in the file at `at`; none outside of the package.
    pub(crate) fn target(&self, at: usize, named: &Named) -> Option<usize> {
        let (root, path) = self.absolute(at, named, MOST_IMPORTS)?;
        self.find(root, &path, MOST_IMPORTS)
    }

    /// Room of the package that `named` leads into from the file at `at`, by `crate`, `super`,
    /// `self` or the name of the library; empty where it stays at the root.
    pub(crate) fn room(&self, at: usize, named: &Named) -> Option<String> {
        let first = named.segments.first()?;
        let leads = ["crate", "super", "self", self.library].contains(&first.as_str());
        let (_, path) = leads.then(|| self.absolute(at, named, MOST_IMPORTS))??;
        Some(path.first().cloned().unwrap_or_default())
    }

    /// The path from a crate's root.
    fn absolute(
        &self,
        at: usize,
        named: &Named,
        fuel: usize,
    ) -> Option<(&'static str, Vec<String>)> {
        let fuel = fuel.checked_sub(1)?;
        let file = &self.files[at];
        let mut module = joined(&file.module, &named.inside);
        let (first, rest) = named.segments.split_first()?;
        match first.as_str() {
            "crate" => Some((file.root, rest.to_vec())),
            "self" => Some((file.root, joined(&module, rest))),
            "super" => {
                module.pop()?;
                let ups = rest.iter().take_while(|segment| *segment == "super").count();
                module.truncate(module.len().checked_sub(ups)?);
                Some((file.root, joined(&module, &rest[ups..])))
            }
            name if name == self.library && file.root == "main" => Some(("lib", rest.to_vec())),
            name => {
                let child = joined(&module, &[name.to_owned()]);
                if self.modules.contains_key(&(file.root, child.clone())) {
                    return Some((file.root, joined(&child, rest)));
                }
                let mut imports = file.names.imports.iter();
                let import = imports.find(|import| {
                    import.name == *name
                        && import.path.inside == named.inside
                        && import.path != *named
                        && import.path.segments.first() != Some(first)
                })?;
                let (root, path) = self.absolute(at, &import.path, fuel)?;
                Some((root, joined(&path, rest)))
            }
        }
    }

    /// File that defines what a path from a crate's root means.
    fn find(&self, root: &'static str, path: &[String], fuel: usize) -> Option<usize> {
        let fuel = fuel.checked_sub(1)?;
        let mut length = 0;
        while length < path.len() && self.modules.contains_key(&(root, path[..=length].to_vec())) {
            length += 1;
        }
        let at = *self.modules.get(&(root, path[..length].to_vec()))?;
        let Some((item, rest)) = path[length..].split_first() else { return Some(at) };
        let file = &self.files[at];
        let inside = path[file.module.len()..length].to_vec();
        if file.names.items.contains(&joined(&inside, std::slice::from_ref(item))) {
            return Some(at);
        }
        let imports = || file.names.imports.iter().filter(|import| import.path.inside == inside);
        for import in imports().filter(|import| import.name == *item) {
            if let Some((root, path)) = self.absolute(at, &import.path, fuel) {
                return self.find(root, &joined(&path, rest), fuel);
            }
        }
        for glob in imports().filter(|import| import.name == "*") {
            let Some((root, path)) = self.absolute(at, &glob.path, fuel) else { continue };
            let whole = joined(&path, &path_of(item, rest));
            if let Some(found) = self.find(root, &whole, fuel)
                && self.defines(found, item)
            {
                return Some(found);
            }
        }
        Some(at)
    }

    fn defines(&self, at: usize, item: &str) -> bool {
        self.files[at].names.items.iter().any(|path| path.last().is_some_and(|last| last == item))
    }
}

fn path_of(item: &str, rest: &[String]) -> Vec<String> {
    joined(&[item.to_owned()], rest)
}

fn joined(path: &[String], more: &[String]) -> Vec<String> {
    path.iter().chain(more).cloned().collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("directories of a package are readable") {
        let path = entry.expect("entries of a package are readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn parse(directory: &str, path: String, text: String) -> SourceFile {
    let inside = Path::new(&path).strip_prefix(directory).expect("files of a package lie in it");
    let module = inside.with_extension("");
    let module = module.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let all = tokens(&text);
    let code = without_tests(&all);
    let (names, all_names) = (Names::of(&code), Names::of(&all));
    SourceFile { path, root: "lib", module, text, all, code, names, all_names }
}

/// Gives each file its crate, and takes the code out of those that are nothing but tests.
fn place(files: &mut [SourceFile]) {
    let mut tests = Vec::new();
    let mut binary = Vec::new();
    for file in files.iter_mut() {
        if file.module == ["lib"] || file.module == ["main"] {
            let is_main = file.module.pop().is_some_and(|name| name == "main");
            file.root = if is_main { "main" } else { "lib" };
            if is_main {
                binary.extend(modules_of(&file.all).map(|(name, _)| name));
            }
        }
        let declared = modules_of(&file.all).filter(|(_, is_test)| *is_test);
        tests.extend(declared.map(|(name, _)| joined(&file.module, &[name])));
    }
    for file in files {
        if file.module.first().is_some_and(|room| binary.contains(room)) {
            file.root = "main";
        }
        if tests.iter().any(|test| file.module.starts_with(test)) {
            file.code.clear();
            file.names = Names::default();
        }
    }
}

/// Modules that a file declares to lie in files of their own; whether each is for tests alone.
fn modules_of(tokens: &[Token]) -> impl Iterator<Item = (String, bool)> + '_ {
    (0..tokens.len()).filter_map(|at| {
        let rest = after_prefix(&tokens[at..], &["mod"])?;
        let (name, rest) = rest.split_first()?;
        after_prefix(rest, &[";"])?;
        let before = tokens[..at].iter().rev().map(|token| token.text.as_str());
        let visibility = ["pub", "(", ")", "crate", "super", "in"];
        let before: Vec<&str> = before.skip_while(|text| visibility.contains(text)).collect();
        let is_test = before.starts_with(&["]", ")", "test", "(", "cfg", "[", "#"]);
        Some((name.text.clone(), is_test))
    })
}
