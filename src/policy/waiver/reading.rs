//! Reading waivers.

use chrono::NaiveDate;

use super::{Covered, Waiver};
use crate::diagnostic::Code;
use crate::document::{Located, short};
use crate::policy::context::FileContext;
use crate::policy::document::is_identified;
use crate::policy::document::waiver::{MatchSpec, WaiverDocument, WaiverSpec};
use crate::policy::{hidden, region};

/// The most globs of a waiver.
const MOST_GLOBS: usize = 1_000;

impl Waiver {
    /// `true` for what begins as an ARN and can be none, which is reported as the waiver is read.
    pub(in crate::policy) fn is_broken_arn(glob: &str) -> bool {
        no_arn(glob).is_some()
    }

    /// Meaning of a document. What is wrong with it is reported.
    pub(in crate::policy) fn resolve(
        document: WaiverDocument,
        file: &mut FileContext,
    ) -> Option<Self> {
        let WaiverDocument { api_version, kind, metadata, spec } = document;
        let is_identified = is_identified(&api_version, &kind);
        let metadata = metadata.into_value();
        let name = metadata.as_ref().and_then(|it| file.parse(&it.name));
        let place = metadata.as_ref().and_then(|it| it.name.get()).map(|it| file.place(it.span));
        let spec = spec.into_value()?;
        let expires = spec.expires.get().and_then(|it| date(it, file));
        let is_said = is_said(&spec, file);
        let covers = spec.covers.get().and_then(|it| covered(it, file));
        let WaiverSpec { covers: matched, reason, owner, approved_by, ticket, .. } = spec;
        let resources = matched.into_value().and_then(|matched| matched.resource.into_value());
        let resources = resources.map(|globs| globs.0.into_values()).unwrap_or_default();
        let covers = Covered { resources, ..covers? };
        let place = place?;
        Some(Self {
            name: name?,
            covers,
            reason: reason.into_value()?.trim().to_owned(),
            owner: owner.into_value()?.trim().to_owned(),
            expires: expires.filter(|_| is_said && is_identified)?,
            approved_by: approved_by.into_value(),
            ticket: ticket.into_value(),
            path: place.path.to_string(),
            line: place.line,
        })
    }
}

/// Day of the calendar that a text names, as `2027-01-31`; a problem is told.
fn date(text: &Located<String>, file: &mut FileContext) -> Option<NaiveDate> {
    let Located { value: text, span } = text;
    let is_digit =
        |at: usize, c: char| if [4, 7].contains(&at) { c == '-' } else { c.is_ascii_digit() };
    let is_shaped = text.len() == 10 && text.char_indices().all(|(at, c)| is_digit(at, c));
    let date = text.parse().ok().filter(|_| is_shaped);
    if date.is_none() {
        let why = if is_shaped { "there is no such day" } else { "write it as in `2026-12-31`" };
        let message = format!("`{}` is not a date: {why}", short(text));
        let refused = file.error(*span, Code::InvalidValue, message);
        file.report(refused);
    }
    date
}

/// `true` where reason, owner and globs say something; what does not is reported.
fn is_said(spec: &WaiverSpec, file: &mut FileContext) -> bool {
    let globs = spec.covers.value().and_then(|covers| covers.resource.value());
    let globs = || globs.into_iter().flat_map(|globs| globs.0.iter());
    let mut is_said = !has_too_many_globs(globs(), file);
    globs().for_each(|glob| odd_resource(glob, file));
    let named = [("reason", &spec.reason), ("owner", &spec.owner)];
    let named = named.into_iter().filter_map(|(key, field)| Some((key, field.get()?)));
    for (key, text) in named.chain(globs().map(|glob| ("resource", glob))) {
        if text.value.trim().is_empty() {
            let message = format!("`{key}` must not be empty");
            let refused = file.error(text.span, Code::InvalidValue, message);
            file.report(refused);
            is_said = false;
        }
    }
    is_said
}

/// Warns about what begins as an ARN and can be none, and about characters that no id has.
fn odd_resource(glob: &Located<String>, file: &mut FileContext) {
    let help = |escape: &str| format!("remove it, or write \"{escape}\" in double quotes");
    hidden::report(glob.span, help, file);
    if let Some(why) = no_arn(&glob.value) {
        let message = format!("`{}` matches no ARN: {why}", short(&glob.value));
        let odd = file.warning(glob.span, Code::NoEffect, message);
        file.report(odd.help("write it as in `arn:aws:s3:::logs`, or the id alone, as in `logs`"));
    }
}

/// Reason why what begins as an ARN is none of `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`, as far as
/// that is sure before the first wildcard, which may stand for several parts.
fn no_arn(glob: &str) -> Option<&'static str> {
    if !glob.starts_with("arn:") {
        return None;
    }
    let fixed = glob.find(['*', '?']).and_then(|end| glob.get(..end)).unwrap_or(glob);
    if fixed == glob && fixed.split(':').count() < 6 {
        return Some("it has fewer than six parts");
    }
    // `aws` stands in the ARNs of what AWS manages.
    let is_of =
        |account: &str| "aws".starts_with(account) || account.bytes().all(|b| b.is_ascii_digit());
    let account = fixed.split(':').nth(4).filter(|account| !is_of(account));
    account.map(|_| "its fifth part is not an account's number")
}

/// `true` where there are more globs than each finding can be held to, which is reported. Ids that
/// are written out cost nothing.
fn has_too_many_globs<'g>(
    globs: impl Iterator<Item = &'g Located<String>>,
    file: &mut FileContext,
) -> bool {
    let mut globs = globs.filter(|glob| glob.value.contains(['*', '?']));
    let Some(first) = globs.nth(MOST_GLOBS) else { return false };
    let message = format!("a waiver has at most {MOST_GLOBS} patterns with `*` or `?`");
    let refused = file.error(first.span, Code::TooManyPatterns, message);
    file.report(refused.help("write ids out, or match what they have in common"));
    true
}

/// Meaning of `match`, but for the resources; `None` where a part of it is wrong: without it the
/// waiver would be wider than it is written.
fn covered(matched: &Located<MatchSpec>, file: &mut FileContext) -> Option<Covered> {
    let Located { value: MatchSpec { group, check, account, region, .. }, span } = matched;
    if group.is_missing() && check.is_missing() {
        let message = "`match` names neither a group nor a check";
        let refused = file.error(*span, Code::MissingKey, message);
        file.report(refused.help("add `group`, `check` or both: no waiver is of everything"));
        return None;
    }
    let covered = Covered {
        group: file.parse(group),
        check: file.parse(check),
        account: file.parse(account),
        region: region.get().and_then(|it| region::resolve(&it.value, it.span, file)),
        resources: Vec::new(),
    };
    let is_whole = covered.group.is_some() != group.is_missing()
        && covered.check.is_some() != check.is_missing()
        && covered.account.is_some() != account.is_missing()
        && covered.region.is_some() != region.is_missing();
    is_whole.then_some(covered)
}
