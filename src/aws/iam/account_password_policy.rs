//! `AWS::IAM::AccountPasswordPolicy`.

use aws_sdk_iam::types::PasswordPolicy;
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, FacetCall, Response};
use super::super::json::object;
use super::super::response::{Call, filled};
use super::super::session::Session;
use super::super::whole_account;
use crate::resource::Resource;

/// Row of password policies in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::IAM::AccountPasswordPolicy",
    list: whole_account::LIST,
    facets: &[FacetCall::each(&POLICY, |session, account| policy(session, account).boxed())
        .absent("NoSuchEntity")],
};

static POLICY: Call = Call::xml(
    "iam:GetAccountPasswordPolicy",
    &[
        filled("PasswordPolicy"),
        filled("PasswordPolicy/MinimumPasswordLength"),
        filled("PasswordPolicy/RequireSymbols"),
        filled("PasswordPolicy/RequireNumbers"),
        filled("PasswordPolicy/RequireUppercaseCharacters"),
        filled("PasswordPolicy/RequireLowercaseCharacters"),
        filled("PasswordPolicy/AllowUsersToChangePassword"),
        filled("PasswordPolicy/ExpirePasswords"),
    ],
);

async fn policy(session: &Session, account: &Resource) -> Response {
    let request = session.clients.iam().get_account_password_policy().send();
    let output = session.call(&POLICY, &account.region, request).await?;
    Ok(output.password_policy().map_or(Json::Null, describe))
}

fn describe(policy: &PasswordPolicy) -> Json {
    // An age of 0 is another word for none.
    let age = policy.max_password_age().filter(|days| *days > 0);
    object([
        ("MinimumPasswordLength", policy.minimum_password_length().into()),
        ("RequireSymbols", policy.require_symbols().into()),
        ("RequireNumbers", policy.require_numbers().into()),
        ("RequireUppercaseCharacters", policy.require_uppercase_characters().into()),
        ("RequireLowercaseCharacters", policy.require_lowercase_characters().into()),
        ("AllowUsersToChangePassword", policy.allow_users_to_change_password().into()),
        ("ExpirePasswords", policy.expire_passwords().into()),
        ("MaxPasswordAge", age.into()),
        ("PasswordReusePrevention", policy.password_reuse_prevention().into()),
        ("HardExpiry", policy.hard_expiry().into()),
    ])
}
