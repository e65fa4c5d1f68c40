//! What is wrong with a cron pattern, at the field that is to blame.

use crate::diagnostic::{Code, Diagnostic, meant_or_known};
use crate::schedule::{Cron, InvalidCron};

use crate::document::Node;
use crate::document::short;

/// Refusal of the pattern that a node holds.
pub(super) fn refused(pattern: &str, error: &InvalidCron, node: &Node) -> Diagnostic {
    let problem = |place, message: String| Diagnostic::error(place, Code::InvalidCron, message);
    let at_node = |message: String| problem(node.place.clone(), message);
    match error {
        InvalidCron::Name(name) => at_node(format!("there is no cron pattern `{}`", short(name)))
            .help(meant_or_known(pattern, Cron::NAMES)),
        InvalidCron::Count(_) => at_node(error.to_string()).help(
            "write minute, hour, day of the month, month and weekday, such as `0 6 * * mon-fri`",
        ),
        InvalidCron::Field(wrong) => {
            let (name, reason) = (wrong.field.name(), wrong.reason());
            let message =
                format!("`{}` is no {name} of a cron pattern{reason}", short(&wrong.text));
            problem(node.place_in(wrong.range.clone()), message).help(wrong.advice())
        }
        InvalidCron::Refused(..) | InvalidCron::Never(_) => at_node(error.to_string()),
    }
}
