//! What is wrong with a cron pattern, at the field that is to blame.

use crate::diagnostic::{Code, Diagnostic, meant_or_known};
use crate::document::{Located, Text, short};
use crate::schedule::{Cron, InvalidCron, WrongField, meant_by};

use super::context::FileContext;

/// Refusals of a cron pattern, one for each field that is wrong.
pub(super) fn refused(
    pattern: &Located<Text>,
    error: &InvalidCron,
    file: &FileContext,
) -> Vec<Diagnostic> {
    let whole = |message: String| file.error(pattern.span, Code::InvalidCron, message);
    let text = pattern.value.as_str();
    let refused = match error {
        InvalidCron::Name(name) => {
            let known = || meant_or_known(text, Cron::names());
            whole(format!("there is no cron pattern `{}`", short(name)))
                .help(meant_by(text).unwrap_or_else(known))
        }
        InvalidCron::Count(_) | InvalidCron::Wrapped => {
            let fields = "write minute, hour, day of the month, month and weekday, such as \
                          `0 6 * * mon-fri`";
            whole(error.to_string()).help(meant_by(text).unwrap_or_else(|| fields.to_owned()))
        }
        InvalidCron::Fields(wrong) => {
            return wrong.iter().map(|wrong| in_field(pattern, wrong, file)).collect();
        }
        InvalidCron::Never(_) => whole(error.to_string()),
    };
    vec![refused]
}

fn in_field(pattern: &Located<Text>, wrong: &WrongField, file: &FileContext) -> Diagnostic {
    let part = pattern.part(wrong.range.clone(), &file.source);
    let place = file.source.place_of_part(part);
    let message = wrong.message(&short(&wrong.text));
    Diagnostic::error(place, Code::InvalidCron, message).help(wrong.advice())
}
