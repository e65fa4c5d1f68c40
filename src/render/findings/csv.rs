//! Findings as CSV (RFC 4180, with line feeds): for spreadsheets and for what reads tables.
//!
//! Quoting is left to the `csv` crate; what a cell may hold is decided here.

use csv::WriterBuilder;
use serde_json::Value as Json;

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

/// A line of names, then a line for each finding.
pub(super) fn table<'a>(findings: impl Iterator<Item = FindingLine<'a>>) -> csv::Result<String> {
    // What has a `;` is quoted as if that began comments: spreadsheets of half of the world part cells
    // at it, and the next one could begin with a formula.
    let mut table = WriterBuilder::new().comment(Some(b';')).from_writer(Vec::new());
    table.write_record(COLUMNS)?;
    for finding in findings {
        let json = serde_json::to_value(&finding).unwrap_or_default();
        table.write_record(COLUMNS.map(|column| cell(json.get(column))))?;
    }
    let bytes = table.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A value; what is null is empty.
fn cell(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => harmless(text),
        Some(other) => harmless(&other.to_string()),
    }
}

/// Text for a cell: on one line, without what could steer a terminal or begin
/// a command of a workflow, and with `'` before what a spreadsheet would take for a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn harmless(text: &str) -> String {
    let kept = |c: char| match c {
        '\n' => ' ',
        c => visible_char(c),
    };
    let mut text: String = text.chars().map(kept).collect();
    // Spreadsheets take the wide forms, which East Asian keyboards write, for the same.
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        text.insert(0, '\'');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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
        insta::assert_snapshot!(table([finding()].into_iter()).expect("a table"), @r#"
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
            let table = table([finding].into_iter()).expect("a table");
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
        let names: Vec<&String> = json.as_object().expect("an object").keys().collect();
        assert_eq!(names, COLUMNS);
    }
}
