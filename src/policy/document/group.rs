//! `Group` documents.

use crate::document::{Entries, List, Text, mapping};
use crate::policy::names::NAME_PATTERN;
use crate::policy::words::Mode;
use crate::schedule::{Every, Timezone};

use super::check::{CheckSpec, EVERY_PATTERN};
use super::{ApiVersion, GroupKind, Metadata};

/// Pattern of a date or an instant, for editors.
pub(super) const INSTANT_PATTERN: &str =
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2}))?$";

mapping! {
    /// Checks that are judged together, on a schedule, in the accounts that the group selects.
    pub(in crate::policy) struct GroupDocument {
        "apiVersion" api_version: ApiVersion,
        /// `Group`.
        "kind" kind: GroupKind,
        /// What it is called.
        "metadata" metadata: Metadata,
        /// What it checks, where and when.
        "spec" spec: GroupSpec,
    }
}

mapping! {
    /// What a group checks, where and when.
    #[schemars(extend("anyOf" = [{ "required": ["checks"] }, { "required": ["packs"] }]))]
    pub(in crate::policy) struct GroupSpec {
        /// One sentence for people.
        #[schemars(default, length(max = 4000))]
        "description" description: String,
        /// Whom to ask.
        #[schemars(default, length(max = 200))]
        "owner" owner: String,
        /// The accounts that it selects; all of them if it is left out.
        #[schemars(default)]
        "accounts" accounts: Selector,
        /// When it is evaluated.
        #[schemars(default)]
        "schedule" schedule: ScheduleSpec,
        /// What its outcome does: `shadow` is stored only, `audit` is shown and never red, `enforce`
        /// turns the commit red.
        #[schemars(default, extend("default" = Mode::default()))]
        "mode" mode: Mode,
        /// What of `mode: enforce` is enforced; all of it if it is left out.
        #[schemars(default)]
        "enforce" enforce: EnforceSpec,
        /// Whether its evaluation is put on hold.
        #[schemars(default, extend("default" = false))]
        "suspend" suspend: bool,
        /// The checks of its own.
        #[schemars(default, length(min = 1))]
        "checks" checks: List<CheckSpec>,
        /// Packs, whose checks it takes up.
        #[schemars(default, length(min = 1))]
        "packs" packs: List<PackUse>,
    }
}

mapping! {
    /// A pack that a group takes up.
    pub(in crate::policy) struct PackUse {
        /// The name of the `Pack`.
        #[schemars(regex(pattern = NAME_PATTERN))]
        "name" name: String,
        /// Ids of checks that are left out.
        #[schemars(default, extend("default" = []), inner(regex(pattern = NAME_PATTERN)))]
        "except" except: List<String>,
    }
}

mapping! {
    /// What of `mode: enforce` is enforced.
    pub(in crate::policy) struct EnforceSpec {
        /// Only what fails anew from this instant on: what is known to have failed at it, and was not
        /// mended since, is shown and never red. A date such as `2026-12-31`, which begins at midnight in
        /// UTC, or an instant such as `2026-12-31T18:00:00Z`.
        #[schemars(regex(pattern = INSTANT_PATTERN))]
        "newOnly" new_only: String,
    }
}

mapping! {
    /// Which accounts a group selects.
    pub(in crate::policy) struct Selector {
        /// Labels that the account must have, all of them.
        #[schemars(default, extend("default" = {}))]
        "matchLabels" match_labels: Entries<String>,
        /// Names of accounts, one of which it must be.
        #[schemars(default, extend("default" = []), inner(regex(pattern = NAME_PATTERN)))]
        "names" names: List<String>,
    }
}

mapping! {
    /// When a group is evaluated.
    pub(in crate::policy) struct ScheduleSpec {
        /// The interval between two evaluations: a number with `s`, `m`, `h` or `d`, from 10s to 30d.
        #[schemars(
            default,
            extend("default" = Every::default().to_string()),
            regex(pattern = EVERY_PATTERN)
        )]
        "every" every: String,
        /// Times of the clock instead: minute, hour, day of the month, month and day of the week, such
        /// as `0 6 * * mon-fri`, or `@daily` and the like. Where both days are given, either must fit, with
        /// `+` before the weekday both. `L`, `LW` and `15W` are days of the month, `fri#2` and `5L` weekdays
        /// of it. A time that daylight saving skips comes when the gap is over, one that it repeats comes
        /// once, unless the hour is `*` or `*/n`.
        #[schemars(default, length(max = 100), regex(pattern = super::waiver::SAID))]
        "cron" cron: Text,
        /// The time zone of `cron`, by its IANA name, such as `Europe/Berlin`.
        #[schemars(
            default,
            extend("default" = Timezone::default().to_string()),
            length(max = 60),
            regex(pattern = super::waiver::SAID)
        )]
        "timezone" timezone: String,
    }
}
