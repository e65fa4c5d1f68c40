"""Fills a moto server with 50 resources: 20 buckets, 15 security groups, 10 instances, 5 users."""

import sys

import boto3

endpoint = sys.argv[1]
client = lambda service: boto3.client(service, endpoint_url=endpoint, region_name="us-east-1")
s3, ec2, iam = client("s3"), client("ec2"), client("iam")
block = dict(BlockPublicAcls=True, IgnorePublicAcls=True, BlockPublicPolicy=True, RestrictPublicBuckets=True)
for number in range(20):
    name = f"bench-bucket-{number}"
    s3.create_bucket(Bucket=name)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
present = len(ec2.describe_security_groups()["SecurityGroups"])
for number in range(15 - present):
    ec2.create_security_group(GroupName=f"bench-{number}", Description="bench", VpcId=vpc)
image = ec2.describe_images()["Images"][0]["ImageId"]
ec2.run_instances(ImageId=image, MinCount=10, MaxCount=10)
for number in range(5):
    iam.create_user(UserName=f"bench-{number}")
