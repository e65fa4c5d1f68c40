#!/usr/bin/env bash
# Seven launch templates listed five a page from moto 5.2.5: the answer has five of them and no token,
# so that a reader of pages takes them for all. Beside it ListUsers, whose page size is not heeded: all
# seven come at once, and nothing is lost.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2,iam]==5.2.5' boto3==1.40.0
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "$dir/venv/bin/python" - <<'PY' | tee "$dir/seen"
import boto3
from moto import mock_aws

with mock_aws():
    ec2 = boto3.client('ec2', 'us-east-1')
    iam = boto3.client('iam', 'us-east-1')
    for number in range(7):
        ec2.create_launch_template(LaunchTemplateName=f'template-{number}', LaunchTemplateData={'InstanceType': 't3.micro'})
        iam.create_user(UserName=f'user-{number}')
    page = ec2.describe_launch_templates(MaxResults=5)
    print('DescribeLaunchTemplates:', len(page['LaunchTemplates']), 'of 7, token', page.get('NextToken'))
    page = iam.list_users(MaxItems=5)
    print('ListUsers:', len(page['Users']), 'of 7, is truncated', page['IsTruncated'])
PY
diff "$dir/seen" - <<'SEEN'
DescribeLaunchTemplates: 5 of 7, token None
ListUsers: 7 of 7, is truncated False
SEEN
