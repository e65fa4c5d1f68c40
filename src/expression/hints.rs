//! What authors write who come from other languages, and how it is written here.

use std::ops::Range;

/// How a word or a sign at which the parser stumbled is written, by what stands behind it.
pub(super) fn sign(word: &str, behind: &str) -> Option<&'static str> {
    let next = behind.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_next = |wanted: &str| next.eq_ignore_ascii_case(wanted);
    Some(match word.to_ascii_lowercase().as_str() {
        "=" if behind.starts_with('~') => "write `text.matches(pattern)`",
        "is" if is_next("not") => "write `!=`",
        "=" | "===" | "is" => "write `==`",
        "!==" | "<>" => "write `!=`",
        "and" | "&" => "write `&&`",
        "or" | "|" => "write `||`",
        "not" if is_next("in") => "write `!(x in list)`",
        "not" => "write `!`",
        "like" => "write `text.matches(pattern)` or `text.glob(pattern)`",
        "contains" | "includes" => "write `text.contains(part)`, or `element in list`",
        "startswith" => "write `text.startsWith(part)`",
        "endswith" => "write `text.endsWith(part)`",
        "matches" => "write `text.matches(pattern)`",
        "between" => "write `a <= x && x <= b`",
        "if" | "then" | "else" => "write `condition ? one : other`",
        "=>" if next.parse::<f64>().is_ok() => "write `>=`",
        "=>" | "->" => "write `list.all(x, ...)`, with a `,` behind the variable",
        ";" if behind.trim().is_empty() => "leave it out",
        ";" => "write `&&` where both must hold",
        "#" => "a comment begins with `//`",
        "“" | "”" | "„" | "‟" | "‘" | "’" | "‚" | "«" | "»" => {
            "write straight quotes, as in `\"text\"`"
        }
        _ => return None,
    })
}

/// A `?` that is none of this language: where it stands, what it is, and what to write.
pub(super) fn question(text: &str) -> Option<(Range<usize>, &'static str, &'static str)> {
    let text = unquoted(text);
    let at = |sign: &str| text.find(sign).map(|at| at..at + sign.len());
    if let Some(place) = at("??") {
        return Some((place, "`??` is not expected here", "write `x != null ? x : y`"));
    }
    if let Some(place) = at("?.") {
        return Some((place, "`?.` is not expected here", "write `.`: what is missing is null"));
    }
    let is_open = text.matches('?').count() > text.matches(':').count();
    let place = at("?").filter(|_| is_open)?;
    Some((place, "a `?` has no `:`", "write `condition ? one : other`"))
}

/// A template that nobody filled in, outside of quotes.
pub(super) fn template(text: &str) -> Option<Range<usize>> {
    let bare = unquoted(text);
    let pairs = [("{{", "}}"), ("{%", "%}"), ("<%", "%>"), ("${", "}")];
    let found = pairs.into_iter().filter_map(|(open, close)| Some((bare.find(open)?, close)));
    let (start, close) = found.min()?;
    // Quotes inside it are its own.
    let rest = text.get(start..)?;
    Some(start..start + rest.find(close)? + close.len())
}

/// The text with blanks in the place of what stands in quotes.
fn unquoted(text: &str) -> String {
    let mut quote = None;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        let is_quote = matches!(c, '"' | '\'') && quote.is_none_or(|open| open == c);
        if is_quote {
            quote = if quote.is_none() { Some(c) } else { None };
        }
        if is_quote || quote.is_some() {
            kept.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            kept.push(c);
        }
    }
    kept
}

/// Value that a name of another language stands for.
pub(super) fn value(name: &str) -> Option<&'static str> {
    Some(match name {
        "None" | "NONE" | "nil" | "Nil" | "Null" | "NULL" | "undefined" => "null",
        "True" | "TRUE" => "true",
        "False" | "FALSE" => "false",
        _ => return None,
    })
}

/// How a function that there is not is written.
pub(super) fn function(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "len" | "length" | "count" => "size(x)",
        "lower" | "lowercase" | "tolower" | "tolowercase" | "to_lower" => "text.lowerAscii()",
        "upper" | "uppercase" | "toupper" | "touppercase" | "to_upper" => "text.upperAscii()",
        "strip" | "trimspace" => "text.trim()",
        "includes" => "text.contains(part)` or `element in list",
        "any" | "some" => "list.exists(x, ...)",
        "every" | "forall" => "list.all(x, ...)",
        "match" | "regex" | "search" | "test" => "text.matches(pattern)",
        "isnull" | "is_null" | "isnone" | "is_none" => "x == null",
        "isempty" | "is_empty" | "empty" => "size(x) == 0",
        "str" | "tostring" => "string(x)",
        "float" => "double(x)",
        "typeof" => "type(x)",
        "now" => "now",
        _ if is_days(name) => "age(x)` and compare it with `duration(\"90d\")",
        "has_tag" | "hastag" | "gettag" | "get_tag" => "tag(\"key\")",
        _ => return None,
    })
}

/// Whether a name is what other languages call the days of a span of time.
pub(super) fn is_days(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "getdays" | "days" | "indays" | "todays" | "totaldays" | "total_days")
}
