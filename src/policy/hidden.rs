//! Characters that are not seen in texts that are compared with others, where they have no use.

use crate::diagnostic::{Code, write_escape};
use crate::document::Span;

use super::context::FileContext;

/// Warns about the first character of a value that is not seen; `help` is given its escape.
pub(super) fn report(at: Span, help: impl FnOnce(&str) -> String, file: &mut FileContext) {
    let Some((found, place)) = file.source.hidden_in(at) else { return };
    let code = u32::from(found);
    let message = if found.is_whitespace() {
        format!("the text holds U+{code:04X}, which looks like a space")
    } else {
        format!("the text holds U+{code:04X}, which cannot be seen")
    };
    let mut escape = String::new();
    // Writing to a string cannot fail.
    let _ = write_escape(&mut escape, found);
    let odd = file.warning(place, Code::InvisibleCharacter, message);
    file.report(odd.help(help(&escape)));
}
