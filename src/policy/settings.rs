//! Settings of a repository: what its policies must have beyond being right, and which files are
//! not policies. They stand in a file of their own at the root.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::diagnostic::{Code, Diagnostic, Level, Place};

use super::coverage::{coverage, own_checks};
use super::notes::Notes;
use super::parsed::{Parsed, as_written};
use super::set::Reading;
use super::test_case::TestSubject;
use super::words::Warnings;
use super::written::settings::{Requirements, SettingsDocument, SettingsSpec};
use crate::document::Node;
use crate::document::SourceFile;
use crate::document::short;

/// The name of the file, at the repository's root.
pub const SETTINGS_FILE: &str = ".cloudcorrect.yaml";

/// The most patterns, and the most bytes of one.
const MOST_PATTERNS: usize = 100;
const LONGEST_PATTERN: usize = 800;

/// What a repository asks of its policies. Without the file it asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The patterns of files that are no policies.
    pub exclude: Vec<String>,
    excluded: GlobSet,
    warnings: Warnings,
    require: Requirements,
}

impl Settings {
    /// The meaning of the file, `None` where it has problems; they are told beside it.
    pub fn read(file: &SourceFile) -> (Option<Self>, Vec<Diagnostic>) {
        let Parsed { documents, mut notes, .. } = Parsed::new(file);
        let mut roots = documents.roots.iter().filter(|document| !document.is_null());
        let first = roots.next();
        if let Some(second) = roots.next() {
            let message = "there is one `Settings` document, and nothing beside it";
            let refused = Diagnostic::error(second.place.clone(), Code::Misplaced, message);
            notes.push(refused.help("put policies into the directory of policies"));
        }
        let settings = match first {
            Some(document) => Self::of(document, &mut notes),
            None => Some(Self::default()),
        };
        let problems = notes.into_sorted();
        let is_right = !problems.iter().any(Diagnostic::is_error);
        (settings.filter(|_| is_right), problems)
    }

    fn of(document: &Node, notes: &mut Notes) -> Option<Self> {
        let written: Option<SettingsDocument> = as_written(document, "Settings", notes);
        let spec = document.get("spec");
        let list = spec.and_then(|spec| spec.get("exclude")).map(Node::items).unwrap_or_default();
        let excluded = patterns(list, notes);
        let SettingsSpec { warnings, require, .. } = written?.spec;
        let texts = list.iter().filter_map(Node::text).map(str::to_owned).collect();
        Some(Self { exclude: texts, excluded: excluded?, warnings, require })
    }

    /// Whether a file is no policy file. The path is from the repository's root, with `/`.
    pub fn excludes(&self, path: &str) -> bool {
        self.excluded.is_match(path)
    }

    /// What it can refuse, by its name, and whether it does.
    pub fn gates(&self) -> [(&'static str, bool); 5] {
        let Requirements { owner, compliance, remediation, tests } = self.require;
        [
            ("warnings refuse", self.warnings == Warnings::Deny),
            ("require.owner", owner),
            ("require.compliance", compliance),
            ("require.remediation", remediation),
            ("require.tests", tests),
        ]
    }

    /// The same reading with what these settings have against it.
    #[must_use]
    pub fn govern(&self, mut reading: Reading) -> Reading {
        let lacking = self.lacking(&reading);
        reading.diagnostics.extend(lacking);
        if self.warnings == Warnings::Deny {
            reading.diagnostics.iter_mut().for_each(|found| found.level = Level::Error);
        }
        reading.diagnostics.sort();
        reading
    }

    /// What the repository requires and policies lack.
    fn lacking(&self, reading: &Reading) -> Vec<Diagnostic> {
        let policies = &reading.policies;
        let mut found = Vec::new();
        let mut lack = |place: &Place, code: Code, message: String, help: &str| {
            found.push(Diagnostic::error(place.clone(), code, message).help(help));
        };
        if self.require.owner {
            for group in policies.groups.values().filter(|group| is_blank(group.owner.as_deref())) {
                let message = format!("group `{}` names no owner", group.name);
                lack(&group.place, Code::OwnerRequired, message, "add `owner` to its `spec`");
            }
        }
        for (_, check) in own_checks(policies) {
            if self.require.compliance && check.compliance.iter().all(|it| is_blank(Some(it))) {
                let message = format!("check `{}` belongs to no control", check.id);
                let help = "add `compliance`, a list of controls";
                lack(&check.place, Code::ComplianceRequired, message, help);
            }
            if self.require.remediation && is_blank(check.remediation.as_deref()) {
                let message = format!("check `{}` does not say what to do", check.id);
                lack(&check.place, Code::RemediationRequired, message, "add `remediation`");
            }
        }
        if self.require.tests {
            let untested = coverage(policies).into_iter().filter(|(_, tests)| !tests.is_tested());
            for (subject, tests) in untested {
                let Some(place) = place_of(&subject, reading) else { continue };
                let message = format!("`{subject}` has {}", tests.missing());
                let help = "add a `Test` with a resource that passes and one that fails";
                lack(place, Code::TestRequired, message, help);
            }
        }
        found
    }
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

fn place_of<'a>(subject: &TestSubject, reading: &'a Reading) -> Option<&'a Place> {
    let policies = &reading.policies;
    match subject {
        TestSubject::Check(..) | TestSubject::Pack(..) => Some(&policies.check(subject)?.place),
        TestSubject::Type(name) => Some(&policies.check_types.get(name)?.place),
    }
}

/// The patterns of `exclude`; what is wrong with one is noted.
fn patterns(list: &[Node], notes: &mut Notes) -> Option<GlobSet> {
    let mut all = GlobSetBuilder::new();
    let mut is_whole = true;
    for (index, item) in list.iter().enumerate() {
        let Some(text) = item.text().filter(|text| text.len() <= LONGEST_PATTERN) else {
            is_whole = false; // Noted already: the schema says what a pattern is.
            continue;
        };
        let built = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
        let why = match built {
            _ if index >= MOST_PATTERNS => format!("there are more than {MOST_PATTERNS} patterns"),
            _ if text.starts_with('/') || text.starts_with("./") => {
                "patterns begin at the repository's root, without `/` or `./`".to_owned()
            }
            Ok(pattern) => {
                all.add(pattern);
                continue;
            }
            Err(error) => format!("`{}` is no pattern: {}", short(text), error.kind()),
        };
        let refused = Diagnostic::error(item.place.clone(), Code::InvalidPattern, why);
        notes.push(refused.help("write it as in `policies/drafts/**`"));
        is_whole = false;
    }
    all.build().ok().filter(|_| is_whole)
}
