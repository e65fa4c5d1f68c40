//! Whose logins a statement lets in by federation.
//!
//! A provider of one's own (an EKS cluster, a directory, a tenant with an address of its own) lets
//! in one's own logins, and any condition on one of its keys says which. Others serve everybody by
//! one address, so that a claim of the token has to name who it is for, and audiences that are the
//! same for all, such as `sts.amazonaws.com`, do not. IAM demands those claims of the providers
//! that it knows since 2025, of new and changed policies only (IAM User Guide, "Identity-provider
//! controls for shared OIDC providers", November 2026). How their subjects are made is in AWS's
//! examples of resource control policies ("Limit access to trusted OIDC Identity provider",
//! `Shared-Issuers.json`, 2026).

use super::super::text::is_like;
use super::demands::{bytes, has_only, is_fixed, is_of_texts, is_said, of_any_value};
use super::document::{Condition, Effect, Statement};
use crate::expression::EvalBudget;
use crate::resource::Failure;

/// What the values of a claim have to be, to name somebody.
#[derive(Clone, Copy)]
enum Form {
    /// One value, without a wildcard.
    Whole,
    /// `owner/…`, with a wildcard behind the slash at most.
    Owned,
    /// An address, or all of a domain: `*@example.com`.
    Address,
    /// One of these names and a whole value behind it, as in `repo:acme/*` and `account:1:*`.
    Named(&'static [&'static str]),
}

