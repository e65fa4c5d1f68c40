//! Attributes of an instance, each a call of its own and so an operation of its own.

use aws_sdk_ec2::operation::describe_instance_attribute::DescribeInstanceAttributeOutput as Output;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, InstanceAttributeName as Attribute,
};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::super::adapter::{FacetCall, Response};
use super::super::super::call_error::CallError;
use super::super::super::response::{Call, filled, present};
use super::super::super::session::Session;
use super::super::user_data;
use crate::resource::Resource;

static TERMINATION: Call = Call::xml(
    "ec2:DescribeInstanceAttribute(disableApiTermination)",
    &[filled("disableApiTermination"), filled("disableApiTermination/value")],
);

static STOP: Call = Call::xml(
    "ec2:DescribeInstanceAttribute(disableApiStop)",
    &[filled("disableApiStop"), filled("disableApiStop/value")],
);

static SHUTDOWN: Call = Call::xml(
    "ec2:DescribeInstanceAttribute(instanceInitiatedShutdownBehavior)",
    &[
        filled("instanceInitiatedShutdownBehavior"),
        filled("instanceInitiatedShutdownBehavior/value"),
    ],
);

/// An instance without user data has an empty element.
static USER_DATA: Call =
    Call::xml("ec2:DescribeInstanceAttribute(userData)", &[present("userData")]);

/// Whether the instance is protected from being terminated.
pub(super) const TERMINATION_FACET: FacetCall =
    FacetCall::each(&TERMINATION, |s, instance| termination(s, instance).boxed());

/// Whether the instance is protected from being stopped.
pub(super) const STOP_FACET: FacetCall =
    FacetCall::each(&STOP, |s, instance| stop(s, instance).boxed());

/// What becomes of the instance when it shuts itself down.
pub(super) const SHUTDOWN_FACET: FacetCall =
    FacetCall::each(&SHUTDOWN, |s, instance| shutdown(s, instance).boxed());

/// What the instance is started with.
pub(super) const USER_DATA_FACET: FacetCall =
    FacetCall::each(&USER_DATA, |s, instance| started_with(s, instance).boxed());

async fn termination(session: &Session, instance: &Resource) -> Response {
    let output = ask(session, &TERMINATION, instance, Attribute::DisableApiTermination).await?;
    Ok(json!({ "DisableApiTermination": flag(output.disable_api_termination()) }))
}

async fn stop(session: &Session, instance: &Resource) -> Response {
    let output = ask(session, &STOP, instance, Attribute::DisableApiStop).await?;
    Ok(json!({ "DisableApiStop": flag(output.disable_api_stop()) }))
}

async fn shutdown(session: &Session, instance: &Resource) -> Response {
    let attribute = Attribute::InstanceInitiatedShutdownBehavior;
    let output = ask(session, &SHUTDOWN, instance, attribute).await?;
    let behavior = output.instance_initiated_shutdown_behavior().and_then(AttributeValue::value);
    Ok(json!({ "InstanceInitiatedShutdownBehavior": behavior }))
}

async fn started_with(session: &Session, instance: &Resource) -> Response {
    let output = ask(session, &USER_DATA, instance, Attribute::UserData).await?;
    let text = output.user_data().and_then(AttributeValue::value);
    Ok(json!({ "UserData": user_data(session, text) }))
}

async fn ask(
    session: &Session,
    call: &Call,
    instance: &Resource,
    attribute: Attribute,
) -> Result<Output, CallError> {
    let client = session.clients.ec2(&instance.region);
    let request = client.describe_instance_attribute().instance_id(&*instance.id);
    session.call(call, &instance.region, request.attribute(attribute).send()).await
}

fn flag(value: Option<&AttributeBooleanValue>) -> Json {
    value.and_then(AttributeBooleanValue::value).into()
}
