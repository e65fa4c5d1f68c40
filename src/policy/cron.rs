//! What is wrong with a cron pattern, at the field that is to blame.

use crate::diagnostic::{Code, Diagnostic, meant_or_known};
use crate::document::{Located, Text, short};
use crate::schedule::{Cron, InvalidCron};

use super::context::FileContext;

/// Refusal of a cron pattern.
pub(super) fn refused(
    pattern: &Located<Text>,
    error: &InvalidCron,
    file: &FileContext,
) -> Diagnostic {
    let whole = |message: String| file.error(pattern.span, Code::InvalidCron, message);
    match error {
        InvalidCron::Name(name) => whole(format!("there is no cron pattern `{}`", short(name)))
            .help(meant_or_known(pattern.value.as_str(), Cron::NAMES)),
        InvalidCron::Count(_) => whole(error.to_string()).help(
            "write minute, hour, day of the month, month and weekday, such as `0 6 * * mon-fri`",
        ),
        InvalidCron::Field(wrong) => {
            let (name, reason) = (wrong.field.name(), wrong.reason());
            let message =
                format!("`{}` is no {name} of a cron pattern{reason}", short(&wrong.text));
            let part = pattern.part(wrong.range.clone(), &file.source);
            let place = file.source.place_of_part(part);
            Diagnostic::error(place, Code::InvalidCron, message).help(wrong.advice())
        }
        InvalidCron::Refused(..) | InvalidCron::Never(_) => whole(error.to_string()),
    }
}
