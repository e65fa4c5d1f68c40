//! Findings as CSV (RFC 4180, with line feeds): for spreadsheets and for what reads tables.
//!
//! Quoting is left to the `csv` crate; what a cell may hold is decided here.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::WriterBuilder;

use super::document::FindingLine;
use crate::diagnostic::visible_char;

/// Columns, named as in the JSON.
const COLUMNS: [&str; 18] = [
    "group",
    "check",
    "outcome",
    "cause",
    "account",
    "region",
    "resourceType",
    "resourceId",
    "severity",
    "expected",
    "observed",
    "message",
    "path",
    "line",
    "waiver",
    "waiverReason",
    "waiverOwner",
    "waiverExpires",
];

/// Findings below the names of their columns, written as they come.
pub(super) struct Table<W: Write>(csv::Writer<W>);

impl<W: Write> Table<W> {
    /// Table that has its names and nothing else.
    pub(super) fn new(out: W) -> io::Result<Self> {
        // What has a `;` is quoted as if that began comments: spreadsheets of half of the world part
        // cells at it, and the next one could begin with a formula.
        let mut table = WriterBuilder::new().comment(Some(b';')).from_writer(out);
        table.write_record(COLUMNS).map_err(unwritten)?;
        Ok(Self(table))
    }

    /// Writes a line for a finding.
    pub(super) fn line(&mut self, finding: &FindingLine<'_>) -> io::Result<()> {
        let line = finding.line.to_string();
        for text in cells(finding, &line) {
            self.0.write_field(harmless(text).as_bytes()).map_err(unwritten)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(unwritten)
    }

    /// Writes what is not written yet.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The error of where it is written to, whose kind tells a reader that has gone away.
fn unwritten(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Cells of a finding, in the order of the columns; what is null is empty.
fn cells<'f>(finding: &'f FindingLine<'_>, line: &'f str) -> [&'f str; COLUMNS.len()] {
    [
        finding.group,
        finding.check,
        finding.outcome,
        finding.cause.unwrap_or_default(),
        finding.account,
        finding.region,
        finding.resource_type,
        finding.resource_id,
        &finding.severity,
        finding.expected,
        finding.observed.unwrap_or_default(),
        finding.message,
        finding.path,
        line,
        finding.waiver.unwrap_or_default(),
        finding.waiver_reason.unwrap_or_default(),
        finding.waiver_owner.unwrap_or_default(),
        finding.waiver_expires.as_deref().unwrap_or_default(),
    ]
}

/// Text for a cell: on one line, without what could steer a terminal or begin
/// a command of a workflow, and with `'` before what a spreadsheet would take for a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn harmless(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@']);
    if !is_formula && holds_of_all(text, |byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    if !is_formula && holds_of_all(text, |byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return Cow::Owned(text.replace('\n', " "));
    }
    let kept = |c: char| match c {
        '\n' => ' ',
        c => visible_char(c),
    };
    let mut text: String = text.chars().map(kept).collect();
    // Spreadsheets take the wide forms, which East Asian keyboards write, for the same.
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        text.insert(0, '\'');
    }
    Cow::Owned(text)
}

/// `true` where it holds of all bytes: of many at a time, which the processor looks at together.
fn holds_of_all(text: &str, is_good: impl Fn(u8) -> bool) -> bool {
    let mut pieces = text.as_bytes().chunks(64);
    pieces.all(|piece| piece.iter().fold(true, |all, byte| all & is_good(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written_out(finding: &FindingLine<'_>) -> String {
        let mut bytes = Vec::new();
        let mut table = Table::new(&mut bytes).expect("names");
        table.line(finding).expect("a line");
        table.finish().expect("a table");
        String::from_utf8(bytes).expect("UTF-8")
    }

    fn finding() -> FindingLine<'static> {
        FindingLine {
            group: "storage",
            check: "private",
            outcome: "unknown",
            cause: Some("access_denied"),
            account: "012345678901",
            region: "eu-west-1",
            resource_type: "AWS::S3::Bucket",
            resource_id: "logs",
            severity: "high".to_owned(),
            expected: "a &&\nb == \"c\"",
            observed: None,
            message: "Private, \u{1b}[31mreally",
            path: "policies/a.yaml",
            line: 7,
            waiver: None,
            waiver_reason: None,
            waiver_owner: None,
            waiver_expires: None,
        }
    }

    #[test]
    fn a_table_has_its_names_and_quotes_what_it_must() {
        insta::assert_snapshot!(written_out(&finding()), @r#"
        group,check,outcome,cause,account,region,resourceType,resourceId,severity,expected,observed,message,path,line,waiver,waiverReason,waiverOwner,waiverExpires
        storage,private,unknown,access_denied,012345678901,eu-west-1,AWS::S3::Bucket,logs,high,"a && b == ""c""",,"Private, �[31mreally",policies/a.yaml,7,,,,
        "#);
    }

    /// Cells that a spreadsheet could take for formulas
    /// (<https://owasp.org/www-community/attacks/CSV_Injection>), and what is written of them.
    #[test]
    fn a_cell_is_no_formula_and_parted_nowhere() {
        let written = |text: &'static str| {
            let finding = FindingLine { message: text, ..finding() };
            let table = written_out(&finding);
            let line = table.lines().nth(1).expect("a finding").to_owned();
            let cell = line.split_once(",,").and_then(|(_, rest)| rest.split_once(",policies/"));
            cell.expect("a message").0.to_owned()
        };
        for formula in ["=1+1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x"] {
            assert_eq!(written(formula), format!("'{formula}"));
        }
        assert_eq!(written("a;=1+1"), "\"a;=1+1\"");
        assert_eq!(written(";"), "\";\"");
        assert_eq!(written("a"), "a");
        assert_eq!(written("a, \"b\""), "\"a, \"\"b\"\"\"");
    }

    #[test]
    fn the_columns_are_those_of_the_json() {
        let json = serde_json::to_value(finding()).expect("JSON");
        let json = json.as_object().expect("an object");
        assert_eq!(json.keys().collect::<Vec<_>>(), COLUMNS);
        let values = json.values().map(|value| match value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        assert_eq!(values.collect::<Vec<_>>(), cells(&finding(), "7"));
    }
}
