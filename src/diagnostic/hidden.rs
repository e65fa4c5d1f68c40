//! Characters that are not seen as what they are: the one list of them.
//!
//! A terminal obeys some, a reviewer overlooks others (<https://trojansource.codes>). Wherever text of
//! policies, repositories and clouds is shown, each becomes visible: as U+FFFD, or as an escape where
//! the notation has one. Variation selectors are left: they only choose how the character before
//! them looks.

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
    /// Character without a look of its own: a joiner, mark, filler, tag or separator of lines.
    Blank,
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
            '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => Some(Self::PrivateUse),
            c if is_blank(c) => Some(Self::Blank),
            _ => None,
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{2029}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// `true` of a character of any class of [`Hidden`].
pub fn is_hidden(c: char) -> bool {
    Hidden::of(c).is_some()
}

/// The character, or U+FFFD in place of one that is hidden: never more than one column.
pub fn visible_char(c: char) -> char {
    if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c }
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
