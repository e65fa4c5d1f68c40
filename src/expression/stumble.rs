//! What stands around a place at which the parser stumbled: the brackets of what cannot be
//! parsed. It is read once, and only where something is wrong.

/// Brackets of an expression, as far as they can be told.
pub(super) struct Around<'t> {
    text: &'t str,
    /// Place of the stumble.
    at: usize,
    /// Where the brackets stand that are open there, the last of them innermost.
    open: Vec<usize>,
}

impl<'t> Around<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        let mut around = Self { text, at, open: Vec::new() };
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
                return start + closing(rest, found, self.is_raw(start));
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

    /// What to write in the place of what is not expected there.
    pub(super) fn help(&self) -> Option<String> {
        match self.text.get(self.at..)?.chars().next()? {
            ',' => self.comma(),
            _ => None,
        }
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
