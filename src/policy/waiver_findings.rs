//! Regions and resources that waivers name, of which the checks in question have no finding: nothing
//! is waived, and whoever wrote it thinks that it is.
//!
//! Said is what can never be, by how a check judges and by how ids look; that an account has no such
//! resource is told with its evaluation.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Location, meant_or_known};
use crate::document::{DiagnosticSink, short};
use crate::resource::{self, AccountId, ListScope, Region, Schema, is_documented};

use super::account::Account;
use super::check::Check;
use super::context::FileContext;
use super::document::waiver::MatchSpec;
use super::waiver::Waiver;
use super::words::{AssertScope, OnEmpty};

/// How many resources of a waiver are looked at.
const LOOKED_AT: usize = 100;

/// How many types are named of those that the checks select.
const SHOWN: usize = 2;

/// Region and resources that a waiver names, with their locations.
#[derive(Debug, Default)]
pub(super) struct Named {
    region: Option<(Region, Location)>,
    resources: Vec<(String, Location)>,
}

impl Named {
    /// Those of a `match`, but for resources that are reported already.
    pub(super) fn of(matched: &MatchSpec, file: &FileContext) -> Self {
        let globs = matched.resource.value().into_iter().flat_map(|globs| globs.0.iter());
        let is_told = |glob: &str| glob.trim().is_empty() || Waiver::is_broken_arn(glob);
        let globs = globs.filter(|glob| !is_told(&glob.value)).take(LOOKED_AT);
        let region = matched
            .region
            .get()
            .and_then(|region| Some((region.value.parse().ok()?, file.place(region.span))));
        Self {
            region,
            resources: globs.map(|glob| (glob.value.clone(), file.place(glob.span))).collect(),
        }
    }

    /// `true` where it names neither.
    pub(super) fn is_empty(&self) -> bool {
        self.region.is_none() && self.resources.is_empty()
    }

    /// Warns of what no finding of some checks has.
    pub(super) fn follow(&self, checks: &[&Check], sink: &mut DiagnosticSink) {
        if let (Some((region, place)), false) = (&self.region, checks.is_empty())
            && !checks.iter().any(|check| judges_in(check, region))
        {
            let message = format!("no finding on {} is in `{region}`", types(checks));
            let odd = Diagnostic::warning(place.clone(), Code::NoEffect, message);
            sink.push(odd.help(if *region == Region::global() {
                "name the region of the resource, or leave `region` out"
            } else {
                "write `global`, or leave `region` out"
            }));
        }
        self.follow_resources(checks, sink);
    }

    /// Warns of ARNs of another region than the one that is named. What is in none is left out: its
    /// ARN may name a region, as those of web ACLs of `CloudFront` do.
    pub(super) fn follow_region(&self, sink: &mut DiagnosticSink) {
        let Some((region, _)) = self.region.as_ref().filter(|(it, _)| is_real(it)) else { return };
        for (glob, place) in &self.resources {
            let Some(other) = ArnBeginning::of(glob).and_then(|arn| arn.region) else { continue };
            if other == region.as_str() || sink.is_full() {
                continue;
            }
            let glob = short(glob);
            let message = format!("`{glob}` matches nothing in `{region}`: it is of `{other}`");
            let odd = Diagnostic::warning(place.clone(), Code::NoEffect, message);
            sink.push(odd.help(format!("write `region: {other}`, or leave `region` out")));
        }
    }

    /// Warns of a region that none of the accounts in question has, and of an ARN that is of none of
    /// them.
    pub(super) fn follow_accounts(&self, accounts: &[&Account], sink: &mut DiagnosticSink) {
        if accounts.is_empty() {
            return;
        }
        let arns = self.resources.iter();
        let arns = arns.filter_map(|(glob, place)| Some((ArnBeginning::of(glob)?, place)));
        let arns: Vec<_> = arns.collect();
        let own = self.region.as_ref().filter(|(it, _)| is_real(it));
        let own = own.map(|(region, place)| (region.as_str(), place));
        let is_told = |region: &str| own.is_some_and(|(own, _)| own != region);
        let of_arns = arns.iter().filter_map(|(arn, place)| Some((arn.region?, *place)));
        let of_arns = of_arns.filter(|(region, _)| !is_told(region));
        let regions = own.into_iter().chain(of_arns);
        let ids = arns.iter().filter_map(|(arn, place)| Some((arn.account?, *place)));
        let in_regions = accounts.iter().flat_map(|it| &it.regions).map(Region::as_str);
        follow("region", regions.collect(), &in_regions, sink);
        follow("id", ids.collect(), &accounts.iter().map(|it| it.id.as_str()), sink);
    }

    fn follow_resources(&self, checks: &[&Check], sink: &mut DiagnosticSink) {
        let Some((_, first)) = self.resources.first() else { return };
        let each: Vec<_> = checks.iter().copied().filter(|check| !check.rule.is_of_all()).collect();
        if each.is_empty() {
            if !checks.is_empty() && self.resources.iter().all(|(glob, _)| glob != "*") {
                let message = "what is judged of all resources together has no finding on one";
                let odd = Diagnostic::warning(first.clone(), Code::NoEffect, message);
                sink.push(odd.help("leave `resource` out"));
            }
            return;
        }
        let schemas = schemas(&each);
        for (glob, place) in &self.resources {
            if !sink.is_full() && !schemas.iter().any(|schema| schema.may_have(glob)) {
                let message = format!("`{}` matches no resource of {}", short(glob), types(&each));
                let odd = Diagnostic::warning(place.clone(), Code::NoEffect, message);
                let fits = |glob: &str| schemas.iter().any(|schema| schema.may_have(glob));
                let notation = notation(glob, fits).map(str::to_owned);
                sink.push(odd.help(notation.unwrap_or_else(|| help(&schemas))));
            }
        }
    }
}

