//! Regular expressions of RE2, which are CEL's, as those of the crate that searches.
//!
//! The two differ where nobody would look: `\w`, `\d`, `\s` and `\b` are of ASCII in RE2, `[a&&b]`
//! is three characters, `{,2}` stands for itself. So each part is written anew in such a way that it
//! means there what it means in RE2 (its `doc/syntax.txt`; the tests have what RE2 itself says).
//! What RE2 does not know, or what only it knows, is refused.

mod sets;

use std::iter::Peekable;
use std::str::Chars;

use self::sets::set;

/// How often something may be repeated, within all that repeats it: `kMaxRepeat` of RE2.
const MOST_REPEATS: u32 = 1000;

/// Digits of a number of repeats that is one: what is larger stands for itself.
const MOST_DIGITS: usize = 8;

/// Classes of POSIX, which stand within a class.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// Characters in which the name of a class of POSIX ends, whatever it is.
const LONGEST_CLASS: usize = 40;

/// What stands before the place that is read, for a repetition of it.
#[derive(Clone, Copy)]
enum Before {
    /// Nothing that can be repeated.
    Nothing,
    /// Something in which this many repeats are within each other.
    Part(u32),
    /// A repetition, which is not repeated again.
    Repeated,
}

/// Writes a pattern anew.
struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    before: Before,
    /// The most repeats within each other in this group, and in those around it.
    repeats: u32,
    around: Vec<u32>,
    /// Letters are somewhere of either case.
    folds: bool,
    /// Characters in the ranges of all classes.
    in_ranges: usize,
}

/// Pattern in the syntax of the crate that searches.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) pattern: String,
    /// Characters of which each is looked up for its other case.
    pub(super) folded: usize,
}

/// The most characters that are looked up for their other case: all that there are, four times. It
/// takes 15 ms.
const MOST_FOLDED: usize = 4 * 0x11_0000;

/// Pattern of RE2 in the syntax of the crate, or what of it RE2 or the crate lacks.
pub(super) fn translate(pattern: &str) -> Result<Translated, String> {
    let mut translation = Translation {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() * 2),
        before: Before::Nothing,
        repeats: 1,
        around: Vec::new(),
        folds: false,
        in_ranges: 0,
    };
    while let Some(c) = translation.rest.next() {
        translation.part(c)?;
    }
    let folded = if translation.folds { translation.in_ranges } else { 0 };
    if folded > MOST_FOLDED {
        return Err("with `i` its classes are too large".to_owned());
    }
    Ok(Translated { pattern: translation.out, folded })
}

