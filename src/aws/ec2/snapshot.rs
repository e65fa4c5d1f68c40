//! `AWS::EC2::Snapshot`.

use aws_sdk_ec2::operation::describe_snapshots::DescribeSnapshotsOutput;
use aws_sdk_ec2::types::{CreateVolumePermission, Snapshot, SnapshotAttributeName};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{array, instant, name, object, text};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn_without_account, tags};
use crate::resource::{Region, Resource};

/// Row of EBS snapshots in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::Snapshot",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[FacetCall::each(&PERMISSIONS, |session, one| permissions(session, one).boxed())],
};

static LIST: Call = Call::xml(
    "ec2:DescribeSnapshots",
    &[
        present("snapshotSet"),
        filled("snapshotSet/item/ownerId"),
        filled("snapshotSet/item/status"),
        filled("snapshotSet/item/startTime"),
        filled("snapshotSet/item/volumeSize"),
        filled("snapshotSet/item/encrypted"),
    ],
);

/// Snapshots of the account, and none of those that others share with it or with everybody.
async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_snapshots().owner_ids("self").set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeSnapshotsOutput| {
        let snapshots = output.snapshots().iter();
        let entries = snapshots.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, snapshot: &Snapshot) -> Json {
    let id = snapshot.snapshot_id();
    object([
        ("SnapshotId", id.into()),
        ("Arn", id.map(|id| arn_without_account(session, region, "snapshot", id)).into()),
        ("OwnerId", snapshot.owner_id().into()),
        ("Description", snapshot.description().into()),
        ("State", name(snapshot.state())),
        ("StateMessage", text(snapshot.state_message())),
        ("StartTime", instant(snapshot.start_time())),
        ("CompletionTime", instant(snapshot.completion_time())),
        ("Progress", text(snapshot.progress())),
        ("VolumeId", snapshot.volume_id().into()),
        ("VolumeSize", snapshot.volume_size().into()),
        ("FullSnapshotSizeInBytes", snapshot.full_snapshot_size_in_bytes().into()),
        ("Encrypted", snapshot.encrypted().into()),
        ("KmsKeyId", snapshot.kms_key_id().into()),
        ("SseType", name(snapshot.sse_type())),
        ("StorageTier", name(snapshot.storage_tier())),
        ("RestoreExpiryTime", instant(snapshot.restore_expiry_time())),
        ("TransferType", name(snapshot.transfer_type())),
        ("AvailabilityZone", text(snapshot.availability_zone())),
        ("OutpostArn", text(snapshot.outpost_arn())),
        ("Tags", tags(snapshot.tags())),
    ])
}

static PERMISSIONS: Call = Call::xml(
    "ec2:DescribeSnapshotAttribute",
    &[
        present("createVolumePermission"),
        // A permission is somebody's: without one it would be no entry at all.
        filled("createVolumePermission/item/userId|group"),
    ],
);

async fn permissions(session: &Session, snapshot: &Resource) -> Response {
    let client = session.clients.ec2(&snapshot.region);
    let request = client.describe_snapshot_attribute().snapshot_id(&*snapshot.id);
    let request = request.attribute(SnapshotAttributeName::CreateVolumePermission).send();
    let output = session.call(&PERMISSIONS, &snapshot.region, request).await?;
    Ok(json!({ "CreateVolumePermissions": array(output.create_volume_permissions(), permission) }))
}

fn permission(permission: &CreateVolumePermission) -> Json {
    object([("UserId", permission.user_id().into()), ("Group", name(permission.group()))])
}
