#!/usr/bin/env bash
# Instances of moto 5.2.5 asked for through a filter with a wildcard, which EC2 takes in values of all filters
# ("Filtering and listing your resources" in its guide). By a tag the wildcard works; by `instance-type` it is
# taken for the name of a type, so that no instance is told, and nothing says why.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2]==5.2.5' boto3==1.40.0
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import boto3
from moto import mock_aws

with mock_aws():
    ec2 = boto3.client('ec2', 'us-east-1')
    tags = [{'ResourceType': 'instance', 'Tags': [{'Key': 'Name', 'Value': 'web-1'}]}]
    image = ec2.describe_images(Owners=['amazon'])['Images'][0]['ImageId']
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType='t3.micro', TagSpecifications=tags)
    for name, value in [('instance-type', 't3.micro'), ('instance-type', 't3*'), ('tag:Name', 'web-*')]:
        found = ec2.describe_instances(Filters=[{'Name': name, 'Values': [value]}])['Reservations']
        print(f'{name}={value}:', sum(len(one['Instances']) for one in found))
PY
diff "$dir/seen" - <<'SEEN'
instance-type=t3.micro: 1
instance-type=t3*: 0
tag:Name=web-*: 1
SEEN
