//! What is wrong with a cron pattern, at the field that is to blame.

use crate::diagnostic::{Code, Diagnostic, meant_or_known};
use crate::schedule::{Cron, InvalidCron, Timezone};

use super::shape::short;
use super::yaml::Node;

/// The fields in their order, with the values that they take.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12 or `jan` to `dec`"),
    ("weekday", "0 to 7 or `sun` to `sat`"),
];

/// Patterns that have a name.
const NAMES: [&str; 6] = ["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually"];

/// What is wrong with the pattern that a node holds.
pub(super) fn refused(pattern: &str, error: &InvalidCron, node: &Node) -> Diagnostic {
    let problem = |place, message: String| Diagnostic::error(place, Code::InvalidCron, message);
    let fields = fields(pattern);
    if pattern.starts_with('@') {
        let message = format!("there is no cron pattern `{}`", short(pattern));
        return problem(node.place.clone(), message).help(meant_or_known(pattern, NAMES));
    }
    if fields.len() != FIELDS.len() {
        let message = format!("a cron pattern has five fields, and this has {}", fields.len());
        return problem(node.place.clone(), message).help(
            "write minute, hour, day of the month, month and weekday, such as `0 6 * * mon-fri`",
        );
    }
    for (at, ((start, field), (name, values))) in fields.into_iter().zip(FIELDS).enumerate() {
        if is_wrong(at, field) {
            let message = format!("`{}` is no {name} of a cron pattern", short(field));
            let place = node.place_in(start..start + field.len());
            return problem(place, message).help(format!(
                "write {values}; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th"
            ));
        }
    }
    problem(node.place.clone(), error.to_string())
}

/// Whether a field is wrong in its place, whatever stands in the others.
fn is_wrong(at: usize, field: &str) -> bool {
    let mut all = ["*"; FIELDS.len()];
    if let Some(place) = all.get_mut(at) {
        *place = field;
    }
    matches!(Cron::new(&all.join(" "), Timezone::default()), Err(InvalidCron::Shape(..)))
}

/// The fields, each with the byte at which it begins.
fn fields(pattern: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut found = Vec::new();
    for field in pattern.split_whitespace() {
        let Some(blank) = pattern.get(at..).and_then(|rest| rest.find(field)) else { break };
        found.push((at + blank, field));
        at += blank + field.len();
    }
    found
}
