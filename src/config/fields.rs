//! Reading a table of settings field by field, collecting every problem.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use toml::{Table, Value};

/// A setting that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its full name, such as `github.app_id`.
    pub setting: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}`: {}", self.setting, self.message)
    }
}

/// All that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidSettings(pub Vec<Problem>);

impl fmt::Display for InvalidSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.0.len() == 1 { "setting is" } else { "settings are" };
        write!(out, "{} {noun} missing or wrong:", self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(out, "\n  {problem}"))
    }
}

/// The environment as far as settings are concerned.
pub(super) type Variables = BTreeMap<String, String>;

/// The fields of one table. What is never asked for is a problem when the table is finished.
pub(super) struct Fields<'a> {
    name: String,
    table: Table,
    variables: &'a Variables,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        name: impl Into<String>,
        table: Table,
        variables: &'a Variables,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        Self { name: name.into(), table, variables, problems }
    }

    /// A table inside this one; an empty one where it is missing.
    pub(super) fn section(&mut self, key: &str) -> Fields<'_> {
        let name = self.full(key);
        let table = match self.table.remove(key) {
            None => Table::new(),
            Some(Value::Table(table)) => table,
            Some(other) => {
                self.wrong(key, format!("is {}, but must be a table", other.type_str()));
                Table::new()
            }
        };
        Fields { name, table, variables: self.variables, problems: self.problems }
    }

    /// The tables of an array of tables.
    pub(super) fn tables(&mut self, key: &str) -> Vec<Table> {
        match self.table.remove(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let count = items.len();
                let tables: Vec<_> = items
                    .into_iter()
                    .filter_map(|item| match item {
                        Value::Table(table) => Some(table),
                        _ => None,
                    })
                    .collect();
                if tables.len() < count {
                    self.wrong(key, "must be tables: `[[sources]]`");
                }
                tables
            }
            Some(_) => {
                self.wrong(key, "must be an array of tables: `[[sources]]`");
                Vec::new()
            }
        }
    }

    /// The tables of this table by key.
    pub(super) fn entries(&mut self) -> Vec<(String, Table)> {
        let mut tables = Vec::new();
        for (key, value) in std::mem::take(&mut self.table) {
            match value {
                Value::Table(table) => tables.push((key, table)),
                other => self.wrong(&key, format!("is {}, not a table", other.type_str())),
            }
        }
        tables
    }

    /// A problem of this table's field.
    pub(super) fn wrong(&mut self, key: &str, message: impl Into<String>) {
        let problem = Problem { setting: self.full(key), message: message.into() };
        self.problems.push(problem);
    }

    /// Whether the file or a variable sets the field.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key) || self.variables.contains_key(&variable(&self.full(key)))
    }

    /// The text of a scalar.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let from_file = self.table.remove(key);
        if let Some(value) = self.variables.get(&variable(&self.full(key))) {
            return Some(value.clone());
        }
        match from_file? {
            Value::String(text) => Some(text),
            Value::Integer(number) => Some(number.to_string()),
            Value::Boolean(value) => Some(value.to_string()),
            other => {
                self.wrong(key, format!("is {}, but must be text", other.type_str()));
                None
            }
        }
    }

    /// A parsed scalar, if it is there.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &str) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        let text = self.text(key)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(key, format!("`{text}` cannot be read: {error}"));
                None
            }
        }
    }

    /// A span of time such as `90s`, `15m` or `1h`.
    pub(super) fn span(&mut self, key: &str, default: Duration) -> Duration {
        match self.text(key).map(|text| (humantime::parse_duration(&text), text)) {
            None => default,
            Some((Ok(span), _)) if !span.is_zero() => span,
            Some((_, text)) => {
                self.wrong(key, format!("`{text}` is no span of time; write `90s`, `15m` or `1h`"));
                default
            }
        }
    }

    /// A required text.
    pub(super) fn required(&mut self, key: &str, meaning: &str) -> String {
        self.text(key).filter(|text| !text.is_empty()).unwrap_or_else(|| {
            self.wrong(key, format!("is missing: {meaning}"));
            String::new()
        })
    }

    /// Whatever was not asked for is unknown.
    pub(super) fn finish(mut self, known: &[&str]) {
        for key in std::mem::take(&mut self.table).keys() {
            let near = known
                .iter()
                .map(|candidate| (strsim::damerau_levenshtein(candidate, key), candidate))
                .filter(|(distance, _)| *distance <= 3)
                .min();
            let hint = near.map(|(_, name)| format!("; did you mean `{name}`?"));
            self.wrong(key, format!("is no setting{}", hint.unwrap_or_default()));
        }
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

/// The variable of a setting: `github.app_id` is `CLOUDCORRECT_GITHUB_APP_ID`.
fn variable(setting: &str) -> String {
    format!("CLOUDCORRECT_{}", setting.replace('.', "_").to_uppercase())
}
