//! What an instance is made of and where it runs, which was not always asked for.
//!
//! Inventories of earlier versions lack these properties, so each is written, null as well: what
//! lacks one knows nothing of it.

use aws_sdk_ec2::types::{
    CpuOptions, EnclaveOptions, HibernationOptions, Instance, InstanceMaintenanceOptions,
    Placement, PrivateDnsNameOptionsResponse,
};
use serde_json::Value as Json;

use super::super::super::json::{name, object, optional, some, text};

/// Properties of an instance that belongs to this account.
pub(super) fn describe(owner: Option<&str>, instance: &Instance) -> [(&'static str, Json); 29] {
    let placement = instance.placement();
    let licenses = some(instance.licenses(), |one| {
        object([("LicenseConfigurationArn", one.license_configuration_arn().into())])
    });
    [
        ("OwnerId", owner.into()),
        ("Architecture", name(instance.architecture())),
        ("Platform", name(instance.platform())),
        ("PlatformDetails", text(instance.platform_details())),
        ("UsageOperation", text(instance.usage_operation())),
        ("InstanceLifecycle", name(instance.instance_lifecycle())),
        ("SpotInstanceRequestId", text(instance.spot_instance_request_id())),
        ("StateTransitionReason", instance.state_transition_reason().into()),
        ("PrivateDnsName", text(instance.private_dns_name())),
        ("PublicDnsName", text(instance.public_dns_name())),
        ("RootDeviceName", text(instance.root_device_name())),
        ("RootDeviceType", name(instance.root_device_type())),
        ("VirtualizationType", name(instance.virtualization_type())),
        ("BootMode", name(instance.boot_mode())),
        ("CurrentInstanceBootMode", name(instance.current_instance_boot_mode())),
        ("TpmSupport", text(instance.tpm_support())),
        ("EnclaveOptions", optional(instance.enclave_options(), enclaves)),
        ("HibernationOptions", optional(instance.hibernation_options(), hibernation)),
        ("CpuOptions", optional(instance.cpu_options(), cpu)),
        ("MaintenanceOptions", optional(instance.maintenance_options(), maintenance)),
        ("PrivateDnsNameOptions", optional(instance.private_dns_name_options(), dns_names)),
        ("PlacementGroupName", text(placement.and_then(Placement::group_name))),
        ("HostId", text(placement.and_then(Placement::host_id))),
        ("Affinity", text(placement.and_then(Placement::affinity))),
        ("CapacityReservationId", text(instance.capacity_reservation_id())),
        ("LicenseSpecifications", licenses),
        ("KernelId", text(instance.kernel_id())),
        ("RamdiskId", text(instance.ramdisk_id())),
        ("OutpostArn", text(instance.outpost_arn())),
    ]
}

fn enclaves(options: &EnclaveOptions) -> Json {
    object([("Enabled", options.enabled().into())])
}

fn hibernation(options: &HibernationOptions) -> Json {
    object([("Configured", options.configured().into())])
}

fn cpu(options: &CpuOptions) -> Json {
    object([
        ("CoreCount", options.core_count().into()),
        ("ThreadsPerCore", options.threads_per_core().into()),
        ("AmdSevSnp", name(options.amd_sev_snp())),
    ])
}

fn maintenance(options: &InstanceMaintenanceOptions) -> Json {
    object([
        ("AutoRecovery", name(options.auto_recovery())),
        ("RebootMigration", name(options.reboot_migration())),
    ])
}

fn dns_names(options: &PrivateDnsNameOptionsResponse) -> Json {
    object([
        ("HostnameType", name(options.hostname_type())),
        ("EnableResourceNameDnsARecord", options.enable_resource_name_dns_a_record().into()),
        ("EnableResourceNameDnsAAAARecord", options.enable_resource_name_dns_aaaa_record().into()),
    ])
}
