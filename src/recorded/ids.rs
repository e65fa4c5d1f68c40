//! Ids that resources can have.

use crate::diagnostic::Code;

/// Bytes of the longest id. The longest of AWS, those of objects in buckets, stay below; the database has
/// room for little more.
const LONGEST: usize = 2048;

/// Reason why no resource can have an id, as the rest of a sentence that begins with the id.
pub(super) fn impossible(id: &str) -> Option<(Code, &'static str)> {
    match id {
        "" => Some((Code::InvalidName, "is empty")),
        id if id.len() > LONGEST => Some((Code::TooLong, "has more than 2048 bytes")),
        id if id.contains('\0') => Some((Code::InvalidName, "holds the character U+0000")),
        _ => None,
    }
}
