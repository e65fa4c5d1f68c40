//! Sets of characters: `\w`, `\d`, `\s`, categories and scripts of Unicode, as RE2 has them.

use std::iter::Peekable;
use std::str::Chars;

const WORD: &str = "0-9A-Za-z_";
const DIGIT: &str = "0-9";
/// Without the vertical tab, which is in the class of POSIX alone.
const SPACE: &str = r"\t\n\x0C\r ";

/// General categories of Unicode that RE2 has, but for `Cs`, which no text has.
const CATEGORIES: [&str; 36] = [
    "Any", "C", "Cc", "Cf", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N",
    "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So",
    "Z", "Zl", "Zp", "Zs",
];

/// Names of scripts that are written otherwise than the others, or are as short as a code.
const OTHER_SCRIPTS: [&str; 11] =
    ["Ahom", "Cham", "Kawi", "Lisu", "Miao", "Modi", "Newa", "SignWriting", "Thai", "Toto", "Yi"];

/// A set of characters behind a backslash, as a class; nothing is read where none stands there.
pub(super) fn set(rest: &mut Peekable<Chars<'_>>) -> Result<Option<String>, String> {
    let (set, is_negated) = match rest.peek() {
        Some('w') => (WORD, false),
        Some('W') => (WORD, true),
        Some('d') => (DIGIT, false),
        Some('D') => (DIGIT, true),
        Some('s') => (SPACE, false),
        Some('S') => (SPACE, true),
        Some('p' | 'P') => return unicode(rest).map(Some),
        _ => return Ok(None),
    };
    rest.next();
    Ok(Some(format!("[{}{set}]", if is_negated { "^" } else { "" })))
}

/// Characters of a category or a script: `\pL`, `\p{Greek}`, `\P{^Lu}`.
fn unicode(rest: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut is_negated = rest.next() == Some('P');
    let mut name = String::new();
    if rest.next_if_eq(&'{').is_some() {
        is_negated ^= rest.next_if_eq(&'^').is_some();
        while let Some(c) = rest.next_if(|c| *c != '}') {
            name.push(c);
        }
        if rest.next().is_none() {
            return Err(r"`\p{` lacks its `}`".to_owned());
        }
    } else {
        name.extend(rest.next());
    }
    let p = if is_negated { 'P' } else { 'p' };
    if CATEGORIES.contains(&&*name) {
        Ok(format!(r"\{p}{{{name}}}"))
    } else if is_script(&name) {
        Ok(format!(r"\{p}{{Script={name}}}"))
    } else {
        Err(format!(
            r"`\p{{{name}}}` is neither a category such as `Lu` nor a script such as `Greek`"
        ))
    }
}

/// `true` for a name that is written as those of scripts are: `Old_Italic`. The crate tells which
/// there are, and knows codes of four letters too, such as `Grek`.
fn is_script(name: &str) -> bool {
    if OTHER_SCRIPTS.contains(&name) {
        return true;
    }
    !matches!(name.len(), 0..=2 | 4)
        && name.split('_').all(|word| {
            let mut letters = word.chars();
            letters.next().is_some_and(|c| c.is_ascii_uppercase())
                && letters.all(|c| c.is_ascii_lowercase())
        })
}
