//! Whose logins are let in, provider by provider.

use serde_json::{Value as Json, json};

use super::{allow, ask};

const ACCOUNT: &str = "arn:aws:iam::123456789012";

/// A trust policy for a provider, with a condition.
fn trust(provider: &str, condition: &Json) -> Json {
    let provider = match provider {
        "cognito-identity.amazonaws.com"
        | "accounts.google.com"
        | "graph.facebook.com"
        | "www.amazon.com" => provider.to_owned(),
        saml if saml.starts_with("saml-provider/") => format!("{ACCOUNT}:{saml}"),
        other => format!("{ACCOUNT}:oidc-provider/{other}"),
    };
    allow(json!({
        "Principal": { "Federated": provider }, "Action": "sts:AssumeRoleWithWebIdentity",
        "Resource": null, "Condition": condition,
    }))
}

fn says(provider: &str, operator: &str, claim: &str, values: &Json) -> String {
    let key = if claim.contains(':') { claim.to_owned() } else { format!("{provider}:{claim}") };
    let document = trust(provider, &json!({ operator: { key: values } }));
    ask("admitsAnyLogin", &document, "")
}

/// The providers that serve everybody, and the claim that IAM demands of each (IAM User Guide,
/// "Identity-provider controls for shared OIDC providers", November 2026), with a value as AWS's
/// examples of resource control policies write it ("Limit access to trusted OIDC Identity
/// provider", `Shared-Issuers.json`, 2026).
const SHARED: [(&str, &str, &str); 22] = [
    ("token.actions.githubusercontent.com", "sub", "repo:acme/*"),
    ("vstoken.actions.githubusercontent.com", "sub", "repo:acme/*"),
    ("oidc-configuration.audit-log.githubusercontent.com", "sub", "https://github.com/acme"),
    ("gitlab.com", "sub", "project_path:acme/*"),
    ("agent.buildkite.com", "sub", "organization:acme:*"),
    ("app.terraform.io", "sub", "organization:acme:*"),
    ("oidc.codefresh.io", "sub", "account:1234:*"),
    ("scalr.io", "sub", "account:acme:*"),
    ("studio.datachain.ai/api", "sub", "credentials:acme/*"),
    ("tokens.cloud.shisho.dev", "sub", "job:acme:*"),
    ("proidc.upbound.io", "sub", "mcp:acme/*"),
    ("oidc.vercel.com", "aud", "https://vercel.com/acme"),
    ("api.pulumi.com/oidc", "aud", "acme"),
    ("sandboxes.cloud", "aud", "acme"),
    ("cognito-identity.amazonaws.com", "aud", "eu-west-1:a1"),
    (
        "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d",
        "sts:RoleSessionName",
        "MicrosoftSentinel_a1",
    ),
    (
        "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
        "sub",
        "system:serviceaccount:acme:*",
    ),
    (
        "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
        "sub",
        "system:serviceaccount:acme:*",
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
        "sub",
        "system:serviceaccount:acme:*",
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
        "sub",
        "system:serviceaccount:acme:*",
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
        "sub",
        "system:serviceaccount:acme:*",
    ),
    (
        "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
        "sub",
        "system:serviceaccount:acme:*",
    ),
];

#[test]
fn who_serves_everybody_has_to_name_somebody() {
    for (provider, claim, value) in SHARED {
        let like = |value: &str| says(provider, "StringLike", claim, &json!(value));
        assert_eq!(like(value), "false", "{provider} {value}");
        for open in ["*", "?*", "*:*", "repo:*", "organization:*", "system:serviceaccount:*"] {
            assert_eq!(like(open), "true", "{provider} {open}");
        }
        let whole = value.trim_end_matches([':', '/', '*']);
        assert_eq!(like(&format!("{whole}*")), "true", "{provider}: others begin so too");
        assert_eq!(says(provider, "StringEquals", claim, &json!(whole)), "false", "{provider}");
        let some = json!([value, "*"]);
        assert_eq!(says(provider, "StringLike", claim, &some), "true", "{provider}: any of them");
        assert_eq!(says(provider, "StringLike", claim, &json!([])), "true", "{provider}");
        for operator in ["StringNotLike", "StringLikeIfExists", "ForAllValues:StringLike", "Null"] {
            assert_eq!(says(provider, operator, claim, &json!(value)), "true", "{operator}");
        }
        if claim != "aud" {
            let audience = json!("sts.amazonaws.com");
            assert_eq!(says(provider, "StringEquals", "aud", &audience), "true", "{provider}");
        }
    }
}

