//! Attributes of an instance, each a call of its own.

use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, InstanceAttributeName as Attribute,
};
use futures::FutureExt;
use futures::future::try_join3;
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::call_error::CallError;
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use crate::resource::{Cause, Failure, Resource};

pub(super) static CALL: Call = Call::xml(
    "ec2:DescribeInstanceAttribute",
    &[
        filled("disableApiTermination|disableApiStop|instanceInitiatedShutdownBehavior"),
        filled("disableApiTermination/value"),
        filled("disableApiStop/value"),
        filled("instanceInitiatedShutdownBehavior/value"),
    ],
);

pub(super) async fn read(session: &Session, instance: &Resource) -> Response {
    let (termination, stop, shutdown) = try_join3(
        attribute(session, instance, Attribute::DisableApiTermination).boxed(),
        attribute(session, instance, Attribute::DisableApiStop).boxed(),
        attribute(session, instance, Attribute::InstanceInitiatedShutdownBehavior).boxed(),
    )
    .await?;
    Ok(json!({
        "DisableApiTermination": termination,
        "DisableApiStop": stop,
        "InstanceInitiatedShutdownBehavior": shutdown,
    }))
}

/// The value of one attribute.
async fn attribute(session: &Session, instance: &Resource, attribute: Attribute) -> Response {
    let client = session.clients.ec2(&instance.region);
    let request = client.describe_instance_attribute().instance_id(&*instance.id);
    let request = request.attribute(attribute.clone()).send();
    let output = session.call(&CALL, &instance.region, request).await?;
    let flag = |value: Option<&AttributeBooleanValue>| {
        value.and_then(AttributeBooleanValue::value).map(Json::from)
    };
    let value = match attribute {
        Attribute::DisableApiTermination => flag(output.disable_api_termination()),
        Attribute::DisableApiStop => flag(output.disable_api_stop()),
        _ => output
            .instance_initiated_shutdown_behavior()
            .and_then(AttributeValue::value)
            .map(Json::from),
    };
    // The call declares what it answers of any attribute, not of which.
    value.ok_or_else(|| {
        let message = format!("{}: the answer lacks `{attribute}`", CALL.operation);
        CallError::from(Failure::new(Cause::ServiceError, message))
    })
}
