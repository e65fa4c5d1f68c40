//! The specification's own tests, `tests/cel/`: what is not as they say is in one table with its
//! reasons, `tests/cel/differences.toml`, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::{Environment, EvalBudget, Expression, ExpressionKind};
use super::fixture::{ordinary, with_subject};
use crate::resource::Value;

macro_rules! suites {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../tests/cel/", $name, ".json")))),*]
    };
}

const SUITES: [(&str, &str); 16] = suites![
    "basic",
    "comparisons",
    "conversions",
    "fields",
    "fp_math",
    "integer_math",
    "lists",
    "logic",
    "macros",
    "namespace",
    "parse",
    "plumbing",
    "string",
    "string_ext",
    "timestamps",
    "type_deductions",
];
/// How many tests each suite of the specification has.
const COUNTS: &str = include_str!("../../../tests/cel/suites.json");
const DIFFERENCES: &str = include_str!("../../../tests/cel/differences.toml");
const MANUAL: &str = include_str!("../../../docs/cel.md");

/// A test of the specification.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Test {
    name: String,
    expr: String,
    #[serde(default)]
    bindings: BTreeMap<String, Json>,
    /// What it gives.
    value: Option<Json>,
    /// `true` where it has no value.
    #[serde(default)]
    error: bool,
    /// `true` where it is only compiled.
    #[serde(default)]
    check_only: bool,
}

/// The table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    left_out: Vec<LeftOut>,
    differences: Vec<Difference>,
}

/// Suites of which no test is run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOut {
    title: String,
    suites: Vec<String>,
}

/// Tests that come out otherwise, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    title: String,
    reason: String,
    /// Names, with the suite in front; one that ends in `*` stands for all that begin so.
    tests: Vec<String>,
}

fn table() -> Table {
    toml::from_str(DIFFERENCES).expect("the table is well-formed")
}

fn tests() -> Vec<Test> {
    let read = |(suite, text): &(&str, &str)| {
        let tests: Vec<Test> = serde_json::from_str(text).expect("a list of tests");
        let named = |test: Test| Test { name: format!("{suite}/{}", test.name), ..test };
        tests.into_iter().map(named).collect::<Vec<_>>()
    };
    SUITES.iter().flat_map(read).collect()
}

/// A value of the specification as an expression.
fn literal(value: &Json) -> Option<String> {
    let (kind, value) = value.as_object()?.iter().next()?;
    let texts = |items: Vec<Option<String>>| items.into_iter().collect::<Option<Vec<_>>>();
    Some(match kind.as_str() {
        "nullValue" => "null".to_owned(),
        "int64Value" => value.as_str()?.to_owned(),
        "uint64Value" => format!("{}u", value.as_str()?),
        "doubleValue" => format!("double('{}')", value.to_string().trim_matches('"')),
        "boolValue" | "stringValue" => value.to_string(),
        "listValue" => {
            let items = value["values"].as_array().into_iter().flatten().map(literal).collect();
            format!("[{}]", texts(items)?.join(", "))
        }
        "mapValue" => {
            let entry = |entry: &Json| {
                Some(format!("{}: {}", literal(&entry["key"])?, literal(&entry["value"])?))
            };
            let entries = value["entries"].as_array().into_iter().flatten().map(entry).collect();
            format!("{{{}}}", texts(entries)?.join(", "))
        }
        _ => return None,
    })
}

