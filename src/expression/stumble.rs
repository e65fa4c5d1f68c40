//! What stands around a place at which the parser stumbled: the brackets and texts of what cannot be
//! parsed. It is read once, and only where something is wrong.

use std::ops::Range;

use super::builtins;

/// What is said of a stumble in the place of the parser's own words.
pub(super) struct Told {
    pub(super) place: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

/// Brackets and texts of an expression, as far as they can be told.
pub(super) struct Around<'t> {
    text: &'t str,
    /// Place of the stumble.
    at: usize,
    /// Where the brackets stand that are open there, the last of them innermost.
    open: Vec<usize>,
    /// Texts in quotes, without what is before them.
    quoted: Vec<Range<usize>>,
}

impl<'t> Around<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        let mut around = Self { text, at, open: Vec::new(), quoted: Vec::new() };
        let mut next = 0;
        while let Some(found) = text.get(next..).unwrap_or_default().chars().next() {
            next = around.read(next, found);
        }
        around
    }

    /// Reads what begins at an offset, and tells where the next begins.
    fn read(&mut self, start: usize, found: char) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        match found {
            '"' | '\'' => {
                let end = start + closing(rest, found, self.is_raw(start));
                self.quoted.push(start..end);
                return end;
            }
            '/' if rest.starts_with("//") => return start + rest.find('\n').unwrap_or(rest.len()),
            '(' | '[' | '{' if start < self.at => self.open.push(start),
            ')' | ']' | '}' if start < self.at => _ = self.open.pop(),
            _ => {}
        }
        start + found.len_utf8()
    }

    /// `true` where a prefix before the quote says that a backslash is one.
    fn is_raw(&self, quote: usize) -> bool {
        matches!(self.word_before(quote), "r" | "R" | "rb" | "br" | "Rb" | "rB" | "RB")
    }

    fn before(&self, at: usize) -> &'t str {
        self.text.get(..at).unwrap_or_default()
    }

    /// Name that ends at an offset.
    fn word_before(&self, at: usize) -> &'t str {
        let before = self.before(at);
        before.get(before.trim_end_matches(is_name).len()..).unwrap_or_default()
    }

    /// `true` where commas stand at the place: in a call, a list or a map.
    fn takes_commas(&self) -> bool {
        self.open.last().is_some_and(|open| {
            !self.text.get(*open..).unwrap_or_default().starts_with('(')
                || !self.word_before(*open).is_empty()
        })
    }

    /// The quote that is missing before the place, or opens what is never closed.
    pub(super) fn quote(&self) -> Option<Told> {
        let mut before = self.quoted.iter().take_while(|text| text.start <= self.at);
        before.find_map(|text| self.unopened(text).or_else(|| self.unclosed(text)))
    }

    /// A quote that ends a text which none begins, as in `a == x" && ...`.
    fn unopened(&self, text: &Range<usize>) -> Option<Told> {
        let word = self.word_before(text.start);
        let is_prefix =
            matches!(word.to_ascii_lowercase().as_str(), "r" | "b" | "rb" | "br" | "in");
        if word.is_empty() || is_prefix {
            return None;
        }
        let start = self.before(text.start).trim_end_matches(|c| is_name(c) || "-.:/*".contains(c));
        let word = self.before(text.start).get(start.len()..)?;
        let quote = self.slice(text).chars().next()?;
        let message = "no quote begins the text that ends here".to_owned();
        let help = format!("write `{quote}{word}{quote}`");
        Some(Told { place: start.len()..text.start + 1, message, help })
    }

    /// A quote that begins a text which goes on to the next one, or to the end.
    fn unclosed(&self, text: &Range<usize>) -> Option<Told> {
        const ENDS: [&str; 10] = ["&&", "||", "==", "!=", "<", ">", ",", ")", "]", "}"];
        let inside = self.slice(text);
        let quote = inside.chars().next()?;
        let is_closed = inside.len() > 1 && inside.ends_with(quote);
        let inside = inside.trim_matches(quote);
        let end = ENDS.iter().filter_map(|end| inside.find(end)).min();
        let behind = self.text.get(text.end..).unwrap_or_default();
        let is_followed = behind.starts_with(is_name)
            && behind.strip_prefix("in").is_none_or(|rest| rest.starts_with(is_name));
        if is_closed && (!is_followed || end.is_none()) {
            return None;
        }
        let word = end.and_then(|end| inside.get(..end)).unwrap_or(inside).trim();
        let message = if is_closed {
            "the text that begins here ends at the quote of another".to_owned()
        } else {
            "the text that begins here is not closed".to_owned()
        };
        let help = match word.len() {
            1..=60 if !word.contains(['\\', '`', '\n']) => format!("write `{quote}{word}{quote}`"),
            _ => format!("write a `{quote}` at its end"),
        };
        Some(Told { place: text.start..text.start + 1, message, help })
    }

    /// The bracket that is open at the end of the expression, or what is missing there.
    pub(super) fn end(&self) -> Option<Told> {
        let before = self.text.trim_end();
        let sign = before.trim_end_matches(|c| "=!<>&|+-*/%?:.".contains(c)).len();
        let sign = before.get(sign..).filter(|sign| !sign.is_empty());
        if let Some(sign) = sign {
            let message = "the expression ends too early".to_owned();
            let help = format!("write a value behind `{sign}`");
            return Some(Told { place: self.at..self.at, message, help });
        }
        let open = *self.open.last()?;
        let name = self.word_before(open);
        let message = format!("`{name}{}` is not closed", self.slice(&(open..open + 1)));
        let help = format!("write `{}` behind what it holds", self.closing_of(open));
        Some(Told { place: open - name.len()..open + 1, message, help })
    }

    /// A number with a unit, or what is no number for the letters behind its digits.
    pub(super) fn number(&self) -> Option<Told> {
        let rest = self.text.get(self.at..)?;
        let word = |c: char| is_name(c) || c == '-';
        let before = self.before(self.at);
        if !before.ends_with(|c: char| c.is_ascii_digit()) || !rest.starts_with(is_name) {
            return None;
        }
        let end = self.at + rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let digits = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let start = before.trim_end_matches(word).len();
        let (number, whole) = (self.text.get(digits..end)?, self.text.get(start..end)?);
        let is_word = whole.starts_with(char::is_alphabetic)
            && !whole.starts_with("now")
            && !self.before(start).ends_with(['.', ')', ']']);
        let (place, help) = if is_word {
            (start..end, format!("text stands in quotes: write `\"{whole}\"`"))
        } else if builtins::is_duration(number) {
            (digits..end, format!("write `duration(\"{number}\")`"))
        } else {
            (digits..end, format!("write a number without a unit, or the text `\"{number}\"`"))
        };
        let shown = self.text.get(place.clone())?;
        Some(Told { message: format!("`{shown}` is not expected here"), place, help })
    }

    /// A value behind another, with nothing between them.
    pub(super) fn between(&self) -> Option<Told> {
        let rest = self.text.get(self.at..)?;
        let before = self.before(self.at).trim_end();
        let is_value = |c: char| is_name(c) || matches!(c, '"' | '\'');
        if !rest.starts_with(|c| is_value(c) || c == '(')
            || !before.ends_with(|c| is_value(c) || matches!(c, ')' | ']' | '}'))
        {
            return None;
        }
        let quoted = self.quoted.iter().find(|text| text.start == self.at);
        let name = rest.find(|c| !is_name(c)).unwrap_or(rest.len()).max(1);
        let end = quoted.map_or(self.at + name, |text| text.end);
        let shown = self.text.get(self.at..end).filter(|shown| shown.len() <= 60);
        let (end, shown) = match shown {
            Some(shown) => (end, shown),
            None => (self.at + 1, self.text.get(self.at..self.at + 1)?),
        };
        let help = match self.before(self.at).chars().last() {
            Some('\'') => "put a text that holds `'` in `\"`",
            Some('"') => "put a text that holds `\"` in `'`",
            _ if self.takes_commas() => "write a `,` or an operator before it",
            _ => "write an operator before it, such as `==` or `&&`",
        };
        let message = format!("`{shown}` is not expected here");
        Some(Told { place: self.at..end, message, help: help.to_owned() })
    }

    fn slice(&self, place: &Range<usize>) -> &'t str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    /// Sign that closes the bracket at an offset.
    fn closing_of(&self, open: usize) -> char {
        match self.slice(&(open..open + 1)) {
            "(" => ')',
            "[" => ']',
            _ => '}',
        }
    }

    /// What to write in the place of what is not expected there.
    pub(super) fn help(&self) -> Option<String> {
        match self.text.get(self.at..)?.chars().next()? {
            ',' => self.comma(),
            found @ (')' | ']' | '}') => self.closes(found),
            _ => None,
        }
    }

    /// What to do about a bracket that closes what is not open, or too early.
    fn closes(&self, found: char) -> Option<String> {
        let Some(open) = self.open.last() else {
            return Some("leave it out: no bracket is open".to_owned());
        };
        let (closing, name) = (self.closing_of(*open), self.word_before(*open));
        if closing != found {
            let open = self.slice(&(*open..*open + 1));
            return Some(format!("write a `{closing}` before it: `{name}{open}` is open"));
        }
        let is_comma = self.before(self.at).trim_end().ends_with(',');
        is_comma.then(|| "leave out the `,` before it".to_owned())
    }

    /// What to write where a comma stands that nothing takes.
    fn comma(&self) -> Option<String> {
        const LIST: &str = "a list stands in brackets, as in `x in [a, b]`";
        let behind = self.text.get(self.at + 1..).unwrap_or_default();
        let before = self.before(self.at);
        if self.takes_commas() {
            let last = before.trim_end().chars().last();
            return last
                .filter(|last| "([{,".contains(*last))
                .map(|_| "leave it out, or write a value before it".to_owned());
        }
        let (whole, part) = (self.word_before(self.at), digits(behind));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_listed = self.is_listed();
        if is_number(whole) && !part.is_empty() && !is_listed {
            return Some(match part.len() {
                3 => format!("write `{whole}{part}`, or `{whole}.{part}`"),
                _ => format!("write `{whole}.{part}`"),
            });
        }
        Some(if behind.trim().is_empty() {
            "leave it out".to_owned()
        } else if is_listed || is_alone(behind) {
            LIST.to_owned()
        } else {
            "write `&&` where both must hold, or `||` where one of them suffices".to_owned()
        })
    }

    /// `true` where the term before the place asks whether something is `in` what is no list yet.
    fn is_listed(&self) -> bool {
        let before = self.before(self.at);
        let term = before.rfind("&&").max(before.rfind("||")).map_or(0, |at| at + 2);
        let term = before.get(term..).unwrap_or_default();
        let list = term.rfind(" in ").and_then(|at| term.get(at + 4..));
        list.is_some_and(|list| !list.trim_start().starts_with('['))
    }
}

/// Bytes of a text in quotes, with both; of one that is not closed, those to the end of its line.
fn closing(text: &str, quote: char, is_raw: bool) -> usize {
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let is_long = text.starts_with(&triple);
    let fence = if is_long { triple } else { quote.to_string() };
    let mut at = fence.len();
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if text.get(at..).is_some_and(|rest| rest.starts_with(&fence)) {
            return at + fence.len();
        }
        if c == '\n' && !is_long {
            return at;
        }
        at += c.len_utf8();
        if c == '\\' && !is_raw {
            at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
    }
    text.len()
}

/// `true` for one value and nothing that is asked of it, up to the next comma or bracket.
fn is_alone(text: &str) -> bool {
    let text = text.trim_start();
    let first = text.chars().next().unwrap_or_default();
    let length = match first {
        '"' | '\'' => closing(text, first, false),
        '0'..='9' => digits(text).len(),
        _ => return false,
    };
    let behind = text.get(length..).unwrap_or_default().trim_start();
    behind.is_empty() || behind.starts_with([',', ')', ']'])
}

/// Digits that a text begins with.
fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
