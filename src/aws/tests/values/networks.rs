//! Values of EC2 types about networks.

use insta::assert_snapshot;

use super::super::recorded::{answers, serve, whole};
use super::super::{everything, live, schema, shown};
use super::read;

#[tokio::test]
async fn vpcs_are_read() {
    assert_snapshot!(read("AWS::EC2::VPC").await, @r#"
    vpc-0123456789abcdef0 ec2:DescribeVpcAttribute: {"EnableDnsHostnames":false,"EnableDnsSupport":true}
    vpc-0123456789abcdef0 ec2:DescribeVpcs: {"Arn":"arn:aws:ec2:us-east-1:210987654321:vpc/vpc-0123456789abcdef0","BlockPublicAccessStates":{"InternetGatewayBlockMode":"block-ingress"},"CidrBlock":"10.0.0.0/16","CidrBlockAssociationSet":[{"AssociationId":"vpc-cidr-assoc-0123456789abcdef0","CidrBlock":"10.0.0.0/16","State":"associated"},{"AssociationId":"vpc-cidr-assoc-11111111111111111","CidrBlock":"10.1.0.0/16","State":"failing"}],"DhcpOptionsId":"dopt-0123456789abcdef0","InstanceTenancy":"dedicated","Ipv6CidrBlockAssociationSet":[{"AssociationId":"vpc-cidr-assoc-22222222222222222","Ipv6CidrBlock":"2001:db8:1234:1a00::/56","Ipv6Pool":"Amazon","NetworkBorderGroup":"us-east-1","State":"associating"}],"IsDefault":false,"OwnerId":"210987654321","State":"available","Tags":[{"Key":"env","Value":"prod"}],"VpcId":"vpc-0123456789abcdef0"}
    vpc-11111111111111111 ec2:DescribeVpcAttribute: {"EnableDnsHostnames":true,"EnableDnsSupport":false}
    vpc-11111111111111111 ec2:DescribeVpcs: {"Arn":"arn:aws:ec2:us-east-1:123456789012:vpc/vpc-11111111111111111","CidrBlock":"172.31.0.0/16","CidrBlockAssociationSet":[{"CidrBlock":"172.31.0.0/16"}],"Ipv6CidrBlockAssociationSet":[],"IsDefault":true,"OwnerId":"123456789012","State":"resting","Tags":[],"VpcId":"vpc-11111111111111111"}
    "#);
}

#[tokio::test]
async fn subnets_are_read() {
    assert_snapshot!(read("AWS::EC2::Subnet").await, @r#"
    subnet-0123456789abcdef0 ec2:DescribeSubnets: {"Arn":"arn:aws:ec2:us-east-1:210987654321:subnet/subnet-0123456789abcdef0","AssignIpv6AddressOnCreation":false,"AvailabilityZone":"us-east-1a","AvailabilityZoneId":"use1-az1","AvailableIpAddressCount":251,"BlockPublicAccessStates":{"InternetGatewayBlockMode":"block-bidirectional"},"CidrBlock":"10.0.1.0/24","CustomerOwnedIpv4Pool":"ipv4pool-coip-0123456789abcdef0","DefaultForAz":false,"EnableDns64":false,"EnableLniAtDeviceIndex":1,"Ipv6CidrBlocks":["2001:db8:1234:1a00::/64"],"Ipv6Native":false,"MapCustomerOwnedIpOnLaunch":true,"MapPublicIpOnLaunch":true,"OutpostArn":"arn:aws:outposts:us-east-1:210987654321:outpost/op-0123456789abcdef0","OwnerId":"210987654321","PrivateDnsNameOptionsOnLaunch":{"EnableResourceNameDnsAAAARecord":false,"EnableResourceNameDnsARecord":true,"HostnameType":"ip-name"},"State":"available","SubnetId":"subnet-0123456789abcdef0","Tags":[{"Key":"tier","Value":"public"}],"VpcId":"vpc-0123456789abcdef0"}
    subnet-11111111111111111 ec2:DescribeSubnets: {"Arn":"arn:aws:ec2:us-east-1:123456789012:subnet/subnet-11111111111111111","AssignIpv6AddressOnCreation":true,"AvailabilityZone":"us-east-1b","AvailableIpAddressCount":0,"DefaultForAz":true,"Ipv6CidrBlocks":["2001:db8:1234:1b00::/64","2001:db8:1234:1b01::/64"],"Ipv6Native":true,"MapPublicIpOnLaunch":false,"OwnerId":"123456789012","State":"resting","SubnetId":"subnet-11111111111111111","Tags":[],"VpcId":"vpc-11111111111111111"}
    "#);
}

#[tokio::test]
async fn route_tables_are_read() {
    assert_snapshot!(read("AWS::EC2::RouteTable").await, @r#"
    rtb-0123456789abcdef0 ec2:DescribeRouteTables: {"Arn":"arn:aws:ec2:us-east-1:210987654321:route-table/rtb-0123456789abcdef0","Associations":[{"Main":false,"RouteTableAssociationId":"rtbassoc-0123456789abcdef0","State":"associated","SubnetId":"subnet-0123456789abcdef0"},{"GatewayId":"igw-0123456789abcdef0","Main":false,"RouteTableAssociationId":"rtbassoc-11111111111111111","State":"failed"}],"OwnerId":"210987654321","PropagatingVgws":[{"GatewayId":"vgw-0123456789abcdef0"}],"RouteTableId":"rtb-0123456789abcdef0","Routes":[{"DestinationCidrBlock":"10.0.0.0/16","GatewayId":"local","Origin":"CreateRouteTable","State":"active"},{"DestinationIpv6CidrBlock":"::/0","EgressOnlyInternetGatewayId":"eigw-0123456789abcdef0","Origin":"CreateRoute","State":"active"},{"DestinationPrefixListId":"pl-0123456789abcdef0","GatewayId":"vpce-0123456789abcdef0","Origin":"CreateRoute","State":"active"},{"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":"nat-0123456789abcdef0","Origin":"CreateRoute","State":"blackhole"},{"DestinationCidrBlock":"10.1.0.0/16","Origin":"CreateRoute","State":"active","TransitGatewayId":"tgw-0123456789abcdef0"},{"DestinationCidrBlock":"10.2.0.0/16","Origin":"CreateRoute","State":"active","VpcPeeringConnectionId":"pcx-0123456789abcdef0"},{"DestinationCidrBlock":"10.3.0.0/16","InstanceId":"i-0123456789abcdef0","InstanceOwnerId":"123456789012","NetworkInterfaceId":"eni-0123456789abcdef0","Origin":"CreateRoute","State":"active"},{"CarrierGatewayId":"cagw-0123456789abcdef0","DestinationCidrBlock":"10.4.0.0/16","Origin":"CreateRoute","State":"active"},{"DestinationCidrBlock":"10.5.0.0/16","LocalGatewayId":"lgw-0123456789abcdef0","Origin":"CreateRoute","State":"active"},{"CoreNetworkArn":"arn:aws:networkmanager::123456789012:core-network/core-network-0123456789abcdef0","DestinationCidrBlock":"10.6.0.0/16","Origin":"CreateRoute","State":"active"},{"DestinationCidrBlock":"10.7.0.0/16","Origin":"Foretold","State":"pondering"}],"Tags":[{"Key":"tier","Value":"private"}],"VpcId":"vpc-0123456789abcdef0"}
    rtb-11111111111111111 ec2:DescribeRouteTables: {"Arn":"arn:aws:ec2:us-east-1:123456789012:route-table/rtb-11111111111111111","Associations":[{"Main":true,"RouteTableAssociationId":"rtbassoc-22222222222222222"}],"OwnerId":"123456789012","PropagatingVgws":[],"RouteTableId":"rtb-11111111111111111","Routes":[],"Tags":[],"VpcId":"vpc-11111111111111111"}
    "#);
}

#[tokio::test]
async fn network_acls_are_read() {
    assert_snapshot!(read("AWS::EC2::NetworkAcl").await, @r#"
    acl-0123456789abcdef0 ec2:DescribeNetworkAcls: {"Arn":"arn:aws:ec2:us-east-1:210987654321:network-acl/acl-0123456789abcdef0","Associations":[{"NetworkAclAssociationId":"aclassoc-0123456789abcdef0","SubnetId":"subnet-0123456789abcdef0"}],"Entries":[{"CidrBlock":"0.0.0.0/0","Egress":false,"PortRange":{"From":443,"To":444},"Protocol":6,"RuleAction":"allow","RuleNumber":100},{"CidrBlock":"10.0.0.0/8","Egress":false,"Icmp":{"Code":-1,"Type":8},"Protocol":1,"RuleAction":"deny","RuleNumber":110},{"Egress":true,"Ipv6CidrBlock":"::/0","Protocol":-1,"RuleAction":"ponder","RuleNumber":120},{"CidrBlock":"0.0.0.0/0","Egress":true,"Protocol":"tcp","RuleAction":"deny","RuleNumber":130}],"Id":"acl-0123456789abcdef0","IsDefault":false,"OwnerId":"210987654321","Tags":[{"Key":"tier","Value":"public"}],"VpcId":"vpc-0123456789abcdef0"}
    acl-11111111111111111 ec2:DescribeNetworkAcls: {"Arn":"arn:aws:ec2:us-east-1:123456789012:network-acl/acl-11111111111111111","Associations":[],"Entries":[],"Id":"acl-11111111111111111","IsDefault":true,"OwnerId":"123456789012","Tags":[],"VpcId":"vpc-11111111111111111"}
    "#);
}

#[tokio::test]
async fn internet_gateways_are_read() {
    assert_snapshot!(read("AWS::EC2::InternetGateway").await, @r#"
    igw-0123456789abcdef0 ec2:DescribeInternetGateways: {"Arn":"arn:aws:ec2:us-east-1:210987654321:internet-gateway/igw-0123456789abcdef0","Attachments":[{"State":"available","VpcId":"vpc-0123456789abcdef0"}],"InternetGatewayId":"igw-0123456789abcdef0","OwnerId":"210987654321","Tags":[{"Key":"env","Value":"prod"}]}
    igw-11111111111111111 ec2:DescribeInternetGateways: {"Arn":"arn:aws:ec2:us-east-1:123456789012:internet-gateway/igw-11111111111111111","Attachments":[],"InternetGatewayId":"igw-11111111111111111","OwnerId":"123456789012","Tags":[]}
    igw-22222222222222222 ec2:DescribeInternetGateways: {"Arn":"arn:aws:ec2:us-east-1:123456789012:internet-gateway/igw-22222222222222222","Attachments":[{"State":"docking","VpcId":"vpc-11111111111111111"}],"InternetGatewayId":"igw-22222222222222222","OwnerId":"123456789012","Tags":[]}
    "#);
}

#[tokio::test]
async fn flow_logs_are_read() {
    assert_snapshot!(read("AWS::EC2::FlowLog").await, @r#"
    fl-0123456789abcdef0 ec2:DescribeFlowLogs: {"Arn":"arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/fl-0123456789abcdef0","CreationTime":"2026-05-08T16:46:19.500Z","DeliverCrossAccountRole":"arn:aws:iam::210987654321:role/streams","DeliverLogsErrorMessage":"Access error","DeliverLogsPermissionArn":"arn:aws:iam::123456789012:role/flows","DeliverLogsStatus":"FAILED","DestinationOptions":{"FileFormat":"parquet","HiveCompatiblePartitions":true,"PerHourPartition":false},"FlowLogStatus":"ACTIVE","Id":"fl-0123456789abcdef0","LogDestination":"arn:aws:logs:us-east-1:123456789012:log-group:flows","LogDestinationType":"cloud-watch-logs","LogFormat":"${version} ${account-id} ${srcaddr}","LogGroupName":"flows","MaxAggregationInterval":60,"ResourceId":"vpc-0123456789abcdef0","Tags":[{"Key":"env","Value":"prod"}],"TrafficType":"REJECT"}
    fl-11111111111111111 ec2:DescribeFlowLogs: {"Arn":"arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/fl-11111111111111111","CreationTime":"2026-05-09T16:46:19Z","FlowLogStatus":"ACTIVE","Id":"fl-11111111111111111","LogDestinationType":"carrier-pigeon","ResourceId":"tgw-0123456789abcdef0","Tags":[]}
    "#);
}

#[tokio::test]
async fn prefix_lists_are_read() {
    assert_snapshot!(read("AWS::EC2::PrefixList").await, @r#"
    pl-0123456789abcdef0 ec2:DescribeManagedPrefixLists: {"AddressFamily":"IPv4","Arn":"arn:aws:ec2:us-east-1:123456789012:prefix-list/pl-0123456789abcdef0","MaxEntries":10,"OwnerId":"123456789012","PrefixListId":"pl-0123456789abcdef0","PrefixListName":"offices","State":"modify-complete","Tags":[{"Key":"env","Value":"prod"}],"Version":3}
    pl-0123456789abcdef0 ec2:GetManagedPrefixListEntries: {"Entries":[{"Cidr":"203.0.113.0/24","Description":"Berlin"},{"Cidr":"198.51.100.0/24"}]}
    pl-11111111111111111 ec2:DescribeManagedPrefixLists: {"Arn":"arn:aws:ec2:us-east-1:aws:prefix-list/pl-11111111111111111","OwnerId":"AWS","PrefixListId":"pl-11111111111111111","PrefixListName":"com.amazonaws.us-east-1.s3","Tags":[]}
    pl-11111111111111111 ec2:GetManagedPrefixListEntries: {"Entries":[{"Cidr":"52.216.0.0/15"}]}
    pl-22222222222222222 ec2:DescribeManagedPrefixLists: {"Arn":"arn:aws:ec2:us-east-1:210987654321:prefix-list/pl-22222222222222222","OwnerId":"210987654321","PrefixListId":"pl-22222222222222222","PrefixListName":"shared","State":"pondering","Tags":[]}
    pl-22222222222222222 ec2:GetManagedPrefixListEntries: {"Entries":[]}
    "#);
}

#[tokio::test]
async fn an_answer_about_another_attribute_is_unknown() {
    for (asked, told, attribute) in [(1, 2, "enableDnsSupport"), (2, 1, "enableDnsHostnames")] {
        let mut all = whole(&answers("AWS::EC2::VPC"));
        all[asked].1 = all[told].1.clone();
        let vpcs = everything(&live(&serve(all).await).await, schema("AWS::EC2::VPC")).await;
        let found = shown(&vpcs.resources()[0].facets[&"ec2:DescribeVpcAttribute".into()]);
        let lacks = format!("the answer lacks `{attribute}`");
        assert_eq!(found, format!("service_error: ec2:DescribeVpcAttribute: {lacks}"));
    }
}
