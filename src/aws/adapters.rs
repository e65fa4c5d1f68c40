//! The table of adapters. A type of its own file has its row here, and is written nowhere else.

use super::adapter::Adapters;
use super::{ec2, iam, s3};

/// All types that live accounts are asked for.
pub(super) fn adapters() -> Adapters {
    Adapters::new([
        ec2::eip::ADAPTER,
        ec2::image::ADAPTER,
        ec2::instance::ADAPTER,
        ec2::launch_template::ADAPTER,
        ec2::network_interface::ADAPTER,
        ec2::security_group::ADAPTER,
        iam::account_password_policy::ADAPTER,
        iam::account_summary::ADAPTER,
        iam::group::ADAPTER,
        iam::instance_profile::ADAPTER,
        iam::managed_policy::ADAPTER,
        iam::oidc_provider::ADAPTER,
        iam::role::ADAPTER,
        iam::saml_provider::ADAPTER,
        iam::server_certificate::ADAPTER,
        ec2::snapshot::ADAPTER,
        ec2::volume::ADAPTER,
        iam::user::ADAPTER,
        s3::bucket::ADAPTER,
    ])
}