/// `true` where a value is the one that is expected; with one integer type, unsigned ones are
/// integers.
fn is(value: &Value, expected: &Json) -> bool {
    let Some((kind, expected)) = expected.as_object().and_then(|one| one.iter().next()) else {
        return false;
    };
    let text = expected.as_str().unwrap_or_default();
    match (kind.as_str(), value) {
        ("nullValue", Value::Null) => true,
        ("boolValue", Value::Bool(value)) => expected == value,
        ("int64Value" | "uint64Value", Value::Int(value)) => text == value.to_string(),
        ("doubleValue", Value::Double(value)) => match text {
            "" => expected.as_f64() == Some(*value),
            "Infinity" => *value == f64::INFINITY,
            "-Infinity" => *value == f64::NEG_INFINITY,
            _ => value.is_nan(),
        },
        ("stringValue" | "typeValue", Value::String(value)) => **value == *text,
        ("listValue", Value::List(values)) => {
            let expected = expected["values"].as_array().map(Vec::as_slice).unwrap_or_default();
            let pairs = values.iter().zip(expected);
            values.len() == expected.len() && pairs.into_iter().all(|(one, other)| is(one, other))
        }
        ("mapValue", Value::Map(values)) => {
            let expected = expected["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
            let holds = |entry: &Json| {
                let key = entry["key"]["stringValue"].as_str();
                let value = key.and_then(|key| values.get(key));
                value.is_some_and(|value| is(value, &entry["value"]))
            };
            values.len() == expected.len() && expected.iter().all(holds)
        }
        _ => false,
    }
}

/// What an expression comes to: its value, or why there is none.
fn outcome(test: &Test) -> Result<Value, String> {
    let mut source = test.expr.clone();
    for (name, value) in &test.bindings {
        // A name stands for a value as the variable of a loop over nothing else.
        let value = literal(value).ok_or("the binding is of no type that policies have")?;
        source = format!("[{value}].map({name}, {source})[0]");
    }
    let compiled = Expression::compile(&source, Environment::empty(), ExpressionKind::Value);
    let expression = compiled.map_err(|problems| problems[0].message.clone())?;
    if test.check_only {
        return Ok(Value::Null);
    }
    with_subject(&ordinary(), |subject| {
        let value = expression.value(subject, &mut EvalBudget::default());
        value.map_err(|failure| failure.to_string())
    })
}

/// Why a test does not come out as the specification says.
fn difference(test: &Test) -> Option<String> {
    match (outcome(test), &test.value) {
        (Err(_), _) if test.error => None,
        (Err(message), _) => Some(message),
        (Ok(_), _) if test.check_only => None,
        (Ok(value), Some(expected)) if !test.error && is(&value, expected) => None,
        (Ok(value), _) => Some(format!("gives {value:?}")),
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

#[test]
fn the_tests_of_the_specification_pass_but_for_the_listed_ones() {
    let table = table();
    let listed: Vec<&String> = table.differences.iter().flat_map(|one| &one.tests).collect();
    let tests = tests();
    let mut wrong = String::new();
    for pattern in &listed {
        let count = tests.iter().filter(|test| matches(pattern, &test.name)).count();
        if count == 0 {
            writeln!(wrong, "{pattern}: there is no such test").unwrap();
        }
    }
    for test in &tests {
        let times = listed.iter().filter(|pattern| matches(pattern, &test.name)).count();
        let says = match (difference(test), times) {
            (None, 0) | (Some(_), 1) => continue,
            (None, _) => "is listed, and passes".to_owned(),
            (Some(why), 0) => format!("differs: {why}"),
            (Some(_), _) => "is listed twice".to_owned(),
        };
        writeln!(wrong, "{}: {says}\n    {}", test.name, test.expr.escape_debug()).unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_suite_is_forgotten() {
    let counts: BTreeMap<String, usize> = serde_json::from_str(COUNTS).expect("counts");
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for test in tests() {
        let suite = test.name.split('/').next().expect("a suite").to_owned();
        *told.entry(suite).or_default() += 1;
    }
    for suite in table().left_out.into_iter().flat_map(|one| one.suites) {
        let count = counts[&suite];
        assert_eq!(told.insert(suite.clone(), count), None, "{suite} is run");
    }
    let mut counts = counts;
    counts.retain(|_, count| *count > 0);
    assert_eq!(told, counts);
    let names: BTreeSet<String> = tests().into_iter().map(|test| test.name).collect();
    assert_eq!(names.len(), tests().len(), "a name is there twice");
}

/// The table as docs/cel.md shows it.
fn shown() -> String {
    let (table, tests) = (table(), tests());
    let counts: BTreeMap<String, usize> = serde_json::from_str(COUNTS).expect("counts");
    let mut rows = String::new();
    let mut differ = 0;
    for one in &table.differences {
        let is_one = |test: &&Test| one.tests.iter().any(|pattern| matches(pattern, &test.name));
        let count = tests.iter().filter(is_one).count();
        differ += count;
        writeln!(rows, "| {} | {} | {count} |", one.title, one.reason).unwrap();
    }
    let mut left_out = String::new();
    for one in &table.left_out {
        let count: usize = one.suites.iter().map(|suite| counts[suite]).sum();
        let suites = one.suites.iter().map(|suite| format!("`{suite}`")).collect::<Vec<_>>();
        writeln!(left_out, "| {} | {} | {count} |", one.title, suites.join(", ")).unwrap();
    }
    let pass = tests.len() - differ;
    format!(
        "Of {} tests in the suites of what policies have, {pass} pass and {differ} differ:\n\n\
         | what | why | tests |\n| --- | --- | --- |\n{rows}\n\
         Not run, because policies have nothing of the kind:\n\n\
         | what | suites | tests |\n| --- | --- | --- |\n{left_out}",
        tests.len()
    )
}

#[test]
fn the_manual_tells_the_differences() {
    let shown = shown();
    assert!(MANUAL.contains(&shown), "docs/cel.md must hold this:\n\n{shown}");
}
