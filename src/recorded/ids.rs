//! Ids that resources can have.

use crate::diagnostic::Code;

/// Bytes of the longest id; the longest of AWS, ARNs with a path, stay below.
const LONGEST: usize = 1024;

/// Reason why no resource can have an id, as the rest of a sentence that begins with the id.
pub(super) fn impossible(id: &str) -> Option<(Code, &'static str)> {
    match id {
        "" => Some((Code::InvalidName, "is empty")),
        id if id.len() > LONGEST => Some((Code::TooLong, "has more than 1024 bytes")),
        id if id.chars().any(char::is_control) => {
            Some((Code::InvalidName, "holds a control character"))
        }
        _ => None,
    }
}
