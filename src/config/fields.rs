//! Reading a table of settings field by field, collecting every problem.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::declaration::variable;
use super::problems::{FILE, Report, of_variable};
use super::showing::{is_path, may_be_shown, quoted};
use crate::diagnostic::{Code, Diagnostic, Location, meant_or_known};

/// The environment as far as settings are concerned.
pub(super) type Variables = BTreeMap<String, String>;

/// Origins of settings: the text of a file, and the variables that win over it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origins<'t> {
    pub(super) text: &'t str,
    pub(super) variables: &'t Variables,
}

/// What a setting is that is text as it stands.
const TEXT: &str = "text";

/// Fields of one table. What is never asked for is a problem when the table is finished.
pub(super) struct Fields<'t, 'r> {
    name: String,
    table: DeTable<'t>,
    /// Bytes of the header, at which missing fields are told.
    header: Range<usize>,
    /// Bytes at which problems of a field are told: its value where that may be shown, else its key.
    spans: BTreeMap<String, Range<usize>>,
    origins: Origins<'t>,
    /// `true` where variables may set the fields.
    has_variables: bool,
    report: &'r mut Report,
}

impl<'t, 'r> Fields<'t, 'r> {
    /// The fields of the whole file.
    pub(super) fn root(
        table: Spanned<DeTable<'t>>,
        origins: Origins<'t>,
        report: &'r mut Report,
    ) -> Self {
        Self::new(String::new(), table, origins, report)
    }

    fn new(
        name: String,
        table: Spanned<DeTable<'t>>,
        origins: Origins<'t>,
        report: &'r mut Report,
    ) -> Self {
        let header = table.span();
        let table = table.into_inner();
        let mut spans = BTreeMap::new();
        for (key, value) in &table {
            report.entry(key.span(), is_plain(value.get_ref()).then(|| value.span()));
            spans.insert(key.get_ref().to_string(), key.span());
        }
        Self { name, table, header, spans, origins, has_variables: true, report }
    }

    /// A table of this one that is no field of its own: an item of an array, or an entry by key.
    pub(super) fn inner(&mut self, name: &str, table: Spanned<DeTable<'t>>) -> Fields<'t, '_> {
        // Keys are all that a header has: `[[sources]]`.
        let header = table.span();
        if self.origins.text.get(header.clone()).is_some_and(|text| text.starts_with('[')) {
            self.report.entry(header, None);
        }
        let inner = Fields::new(self.full(name), table, self.origins, &mut *self.report);
        Fields { has_variables: false, ..inner }
    }

    /// A table inside this one; an empty one where it is missing.
    pub(super) fn section(&mut self, key: &str) -> Fields<'t, '_> {
        let none = |header| Spanned::new(header, DeTable::new());
        let table = match self.table.remove(key) {
            None => none(self.header.clone()),
            Some(value) => match self.table_of(key, value) {
                Some(table) => table,
                None => none(self.header.clone()),
            },
        };
        Fields::new(self.full(key), table, self.origins, &mut *self.report)
    }

    fn table_of(&mut self, key: &str, value: Spanned<DeValue<'t>>) -> Option<Spanned<DeTable<'t>>> {
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Some(Spanned::new(span, table)),
            other => {
                let message = format!("is of type {}, but must be a table", other.type_str());
                self.push(self.error(key, Code::WrongType, &message));
                None
            }
        }
    }

