//! `AWS::EC2::Image`.

use aws_sdk_ec2::operation::describe_images::DescribeImagesOutput;
use aws_sdk_ec2::types::{
    BlockDeviceMapping, EbsBlockDevice, Image, ImageAttributeName, LaunchPermission,
};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{array, name, object, optional, text};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn_without_account, tags};
use crate::resource::{Region, Resource};

/// Row of images in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::Image",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[FacetCall::each(&PERMISSIONS, |session, image| permissions(session, image).boxed())],
};

static LIST: Call = Call::xml(
    "ec2:DescribeImages",
    &[
        present("imagesSet"),
        filled("imagesSet/item/imageOwnerId"),
        filled("imagesSet/item/imageState"),
        filled("imagesSet/item/isPublic"),
        present("imagesSet/item/blockDeviceMapping"),
    ],
);

/// Images of the account. Deprecated ones are told to their owner anyway, disabled ones on demand.
async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_images().owners("self").include_disabled(true);
        request.max_results(session.limits().page_size).set_next_token(token).send()
    };
    let page = |output: &DescribeImagesOutput| {
        let images = output.images().iter();
        let entries = images.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, image: &Image) -> Json {
    let id = image.image_id();
    object([
        ("ImageId", id.into()),
        ("Arn", id.map(|id| arn_without_account(session, region, "image", id)).into()),
        ("OwnerId", image.owner_id().into()),
        ("Name", image.name().into()),
        ("Description", text(image.description())),
        ("State", name(image.state())),
        ("Public", image.public().into()),
        ("CreationDate", text(image.creation_date())),
        ("DeprecationTime", text(image.deprecation_time())),
        ("DeregistrationProtection", text(image.deregistration_protection())),
        ("ImageAllowed", image.image_allowed().into()),
        ("ImageLocation", text(image.image_location())),
        ("ImageType", name(image.image_type())),
        ("Architecture", name(image.architecture())),
        ("Platform", name(image.platform())),
        ("PlatformDetails", text(image.platform_details())),
        ("UsageOperation", text(image.usage_operation())),
        ("RootDeviceName", text(image.root_device_name())),
        ("RootDeviceType", name(image.root_device_type())),
        ("VirtualizationType", name(image.virtualization_type())),
        ("Hypervisor", name(image.hypervisor())),
        ("EnaSupport", image.ena_support().into()),
        ("SriovNetSupport", text(image.sriov_net_support())),
        ("BootMode", name(image.boot_mode())),
        ("TpmSupport", name(image.tpm_support())),
        ("ImdsSupport", name(image.imds_support())),
        ("SourceInstanceId", text(image.source_instance_id())),
        ("SourceImageId", text(image.source_image_id())),
        ("SourceImageRegion", text(image.source_image_region())),
        ("BlockDeviceMappings", array(image.block_device_mappings(), device)),
        ("Tags", tags(image.tags())),
    ])
}

fn device(device: &BlockDeviceMapping) -> Json {
    object([
        ("DeviceName", device.device_name().into()),
        ("VirtualName", text(device.virtual_name())),
        // The element says it all, and is mostly empty.
        ("NoDevice", device.no_device().into()),
        ("Ebs", optional(device.ebs(), volume)),
    ])
}

fn volume(volume: &EbsBlockDevice) -> Json {
    object([
        ("SnapshotId", text(volume.snapshot_id())),
        ("VolumeSize", volume.volume_size().into()),
        ("VolumeType", name(volume.volume_type())),
        ("Iops", volume.iops().into()),
        ("Throughput", volume.throughput().into()),
        ("Encrypted", volume.encrypted().into()),
        ("KmsKeyId", text(volume.kms_key_id())),
        ("DeleteOnTermination", volume.delete_on_termination().into()),
    ])
}

static PERMISSIONS: Call = Call::xml(
    "ec2:DescribeImageAttribute",
    &[
        present("launchPermission"),
        // A permission is somebody's: without one it would be no entry at all.
        filled("launchPermission/item/userId|group|organizationArn|organizationalUnitArn"),
    ],
);

async fn permissions(session: &Session, image: &Resource) -> Response {
    let client = session.clients.ec2(&image.region);
    let request = client.describe_image_attribute().image_id(&*image.id);
    let request = request.attribute(ImageAttributeName::LaunchPermission).send();
    let output = session.call(&PERMISSIONS, &image.region, request).await?;
    Ok(json!({ "LaunchPermissions": array(output.launch_permissions(), permission) }))
}

fn permission(permission: &LaunchPermission) -> Json {
    object([
        ("UserId", permission.user_id().into()),
        ("Group", name(permission.group())),
        ("OrganizationArn", permission.organization_arn().into()),
        ("OrganizationalUnitArn", permission.organizational_unit_arn().into()),
    ])
}
