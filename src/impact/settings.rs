//! Settings of two revisions: what is no longer required demands less.

use crate::policy::Settings;

use super::compare::{Found, by_rank};
use super::{Changes, Subject, Weight};

impl Changes {
    /// The same with what differs between the settings of the branch and those that would come into
    /// force, behind the rest. Groups of files that these leave out are gone already.
    #[must_use]
    pub fn of_settings(self, old: &Settings, new: &Settings) -> Self {
        let mut found = Found(self.0);
        let subject = Subject::Settings;
        for ((gate, was), (_, is)) in old.gates().into_iter().zip(new.gates()) {
            found.field(&subject, gate, [was, is].map(|on| on.to_string()), by_rank(&was, &is));
        }
        let patterns = [old, new].map(|settings| settings.exclude.join(", "));
        found.field(&subject, "exclude", patterns, Weight::Neutral);
        let named = [old, new].map(|settings| settings.names_resources.to_string());
        found.field(&subject, "pullRequests.nameResources", named, Weight::Neutral);
        let issues = [old, new].map(|settings| settings.wants_issues.to_string());
        found.field(&subject, "issues", issues, Weight::Neutral);
        Self(found.0)
    }
}