impl Translation<'_> {
    fn part(&mut self, c: char) -> Result<(), String> {
        match c {
            '\\' => self.escape(),
            '[' => {
                self.class()?;
                self.end_part(1);
                Ok(())
            }
            '(' => self.group(),
            ')' => {
                self.out.push(')');
                let within = self.repeats;
                self.repeats = self.around.pop().unwrap_or(1);
                self.end_part(within);
                Ok(())
            }
            '|' => {
                self.out.push('|');
                self.before = Before::Nothing;
                Ok(())
            }
            '*' | '+' | '?' => self.repeat(&c.to_string(), 1),
            '{' => self.counted(),
            '^' | '$' | '.' => {
                self.out.push(c);
                self.end_part(1);
                Ok(())
            }
            c => {
                self.literal(c);
                Ok(())
            }
        }
    }

    /// Repetition by numbers, or the brace that stands for itself.
    fn counted(&mut self) -> Result<(), String> {
        let Some((least, most)) = self.counts() else {
            self.literal('{');
            return Ok(());
        };
        let shown = match most {
            Some(most) if most == least => format!("{{{least}}}"),
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least},}}"),
        };
        if most.is_some_and(|most| most < least) {
            return Err(format!("`{shown}` is from more to fewer"));
        }
        self.repeat(&shown, most.unwrap_or(least))
    }

    fn literal(&mut self, c: char) {
        push_literal(&mut self.out, c);
        self.end_part(1);
    }

    fn end_part(&mut self, repeats: u32) {
        self.before = Before::Part(repeats);
        self.repeats = self.repeats.max(repeats);
    }

    /// Repetition of what stands before.
    fn repeat(&mut self, operator: &str, count: u32) -> Result<(), String> {
        let within = match self.before {
            Before::Nothing => return Err(format!("`{operator}` has nothing to repeat")),
            Before::Repeated => return Err(format!("`{operator}` repeats a repetition")),
            Before::Part(within) => within,
        };
        let repeats = within.saturating_mul(count.max(1));
        if repeats > MOST_REPEATS {
            return Err(format!("`{operator}` makes more than the {MOST_REPEATS} repeats of RE2"));
        }
        self.out.push_str(operator);
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
        }
        self.repeats = self.repeats.max(repeats);
        self.before = Before::Repeated;
        Ok(())
    }

    /// Numbers of a repetition such as `{2}`, `{2,}` or `{2,3}`. Anything else stands for itself.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let mut ahead = self.rest.clone();
        let least = count(&mut ahead)?;
        let most = if ahead.next_if_eq(&',').is_none() {
            Some(least)
        } else if ahead.peek() == Some(&'}') {
            None
        } else {
            Some(count(&mut ahead)?)
        };
        ahead.next_if_eq(&'}')?;
        self.rest = ahead;
        Some((least, most))
    }

    fn group(&mut self) -> Result<(), String> {
        if self.rest.next_if_eq(&'?').is_none() {
            self.out.push('(');
        } else {
            let mut ahead = self.rest.clone();
            let is_named = ahead.next_if_eq(&'P').is_some();
            if ahead.next_if_eq(&'<').is_some() && ahead.peek().is_some_and(|c| is_of_name(*c)) {
                self.rest = ahead;
                self.name()?;
            } else if is_named {
                return Err("RE2 has no `(?P` but that of a name".to_owned());
            } else if !self.flags()? {
                // Flags hold for the rest of the group around them.
                return Ok(());
            }
        }
        self.around.push(self.repeats);
        self.repeats = 1;
        self.before = Before::Nothing;
        Ok(())
    }

    /// Name of a group, behind its `<`. Nobody asks for what a group found.
    fn name(&mut self) -> Result<(), String> {
        while self.rest.next_if(|c| is_of_name(*c)).is_some() {}
        if self.rest.next_if_eq(&'>').is_none() {
            return Err("the name of a group is letters, digits and `_`".to_owned());
        }
        self.out.push('(');
        Ok(())
    }

    /// Flags behind `(?`. `true` where a group begins with them.
    fn flags(&mut self) -> Result<bool, String> {
        let (mut set, mut unset) = (String::new(), String::new());
        let mut is_negated = false;
        loop {
            match self.rest.next() {
                Some(c @ ('i' | 'm' | 's' | 'U')) => {
                    set.retain(|flag| flag != c);
                    unset.retain(|flag| flag != c);
                    if is_negated { &mut unset } else { &mut set }.push(c);
                    self.folds |= c == 'i' && !is_negated;
                }
                Some('-') if !is_negated => is_negated = true,
                Some(end @ (':' | ')')) if !is_negated || !unset.is_empty() => {
                    let minus = if unset.is_empty() { "" } else { "-" };
                    let is_group = end == ':';
                    if is_group || !(set.is_empty() && unset.is_empty()) {
                        self.out.extend(["(?", &set, minus, &unset]);
                        self.out.push(end);
                    }
                    self.before = Before::Nothing;
                    return Ok(is_group);
                }
                Some(c @ ('x' | 'u' | 'R')) => {
                    return Err(format!("RE2 has no flag `{c}`, only `i`, `m`, `s` and `U`"));
                }
                Some('=' | '!' | '<') => return Err("RE2 has no look-around".to_owned()),
                _ => return Err("`(?` begins no group".to_owned()),
            }
        }
    }

    /// What stands behind a backslash, outside of classes.
    fn escape(&mut self) -> Result<(), String> {
        match self.rest.peek() {
            Some('b') => self.out.push_str(r"(?-u:\b)"),
            Some('B') => self.out.push_str(r"(?-u:\B)"),
            Some('A') => self.out.push_str(r"\A"),
            Some('z') => self.out.push_str(r"\z"),
            Some('C') => return Err(r"`\C`, a byte of a character, is not known here".to_owned()),
            Some('Q') => {
                self.rest.next();
                self.quoted();
                return Ok(());
            }
            _ => {
                match set(&mut self.rest)? {
                    Some(set) => self.out.push_str(&set),
                    None => push_literal(&mut self.out, character(&mut self.rest)?),
                }
                self.end_part(1);
                return Ok(());
            }
        }
        self.rest.next();
        self.end_part(1);
        Ok(())
    }

    /// Characters that stand for themselves up to `\E`.
    fn quoted(&mut self) {
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.next_if_eq(&'E').is_some() {
                break;
            }
            self.literal(c);
        }
    }

    /// Class of characters, behind its `[`.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            if self.rest.peek().is_none() {
                return Err("a class lacks its `]`".to_owned());
            }
            if !is_first && self.rest.next_if_eq(&']').is_some() {
                self.out.push(']');
                return Ok(());
            }
            is_first = false;
            if !self.set_in_class()? {
                self.range()?;
            }
        }
    }

    /// A set within a class: `[:alpha:]`, `\d`, `\pL`. `false` where none stands there.
    fn set_in_class(&mut self) -> Result<bool, String> {
        let mut ahead = self.rest.clone();
        match ahead.next() {
            Some('[') if ahead.next_if_eq(&':').is_some() => {
                let text = ahead.clone().take(LONGEST_CLASS).take_while(|c| *c != ']');
                let text: String = text.collect();
                let Some(name) = text.strip_suffix(':') else { return Ok(false) };
                if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return Err(format!("there is no class `[:{name}:]`"));
                }
                self.out.extend(["[:", name, ":]"]);
                self.rest = ahead;
                self.rest.by_ref().take(text.chars().count() + 1).for_each(drop);
                Ok(true)
            }
            Some('\\') => match set(&mut ahead)? {
                Some(set) => {
                    self.out.push_str(&set);
                    self.rest = ahead;
                    Ok(true)
                }
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// A character of a class, or a range from it.
    fn range(&mut self) -> Result<(), String> {
        let first = self.character_of_class()?;
        push_literal(&mut self.out, first);
        let mut ahead = self.rest.clone();
        let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']');
        if !is_range {
            return Ok(());
        }
        self.rest.next();
        let last = self.character_of_class()?;
        if last < first {
            return Err(format!("`{first}-{last}` goes downwards"));
        }
        self.in_ranges += u32::from(last).abs_diff(u32::from(first)) as usize;
        self.out.push('-');
        push_literal(&mut self.out, last);
        Ok(())
    }

    fn character_of_class(&mut self) -> Result<char, String> {
        match self.rest.next() {
            Some('\\') => character(&mut self.rest),
            Some(c) => Ok(c),
            None => Err("a class lacks its `]`".to_owned()),
        }
    }
}