/// Claims that STS takes beside the subject since January 2026, and subjects that an organization
/// puts together itself (IAM User Guide, "Available keys for AWS OIDC federation"; GitHub Docs,
/// "`OpenID` Connect reference", November 2026). GitHub gives `repository_owner` too.
#[test]
fn claims_of_github() {
    let rows = [
        ("sub", "repo:acme/shop:*", "false"),
        ("sub", "repo:acme@123456/shop@456789:ref:refs/heads/main", "false"),
        ("sub", "repository_owner:acme:environment:prod", "false"),
        ("sub", "repository_owner_id:65:*", "false"),
        ("sub", "environment:prod:job_workflow_ref:acme/ci/.github/workflows/a.yml@*", "false"),
        ("sub", "repo*", "true"),
        ("sub", "rep?:*", "true"),
        ("sub", "rep?:acme/shop:*", "true"),
        ("sub", "repo:acme*", "true"),
        ("sub", "repo:acm?/shop:*", "true"),
        ("sub", "repo:*/shop:*", "true"),
        ("sub", "repo:/shop", "true"),
        ("sub", "*:ref:refs/heads/main", "true"),
        ("sub", "environment:prod:*", "true"),
        ("sub", "repo:${aws:PrincipalTag/owner}/shop", "true"),
        ("job_workflow_ref", "acme/ci/.github/workflows/deploy.yml@refs/heads/*", "false"),
        ("job_workflow_ref", "*/deploy.yml@refs/heads/main", "true"),
        ("repository", "acme/shop", "false"),
        ("repository", "acme/*", "false"),
        ("repository", "acme*", "true"),
        ("repository_id", "456789", "false"),
        ("repository_owner", "acme", "false"),
        ("repository_owner", "acme*", "true"),
        ("repository_owner_id", "65", "false"),
        ("enterprise", "acme", "false"),
        ("enterprise_id", "7", "false"),
        ("ref", "refs/heads/main", "true"),
        ("environment", "prod", "true"),
        ("actor", "octocat", "true"),
    ];
    for (claim, value, wanted) in rows {
        let said = says("token.actions.githubusercontent.com", "StringLike", claim, &json!(value));
        assert_eq!(said, wanted, "{claim} {value}");
    }
}

/// Whatever else names a tenant: claims by id, addresses of a domain, subjects beside audiences.
#[test]
fn other_claims_of_those_who_serve_everybody() {
    let rows = [
        ("accounts.google.com", "StringEquals", "aud", "1.apps.googleusercontent.com", "false"),
        ("accounts.google.com", "StringLike", "aud", "*.apps.googleusercontent.com", "true"),
        ("accounts.google.com", "StringEquals", "oaud", "1.apps.googleusercontent.com", "false"),
        ("accounts.google.com", "StringEquals", "sub", "109876543210987654321", "false"),
        ("accounts.google.com", "StringEquals", "email", "web@acme.example", "false"),
        ("accounts.google.com", "StringLike", "email", "*@acme.example", "false"),
        ("accounts.google.com", "StringLike", "email", "*acme.example", "true"),
        ("accounts.google.com", "StringLike", "email", "*@*", "true"),
        ("accounts.google.com", "StringLike", "email", "*@*.example", "true"),
        ("accounts.google.com", "StringLike", "email", "*@", "true"),
        ("accounts.google.com", "NumericEquals", "google/organization_number", "1234", "false"),
        ("graph.facebook.com", "StringEquals", "app_id", "111222333444555", "false"),
        ("graph.facebook.com", "StringEquals", "id", "1234", "false"),
        ("www.amazon.com", "StringEquals", "app_id", "amzn1.application-oa2-client.a1", "false"),
        ("www.amazon.com", "StringEquals", "user_id", "amzn1.account.a1", "false"),
        ("cognito-identity.amazonaws.com", "StringLike", "aud", "eu-west-1:*", "true"),
        ("cognito-identity.amazonaws.com", "StringEquals", "sub", "eu-west-1:a1-b2", "false"),
        (
            "cognito-identity.amazonaws.com",
            "ForAnyValue:StringLike",
            "amr",
            "authenticated",
            "true",
        ),
        ("gitlab.com", "StringEquals", "project_id", "456", "false"),
        ("gitlab.com", "StringEquals", "namespace_id", "72", "false"),
        ("gitlab.com", "StringLike", "sub", "project_path:*/shop:ref_type:branch:ref:main", "true"),
        ("agent.buildkite.com", "StringEquals", "organization_id", "0184990a", "false"),
        ("agent.buildkite.com", "StringEquals", "organization_slug", "acme", "false"),
        ("agent.buildkite.com", "StringEquals", "pipeline_id", "0184990b", "false"),
        ("oidc.vercel.com", "StringLike", "sub", "owner:acme:project:shop:*", "false"),
        ("oidc.vercel.com", "StringLike", "aud", "https://vercel.com/*", "true"),
        ("api.pulumi.com", "StringEquals", "aud", "acme", "false"),
        ("api.pulumi.com", "StringLike", "sub", "pulumi:*:org:acme:*", "false"),
        ("api.pulumi.com/oidc", "StringLike", "sub", "pulumi:deploy:org:acme:*", "false"),
        ("api.pulumi.com/oidc", "StringLike", "sub", "pulumi:deploy:*", "true"),
    ];
    for (provider, operator, claim, value, wanted) in rows {
        let said = says(provider, operator, claim, &json!(value));
        assert_eq!(said, wanted, "{provider} {claim} {value}");
    }
}

