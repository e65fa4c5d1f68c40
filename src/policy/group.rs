//! Groups: checks with their schedule, accounts and mode.

use std::sync::Arc;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::diagnostic::{Code, Location};
use crate::document::{Field, Located, Span, Text};
use crate::schedule::{Cron, InvalidTimezone, Schedule, Timezone};

use super::account::AccountSelector;
use super::check::{Check, unique_ids};
use super::context::FileContext;
use super::cron;
use super::document::group::{GroupDocument, GroupSpec, ScheduleSpec};
use super::document::is_identified;
use super::enforce::{self, NewOnly};
use super::labels::Labels;
use super::library::Library;
use super::names::{CheckId, GroupName};
use super::pack;
use super::words::Mode;

/// How much of the effort of a file a cron pattern takes, in bytes of expressions.
const CRON: usize = 2 << 10;

/// Checks that are judged together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name, unique among the groups.
    pub name: GroupName,
    /// Labels of its own, by which nothing selects it.
    pub labels: Labels,
    /// Description, a sentence for people.
    pub description: Option<String>,
    /// Owner: people or a team to ask.
    pub owner: Option<String>,
    /// The accounts that it selects.
    pub accounts: AccountSelector,
    /// Schedule by which it is evaluated.
    pub schedule: Schedule,
    /// Mode: stored only, shown, or enforced.
    pub mode: Mode,
    /// From when on failures are enforced, where what fails since before is not.
    pub new_only: Option<NewOnly>,
    /// `true` where its evaluation is put on hold.
    pub suspend: bool,
    /// The checks, its own in the order of the file and then those of packs; never empty.
    pub checks: Vec<Arc<Check>>,
    /// Location of its name in the file.
    pub place: Location,
}

/// What is known of a group that is refused, for what refers to it and what it refers to.
#[derive(Debug)]
pub(super) enum Refused {
    /// Nothing.
    Unknown,
    /// The accounts that it selects.
    Selecting(AccountSelector),
    /// All but when it is evaluated, or from when on it is enforced.
    Untimed(Box<Group>),
}

impl Group {
    /// The check of an id.
    pub fn check(&self, id: &CheckId) -> Option<&Arc<Check>> {
        self.checks.iter().find(|check| check.id == *id)
    }

    /// What decides its results and how they are shown: SHA-256 over canonical JSON. Places do not
    /// count, so that moving a group within its files changes nothing.
    pub fn digest(&self) -> [u8; 32] {
        let checks = self.checks.iter().map(|check| {
            let mut said = json!({
                "id": check.id,
                "title": check.title,
                "severity": check.severity,
                "digest": hex::encode(check.digest()),
                "uses": check.uses,
                "compliance": check.compliance,
                "remediation": check.remediation,
            });
            // Left out where there is none, as it is not in digests that were kept long ago.
            if let (Some(pack), Some(said)) = (&check.pack, said.as_object_mut()) {
                said.insert("pack".to_owned(), json!(pack));
            }
            said
        });
        let mut group = json!({
            "name": self.name,
            "labels": self.labels,
            "description": self.description,
            "owner": self.owner,
            "accounts": {
                "matchLabels": self.accounts.match_labels,
                "names": self.accounts.names,
            },
            "schedule": self.schedule.to_string(),
            "mode": self.mode,
            "suspend": self.suspend,
            "checks": checks.collect::<Vec<_>>(),
        });
        // Where it is not said, the digest stays what it was before there was anything to say.
        if let (Some(new_only), Some(group)) = (self.new_only, group.as_object_mut()) {
            group.insert("newOnly".to_owned(), json!(new_only.to_string()));
        }
        Sha256::digest(group.to_string()).into()
    }