/// A number of repeats: without a zero in front.
fn count(rest: &mut Peekable<Chars<'_>>) -> Option<u32> {
    let mut digits = String::new();
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    let is_plain = digits == "0" || !digits.starts_with('0');
    (is_plain && digits.len() <= MOST_DIGITS).then(|| digits.parse().ok()).flatten()
}

fn is_of_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// A single character behind a backslash.
fn character(rest: &mut Peekable<Chars<'_>>) -> Result<char, String> {
    let Some(c) = rest.next() else { return Err(r"`\` stands at the end".to_owned()) };
    let unknown = || Err(format!(r"RE2 does not know `\{c}`"));
    Ok(match c {
        'a' => '\x07',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'x' => return hexadecimal(rest),
        '0'..='7' => {
            let is_octal = c == '0' || rest.peek().is_some_and(|c| c.is_digit(8));
            if !is_octal {
                return Err("RE2 has no references to groups".to_owned());
            }
            let mut code = c.to_digit(8).unwrap_or_default();
            for _ in 0..2 {
                let Some(digit) = rest.next_if(|c| c.is_digit(8)) else { break };
                code = code * 8 + digit.to_digit(8).unwrap_or_default();
            }
            return char::from_u32(code).map_or_else(unknown, Ok);
        }
        'u' | 'U' => return Err(format!(r"RE2 does not know `\{c}`, but `\x{{1F600}}`")),
        '8' | '9' => return Err("RE2 has no references to groups".to_owned()),
        c if c.is_ascii_punctuation() || c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        _ => return unknown(),
    })
}

/// Character by its number: `\x41` or `\x{1F600}`.
fn hexadecimal(rest: &mut Peekable<Chars<'_>>) -> Result<char, String> {
    let mut digits = String::new();
    if rest.next_if_eq(&'{').is_some() {
        while let Some(c) = rest.next_if(char::is_ascii_hexdigit) {
            digits.push(c);
        }
        if rest.next() != Some('}') {
            digits.clear();
        }
    } else {
        digits.extend((0..2).map_while(|_| rest.next_if(char::is_ascii_hexdigit)));
        if digits.len() < 2 {
            digits.clear();
        }
    }
    let code = u32::from_str_radix(&digits, 16).ok();
    code.and_then(char::from_u32).ok_or_else(|| r"`\x` needs the number of a character".to_owned())
}

/// Writes a character so that it stands for itself, in a class and outside.
fn push_literal(out: &mut String, c: char) {
    // `\<` and `\>` are places in the crate.
    if c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '_') {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests;
