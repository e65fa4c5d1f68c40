//! Expressions as sets of conditions that must all hold.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// How an expression relates to the one that it replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// It says the same, up to spaces and the order of its conditions.
    Same,
    /// It holds of fewer: it has all the old conditions and more.
    Narrower,
    /// It holds of more: some of the old conditions are gone.
    Wider,
    /// It is another one, for people to judge.
    Other,
}

/// How `new` relates to `old`; without an expression everything holds.
pub(super) fn relation(old: Option<&str>, new: Option<&str>) -> Relation {
    if old.map(str::trim) == new.map(str::trim) {
        return Relation::Same;
    }
    let conditions = |text: Option<&str>| text.map_or(Some(BTreeSet::new()), conjuncts);
    match conditions(old).zip(conditions(new)) {
        Some((old, new)) if old == new => Relation::Same,
        Some((old, new)) if old.is_subset(&new) => Relation::Narrower,
        Some((old, new)) if new.is_subset(&old) => Relation::Wider,
        _ => Relation::Other,
    }
}

/// The conditions that the outermost `&&` join, with single spaces. `None` where an operator that
/// binds less tightly is outermost too, or where it takes a parser of the language to tell.
fn conjuncts(text: &str) -> Option<BTreeSet<String>> {
    if ["\"\"\"", "'''", "//", "r\"", "r'", "R\"", "R'"].iter().any(|odd| text.contains(odd)) {
        return None;
    }
    let mut all = BTreeSet::new();
    let mut condition = String::new();
    let mut depth = 0_u32;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' | '\'' => take_string(character, &mut rest, &mut condition)?,
            '|' | '?' if depth == 0 => return None,
            '&' if depth == 0 && rest.next_if_eq(&'&').is_some() => {
                all.insert(std::mem::take(&mut condition).trim().to_owned());
            }
            space if space.is_whitespace() => {
                if !condition.ends_with(' ') {
                    condition.push(' ');
                }
            }
            other => {
                match other {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.checked_sub(1)?,
                    _ => {}
                }
                condition.push(other);
            }
        }
    }
    all.insert(condition.trim().to_owned());
    Some(all)
}

/// The line broken behind each `&&` and `||` that stands in no string.
pub(super) fn broken(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        let Some(last) = lines.last_mut() else { break };
        match character {
            '"' | '\'' => {
                // A string without an end is no expression; the line is shown as it is.
                if take_string(character, &mut rest, last).is_none() {
                    return vec![line.to_owned()];
                }
            }
            '&' | '|' if rest.next_if_eq(&character).is_some() => {
                last.extend([character, character]);
                while rest.next_if_eq(&' ').is_some() {}
                if rest.peek().is_some() {
                    lines.push(String::new());
                }
            }
            other => last.push(other),
        }
    }
    lines
}

/// Takes a string over as it is, up to its closing quote.
fn take_string(quote: char, rest: &mut Peekable<Chars<'_>>, condition: &mut String) -> Option<()> {
    condition.push(quote);
    loop {
        let character = rest.next()?;
        condition.push(character);
        match character {
            '\\' => condition.push(rest.next()?),
            character if character == quote => return Some(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_behind_conditions_and_not_in_strings() {
        assert_eq!(
            broken(r#"a && (b || c == " && \" || ")"#),
            ["a &&", "(b ||", r#"c == " && \" || ")"#]
        );
        assert_eq!(broken("a &&"), ["a &&"]);
        assert_eq!(broken("a == 'b && c"), ["a == 'b && c"]);
    }

    #[test]
    fn conditions_that_come_and_go_narrow_and_widen() {
        for (old, new, expected) in [
            (None, None, Relation::Same),
            (Some("a"), Some("a"), Relation::Same),
            (Some(" a\n"), Some("a"), Relation::Same),
            (Some("a &&\n  b"), Some("b && a"), Relation::Same),
            (Some("f(a,  b)"), Some("f(a, b)"), Relation::Same),
            (None, Some("a"), Relation::Narrower),
            (Some("a"), None, Relation::Wider),
            (Some("a"), Some("a && b"), Relation::Narrower),
            (Some("a && b && c"), Some("c && a"), Relation::Wider),
            (Some("a && (b || c)"), Some("a"), Relation::Wider),
            (Some("a"), Some("b"), Relation::Other),
            (Some("a && b"), Some("a && c"), Relation::Other),
            (Some("a"), Some("a || b"), Relation::Other),
            (Some("a && b || c"), Some("a"), Relation::Other),
            (Some("a && (b && c)"), Some("a && b"), Relation::Other),
            (Some("a ? b : c"), Some("a ? b : c && d"), Relation::Other),
            (Some("x == 'a  b'"), Some("x == 'a b'"), Relation::Other),
            (Some("x == 'a && b'"), Some("x == 'a"), Relation::Other),
            (Some(r#"x == "\" && b" && c"#), Some(r#"x == "\" && b""#), Relation::Wider),
            (Some("x.matches(r'\\') && a"), Some("x.matches(r'\\')"), Relation::Other),
            (Some("a // && b"), Some("a"), Relation::Other),
            (Some("a) && b"), Some("a)"), Relation::Other),
        ] {
            assert_eq!(relation(old, new), expected, "{old:?} -> {new:?}");
        }
    }
}
