//! Settings of a repository: what its policies must have beyond being right, and which files are
//! not policies. They stand in a file of their own at the root.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::diagnostic::{Code, Diagnostic, Level, Location};
use crate::document::{self, DiagnosticSink, List, SourceFile, Span, short};

use super::context::FileContext;
use super::coverage::{coverage, own_checks};
use super::document::settings::{RequireSpec, SettingsDocument, SettingsSpec};
use super::document::{ADVICE, is_identified};
use super::schema;
use super::set::LoadOutcome;
use super::test_case::TestSubject;
use super::words::Warnings;

pub use super::document::settings::SETTINGS_FILE;

/// Count of patterns that are read.
const MOST_PATTERNS: usize = 100;

/// Settings of a repository, for its policies. Without the file it asks nothing of them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The patterns of files that are no policies.
    pub exclude: Vec<String>,
    excluded: GlobSet,
    warnings: Warnings,
    require: Requirements,
    /// `true` where resources may be named on pull requests of a repository that is not public.
    pub names_resources: bool,
    /// `true` where an enforced group that fails gets an issue.
    pub wants_issues: bool,
}

/// Parts that policies must have; they are refused without them.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
struct Requirements {
    owner: bool,
    compliance: bool,
    remediation: bool,
    tests: bool,
}

impl From<RequireSpec> for Requirements {
    fn from(spec: RequireSpec) -> Self {
        let RequireSpec { owner, compliance, remediation, tests } = spec;
        let is = |field: document::Field<bool>| field.into_value().unwrap_or_default();
        Self {
            owner: is(owner),
            compliance: is(compliance),
            remediation: is(remediation),
            tests: is(tests),
        }
    }
}

impl Settings {
    /// Meaning of the file, `None` where it has problems; they are told beside it.
    pub fn read(file: &SourceFile) -> (Option<Self>, Vec<Diagnostic>) {
        let mut sink = DiagnosticSink::of_file();
        let mut documents: Vec<Option<SettingsDocument>> = Vec::new();
        let mut second: Option<Span> = None;
        let read = document::read(file, ADVICE, &mut sink, |root, reader| {
            if root.is_null() {
                return;
            }
            if documents.is_empty() {
                let schema = schema::node("Settings");
                let document = schema.and_then(|schema| root.read(schema, schema::nodes(), reader));
                documents.push(document.map(|document| document.value));
            } else {
                second.get_or_insert(root.span());
            }
        });
        let mut file = FileContext::new(read.source, sink);
        if let Some(second) = second {
            let message = "there is one `Settings` document, and nothing beside it";
            let refused = file.error(second, Code::Misplaced, message);
            file.report(refused.help("put policies into the directory of policies"));
        }
        let settings = match documents.pop() {
            Some(document) => document.and_then(|document| Self::resolve(document, &mut file)),
            None => Some(Self::default()),
        };
        let problems = file.sink.into_sorted();
        let is_right = !problems.iter().any(Diagnostic::is_error);
        (settings.filter(|_| is_right), problems)
    }

    fn resolve(document: SettingsDocument, file: &mut FileContext) -> Option<Self> {
        let SettingsDocument { api_version, kind, spec } = document;
        let is_identified = is_identified(&api_version, &kind);
        let SettingsSpec { exclude, warnings, require, pull_requests, issues } =
            spec.into_value()?;
        let resources = pull_requests.into_value().map(|spec| spec.name_resources.into_value());
        let list = exclude.into_value().unwrap_or_default();
        let excluded = patterns(&list, file).filter(|_| is_identified)?;
        Some(Self {
            exclude: list.into_values(),
            excluded,
            warnings: warnings.into_value().unwrap_or_default(),
            require: require.into_value().map(Requirements::from).unwrap_or_default(),
            names_resources: resources.flatten().unwrap_or_default(),
            wants_issues: issues.into_value().unwrap_or_default(),
        })
    }

