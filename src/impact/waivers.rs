//! Waivers of two revisions: one more, one wider or one for longer demands less.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::policy::{Covered, Waiver, WaiverName};

use super::compare::{Found, by_rank, listed};
use super::{Subject, Weight, What};

impl Found {
    /// Notes what differs between a waiver of the one revision and that of the other.
    pub(super) fn waiver(&mut self, name: &WaiverName, old: Option<&Waiver>, new: Option<&Waiver>) {
        let subject = Subject::Waiver(name.clone());
        match (old, new) {
            (Some(old), Some(new)) => self.covered(&subject, old, new),
            (None, Some(_)) => return self.push(&subject, What::Added, Weight::Weaker),
            (Some(_), None) => return self.push(&subject, What::Removed, Weight::Stronger),
            (None, None) => {}
        }
        let (Some(old), Some(new)) = (old, new) else { return };
        let days = [old, new].map(|waiver| waiver.expires.to_string());
        let weight = by_rank(&Reverse(old.expires), &Reverse(new.expires));
        self.field(&subject, "expires", days, weight);
        for (field, value) in [
            ("reason", (|waiver| waiver.reason.clone()) as fn(&Waiver) -> String),
            ("owner", |waiver| waiver.owner.clone()),
            ("approvedBy", |waiver| waiver.approved_by.clone().unwrap_or_default()),
            ("ticket", |waiver| waiver.ticket.clone().unwrap_or_default()),
        ] {
            self.field(&subject, field, [old, new].map(value), Weight::Neutral);
        }
    }

    /// Compares what two versions of a waiver match.
    fn covered(&mut self, subject: &Subject, old: &Waiver, new: &Waiver) {
        for (field, value) in [
            ("group", (|it| it.group.as_ref().map(ToString::to_string)) as fn(&Covered) -> _),
            ("check", |it| it.check.as_ref().map(ToString::to_string)),
            ("account", |it| it.account.as_ref().map(ToString::to_string)),
            ("region", |it| it.region.as_ref().map(|region| region.as_str().to_owned())),
        ] {
            let [was, is]: [Option<String>; 2] = [&old.covers, &new.covers].map(value);
            let weight = match (&was, &is) {
                (Some(_), None) => Weight::Weaker,
                (None, Some(_)) => Weight::Stronger,
                _ => Weight::Changed,
            };
            self.field(subject, field, [was, is].map(Option::unwrap_or_default), weight);
        }
        let globs = [old, new].map(|waiver| listed(&waiver.covers.resources));
        self.field(subject, "resource", globs, by_globs(&old.covers, &new.covers));
    }
}

/// The weight of other globs over resources; which resources there are is not known here.
fn by_globs(old: &Covered, new: &Covered) -> Weight {
    let [was, is] = [old, new]
        .map(|it| -> BTreeSet<&str> { it.resources.iter().map(String::as_str).collect() });
    match (old.has_all_resources(), new.has_all_resources()) {
        (true, true) => Weight::Neutral,
        (false, true) => Weight::Weaker,
        (true, false) => Weight::Stronger,
        (false, false) if was == is => Weight::Neutral,
        (false, false) if is.is_superset(&was) => Weight::Weaker,
        (false, false) if is.is_subset(&was) => Weight::Stronger,
        (false, false) => Weight::Changed,
    }
}
