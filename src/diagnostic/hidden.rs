//! Characters that are not seen as what they are: the one list of them.
//!
//! A terminal obeys some, a reviewer overlooks others (<https://trojansource.codes>). Wherever text of
//! policies, repositories and clouds is shown, each becomes visible: as U+FFFD, or as an escape where
//! the notation has one. Variation selectors are left: they only choose how the character before
//! them looks.

use std::borrow::Cow;
use std::fmt;

/// Class of a hidden character, by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hidden {
    /// Control of Unicode's category `Cc`, line breaks and tabs among them.
    Control,
    /// Embedding, override or isolate, which shows the text behind it in another order.
    Reordering,
    /// U+FEFF, which is a byte order mark at the start of a file and nothing elsewhere.
    ByteOrderMark,
    /// Character without a look of its own: a joiner, mark, filler, tag or separator of lines, and all
    /// of category `Cf`, of which most fonts show nothing.
    Blank,
    /// Code point that never stands for a character, such as U+FFFF.
    Noncharacter,
    /// Character of private use, whose look depends on the font.
    PrivateUse,
}

impl Hidden {
    /// Class of a character; none for one that is seen as what it is.
    pub fn of(c: char) -> Option<Self> {
        match c {
            ' '..='~' => None,
            c if c.is_control() => Some(Self::Control),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(Self::Reordering),
            '\u{feff}' => Some(Self::ByteOrderMark),
            '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}' => {
                Some(Self::PrivateUse)
            }
            c if is_blank(c) => Some(Self::Blank),
            c if is_noncharacter(c) => Some(Self::Noncharacter),
            _ => None,
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{2029}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}'
            | '\u{e01f0}'..='\u{e0fff}'
    )
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// `true` of a character of any class of [`Hidden`].
pub fn is_hidden(c: char) -> bool {
    Hidden::of(c).is_some()
}

/// The character, or U+FFFD in place of one that is hidden: never more than one column.
pub fn visible_char(c: char) -> char {
    if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c }
}

/// Text of several lines with U+FFFD in place of each hidden character; line breaks and tabs stay.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    let is_shown = |c: char| matches!(c, '\n' | '\r' | '\t') || !is_hidden(c);
    if text.chars().all(is_shown) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if is_shown(c) { c } else { char::REPLACEMENT_CHARACTER };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Writes the escape of a character that CEL, YAML and, up to U+FFFF, JSON read: `\u202e`,
/// `\U000e0041`.
pub fn write_escape(out: &mut impl fmt::Write, c: char) -> fmt::Result {
    match u32::from(c) {
        code @ ..=0xffff => write!(out, "\\u{code:04x}"),
        code => write!(out, "\\U{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_characters() {
        for (c, class) in [
            ('\0', Hidden::Control),
            ('\t', Hidden::Control),
            ('\u{1b}', Hidden::Control),
            ('\u{85}', Hidden::Control),
            ('\u{202e}', Hidden::Reordering),
            ('\u{2066}', Hidden::Reordering),
            ('\u{feff}', Hidden::ByteOrderMark),
            ('\u{ad}', Hidden::Blank),
            ('\u{200b}', Hidden::Blank),
            ('\u{200f}', Hidden::Blank),
            ('\u{2028}', Hidden::Blank),
            ('\u{3164}', Hidden::Blank),
            ('\u{e0041}', Hidden::Blank),
            ('\u{600}', Hidden::Blank),
            ('\u{2800}', Hidden::Blank),
            ('\u{fffa}', Hidden::Blank),
            ('\u{13430}', Hidden::Blank),
            ('\u{1d159}', Hidden::Blank),
            ('\u{fdd0}', Hidden::Noncharacter),
            ('\u{ffff}', Hidden::Noncharacter),
            ('\u{1fffe}', Hidden::Noncharacter),
            ('\u{10ffff}', Hidden::Noncharacter),
            ('\u{e000}', Hidden::PrivateUse),
            ('\u{10fffd}', Hidden::PrivateUse),
        ] {
            assert_eq!(Hidden::of(c), Some(class), "{c:?}");
            assert_eq!(visible_char(c), '\u{fffd}', "{c:?}");
        }
    }

    #[test]
    fn letters_signs_and_emoji_are_seen() {
        for c in "aZ09 ~`é\u{300}漢ㅎ\u{fe0f}😀\u{a0}\u{fffd}".chars() {
            assert_eq!(Hidden::of(c), None, "{c:?}");
            assert_eq!(visible_char(c), c);
        }
    }

    #[test]
    fn lines_keep_their_breaks_and_tabs() {
        assert_eq!(visible_lines("a\tb\r\nc\u{202e}\u{1b}d"), "a\tb\r\nc\u{fffd}\u{fffd}d");
        assert!(matches!(visible_lines("a\n"), Cow::Borrowed("a\n")));
    }

    #[test]
    fn escapes_have_four_digits_or_eight() {
        let escape = |c| {
            let mut text = String::new();
            write_escape(&mut text, c).expect("a String takes all");
            text
        };
        assert_eq!(
            ['\u{7f}', '\u{202e}', '\u{e0041}'].map(escape),
            [r"\u007f", r"\u202e", r"\U000e0041"]
        );
    }
}
