//! Paths that a source file names: its imports, and what it names by a whole path in its code.

use std::collections::BTreeSet;

use crate::tokens::Token;

/// A path as written, such as `super::budget::Budget`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Line, from 1.
    pub(crate) line: usize,
    /// Modules inside the file that it stands in, outermost first.
    pub(crate) inside: Vec<String>,
    /// Segments of the path.
    pub(crate) segments: Vec<String>,
}

impl Named {
    /// `true` where the path, or a part of it, begins with `start`, such as `std::fs` or `aws_sdk_`.
    pub(crate) fn has(&self, start: &str) -> bool {
        format!("::{}::", self.segments.join("::")).contains(&format!("::{start}"))
    }
}

/// One name that a `use` brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// Path that it stands for; of a glob the module.
    pub(crate) path: Named,
    /// Name in this file; `*` for a glob.
    pub(crate) name: String,
}

/// Names of a source file.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// What its `use` declarations bring in.
    pub(crate) imports: Vec<Import>,
    /// Paths of two segments or more in its code.
    pub(crate) paths: Vec<Named>,
    /// Items that it declares outside of functions, with the modules inside the file before them.
    pub(crate) items: BTreeSet<Vec<String>>,
    /// Modules written inside the file.
    pub(crate) inline: Vec<Vec<String>>,
}

/// Keywords that the name of an item follows.
const ITEMS: [&str; 9] =
    ["fn", "struct", "enum", "union", "trait", "type", "const", "static", "mod"];

impl Names {
    /// All paths: of imports, and in code.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Named> {
        self.imports.iter().map(|import| &import.path).chain(&self.paths)
    }

    /// Names in the tokens of a file.
    pub(crate) fn of(tokens: &[Token]) -> Self {
        let mut scan =
            Scan { tokens, at: 0, depth: 0, modules: Vec::new(), names: Self::default() };
        while scan.at < tokens.len() {
            scan.step();
        }
        scan.names
    }
}

struct Scan<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Open braces.
    depth: usize,
    /// Modules that the place is inside of, each with the braces that were open before it.
    modules: Vec<(String, usize)>,
    names: Names,
}

impl Scan<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    fn inside(&self) -> Vec<String> {
        self.modules.iter().map(|(name, _)| name.clone()).collect()
    }

    fn named(&self, line: usize, segments: Vec<String>) -> Named {
        Named { line, inside: self.inside(), segments }
    }

    fn step(&mut self) {
        let token = &self.tokens[self.at];
        let outside = self.depth == self.modules.last().map_or(0, |(_, depth)| depth + 1);
        match token.text.as_str() {
            "{" => self.depth += 1,
            "}" => {
                self.depth = self.depth.saturating_sub(1);
                if self.modules.last().is_some_and(|(_, depth)| *depth == self.depth) {
                    self.modules.pop();
                }
            }
            "pub" if self.text(self.at + 1) == "(" => {
                while self.at < self.tokens.len() && self.text(self.at) != ")" {
                    self.at += 1;
                }
            }
            "use" => return self.import(),
            "mod" if self.text(self.at + 2) == "{" => {
                let name = self.text(self.at + 1).to_owned();
                self.modules.push((name, self.depth));
                self.names.inline.push(self.inside());
                self.depth += 1;
                self.at += 2;
            }
            "macro_rules" => self.item(self.text(self.at + 2).to_owned()),
            keyword if outside && ITEMS.contains(&keyword) => {
                self.item(self.text(self.at + 1).to_owned());
            }
            _ if token.is_name() => return self.path(),
            _ => {}
        }
        self.at += 1;
    }

    fn item(&mut self, name: String) {
        let mut path = self.inside();
        path.push(name);
        self.names.items.insert(path);
    }

    /// Reads a path in code.
    fn path(&mut self) {
        let start = self.at;
        let line = self.tokens[start].line;
        let mut segments = vec![self.text(start).to_owned()];
        while self.text(self.at + 1) == "::"
            && self.tokens.get(self.at + 2).is_some_and(Token::is_name)
        {
            self.at += 2;
            segments.push(self.text(self.at).to_owned());
        }
        self.at += 1;
        let follows = start.checked_sub(1).map_or("", |before| self.text(before));
        if segments.len() > 1 && ![".", "::"].contains(&follows) {
            let path = self.named(line, segments);
            self.names.paths.push(path);
        }
    }

    /// Reads a `use` declaration.
    fn import(&mut self) {
        self.at += 1;
        if self.text(self.at) == "::" {
            self.at += 1;
        }
        self.tree(&[]);
    }

    /// Reads a tree of imports below `parent`.
    fn tree(&mut self, parent: &[String]) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut segments = parent.to_vec();
        loop {
            match self.text(self.at) {
                "{" => {
                    self.at += 1;
                    while !["}", ""].contains(&self.text(self.at)) {
                        self.tree(&segments);
                        if self.text(self.at) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "*" => {
                    self.at += 1;
                    return self.imported(line, segments, "*".to_owned());
                }
                segment => segments.push(segment.to_owned()),
            }
            self.at += 1;
            if self.text(self.at) != "::" {
                break;
            }
            self.at += 1;
        }
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let mut name = segments.last().cloned().unwrap_or_default();
        if self.text(self.at) == "as" {
            self.text(self.at + 1).clone_into(&mut name);
            self.at += 2;
        }
        self.imported(line, segments, name);
    }

    fn imported(&mut self, line: usize, segments: Vec<String>, name: String) {
        let path = self.named(line, segments);
        self.names.imports.push(Import { path, name });
    }
}
