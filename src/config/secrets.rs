//! Secrets of the settings: each stands in place, or in a file that `KEY_file` names.

use std::path::Path;

use secrecy::SecretString;

use super::fields::{Fields, Variables};
use super::files;
use super::postgres_url;
use super::problems::of_variable;
use super::showing::is_path;
use crate::diagnostic::Code;

/// A secret as it was given.
struct Given {
    /// Field that gives it: its own, or the one of its file.
    key: String,
    is_file: bool,
    /// Text of the secret; `None` of a file that cannot be read, which is reported.
    text: Option<String>,
}

/// A secret from `key` or from the file that `key_file` names; never empty.
pub(super) fn secret(
    fields: &mut Fields<'_, '_>,
    key: &str,
    base: &Path,
    meaning: &str,
) -> SecretString {
    let is_there = fields.has(key) || fields.has(&file_of(key));
    optional_secret(fields, key, base).unwrap_or_else(|| {
        if is_there {
            return SecretString::from(""); // Of the wrong type, which is told already.
        }
        let refused = fields.error(key, Code::MissingKey, "is missing");
        fields.push(refused.help(format!("{meaning}; `{key}_file` may name a file with it")));
        SecretString::from("")
    })
}

/// A secret that may be left out; never empty.
pub(super) fn optional_secret(
    fields: &mut Fields<'_, '_>,
    key: &str,
    base: &Path,
) -> Option<SecretString> {
    checked(fields, key, base, |_| None)
}

/// A passphrase, if there is one; an error where what is wrong with it is told.
pub(super) fn passphrase(
    fields: &mut Fields<'_, '_>,
    key: &str,
    base: &Path,
) -> Option<Result<SecretString, Told>> {
    read_by_rule(fields, key, base, |_| None)
}

/// What stands in the place of a secret whose problem is told.
pub(super) struct Told(SecretString);

/// A token, if there is one: what is sent in a header.
pub(super) fn token(fields: &mut Fields<'_, '_>, base: &Path) -> Option<SecretString> {
    checked(fields, "token", base, |text| {
        let message = "holds a line break, or another character that nobody sees".to_owned();
        let help = "write the token alone, on one line".to_owned();
        text.chars().any(char::is_control).then_some((message, help))
    })
}

/// The same of one whose text is held to a rule, which says what is wrong with it and what to do.
fn checked(
    fields: &mut Fields<'_, '_>,
    key: &str,
    base: &Path,
    problem: impl FnOnce(&str) -> Option<(String, String)>,
) -> Option<SecretString> {
    let (Ok(secret) | Err(Told(secret))) = read_by_rule(fields, key, base, problem)?;
    Some(secret)
}

fn read_by_rule(
    fields: &mut Fields<'_, '_>,
    key: &str,
    base: &Path,
    problem: impl FnOnce(&str) -> Option<(String, String)>,
) -> Option<Result<SecretString, Told>> {
    let Given { key, is_file, text } = given(fields, key, base)?;
    let Some(text) = text else { return Some(Err(Told(SecretString::from("unreadable")))) };
    if text.trim().is_empty() {
        fields.push(fields.error(&key, Code::InvalidValue, empty(is_file)));
        return Some(Err(Told(SecretString::from("empty"))));
    }
    if let Some((message, help)) = problem(&text) {
        let refused = fields.error(&key, Code::InvalidValue, &message);
        fields.push(refused.help(help));
        return Some(Err(Told(SecretString::from(text))));
    }
    Some(Ok(SecretString::from(text)))
}

/// Least number of bytes of a key, as long as its digests.
const LEAST_KEY: usize = 32;

/// The key of digests, if there is one.
pub(super) fn digest_key(fields: &mut Fields<'_, '_>, base: &Path) -> Option<SecretString> {
    checked(fields, "digest_key", base, |text| {
        let message = format!("has {} bytes, and a key at least {LEAST_KEY}", text.len());
        let help = "make one with `openssl rand -hex 32`".to_owned();
        (text.len() < LEAST_KEY).then_some((message, help))
    })
}

/// The external id that a trust policy asks for, if there is one, as STS takes it: its reference of
/// `AssumeRole` gives length and characters. STS would quote another in its refusal.
pub(super) fn external_id(fields: &mut Fields<'_, '_>, base: &Path) -> Option<SecretString> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    checked(fields, "external_id", base, |text| {
        let is_one = (2..=1224).contains(&text.len()) && text.chars().all(is_good);
        let help = "it has 2 to 1,224 letters, digits and `_+=,.@:/-`, and no line break";
        (!is_one).then(|| ("is no external id".to_owned(), help.to_owned()))
    })
}

/// The address of the database: of the setting, of the file that it names, or of `DATABASE_URL`.
/// An empty one is none, also beside the name of a file; but a file that is named has one.
pub(super) fn database_url(
    root: &mut Fields<'_, '_>,
    base: &Path,
    variables: &Variables,
) -> Option<SecretString> {
    root.forget_empty("database_url");
    let (url, place) = match given(root, "database_url", base) {
        Some(Given { key, text, is_file }) => {
            let text = text?;
            if is_file && text.trim().is_empty() {
                root.push(root.error(&key, Code::InvalidValue, empty(is_file)));
                return None;
            }
            (text, root.error(&key, Code::InvalidValue, "").place)
        }
        None => (variables.get("DATABASE_URL")?.clone(), of_variable("DATABASE_URL")),
    };
    if url.is_empty() {
        return None;
    }
    if let Some((message, help)) = postgres_url::problem(&url) {
        let mut refused = root.error("database_url", Code::InvalidValue, &message);
        refused.place = place;
        root.push(refused.help(help));
    }
    Some(SecretString::from(url))
}

/// What a secret is given as. A variable wins over the file with the settings; in each of the two a
/// secret and the name of its file exclude each other.
fn given(fields: &mut Fields<'_, '_>, key: &str, base: &Path) -> Option<Given> {
    let file_key = file_of(key);
    let is_twice_in_file = fields.is_in_file(key) && fields.is_in_file(&file_key);
    if is_twice_in_file || (fields.is_variable(key) && fields.is_variable(&file_key)) {
        let refused = fields.error(&file_key, Code::Conflict, &format!("excludes `{key}`"));
        fields.push(refused.help("one of the two would not be read; leave it out"));
    }
    let is_named_by_variable = fields.is_variable(&file_key) && !fields.is_variable(key);
    let text = fields.secret(key).filter(|_| !is_named_by_variable);
    let file = fields.secret_file(&file_key);
    match (text, file) {
        (Some(text), _) => Some(Given { key: key.to_owned(), is_file: false, text: Some(text) }),
        (None, Some(file)) => {
            let text = read(fields, key, &file, base);
            Some(Given { key: file_key, is_file: true, text })
        }
        (None, None) => None,
    }
}

/// Text of a file without the line breaks at its end; why it cannot be read is reported.
fn read(fields: &mut Fields<'_, '_>, key: &str, file: &str, base: &Path) -> Option<String> {
    let error = match files::read_text(&base.join(file)) {
        Ok(text) => return Some(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(error) => error,
    };
    let message = if is_path(file) {
        format!("names `{file}`, which cannot be read: {error}")
    } else {
        format!("does not name a file that can be read: {error}")
    };
    let refused = fields.error(&file_of(key), Code::InvalidValue, &message);
    fields.push(refused.help(format!("the secret itself goes into `{key}`")));
    None
}

fn file_of(key: &str) -> String {
    format!("{key}_file")
}

const fn empty(is_file: bool) -> &'static str {
    if is_file { "names an empty file" } else { "is empty" }
}
