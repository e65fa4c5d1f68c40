//! `AWS::EC2::Volume`.

use aws_sdk_ec2::operation::describe_volumes::DescribeVolumesOutput;
use aws_sdk_ec2::types::{AttributeBooleanValue, Volume, VolumeAttachment, VolumeAttributeName};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{array, instant, name, object, text};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn, tags};
use crate::resource::{Region, Resource};

/// Row of EBS volumes in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::Volume",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[FacetCall::each(&ATTRIBUTE, |session, volume| attribute(session, volume).boxed())],
};

static LIST: Call = Call::xml(
    "ec2:DescribeVolumes",
    &[
        present("volumeSet"),
        filled("volumeSet/item/status"),
        filled("volumeSet/item/volumeType"),
        filled("volumeSet/item/size"),
        filled("volumeSet/item/encrypted"),
        present("volumeSet/item/attachmentSet"),
        filled("volumeSet/item/attachmentSet/item/status"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_volumes().set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeVolumesOutput| {
        let volumes = output.volumes().iter();
        let entries = volumes.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, volume: &Volume) -> Json {
    let made_up = || volume.volume_id().map(|id| arn(session, region, "volume", id));
    let arn = volume.volume_arn().map(str::to_owned).or_else(made_up);
    object([
        ("VolumeId", volume.volume_id().into()),
        ("Arn", arn.into()),
        ("State", name(volume.state())),
        ("CreateTime", instant(volume.create_time())),
        ("AvailabilityZone", volume.availability_zone().into()),
        ("AvailabilityZoneId", volume.availability_zone_id().into()),
        ("VolumeType", name(volume.volume_type())),
        ("Size", volume.size().into()),
        ("Iops", volume.iops().into()),
        ("Throughput", volume.throughput().into()),
        ("Encrypted", volume.encrypted().into()),
        ("KmsKeyId", volume.kms_key_id().into()),
        ("SseType", name(volume.sse_type())),
        ("MultiAttachEnabled", volume.multi_attach_enabled().into()),
        ("SnapshotId", text(volume.snapshot_id())),
        ("SourceVolumeId", text(volume.source_volume_id())),
        ("FastRestored", volume.fast_restored().into()),
        ("VolumeInitializationRate", volume.volume_initialization_rate().into()),
        ("OutpostArn", text(volume.outpost_arn())),
        ("Attachments", array(volume.attachments(), attachment)),
        ("Tags", tags(volume.tags())),
    ])
}

fn attachment(attachment: &VolumeAttachment) -> Json {
    object([
        ("InstanceId", text(attachment.instance_id())),
        ("Device", text(attachment.device())),
        ("State", name(attachment.state())),
        ("AttachTime", instant(attachment.attach_time())),
        ("DeleteOnTermination", attachment.delete_on_termination().into()),
        ("AssociatedResource", text(attachment.associated_resource())),
        ("InstanceOwningService", text(attachment.instance_owning_service())),
    ])
}

static ATTRIBUTE: Call = Call::xml(
    "ec2:DescribeVolumeAttribute",
    &[filled("autoEnableIO"), filled("autoEnableIO/value")],
);

async fn attribute(session: &Session, volume: &Resource) -> Response {
    let client = session.clients.ec2(&volume.region);
    let request = client.describe_volume_attribute().volume_id(&*volume.id);
    let request = request.attribute(VolumeAttributeName::AutoEnableIo).send();
    let output = session.call(&ATTRIBUTE, &volume.region, request).await?;
    Ok(json!({ "AutoEnableIO": output.auto_enable_io().and_then(AttributeBooleanValue::value) }))
}
