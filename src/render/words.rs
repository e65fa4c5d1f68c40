//! Counting and naming, in words.

use crate::diagnostic::visible_char;
use crate::resource::{Cause, TypeName};

/// Cause of `unknown` as people read it: `access denied`.
pub fn cause_in_words(cause: Cause) -> String {
    cause.to_string().replace('_', " ")
}

/// Number and noun: `1 problem`, `2 problems`.
pub(super) fn count(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    if number == 1 { format!("1 {noun}") } else { format!("{number} {}", plural(noun)) }
}

/// Text of policies and clouds for a line of its own, without what could steer a terminal or begin
/// a line, which a workflow of GitHub might obey: `::error::`.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(visible_char).collect()
}

/// What was seen, with the texts of expressions in it, for a line of its own: a line break of an
/// expression, with what indents the next line, is a space.
pub(super) fn unbroken(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    let joined =
        lines.fold(first, |text, line| format!("{} {}", text.trim_end(), line.trim_start()));
    visible(&joined)
}

/// `fails` of one, `fail` of several.
pub fn fails(number: impl TryInto<u64>) -> &'static str {
    if number.try_into().is_ok_and(|number| number == 1) { "fails" } else { "fail" }
}

/// The plural of an English noun, as regular as ours are.
pub(super) fn plural(noun: &str) -> String {
    let before_y = noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    match before_y {
        Some(stem) => format!("{stem}ies"),
        None if noun.ends_with('s') => format!("{noun}es"),
        None => format!("{noun}s"),
    }
}

/// Noun for one of a type: `security group` for `AWS::EC2::SecurityGroup`.
pub(super) fn noun(resource_type: &TypeName) -> String {
    let last = resource_type.as_str().rsplit("::").next().unwrap_or_default();
    let mut noun = String::new();
    let mut letters = last.chars().peekable();
    let mut before = None::<char>;
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(char::is_ascii_lowercase);
        let starts_word = letter.is_ascii_uppercase()
            && (next_is_lower || before.is_some_and(|before| before.is_ascii_lowercase()));
        if starts_word && before.is_some() {
            noun.push(' ');
        }
        let is_acronym = letter.is_ascii_uppercase() && !next_is_lower;
        noun.push(if is_acronym { letter } else { letter.to_ascii_lowercase() });
        before = Some(letter);
    }
    noun
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_names_for_people() {
        for (name, one, many) in [
            ("AWS::S3::Bucket", "bucket", "buckets"),
            ("AWS::EC2::SecurityGroup", "security group", "security groups"),
            ("AWS::EC2::VPC", "VPC", "VPCs"),
            ("AWS::RDS::DBInstance", "DB instance", "DB instances"),
            ("AWS::IAM::ManagedPolicy", "managed policy", "managed policies"),
            ("AWS::KMS::Key", "key", "keys"),
        ] {
            let noun = noun(&TypeName::from(name));
            assert_eq!((noun.as_str(), plural(&noun).as_str()), (one, many));
        }
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            [0_u64, 1, 2].map(|number| count(number, "problem")),
            ["0 problems", "1 problem", "2 problems"]
        );
    }
}
