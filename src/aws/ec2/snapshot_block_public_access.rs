//! `AWS::EC2::SnapshotBlockPublicAccess`.

use aws_sdk_ec2::operation::get_snapshot_block_public_access_state::GetSnapshotBlockPublicAccessStateOutput;
use futures::FutureExt;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{name, object};
use super::super::pages::{Entry, Paged};
use super::super::response::{Call, filled};
use super::super::session::Session;
use super::setting;
use crate::resource::Region;

/// Row of the block on sharing of snapshots with everybody in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::SnapshotBlockPublicAccess",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml("ec2:GetSnapshotBlockPublicAccessState", &[filled("state")]);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |_| client.get_snapshot_block_public_access_state().send();
    let page = |output: &GetSnapshotBlockPublicAccessStateOutput| {
        let block = object([
            ("AccountId", session.account().as_str().into()),
            ("State", name(output.state())),
            ("ManagedBy", name(output.managed_by())),
        ]);
        setting(region, block)
    };
    session.pages(&LIST, region, request, page).await
}
