//! Values as text: CEL's notation, cut to a length that people read.

use std::fmt::Write;

use chrono::{SecondsFormat, TimeDelta};

use crate::diagnostic::{is_hidden, write_escape};
use crate::resource::Value;

/// The longest text of a value, in characters.
const VALUE_LENGTH: usize = 100;
/// The most elements that are shown of a list or map.
const ELEMENTS: usize = 5;

/// A value in CEL's notation, cut where it gets long.
pub(super) fn value(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

/// Writes the same behind what is there.
pub(super) fn write(out: &mut String, value: &Value) {
    let begins = out.len();
    write_value(out, value, ELEMENTS);
    // No text has more characters than bytes.
    let text = out.get(begins..).filter(|text| text.len() > VALUE_LENGTH).unwrap_or_default();
    if let Some((end, _)) = text.char_indices().nth(VALUE_LENGTH) {
        out.truncate(begins + end);
        out.push('…');
    }
}

/// Writes a value with at most so many elements of each list and map. Stops going on once the text
/// is longer than anybody will see.
pub(super) fn write_value(out: &mut String, value: &Value, elements: usize) {
    let most = out.len() + 8 * VALUE_LENGTH;
    write_elements(out, value, elements, most);
}

fn write_elements(out: &mut String, value: &Value, elements: usize, most: usize) {
    let enough = |out: &String| elements != usize::MAX && out.len() > most;
    match value {
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().take(elements).enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                if enough(out) {
                    return;
                }
                write_elements(out, item, elements, most);
            }
            write_rest(out, items.len(), elements);
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().take(elements).enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                if enough(out) {
                    return;
                }
                write_text(out, key, elements);
                out.push_str(": ");
                write_elements(out, value, elements, most);
            }
            write_rest(out, entries.len(), elements);
            out.push('}');
        }
        Value::String(text) => write_text(out, text, elements),
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        simple => out.push_str(&scalar(simple)),
    }
}

fn write_rest(out: &mut String, count: usize, shown: usize) {
    if count > shown {
        // Writing to a string cannot fail.
        let _ = write!(out, ", … {count} in all");
    }
}

fn write_text(out: &mut String, text: &str, elements: usize) {
    let most = if elements == usize::MAX { usize::MAX } else { VALUE_LENGTH };
    out.push('"');
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if text.len() <= most && text.bytes().all(is_plain) {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars().take(most) {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_hidden(c) => {
                let _ = write_escape(out, c);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Int(value) => value.to_string(),
        Value::Double(value) => format!("{value:?}"),
        Value::Timestamp(instant) => {
            let instant = instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            format!("timestamp(\"{instant}\")")
        }
        Value::Duration(span) => format!("duration(\"{}\")", duration(*span)),
        Value::Resource(resource) => format!("<{} {}>", resource.type_name, resource.id),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::List(_) | Value::Map(_) => {
            String::new()
        }
    }
}

/// A span of time in the units that `duration()` reads, such as `90d` or `1h30m`.
pub(super) fn duration(span: TimeDelta) -> String {
    let mut out = String::new();
    if span < TimeDelta::zero() {
        out.push('-');
    }
    let span = span.abs();
    let seconds = span.num_seconds();
    let whole = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m")];
    for (count, unit) in whole {
        if count > 0 {
            let _ = write!(out, "{count}{unit}");
        }
    }
    let (seconds, nanos) = (seconds % 60, span.subsec_nanos());
    if nanos > 0 {
        let fraction = format!("{nanos:09}");
        let _ = write!(out, "{seconds}.{}s", fraction.trim_end_matches('0'));
    } else if seconds > 0 || out.is_empty() || out == "-" {
        let _ = write!(out, "{seconds}s");
    }
    out
}

/// Words for the kind of a value.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) => "an integer",
        Value::Double(_) => "a number",
        Value::String(_) => "a string",
        Value::Timestamp(_) => "a timestamp",
        Value::Duration(_) => "a duration",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Resource(_) => "a resource",
    }
}
