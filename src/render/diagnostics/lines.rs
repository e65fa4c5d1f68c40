//! Lines of files, of which a window is cut without going through the rest of the line: a file may
//! have hundreds of problems in one line of a MiB.

use std::collections::BTreeMap;

use crate::diagnostic::Location;
use crate::policy::SourceFile;

/// Characters from one mark of a line to the next.
const STRIDE: usize = 256;

/// Lines of files, each file cut into lines when it is first asked for.
pub(super) struct Lines<'a> {
    files: BTreeMap<&'a str, &'a SourceFile>,
    cut: BTreeMap<&'a str, Vec<Line>>,
}

impl<'a> Lines<'a> {
    /// Lines of these files, none of them cut yet.
    pub(super) fn new(files: &'a [SourceFile]) -> Self {
        let files = files.iter().map(|file| (&*file.path, file)).collect();
        Self { files, cut: BTreeMap::new() }
    }

    /// Line in which a location begins; none of a file that is not among these.
    pub(super) fn at(&mut self, place: &Location) -> Option<&Line> {
        let (path, file) = self.files.get_key_value(&*place.path)?;
        let lines = self.cut.entry(path).or_insert_with(|| {
            let text = file.text();
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            text.split('\n').map(Line::from).collect()
        });
        let number = usize::try_from(place.line).ok()?.checked_sub(1)?;
        lines.get(number)
    }
}

/// A line without its line feed.
pub(super) struct Line {
    text: String,
    /// Byte of each 256th character, from the first; none where each character is a byte.
    marks: Vec<usize>,
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(STRIDE).map(|(byte, _)| byte).collect()
        };
        Self { text: text.to_owned(), marks }
    }
}

impl Line {
    /// At most `width` characters, behind the first `skipped` ones.
    pub(super) fn window(&self, skipped: usize, width: usize) -> impl Iterator<Item = char> {
        let (start, behind) = match (self.marks.is_empty(), self.marks.get(skipped / STRIDE)) {
            (true, _) => (skipped, 0),
            (false, Some(mark)) => (*mark, skipped % STRIDE),
            (false, None) => (self.text.len(), 0),
        };
        self.text.get(start..).unwrap_or_default().chars().skip(behind).take(width)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_window_is_what_counting_gives(
            text in "[a-z]{0,40}|[aäß😀]{0,900}", skipped in 0usize..1_000, width in 0usize..200,
        ) {
            let cut: String = Line::from(text.as_str()).window(skipped, width).collect();
            let counted: String = text.chars().skip(skipped).take(width).collect();
            prop_assert_eq!(cut, counted);
        }
    }
}
