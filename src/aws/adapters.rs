//! The table of adapters. A type of its own file has its row here, and is written nowhere else.

use super::adapter::Adapters;
use super::{ec2, iam, s3};

/// All types that live accounts are asked for.
pub(super) fn adapters() -> Adapters {
    Adapters::new([
        ec2::ebs_encryption_by_default::ADAPTER,
        ec2::eip::ADAPTER,
        ec2::flow_log::ADAPTER,
        ec2::image::ADAPTER,
        ec2::image_block_public_access::ADAPTER,
        ec2::instance::ADAPTER,
        ec2::instance_metadata_defaults::ADAPTER,
        ec2::internet_gateway::ADAPTER,
        ec2::launch_template::ADAPTER,
        ec2::network_acl::ADAPTER,
        ec2::network_interface::ADAPTER,
        ec2::prefix_list::ADAPTER,
        ec2::route_table::ADAPTER,
        ec2::security_group::ADAPTER,
        ec2::snapshot::ADAPTER,
        ec2::snapshot_block_public_access::ADAPTER,
        ec2::subnet::ADAPTER,
        ec2::volume::ADAPTER,
        ec2::vpc::ADAPTER,
        iam::account_password_policy::ADAPTER,
        iam::account_summary::ADAPTER,
        iam::group::ADAPTER,
        iam::instance_profile::ADAPTER,
        iam::managed_policy::ADAPTER,
        iam::oidc_provider::ADAPTER,
        iam::role::ADAPTER,
        iam::saml_provider::ADAPTER,
        iam::server_certificate::ADAPTER,
        iam::user::ADAPTER,
        s3::account_public_access_block::ADAPTER,
        s3::bucket::ADAPTER,
        s3::object::ADAPTER,
    ])
}