    /// Meaning of a document. What is wrong with it is reported; then what is known of it is the
    /// error.
    pub(super) fn resolve(
        document: GroupDocument,
        library: &Library,
        file: &mut FileContext,
    ) -> Result<Self, Refused> {
        let GroupDocument { api_version, kind, metadata, spec } = document;
        let is_identified = is_identified(&api_version, &kind);
        let metadata = metadata.into_value();
        let name = metadata.as_ref().and_then(|it| file.parse(&it.name));
        let place = metadata.as_ref().and_then(|it| Some(file.place(it.name.get()?.span)));
        let Field::Given { value: Located { value: mut spec, span }, .. } = spec else {
            return Err(Refused::Unknown);
        };
        let accounts = AccountSelector::resolve(std::mem::take(&mut spec.accounts));
        let schedule = schedule(&spec, file);
        let new_only = enforce::resolve(&spec, file);
        let has_lists = [!spec.checks.is_missing(), !spec.packs.is_missing()];
        let packs_at = spec.packs.get().map(|packs| packs.span);
        let checks = match std::mem::take(&mut spec.checks) {
            Field::Missing => Some(Vec::new()),
            Field::Invalid { .. } => None,
            Field::Given { value: own, .. } => {
                unique_ids(&own.value, file);
                Check::resolve_all(own.value, &library.types, file)
            }
        };
        let checks = pack::together(checks, &spec.packs, &library.packs, file);
        if checks.as_ref().is_some_and(Vec::is_empty) {
            lacks_checks(has_lists, span, packs_at, file);
        }
        let checks = checks.filter(|checks| !checks.is_empty() && is_identified);
        let (Some(metadata), Some(name), Some(place), Some(checks)) =
            (metadata, name, place, checks)
        else {
            return Err(Refused::Selecting(accounts));
        };
        let is_good = schedule.is_some() && new_only.is_ok();
        let group = Self {
            name,
            labels: Labels::resolve(metadata.labels),
            description: spec.description.into_value(),
            owner: spec.owner.into_value(),
            accounts,
            schedule: schedule.unwrap_or_default(),
            mode: spec.mode.into_value().unwrap_or_default(),
            new_only: new_only.unwrap_or_default(),
            suspend: spec.suspend.into_value().unwrap_or_default(),
            checks,
            place,
        };
        if is_good { Ok(group) } else { Err(Refused::Untimed(Box::new(group))) }
    }
}

/// Reports that a group, whose `spec` stands at a place, has no checks, and why it has none.
fn lacks_checks(has_lists: [bool; 2], spec: Span, packs: Option<Span>, file: &mut FileContext) {
    if has_lists == [false, false] {
        let message = "`spec` lacks `checks`";
        let refused = file.error(spec, Code::MissingKey, message);
        file.report(refused.help("add `checks`, or `packs` whose checks the group takes up"));
    } else if let ([false, true], Some(packs)) = (has_lists, packs) {
        let message = "the group has no check: `except` leaves out all that its packs have";
        let refused = file.error(packs, Code::NoCheck, message);
        file.report(refused.help("leave a check in, or remove the group"));
    }
}

/// Schedule of a group; every hour without one.
fn schedule(spec: &GroupSpec, file: &mut FileContext) -> Option<Schedule> {
    let Some(ScheduleSpec { every, cron, timezone }) = spec.schedule.value() else {
        return Some(Schedule::default());
    };
    let zone = match timezone.get() {
        None => Some(Timezone::default()).filter(|_| !timezone.is_invalid()),
        Some(name) => zone(name, file),
    };
    let interval = every.get().map(|every| (file.parse_text(&every.value, every.span), every.span));
    let pattern = cron.get().map(|it| (self::pattern(it, zone, file), it.span));
    match (interval, pattern) {
        (Some((_, at)), Some((_, other))) => {
            let message = "`every` and `cron` exclude each other";
            let refused = file.error(at, Code::Conflict, message);
            let refused = refused.related(file.place(other), "the other one is here");
            file.report(refused.help("keep the one that is meant"));
            None
        }
        (None, Some((cron, _))) => cron.map(Schedule::Cron),
        (interval, None) => {
            if let (Some(name), false) = (timezone.get(), cron.is_invalid()) {
                let message = "`timezone` says nothing without `cron`";
                let odd = file.warning(name.span, Code::NoEffect, message);
                file.report(odd);
            }
            match interval {
                Some((every, _)) => every.map(Schedule::Every),
                None if every.is_invalid() || cron.is_invalid() => None,
                None => Some(Schedule::default()),
            }
        }
    }
}

/// The times of a pattern. What is wrong with it is told where its zone is wrong too.
fn pattern(
    pattern: &Located<Text>,
    zone: Option<Timezone>,
    file: &mut FileContext,
) -> Option<Cron> {
    if file.is_full() {
        return None;
    }
    if !file.effort.read(CRON) {
        let message = "the cron patterns of this file are too many together";
        let refused = file.error(pattern.span, Code::TooManySchedules, message);
        file.report(refused.help("split the file; its expressions count too"));
        return None;
    }
    match Cron::new(pattern.value.as_str(), zone.unwrap_or_default()) {
        Ok(cron) => zone.map(|_| cron),
        Err(error) => {
            let refused = cron::refused(pattern, &error, file);
            for refused in refused {
                file.report(refused);
            }
            None
        }
    }
}

fn zone(name: &Located<String>, file: &mut FileContext) -> Option<Timezone> {
    let error: InvalidTimezone = match name.value.parse() {
        Ok(zone) => return Some(zone),
        Err(error) => error,
    };
    if file.is_full() {
        return None;
    }
    let refused = file.error(name.span, Code::UnknownTimezone, error.to_string());
    file.report(refused.help(Timezone::meant_by(&name.value)));
    None
}