    /// `true` where a file is no policy file. The path is from the repository's root, with `/`.
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
    pub fn govern(&self, mut reading: LoadOutcome) -> LoadOutcome {
        let lacking = self.lacking(&reading);
        reading.diagnostics.extend(lacking);
        if self.warnings == Warnings::Deny {
            reading.diagnostics.iter_mut().for_each(|found| found.level = Level::Error);
        }
        reading.diagnostics.sort();
        reading
    }

    /// What the repository requires and policies lack.
    fn lacking(&self, reading: &LoadOutcome) -> Vec<Diagnostic> {
        let policies = &reading.policies;
        let mut found = Vec::new();
        let mut lack = |place: &Location, code: Code, message: String, help: &str| {
            found.push(Diagnostic::error(place.clone(), code, message).help(help));
        };
        if self.require.owner {
            for group in policies.groups.values().filter(|group| is_blank(group.owner.as_deref())) {
                let message = format!("group `{}` names no owner", group.name);
                lack(&group.place, Code::OwnerRequired, message, "add `owner` to its `spec`");
            }
        }
        let is_about_checks = self.require.compliance || self.require.remediation;
        let checks = is_about_checks.then(|| own_checks(policies));
        for (_, check) in checks.into_iter().flatten() {
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
        // Of a test that cannot be read nobody knows what it is about.
        if self.require.tests && !reading.has_unread_tests {
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

fn place_of<'a>(subject: &TestSubject, reading: &'a LoadOutcome) -> Option<&'a Location> {
    let policies = &reading.policies;
    match subject {
        TestSubject::Check(..) | TestSubject::Pack(..) => Some(&policies.check(subject)?.place),
        TestSubject::Type(name) => Some(&policies.check_types.get(name)?.place),
    }
}

/// Patterns of `exclude`; what is wrong with one is reported.
fn patterns(list: &List<String>, file: &mut FileContext) -> Option<GlobSet> {
    let mut all = GlobSetBuilder::new();
    let mut is_whole = true;
    for (index, item) in list.all().iter().enumerate() {
        let Some(item) = item else {
            is_whole = false; // Reported already: the schema says what a pattern is.
            continue;
        };
        let text = item.value.as_str();
        let built = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
        let why = match built {
            _ if index >= MOST_PATTERNS => format!("there are more than {MOST_PATTERNS} patterns"),
            _ if text.starts_with('/') || text.starts_with("./") => {
                "patterns begin at the repository's root, without `/` or `./`".to_owned()
            }
            Ok(pattern) => {
                all.add(pattern);
                if let Some((why, help)) = futile(text) {
                    let message = format!("`{}` matches no file: {why}", short(text));
                    let odd = file.warning(item.span, Code::InvalidPattern, message);
                    file.report(odd.help(help));
                }
                continue;
            }
            Err(error) => format!("`{}` is no pattern: {}", short(text), error.kind()),
        };
        let refused = file.error(item.span, Code::InvalidPattern, why);
        file.report(refused.help("write it as in `policies/drafts/**`"));
        is_whole = false;
    }
    all.build().ok().filter(|_| is_whole)
}

/// Reason why a pattern matches no file, and what to write instead; `None` where it may match one.
fn futile(pattern: &str) -> Option<(&'static str, String)> {
    let mut parts = pattern.split('/');
    if let Some(directory) = pattern.strip_suffix('/') {
        let help = format!("write `{}/**` for what is in the directory", short(directory));
        return Some(("no file's path ends with `/`", help));
    }
    if parts.any(|part| matches!(part, "" | "." | "..")) {
        let help = "write it as in `policies/drafts/**`".to_owned();
        return Some(("no path has `//`, `.` or `..` in it", help));
    }
    let is_escape = |(at, _): (usize, &str)| {
        let next = pattern.get(at + 1..).and_then(|rest| rest.chars().next());
        next.is_some_and(char::is_alphanumeric)
    };
    pattern.match_indices('\\').any(is_escape).then(|| {
        let help = format!("write `{}`", short(&pattern.replace('\\', "/")));
        ("directories stand apart by `/`, and `\\` takes a sign as it is", help)
    })
}
