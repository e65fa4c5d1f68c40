//! Rust source as tokens: what stands in comments, strings and numbers is left out.

/// A token and the line that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Line, from 1.
    pub(crate) line: usize,
    /// An identifier, `::`, or one character of punctuation.
    pub(crate) text: String,
}

impl Token {
    /// `true` where it is a name or a keyword.
    pub(crate) fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// Tokens of a source text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader { rest: text, line: 1, tokens: Vec::new() };
    while let Some(c) = reader.rest.chars().next() {
        reader.step(c);
    }
    reader.tokens
}

/// Tokens without the items that only tests compile: whatever `#[cfg(test)]` stands before.
pub(crate) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        if let Some(item) = after_prefix(rest, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            rest = after_item(item);
        } else {
            kept.push(first.clone());
            rest = after;
        }
    }
    kept
}

/// The rest of `tokens` behind `prefix`, if it begins with that.
pub(crate) fn after_prefix<'a>(tokens: &'a [Token], prefix: &[&str]) -> Option<&'a [Token]> {
    let (start, rest) = tokens.split_at_checked(prefix.len())?;
    start.iter().zip(prefix).all(|(token, text)| token.text == *text).then_some(rest)
}

/// The rest of `tokens` behind the item that they begin with: it ends at its `;` or its braces.
fn after_item(tokens: &[Token]) -> &[Token] {
    let mut open = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" | "(" | "[" => open += 1,
            "}" | ")" | "]" => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 && ["}", ";"].contains(&token.text.as_str()) {
            return tokens.split_at(at + 1).1;
        }
    }
    &[]
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    /// Reads what begins with `c`, the next character.
    fn step(&mut self, c: char) {
        let rest = self.rest;
        if rest.starts_with("//") {
            self.skip(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.skip(block_comment(rest));
        } else if let Some(length) = string(rest) {
            self.skip(length);
        } else if c == '\'' {
            self.skip(character(rest));
        } else if c.is_alphabetic() || c == '_' {
            let name = |c: char| !c.is_alphanumeric() && c != '_';
            self.take(rest.find(name).unwrap_or(rest.len()));
        } else if c.is_ascii_digit() {
            let number = |c: char| !c.is_alphanumeric() && c != '_';
            self.skip(rest.find(number).unwrap_or(rest.len()));
        } else if rest.starts_with("::") {
            self.take(2);
        } else if c.is_whitespace() {
            self.skip(c.len_utf8());
        } else {
            self.take(c.len_utf8());
        }
    }

    fn take(&mut self, length: usize) {
        let text = self.rest[..length].to_owned();
        self.tokens.push(Token { line: self.line, text });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at(length);
        self.line += skipped.matches('\n').count();
        self.rest = rest;
    }
}

/// Length of a block comment, with those inside it.
fn block_comment(text: &str) -> usize {
    let mut open = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            open += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            open -= 1;
            at += 2;
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
        if open == 0 {
            return at;
        }
    }
    text.len()
}

/// Length of a string of any kind, if there is one: `"..."`, `b"..."`, `c"..."`, `r#"..."#`.
fn string(text: &str) -> Option<usize> {
    let prefix = text.len() - text.trim_start_matches(['b', 'c', 'r']).len();
    if prefix > 2 {
        return None;
    }
    let (kind, body) = text.split_at(prefix);
    if kind.contains('r') {
        let hashes = body.len() - body.trim_start_matches('#').len();
        let content = body[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = content.find(&end).map_or(content.len(), |at| at + end.len());
        return Some(prefix + hashes + 1 + length);
    }
    let content = body.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in content.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(prefix + 1 + at + 1),
            _ => {}
        }
    }
    Some(text.len())
}

/// Length of a character's literal, or 1 where the quote begins a lifetime.
fn character(text: &str) -> usize {
    let mut inside = text[1..].chars();
    match (inside.next(), inside.next()) {
        (Some('\\'), Some(escaped)) => {
            let after = 2 + escaped.len_utf8();
            after + text[after..].find('\'').map_or(0, |at| at + 1)
        }
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 1,
    }
}