/// `true` for a region that there is: one that is not documented is reported where it is read.
fn is_real(region: &Region) -> bool {
    *region != Region::global() && is_documented(region.as_str(), resource::regions())
}

/// What an ARN says of where its resource is, as far as that is sure: a wildcard may stand for
/// several parts.
#[derive(Debug, Default)]
struct ArnBeginning<'g> {
    region: Option<&'g str>,
    /// Account of what is seen from no other: a subnet may be shared, by the list "Shareable AWS
    /// resources" of AWS RAM.
    account: Option<&'g str>,
}

impl<'g> ArnBeginning<'g> {
    fn of(glob: &'g str) -> Option<Self> {
        let fixed = glob.split(['*', '?']).next().filter(|fixed| fixed.starts_with("arn:"))?;
        let parts: Vec<&str> = fixed.splitn(6, ':').collect();
        let whole = parts.len().saturating_sub(1);
        let part = |at: usize| parts.get(at).copied().filter(|it| at < whole && !it.is_empty());
        let is_of_ec2 =
            |resource: &&str| ["instance/", "volume/"].iter().any(|it| resource.starts_with(it));
        let is_own = match part(2) {
            Some("iam" | "kms") => true,
            Some("ec2") => parts.get(5).is_some_and(is_of_ec2),
            _ => false,
        };
        let account = part(4).filter(|id| is_own && AccountId::is_one(id));
        Some(Self { region: part(3), account })
    }
}

/// Warns of names that none of the accounts has. A waiver may name a hundred, and a tree have thousands
/// of accounts: these are gone through once, and not to the end where all are found before.
fn follow<'a>(
    what: &str,
    names: Vec<(&str, &Location)>,
    known: &(impl Iterator<Item = &'a str> + Clone),
    sink: &mut DiagnosticSink,
) {
    let mut missing: BTreeSet<&str> = names.iter().map(|(name, _)| *name).collect();
    let mut others = known.clone();
    while !missing.is_empty()
        && let Some(name) = others.next()
    {
        missing.remove(name);
    }
    for (name, place) in names.into_iter().filter(|(name, _)| missing.contains(name)) {
        if sink.is_full() {
            return;
        }
        let known: BTreeSet<&str> = known.clone().collect();
        let message = format!("the waiver covers no account with the {what} `{name}`");
        let odd = Diagnostic::warning(place.clone(), Code::NoEffect, message);
        sink.push(odd.help(meant_or_known(name, known)));
    }
}

/// Help for a pattern or a list in another notation, of what fits without its signs.
fn notation(glob: &str, fits: impl Fn(&str) -> bool) -> Option<&'static str> {
    const OF_PATTERNS: [char; 11] = ['^', '$', '[', ']', '(', ')', '{', '}', '|', '\\', '+'];
    if (glob.contains(OF_PATTERNS) || glob.contains(".*"))
        && fits(&glob.replace(".*", "*").replace(OF_PATTERNS, ""))
    {
        return Some("only `*` and `?` are wildcards, as in `acme-*`");
    }
    let mut items = glob.split([',', ';', ' ']).filter(|item| !item.is_empty());
    let is_list = glob.contains([',', ';', ' ']) && items.all(fits);
    is_list.then_some("write each as an item of its own, as in `[acme-a, acme-b]`")
}

/// `true` where a check may have a finding that fails in a region.
fn judges_in(check: &Check, region: &Region) -> bool {
    let (rule, is_global) = (&check.rule, *region == Region::global());
    let by_region = if rule.is_of_all() {
        rule.span == AssertScope::Target && rule.schema.scope == ListScope::Regional
    } else {
        // Where nothing is selected, that is so in no region.
        let is_said = is_global && rule.on_empty == Some(OnEmpty::Fail);
        rule.schema.is_judged_by_region() && !is_said
    };
    by_region != is_global
}

/// Schemas of what checks select, each once.
fn schemas(checks: &[&Check]) -> Vec<&'static Schema> {
    let mut all: Vec<&'static Schema> = Vec::new();
    for check in checks {
        if !all.iter().any(|known| std::ptr::eq(*known, check.rule.schema)) {
            all.push(check.rule.schema);
        }
    }
    all
}

/// Types that checks select, in a sentence.
fn types(checks: &[&Check]) -> String {
    let all = schemas(checks);
    let shown = all.iter().take(SHOWN).map(|schema| format!("`{}`", schema.type_name));
    let shown = shown.collect::<Vec<_>>();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(" or "),
        more => format!("{} or {more} more types", shown.join(", ")),
    }
}

fn help(schemas: &[&'static Schema]) -> String {
    match schemas {
        [one] => format!("it is compared with {}", one.ids()),
        all => {
            let shown = all.iter().take(SHOWN);
            let shown = shown.map(|one| format!("of `{}` against {}", one.type_name, one.ids()));
            format!("it is held {}", shown.collect::<Vec<_>>().join("; "))
        }
    }
}
