//! Lines and columns of bytes.

use std::collections::{BTreeMap, BTreeSet};

/// Line and column of a byte, both from 1; columns count characters.
pub(super) type Position = (u32, u32);

/// Positions of bytes of a text, all found in one pass over it. A byte behind the end stands there.
pub(super) fn positions(text: &[u8], bytes: &BTreeSet<usize>) -> BTreeMap<usize, Position> {
    let mut positions = BTreeMap::new();
    let (mut line, mut column, mut done) = (1, 1, 0);
    for byte in bytes {
        let end = (*byte).min(text.len());
        for passed in text.get(done..end).unwrap_or_default() {
            match passed {
                b'\n' => (line, column) = (line + 1, 1),
                // The rest of a character of several bytes.
                0x80..=0xbf => {}
                _ => column += 1,
            }
        }
        done = end;
        positions.insert(*byte, (line, column));
    }
    positions
}

/// The byte of a line and a column, both from 1, where columns count bytes.
pub(super) fn byte_at(text: &[u8], line: usize, column: usize) -> usize {
    let mut ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let start = match line.checked_sub(2) {
        None => 0,
        Some(before) => ends.nth(before).map_or(text.len(), |(at, _)| at + 1),
    };
    (start + column.saturating_sub(1)).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "ab\nüx\n\n😀y";
        let at = |found: &str| text.find(found).expect("it is there");
        let bytes = [0, at("b"), at("x"), at("😀"), at("y"), 99];
        let found: Vec<_> = positions(text.as_bytes(), &bytes.into()).into_values().collect();
        assert_eq!(found, [(1, 1), (1, 2), (2, 2), (4, 1), (4, 2), (4, 3)]);
        assert_eq!(byte_at(text.as_bytes(), 1, 2), at("b"));
        assert_eq!(byte_at(text.as_bytes(), 2, 3), at("x"));
        assert_eq!(byte_at(text.as_bytes(), 4, 1), at("😀"));
        assert_eq!(byte_at(text.as_bytes(), 9, 9), text.len());
        assert_eq!(byte_at(text.as_bytes(), 2, 0), at("ü"));
    }
}