/// What serves one's own logins alone: any claim that says which.
#[test]
fn providers_of_ones_own() {
    let rows = [
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1B2", "sub", "system:serviceaccount:*:web", "false"),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1B2", "aud", "sts.amazonaws.com", "false"),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1B2", "sub", "*", "true"),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1B2", "sub", "*:*", "true"),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1B2", "other.example:sub", "web", "true"),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1B2", "aws:RequestedRegion", "eu-west-1", "true"),
        ("oidc.circleci.com/org/a1", "oidc.circleci.com/project-id", "b2", "false"),
        ("gitlab.acme.example", "aud", "sts.amazonaws.com", "false"),
        ("token.actions.githubusercontent.com/acme", "aud", "sts.amazonaws.com", "false"),
        ("login.acme.example/", "login.acme.example:sub", "web", "false"),
        ("login.acme.example", "login.acme.example/:sub", "web", "false"),
        ("login.acme.example", "amr", "pwd", "true"),
        ("saml-provider/corp", "SAML:aud", "https://signin.aws.amazon.com/saml", "false"),
        ("saml-provider/corp", "saml:sub", "*@acme.example", "false"),
        ("saml-provider/corp", "saml:sub", "*", "true"),
        ("saml-provider/corp", "example.com:sub", "web", "true"),
    ];
    for (provider, claim, value, wanted) in rows {
        let said = says(provider, "StringLike", claim, &json!(value));
        assert_eq!(said, wanted, "{provider} {claim} {value}");
    }
}

#[test]
fn each_provider_of_a_statement_and_each_statement_counts() {
    let github = format!("{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com");
    let two = allow(json!({
        "Principal": { "Federated": ["cognito-identity.amazonaws.com", github] },
        "Action": ["sts:TagSession", "sts:AssumeRoleWithWeb*"],
        "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": "eu-west-1:a1" } },
    }));
    assert_eq!(ask("admitsAnyLogin", &two, ""), "true");
    let told = trust(
        "accounts.google.com",
        &json!({ "StringEquals": {
        "accounts.google.com:aud": "1" } }),
    );
    let open = trust("accounts.google.com", &json!({}));
    assert_eq!(ask("admitsAnyLogin", &told, ""), "false");
    assert_eq!(ask("admitsAnyLogin", &super::both(&told, &open), ""), "true");
    for nobody in [
        allow(json!({ "Effect": "Deny", "Principal": { "Federated": "accounts.google.com" } })),
        allow(json!({ "Principal": { "Service": "ec2.amazonaws.com" } })),
        // Nobody comes in by what only says more of a session.
        allow(json!({
            "Action": ["sts:TagSession", "sts:SetSourceIdentity"],
            "Principal": { "Federated": "accounts.google.com" },
        })),
        allow(json!({})),
    ] {
        assert_eq!(ask("admitsAnyLogin", &nobody, ""), "false", "{nobody}");
    }
    let all = allow(json!({ "Action": "sts:*", "Principal": { "Federated": "*" } }));
    assert_eq!(ask("admitsAnyLogin", &all, ""), "true");
}
