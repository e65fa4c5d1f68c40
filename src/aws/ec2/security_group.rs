//! `AWS::EC2::SecurityGroup`.

use aws_sdk_ec2::operation::describe_security_groups::DescribeSecurityGroupsOutput;
use aws_sdk_ec2::types::{IpPermission, SecurityGroup};
use futures::FutureExt;
use serde_json::{Map, Value as Json, json};

use super::super::adapter::{Adapter, ListCall};
use super::super::json::object;
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn, tags};
use crate::resource::Region;

/// Row of EC2 security groups in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::SecurityGroup",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "ec2:DescribeSecurityGroups",
    &[
        present("securityGroupInfo"),
        present("securityGroupInfo/item/ipPermissions"),
        filled("securityGroupInfo/item/ipPermissions/item/ipProtocol"),
        // A rule lets something in: without a peer it would be no entry at all.
        filled(
            "securityGroupInfo/item/ipPermissions/item/ipRanges|ipv6Ranges|prefixListIds|groups",
        ),
        filled("securityGroupInfo/item/ipPermissions/item/ipRanges/item/cidrIp"),
        filled("securityGroupInfo/item/ipPermissions/item/ipv6Ranges/item/cidrIpv6"),
        filled("securityGroupInfo/item/ipPermissions/item/prefixListIds/item/prefixListId"),
        present("securityGroupInfo/item/ipPermissionsEgress"),
        filled("securityGroupInfo/item/ipPermissionsEgress/item/ipProtocol"),
        filled(
            "securityGroupInfo/item/ipPermissionsEgress/item/\
             ipRanges|ipv6Ranges|prefixListIds|groups",
        ),
        filled("securityGroupInfo/item/ipPermissionsEgress/item/ipRanges/item/cidrIp"),
        filled("securityGroupInfo/item/ipPermissionsEgress/item/ipv6Ranges/item/cidrIpv6"),
        filled("securityGroupInfo/item/ipPermissionsEgress/item/prefixListIds/item/prefixListId"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_security_groups().set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeSecurityGroupsOutput| {
        let groups = output.security_groups().iter();
        let entries = groups.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, group: &SecurityGroup) -> Json {
    let made_up = || group.group_id().map(|id| arn(session, region, "security-group", id));
    let arn = group.security_group_arn().map(str::to_owned).or_else(made_up);
    object([
        ("GroupId", group.group_id().into()),
        ("GroupName", group.group_name().into()),
        ("GroupDescription", group.description().into()),
        ("Arn", arn.into()),
        ("OwnerId", group.owner_id().into()),
        ("VpcId", group.vpc_id().into()),
        ("SecurityGroupIngress", rules(group.ip_permissions(), "Source")),
        ("SecurityGroupEgress", rules(group.ip_permissions_egress(), "Destination")),
        ("Tags", tags(group.tags())),
    ])
}

/// One entry per range, prefix list or group, as in CloudFormation; `side` is `Source` or
/// `Destination`.
fn rules(permissions: &[IpPermission], side: &str) -> Json {
    Json::Array(permissions.iter().flat_map(|one| split(one, side)).collect())
}

fn split(permission: &IpPermission, side: &str) -> Vec<Json> {
    let mut common = Map::new();
    common.insert("IpProtocol".to_owned(), json!(permission.ip_protocol()));
    for (name, port) in [("FromPort", permission.from_port()), ("ToPort", permission.to_port())] {
        if let Some(port) = port {
            common.insert(name.to_owned(), port.into());
        }
    }
    let rule = |peer: Vec<(String, Option<&str>)>| {
        let given = peer.into_iter().filter_map(|(name, value)| Some((name, value?.into())));
        Json::Object(common.clone().into_iter().chain(given).collect())
    };
    let described = |name: &str, value, description| {
        rule(vec![(name.to_owned(), value), ("Description".to_owned(), description)])
    };
    let v4 = permission.ip_ranges().iter();
    let v4 = v4.map(|range| described("CidrIp", range.cidr_ip(), range.description()));
    let v6 = permission.ipv6_ranges().iter();
    let v6 = v6.map(|range| described("CidrIpv6", range.cidr_ipv6(), range.description()));
    let lists = permission.prefix_list_ids().iter().map(|prefixes| {
        let name = format!("{side}PrefixListId");
        described(&name, prefixes.prefix_list_id(), prefixes.description())
    });
    let groups = permission.user_id_group_pairs().iter().map(|pair| {
        let mut peer = vec![
            (format!("{side}SecurityGroupId"), pair.group_id()),
            ("Description".to_owned(), pair.description()),
        ];
        // CloudFormation names the group's name and owner on the way in only.
        if side == "Source" {
            peer.push((format!("{side}SecurityGroupName"), pair.group_name()));
            peer.push((format!("{side}SecurityGroupOwnerId"), pair.user_id()));
        }
        rule(peer)
    });
    v4.chain(v6).chain(lists).chain(groups).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};

    use super::*;

    fn permission() -> IpPermission {
        IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(22)
            .to_port(22)
            .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").description("office").build())
            .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build())
            .ipv6_ranges(Ipv6Range::builder().cidr_ipv6("::/0").build())
            .prefix_list_ids(PrefixListId::builder().prefix_list_id("pl-1").build())
            .user_id_group_pairs(
                UserIdGroupPair::builder().group_id("sg-1").user_id("123456789012").build(),
            )
            .build()
    }

    #[test]
    fn a_rule_is_one_entry_per_source() {
        let all = IpPermission::builder()
            .ip_protocol("-1")
            .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-2").build())
            .build();
        let port = |peer: Json| {
            let mut rule = json!({ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22 });
            rule.as_object_mut().expect("a map").extend(peer.as_object().expect("a map").clone());
            rule
        };
        assert_eq!(
            rules(&[permission(), all], "Source"),
            json!([
                port(json!({ "CidrIp": "10.0.0.0/8", "Description": "office" })),
                port(json!({ "CidrIp": "0.0.0.0/0" })),
                port(json!({ "CidrIpv6": "::/0" })),
                port(json!({ "SourcePrefixListId": "pl-1" })),
                port(json!({
                    "SourceSecurityGroupId": "sg-1", "SourceSecurityGroupOwnerId": "123456789012",
                })),
                { "IpProtocol": "-1", "SourceSecurityGroupId": "sg-2" },
            ])
        );
    }

    #[test]
    fn egress_has_destinations() {
        let rules = rules(&[permission()], "Destination");
        assert_eq!(rules[3]["DestinationPrefixListId"], "pl-1");
        assert_eq!(rules[4]["DestinationSecurityGroupId"], "sg-1");
        assert_eq!(rules[4].as_object().map(Map::len), Some(4), "{}", rules[4]);
    }
}
