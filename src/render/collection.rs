//! What a proposal could not be judged by since nobody collected it, and who may have it collected.

use serde::{Deserialize, Serialize};

use super::markdown::code;
use super::post::Action;
use super::words::count;
use crate::impact::{Cost, Uncollected};
use crate::resource::TypeName;

/// Types that are named at most.
const MOST_NAMED: usize = 3;

/// Whether people may have collected what is missing, and how far that has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// Nobody may: no account is swept.
    #[default]
    Unavailable,
    /// Whoever may write to the repository may ask for it.
    Offered,
    /// Accounts are asked, as the one of that login wanted.
    UnderWay {
        /// Login at GitHub.
        by: String,
    },
    /// An account could not be asked.
    Failed,
}

impl Collection {
    /// What a check run says of what is missing, with the buttons for it.
    pub(super) fn told(&self, missing: &Uncollected) -> (String, Vec<Action>) {
        if missing.is_empty() {
            return (String::new(), Vec::new());
        }
        let types = named(missing);
        let is_offered = matches!(self, Self::Offered | Self::Failed);
        let words = match self {
            Self::Unavailable => return (String::new(), Vec::new()),
            Self::Offered => format!(
                "What these policies read of {types} was not collected everywhere. Press *Collect* above to have \
                 the accounts asked for it now: {}.",
                cost(missing)
            ),
            Self::UnderWay { by } => format!(
                "What these policies read of {types} is being collected, as {} asked. This answer is renewed \
                 once it is there.",
                code(by)
            ),
            Self::Failed => format!(
                "What these policies read of {types} could not be collected from every account; the log of the \
                 service says why. Press *Collect* above to have it tried again."
            ),
        };
        let actions = if is_offered { vec![Action::Collect] } else { Vec::new() };
        (format!("\n\n{words}"), actions)
    }
}

/// `2 lists, and up to 3 requests for each resource`.
pub(super) fn cost(missing: &Uncollected) -> String {
    let Cost { lists, of_each } = missing.cost();
    let lists = (lists > 0).then(|| count(lists, "list"));
    let of_each =
        (of_each > 0).then(|| format!("up to {} for each resource", count(of_each, "request")));
    lists.into_iter().chain(of_each).collect::<Vec<_>>().join(", and ")
}

/// The types, the first of them by name.
fn named(missing: &Uncollected) -> String {
    let types = missing.all_types();
    let names: Vec<_> =
        types.iter().take(MOST_NAMED).map(|name| code(TypeName::as_str(name))).collect();
    let names = names.join(", ");
    match types.len().saturating_sub(MOST_NAMED) {
        0 => names,
        more => format!("{names} and {}", count(more, "other type")),
    }
}
