//! Lines of files, of which a window is cut without going through the rest of the line: a file may
//! have hundreds of problems in one line of a MiB.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diagnostic::Location;
use crate::policy::SourceFile;

/// Characters from one mark of a line to the next.
const STRIDE: usize = 256;
/// Mark at the start of a file that is no part of its first line.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Lines of files, of which each is sought in its file, and each line looked at, when it is first
/// asked for: a file may have a million lines, and few of them have problems.
pub(super) struct Lines<'a> {
    files: BTreeMap<&'a str, &'a SourceFile>,
    known: BTreeMap<&'a str, FileLines<'a>>,
}

impl<'a> Lines<'a> {
    /// Lines of these files, none of them sought yet.
    pub(super) fn new(files: &'a [SourceFile]) -> Self {
        let files = files.iter().map(|file| (&*file.path, file)).collect();
        Self { files, known: BTreeMap::new() }
    }

    /// Line in which a location begins; none of a file that is not among these.
    pub(super) fn at(&mut self, place: &Location) -> Option<Line<'_>> {
        let (path, file) = self.files.get_key_value(&*place.path)?;
        let lines = self.known.entry(path).or_insert_with(|| FileLines::new(file));
        lines.at(usize::try_from(place.line).ok()?.checked_sub(1)?)
    }
}

/// Lines of one file.
struct FileLines<'a> {
    text: Cow<'a, str>,
    /// Byte at which each line begins.
    starts: Vec<u32>,
    /// Marks of the lines that were asked for, by their numbers.
    marks: BTreeMap<usize, Vec<usize>>,
}

impl<'a> FileLines<'a> {
    fn new(file: &'a SourceFile) -> Self {
        let text = match file.text() {
            Cow::Borrowed(text) => {
                Cow::Borrowed(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text))
            }
            Cow::Owned(text) => {
                let bare = text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned);
                Cow::Owned(bare.unwrap_or(text))
            }
        };
        let breaks = || memchr::memchr_iter(b'\n', text.as_bytes());
        let mut starts = Vec::with_capacity(breaks().count() + 1);
        // No file of more than 4 GiB is read, let alone has problems.
        let behind = breaks().filter_map(|at| u32::try_from(at + 1).ok());
        starts.extend(std::iter::once(0).chain(behind));
        Self { text, starts, marks: BTreeMap::new() }
    }

    /// Line of a number, counted from 0.
    fn at(&mut self, number: usize) -> Option<Line<'_>> {
        let start = *self.starts.get(number)? as usize;
        let end = self.starts.get(number + 1).map_or(self.text.len(), |next| *next as usize - 1);
        let text = self.text.get(start..end)?;
        let marks = self.marks.entry(number).or_insert_with(|| marks(text));
        Some(Line { text, marks })
    }
}

/// Byte of each 256th character, from the first; none where each character is a byte.
fn marks(text: &str) -> Vec<usize> {
    if text.is_ascii() {
        return Vec::new();
    }
    text.char_indices().step_by(STRIDE).map(|(byte, _)| byte).collect()
}

/// A line without its line feed.
pub(super) struct Line<'l> {
    text: &'l str,
    marks: &'l [usize],
}

impl<'l> Line<'l> {
    /// At most `width` characters, behind the first `skipped` ones.
    pub(super) fn window(
        &self,
        skipped: usize,
        width: usize,
    ) -> impl Iterator<Item = char> + use<'l> {
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

    /// Text of a line of a file, counted from 1.
    fn line(bytes: &[u8], number: u32) -> Option<String> {
        let files = [SourceFile::new("p.yaml", bytes)];
        let place = Location::point("p.yaml", number, 1);
        Lines::new(&files).at(&place).map(|line| line.window(0, usize::MAX).collect())
    }

    #[test]
    fn a_file_has_a_line_more_than_breaks() {
        let file = "\u{feff}a\n\nä\n".as_bytes();
        let lines: Vec<_> = (0..6).map(|number| line(file, number)).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(lines, [None, text("a"), text(""), text("ä"), text(""), None]);
        assert_eq!(line(b"a\n\xff\nb", 3), text("b"));
        assert_eq!(line(b"", 1), text(""));
    }

    proptest! {
        #[test]
        fn a_window_is_what_counting_gives(
            text in "[a-z]{0,40}|[aäß😀]{0,900}", skipped in 0usize..1_000, width in 0usize..200,
        ) {
            let line = Line { text: &text, marks: &marks(&text) };
            let cut: String = line.window(skipped, width).collect();
            let counted: String = text.chars().skip(skipped).take(width).collect();
            prop_assert_eq!(cut, counted);
        }
    }
}