/// A claim of a provider.
type Claim = (&'static str, Form);

/// The claims of GitHub that say whose a workflow is. Who began it (`actor`), its branch and its
/// environment say that of nobody. STS takes claims beside `sub` and `aud` since January 2026
/// (IAM User Guide, "Available keys for AWS OIDC federation").
const GITHUB: &[Claim] = &[
    ("sub", Form::Named(GITHUB_NAMES)),
    ("job_workflow_ref", Form::Owned),
    ("repository", Form::Owned),
    ("repository_id", Form::Whole),
    ("repository_owner", Form::Whole),
    ("repository_owner_id", Form::Whole),
    ("enterprise", Form::Whole),
    ("enterprise_id", Form::Whole),
];

/// Parts of the subjects of GitHub, which organizations may put together as they like (GitHub
/// Docs, "`OpenID` Connect reference", November 2026).
const GITHUB_NAMES: &[&str] = &[
    "repo",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "job_workflow_ref",
    "enterprise",
    "enterprise_id",
];

const OF_ACCOUNT: &[Claim] = &[("sub", Form::Named(&["account"]))];
const OF_SERVICE_ACCOUNT: &[Claim] = &[("sub", Form::Named(&["serviceaccount"]))];
const AUDIENCE: &[Claim] = &[("aud", Form::Whole)];

/// The providers that serve everybody by one address, and the claims of each that name somebody.
/// The first ones are built into IAM (IAM User Guide, "Available keys for AWS OIDC federation").
const SHARED: [(&str, &[Claim]); 25] = [
    ("cognito-identity.amazonaws.com", &[("aud", Form::Whole), ("sub", Form::Whole)]),
    (
        "accounts.google.com",
        &[
            ("aud", Form::Whole),
            ("oaud", Form::Whole),
            ("sub", Form::Whole),
            ("email", Form::Address),
            ("google/organization_number", Form::Whole),
        ],
    ),
    ("graph.facebook.com", &[("app_id", Form::Whole), ("id", Form::Whole)]),
    ("www.amazon.com", &[("app_id", Form::Whole), ("user_id", Form::Whole)]),
    ("token.actions.githubusercontent.com", GITHUB),
    ("vstoken.actions.githubusercontent.com", GITHUB),
    ("oidc-configuration.audit-log.githubusercontent.com", &[("sub", Form::Whole)]),
    (
        "gitlab.com",
        &[
            ("sub", Form::Named(&["project_path", "project_id"])),
            ("project_id", Form::Whole),
            ("namespace_id", Form::Whole),
        ],
    ),
    (
        "agent.buildkite.com",
        &[
            ("sub", Form::Named(&["organization"])),
            ("organization_slug", Form::Whole),
            ("organization_id", Form::Whole),
            ("pipeline_id", Form::Whole),
        ],
    ),
    ("app.terraform.io", &[("sub", Form::Named(&["organization"]))]),
    ("oidc.codefresh.io", OF_ACCOUNT),
    ("scalr.io", OF_ACCOUNT),
    ("studio.datachain.ai/api", &[("sub", Form::Named(&["credentials"]))]),
    ("tokens.cloud.shisho.dev", &[("sub", Form::Named(&["job"]))]),
    ("proidc.upbound.io", &[("sub", Form::Named(&["mcp"]))]),
    ("oidc.vercel.com", &[("aud", Form::Whole), ("sub", Form::Named(&["owner"]))]),
    ("api.pulumi.com", &[("aud", Form::Whole), ("sub", Form::Named(&["org"]))]),
    ("api.pulumi.com/oidc", &[("aud", Form::Whole), ("sub", Form::Named(&["org"]))]),
    ("sandboxes.cloud", AUDIENCE),
    // IBM Turbonomic, whose address changes with its versions.
    ("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", OF_SERVICE_ACCOUNT),
    ("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", OF_SERVICE_ACCOUNT),
    ("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", OF_SERVICE_ACCOUNT),
    ("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", OF_SERVICE_ACCOUNT),
    ("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", OF_SERVICE_ACCOUNT),
    ("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", OF_SERVICE_ACCOUNT),
];

/// Microsoft Sentinel, which serves everybody too, and says the workspace by the name of the session
/// alone.
const SENTINEL: &str = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d";

/// Actions by which somebody logs in who comes from a provider; `sts:TagSession` beside them only
/// says what the session is called.
const LOGINS: [&str; 2] = ["sts:assumerolewithsaml", "sts:assumerolewithwebidentity"];

fn logs_in(statement: &Statement<'_>, budget: &mut EvalBudget) -> Result<bool, Failure> {
    let Some(actions) = &statement.action else { return Ok(true) };
    for action in actions {
        budget.allocate(action.len())?;
        let pattern = action.to_ascii_lowercase();
        for login in LOGINS {
            if is_like(login, &pattern, budget)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// `true` where a statement lets in logins of a provider and no condition says whose.
pub(super) fn admits_any_login(
    statements: &[Statement<'_>],
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    for one in statements.iter().filter(|one| one.effect == Effect::Allow) {
        if !logs_in(one, budget)? {
            continue;
        }
        let federated = one.principal.as_ref().map(|principals| principals.of_kind("Federated"));
        for provider in federated.unwrap_or_default() {
            if !is_told(provider, &one.conditions, budget)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// `true` where a condition says whose logins of a provider are meant.
fn is_told(
    provider: &str,
    conditions: &[Condition<'_>],
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    budget.allocate(provider.len())?;
    let is_saml = provider.contains(":saml-provider/");
    let address = provider.split_once(":oidc-provider/").map_or(provider, |(_, address)| address);
    let address = address.trim_end_matches('/').to_ascii_lowercase();
    let shared = SHARED.iter().find(|(known, _)| *known == address).map(|(_, claims)| *claims);
    for condition in conditions {
        budget.scan(bytes(condition) + SHARED.len())?;
        let is_told = if is_saml {
            condition.key.starts_with("saml:") && names(condition, is_said)
        } else if address == SENTINEL {
            **condition.key == *"sts:rolesessionname" && names(condition, is_fixed)
        } else {
            claim(&condition.key, &address).is_some_and(|claim| tells(condition, claim, shared))
        };
        if is_told {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The claim that a key is of, where it is one of the provider.
fn claim<'k>(key: &'k str, address: &str) -> Option<&'k str> {
    let rest = key.strip_prefix(address)?;
    rest.strip_prefix('/').unwrap_or(rest).strip_prefix(':')
}

/// `true` where the values of a claim say whose logins are meant. Of a provider of one's own each
/// claim does, but not how somebody logged in.
fn tells(condition: &Condition<'_>, claim: &str, shared: Option<&[Claim]>) -> bool {
    match shared {
        None => claim != "amr" && names(condition, is_said),
        Some(claims) => claims
            .iter()
            .filter(|(name, _)| *name == claim)
            .any(|(_, form)| names(condition, |value| is_of(value, *form))),
    }
}

fn names(condition: &Condition<'_>, is_good: impl Fn(&str) -> bool) -> bool {
    let operator = &condition.operator;
    let is_number = of_any_value(operator).eq_ignore_ascii_case("NumericEquals");
    (is_of_texts(operator) || is_number) && has_only(condition, is_good)
}

fn is_of(value: &str, form: Form) -> bool {
    match form {
        Form::Whole => is_fixed(value),
        Form::Owned => is_fixed(value.split_once('/').map_or(value, |(owner, _)| owner)),
        Form::Address => {
            let domain = value.strip_prefix("*@");
            domain
                .map_or_else(|| is_fixed(value), |domain| is_fixed(domain) && domain.contains('.'))
        }
        Form::Named(wanted) => {
            let mut parts = value.split(':').peekable();
            while let Some(name) = parts.next() {
                let Some(named) = parts.peek() else { return false };
                if wanted.contains(&name) && is_of(named, Form::Owned) {
                    return true;
                }
            }
            false
        }
    }
}
