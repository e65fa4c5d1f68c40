//! The recorded answers as they are read, value by value: which of two that look alike stands where.

mod iam;

use insta::assert_snapshot;

use super::recorded::{answers, serve, whole};
use super::{everything, live, schema, shown};
use crate::resource::Facet;

/// Each facet of each resource that has a recorded answer, in a line.
async fn read(type_name: &str) -> String {
    let server = serve(whole(&answers(type_name))).await;
    let listing = everything(&live(&server).await, schema(type_name)).await;
    let facets = listing.resources().iter().flat_map(|resource| {
        let read = resource.facets.iter().filter(|(_, facet)| matches!(facet, Facet::Read(_)));
        read.map(|(operation, facet)| format!("{} {operation}: {}", resource.id, shown(facet)))
    });
    facets.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn instances_are_read() {
    assert_snapshot!(read("AWS::EC2::Instance").await, @r#"i-0123456789abcdef0 ec2:DescribeInstances: {"Arn":"arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0","AvailabilityZone":"us-east-1a","BlockDeviceMappings":[{"DeviceName":"/dev/xvda","Ebs":{"AttachTime":"2026-05-08T16:46:20Z","DeleteOnTermination":true,"Status":"attached","VolumeId":"vol-0123456789abcdef0"}}],"EbsOptimized":false,"IamInstanceProfile":"web","IamInstanceProfileArn":"arn:aws:iam::123456789012:instance-profile/team/web","ImageId":"ami-0123456789abcdef0","InstanceId":"i-0123456789abcdef0","InstanceType":"t3.micro","KeyName":"admin","LaunchTime":"2026-05-08T16:46:19Z","MetadataOptions":{"HttpEndpoint":"enabled","HttpProtocolIpv6":"disabled","HttpPutResponseHopLimit":1,"HttpTokens":"required","InstanceMetadataTags":"disabled"},"Monitoring":false,"NetworkInterfaces":[{"DeviceIndex":0,"GroupSet":["sg-0123456789abcdef0"],"Ipv6Addresses":["2001:db8::1"],"NetworkInterfaceId":"eni-0123456789abcdef0","PrivateIpAddress":"10.0.0.12","PrivateIpAddresses":[{"Association":{"PublicIp":"203.0.113.12"},"Primary":true,"PrivateIpAddress":"10.0.0.12"},{"Association":{"PublicIp":"203.0.113.13"},"Primary":false,"PrivateIpAddress":"10.0.0.13"},{"Primary":false,"PrivateIpAddress":"10.0.0.14"}],"PublicIp":"203.0.113.12","SubnetId":"subnet-0123456789abcdef0"}],"PrivateIpAddress":"10.0.0.12","PublicIpAddress":"203.0.113.12","SecurityGroupIds":["sg-0123456789abcdef0"],"SourceDestCheck":true,"State":{"Code":16,"Name":"running"},"SubnetId":"subnet-0123456789abcdef0","Tags":[{"Key":"Name","Value":"web-1"}],"Tenancy":"default","VpcId":"vpc-0123456789abcdef0"}"#);
}

#[tokio::test]
async fn groups_are_read() {
    assert_snapshot!(read("AWS::EC2::SecurityGroup").await, @r#"
    sg-0123456789abcdef0 ec2:DescribeSecurityGroups: {"Arn":"arn:aws:ec2:us-east-1:123456789012:security-group/sg-0123456789abcdef0","GroupDescription":"The web","GroupId":"sg-0123456789abcdef0","GroupName":"web","OwnerId":"123456789012","SecurityGroupEgress":[{"CidrIp":"10.0.0.0/8","Description":"inside","FromPort":443,"IpProtocol":"tcp","ToPort":444},{"CidrIpv6":"::/0","FromPort":443,"IpProtocol":"tcp","ToPort":444},{"DestinationPrefixListId":"pl-0123456789abcdef0","FromPort":443,"IpProtocol":"tcp","ToPort":444},{"DestinationSecurityGroupId":"sg-0fedcba9876543210","FromPort":443,"IpProtocol":"tcp","ToPort":444}],"SecurityGroupIngress":[{"CidrIp":"0.0.0.0/0","Description":"everybody","FromPort":22,"IpProtocol":"tcp","ToPort":23},{"CidrIpv6":"::/0","FromPort":22,"IpProtocol":"tcp","ToPort":23},{"FromPort":22,"IpProtocol":"tcp","SourcePrefixListId":"pl-0123456789abcdef0","ToPort":23},{"Description":"the bastion","FromPort":22,"IpProtocol":"tcp","SourceSecurityGroupId":"sg-0fedcba9876543210","SourceSecurityGroupName":"bastion","SourceSecurityGroupOwnerId":"123456789012","ToPort":23}],"Tags":[{"Key":"env","Value":"prod"}],"VpcId":"vpc-0123456789abcdef0"}
    sg-11111111111111111 ec2:DescribeSecurityGroups: {"Arn":"arn:aws:ec2:us-east-1:123456789012:security-group/sg-11111111111111111","GroupDescription":"default VPC security group","GroupId":"sg-11111111111111111","GroupName":"default","OwnerId":"123456789012","SecurityGroupEgress":[],"SecurityGroupIngress":[],"Tags":[],"VpcId":"vpc-0123456789abcdef0"}
    "#);
}

#[tokio::test]
async fn buckets_are_read() {
    assert_snapshot!(read("AWS::S3::Bucket").await, @r#"
    logs s3:GetBucketAcl: {"Acl":{"Grants":[{"Grantee":{"ID":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a","Type":"CanonicalUser"},"Permission":"FULL_CONTROL"},{"Grantee":{"Type":"Group","URI":"http://acs.amazonaws.com/groups/global/AllUsers"},"Permission":"READ"},{"Grantee":{"EmailAddress":"somebody@example.com","Type":"AmazonCustomerByEmail"},"Permission":"READ_ACP"}],"Owner":{"ID":"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}}}
    logs s3:GetBucketEncryption: {"BucketEncryption":{"ServerSideEncryptionConfiguration":[{"BlockedEncryptionTypes":{"EncryptionType":["SSE-C"]},"BucketKeyEnabled":true,"ServerSideEncryptionByDefault":{"KMSMasterKeyID":"alias/logs","SSEAlgorithm":"aws:kms"}}]}}
    logs s3:GetBucketLifecycleConfiguration: {"LifecycleConfiguration":{"Rules":[{"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7},"ExpirationInDays":365,"Id":"everything","NoncurrentVersionExpiration":{"NewerNoncurrentVersions":3,"NoncurrentDays":90},"NoncurrentVersionTransitions":[{"NewerNoncurrentVersions":2,"StorageClass":"GLACIER","TransitionInDays":30}],"ObjectSizeGreaterThan":500,"ObjectSizeLessThan":64000,"Prefix":"logs/","Status":"Enabled","TagFilters":[{"Key":"class","Value":"temporary"}],"Transitions":[{"StorageClass":"STANDARD_IA","TransitionInDays":30}]},{"ExpirationDate":"2030-01-01T00:00:00Z","Id":"on a day","Prefix":"","Status":"Disabled","TagFilters":[],"Transitions":[{"StorageClass":"GLACIER","TransitionDate":"2029-01-01T00:00:00Z"}]},{"ExpiredObjectDeleteMarker":true,"Id":"markers","Status":"Enabled","TagFilters":[{"Key":"class","Value":"marked"}],"Transitions":[]}]}}
    logs s3:GetBucketLogging: {"LoggingConfiguration":{"DestinationBucketName":"access-logs","LogFilePrefix":"logs/","TargetObjectKeyFormat":{"PartitionedPrefix":{"PartitionDateSource":"EventTime"}}}}
    logs s3:GetBucketOwnershipControls: {"OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}}
    logs s3:GetBucketPolicy: {"Policy":{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::logs/*"}],"Version":"2012-10-17"}}
    logs s3:GetBucketPolicyStatus: {"PolicyStatus":{"IsPublic":true}}
    logs s3:GetBucketTagging: {"Tags":[{"Key":"env","Value":"prod"},{"Key":"empty","Value":""}]}
    logs s3:GetBucketVersioning: {"VersioningConfiguration":{"MFADelete":"Disabled","Status":"Enabled"}}
    logs s3:GetBucketWebsite: {"WebsiteConfiguration":{"ErrorDocument":"error.html","IndexDocument":"index.html","RoutingRules":[{"RedirectRule":{"HostName":"example.com","HttpRedirectCode":"301","Protocol":"https","ReplaceKeyPrefixWith":"new/"},"RoutingRuleCondition":{"HttpErrorCodeReturnedEquals":"404","KeyPrefixEquals":"old/"}},{"RedirectRule":{"ReplaceKeyWith":"index.html"}}]}}
    logs s3:GetPublicAccessBlock: {"PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"BlockPublicPolicy":false,"IgnorePublicAcls":true,"RestrictPublicBuckets":false}}
    logs s3:ListBuckets: {"Arn":"arn:aws:s3:::logs","BucketName":"logs","BucketRegion":"eu-west-1","CreationDate":"2026-01-02T03:04:05Z"}
    moved s3:GetBucketWebsite: {"WebsiteConfiguration":{"RedirectAllRequestsTo":{"HostName":"example.com","Protocol":"https"}}}
    moved s3:ListBuckets: {"Arn":"arn:aws:s3:::moved","BucketName":"moved","BucketRegion":"us-east-1","CreationDate":"2026-02-03T04:05:06Z"}
    "#);
}
