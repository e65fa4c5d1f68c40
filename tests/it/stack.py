"""Makes the stack of a CloudFormation template in an AWS that is made up, and tells of its role.

    python stack.py TEMPLATE NAME=VALUE...

What is printed is one JSON document; whether it is good is left to deploy.rs.
"""

import json
import os
import sys

import boto3
from moto import mock_aws

template, *parameters = sys.argv[1:]
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none")

with mock_aws():
    stacks = boto3.client("cloudformation", region_name="us-east-1")
    named = [one.split("=", 1) for one in parameters]
    stacks.create_stack(
        StackName="cloudcorrect-reader",
        TemplateBody=open(template, encoding="utf-8").read(),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in named],
    )
    stack = stacks.describe_stacks(StackName="cloudcorrect-reader")["Stacks"][0]
    iam = boto3.client("iam")
    [role] = iam.list_roles()["Roles"]
    role = iam.get_role(RoleName=role["RoleName"])["Role"]
    policies = [
        iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    ]
    print(
        json.dumps(
            {
                "outputs": {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]},
                "name": role["RoleName"],
                "session": role["MaxSessionDuration"],
                "trust": role["AssumeRolePolicyDocument"],
                "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
                "policies": policies,
            }
        )
    )