    /// The tables of an array of tables.
    pub(super) fn tables(&mut self, key: &str) -> Vec<Spanned<DeTable<'t>>> {
        let items = match self.table.remove(key).map(Spanned::into_inner) {
            None => return Vec::new(),
            Some(DeValue::Array(items)) => items,
            Some(_) => {
                let refused = self.error(key, Code::WrongType, "must be an array of tables");
                self.push(refused.help("write `[[sources]]` above each"));
                return Vec::new();
            }
        };
        let mut tables = Vec::new();
        for item in items {
            let span = item.span();
            if let DeValue::Table(table) = item.into_inner() {
                tables.push(Spanned::new(span, table));
            } else {
                let refused = self.error(key, Code::WrongType, "must have tables alone");
                self.push(refused.help("write `[[sources]]` above each"));
            }
        }
        tables
    }

    /// The texts of a list; a variable has them with commas between them.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        if let Some(value) = self.of_variable(key) {
            let texts = value.split(',').map(str::trim).filter(|text| !text.is_empty());
            return texts.map(str::to_owned).collect();
        }
        let Some(value) = self.table.remove(key) else { return Vec::new() };
        let span = value.span();
        let value = value.into_inner();
        let texts: Option<Vec<String>> = match &value {
            DeValue::Array(items) => items.iter().map(|item| text_of(item.get_ref())).collect(),
            _ => None,
        };
        let told = texts.clone().or_else(|| Some(vec![text_of(&value)?]));
        if told.is_some_and(|texts| texts.iter().all(|text| may_be_shown(text))) {
            self.report.show(&span);
            self.spans.insert(key.to_owned(), span);
        }
        texts.unwrap_or_else(|| {
            let refused = self.error(key, Code::WrongType, "must be a list of texts");
            self.push(refused.help("write `[\"one\", \"another\"]`"));
            Vec::new()
        })
    }

    /// The tables of this table by key.
    pub(super) fn entries(&mut self) -> Vec<(String, Spanned<DeTable<'t>>)> {
        let mut tables = Vec::new();
        for (key, value) in std::mem::take(&mut self.table) {
            let key = key.into_inner().into_owned();
            if let Some(table) = self.table_of(&key, value) {
                tables.push((key, table));
            }
        }
        tables
    }

    /// A problem of this table's field: at the variable that sets it, else where it stands in the
    /// file, else at the head of the table. The message goes on behind the setting's name.
    pub(super) fn error(&self, key: &str, code: Code, message: &str) -> Diagnostic {
        let full = self.full(key);
        let place = match (self.of_variable(key), self.spans.get(key)) {
            (Some(_), _) => of_variable(&variable(&full)),
            (None, Some(span)) => self.place(span),
            (None, None) => self.place(&self.header),
        };
        Diagnostic::error(place, code, format!("`{full}` {message}"))
    }

    /// Adds a problem, behind those there are; none of them ends the reading.
    pub(super) fn push(&mut self, problem: Diagnostic) {
        self.report.problems.push(problem);
    }

    fn place(&self, bytes: &Range<usize>) -> Location {
        Location::in_text(FILE, self.origins.text, bytes.clone())
    }

    /// The value of the field's variable, if there is one that is set.
    fn of_variable(&self, key: &str) -> Option<&'t String> {
        let variables = self.origins.variables;
        self.has_variables.then(|| variables.get(&variable(&self.full(key)))).flatten()
    }

    /// `true` where a variable sets the field.
    pub(super) fn is_variable(&self, key: &str) -> bool {
        self.of_variable(key).is_some()
    }

    /// `true` where the file or a variable sets the field.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key) || self.of_variable(key).is_some()
    }

    /// `true` where the file sets the field, whether or not a variable wins over it.
    pub(super) fn is_in_file(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Takes a field of the file whose text is empty for one that is not there.
    pub(super) fn forget_empty(&mut self, key: &str) {
        if self.table.get(key).is_some_and(|value| value.get_ref().as_str() == Some("")) {
            self.table.remove(key);
        }
    }

    /// Text of a scalar that may be shown.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.text_for(key, TEXT)
    }

    /// Text of a scalar that may be shown, for a value that is described.
    fn text_for(&mut self, key: &str, wanted: &str) -> Option<String> {
        self.shown_if(key, wanted, |value| value.as_str().is_none_or(may_be_shown))
    }

    /// Text of a scalar that names a file with a secret. It is shown unless it may be that secret.
    pub(super) fn secret_file(&mut self, key: &str) -> Option<String> {
        self.shown_if(key, TEXT, |value| value.as_str().is_some_and(is_path))
    }

    fn shown_if(
        &mut self,
        key: &str,
        wanted: &str,
        is_shown: fn(&DeValue<'t>) -> bool,
    ) -> Option<String> {
        let from_file = self.table.remove(key);
        if let Some(value) = &from_file
            && is_scalar(value.get_ref())
            && is_shown(value.get_ref())
        {
            self.report.show(&value.span());
            self.spans.insert(key.to_owned(), value.span());
        }
        self.scalar(key, from_file, wanted)
    }

    /// Text of a scalar that is never shown.
    pub(super) fn secret(&mut self, key: &str) -> Option<String> {
        let from_file = self.table.remove(key);
        self.scalar(key, from_file, TEXT)
    }

    fn scalar(
        &mut self,
        key: &str,
        value: Option<Spanned<DeValue<'t>>>,
        wanted: &str,
    ) -> Option<String> {
        if let Some(value) = self.of_variable(key) {
            return Some(value.clone());
        }
        match value?.into_inner() {
            DeValue::String(text) => Some(text.into_owned()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Boolean(value) => Some(value.to_string()),
            other => {
                let message = format!("is of type {}, but must be {wanted}", other.type_str());
                self.push(self.error(key, Code::WrongType, &message));
                None
            }
        }
    }

    /// A scalar of a type whose values `wanted` describes, if it is there and one of them.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, wanted: &str) -> Option<T> {
        self.accepted(key, wanted, |_| true)
    }

    /// A number of a range, if it is there and one of them.
    pub(super) fn number<T>(&mut self, key: &str, range: RangeInclusive<T>) -> Option<T>
    where
        T: FromStr + PartialOrd + fmt::Display,
    {
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        self.accepted(key, &wanted, |number| range.contains(number))
    }

    fn accepted<T: FromStr>(
        &mut self,
        key: &str,
        wanted: &str,
        is_accepted: impl FnOnce(&T) -> bool,
    ) -> Option<T> {
        let text = self.text_for(key, wanted)?;
        if let Ok(value) = text.parse()
            && is_accepted(&value)
        {
            return Some(value);
        }
        let found = if text.is_empty() { "empty".to_owned() } else { quoted(&text) };
        let message = format!("is {found}, but must be {wanted}");
        self.push(self.error(key, Code::InvalidValue, &message));
        None
    }

    /// A span of time such as `90s`, `15m` or `1h`.
    pub(super) fn span(&mut self, key: &str, default: Duration) -> Duration {
        match self.text(key).map(|text| (humantime::parse_duration(&text), text)) {
            None => default,
            Some((Ok(span), _)) if !span.is_zero() => span,
            Some((_, text)) => {
                let message = format!("is {}, which is no span of time", quoted(&text));
                let refused = self.error(key, Code::InvalidValue, &message);
                self.push(refused.help("write `90s`, `15m` or `1h`"));
                default
            }
        }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, key: &str, meaning: &str) -> String {
        self.text(key).filter(|text| !text.is_empty()).unwrap_or_else(|| {
            let refused = self.error(key, Code::MissingKey, "is missing");
            self.push(refused.help(meaning));
            String::new()
        })
    }

    /// Leaves a field unread of which enough is told.
    pub(super) fn leave(&mut self, key: &str) {
        self.table.remove(key);
    }

    /// Ends the table: whatever was not asked for is unknown.
    pub(super) fn finish(mut self, known: &[&str]) {
        for (key, _) in std::mem::take(&mut self.table) {
            let key = key.into_inner();
            let refused = self.error(&key, Code::UnknownKey, "is no setting");
            self.push(refused.help(meant_or_known(&key, known.iter().copied())));
        }
    }

    fn full(&self, key: &str) -> String {
        match self.name.as_str() {
            "" => key.to_owned(),
            name if key.starts_with('[') || key.is_empty() => format!("{name}{key}"),
            name => format!("{name}.{key}"),
        }
    }
}

/// `true` for what holds no tables.
fn is_plain(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(_) => false,
        DeValue::Array(items) => !items.iter().all(|item| item.get_ref().is_table()),
        _ => true,
    }
}

fn is_scalar(value: &DeValue<'_>) -> bool {
    !value.is_table() && !value.is_array()
}

fn text_of(value: &DeValue<'_>) -> Option<String> {
    value.as_str().map(str::to_owned)
}
