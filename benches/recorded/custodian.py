"""Judges a recorded account by the filters of Cloud Custodian, which finds what breaks a rule.

    python custodian.py INVENTORY

Resources are given in the form in which Cloud Custodian has them from the API, so that no call is
made; reading them is left out. Prints a line of JSON: by check of our baseline, the nanoseconds of
CPU that a resource costs, how many there are, and how many were found.
"""

import json
import os
import sys
import time

os.environ.setdefault('AWS_DEFAULT_REGION', 'us-east-1')

from c7n.config import Config
from c7n.policy import PolicyCollection
from c7n.resources import load_resources

TYPES = {
    'aws.ec2': 'AWS::EC2::Instance',
    'aws.ebs': 'AWS::EC2::Volume',
    'aws.security-group': 'AWS::EC2::SecurityGroup',
    'aws.s3': 'AWS::S3::Bucket',
}

UNTAGGED = [{'or': [{'tag:env': 'absent'}, {'tag:owner': 'absent'}]}]

# What breaks a check of our baseline, in Cloud Custodian's words.
CHECKS = {
    's3-bucket-no-public-acl': ('aws.s3', [{'type': 'global-grants', 'allow_website': False}]),
    's3-versioning': (
        'aws.s3',
        [{'not': [{'type': 'value', 'key': 'Versioning.Status', 'value': 'Enabled'}]}],
    ),
    's3-required-tags': ('aws.s3', UNTAGGED),
    'sg-no-ssh-from-world': (
        'aws.security-group',
        [
            {
                'or': [
                    {'type': 'ingress', 'Ports': [22], 'Cidr': {'value': '0.0.0.0/0'}},
                    {'type': 'ingress', 'Ports': [22], 'CidrV6': {'value': '::/0'}},
                ]
            }
        ],
    ),
    'ec2-imdsv2-required': (
        'aws.ec2',
        [
            {'type': 'value', 'key': 'MetadataOptions.HttpTokens', 'op': 'ne', 'value': 'required'},
            {'type': 'value', 'key': 'MetadataOptions.HttpEndpoint', 'op': 'ne', 'value': 'disabled'},
        ],
    ),
    'ec2-required-tags': ('aws.ec2', UNTAGGED),
    'ebs-encrypted': ('aws.ebs', [{'Encrypted': False}]),
}


def properties(resource):
    """All that was read of a resource."""
    read = {}
    for facet in resource['facets'].values():
        read.update(facet.get('read') or {})
    return read


def rules(ingress):
    """Rules of a security group as the API has them: the sources of one in lists."""
    for rule in ingress:
        told = {name: rule[name] for name in ('IpProtocol', 'FromPort', 'ToPort') if name in rule}
        told['IpRanges'] = [{'CidrIp': rule['CidrIp']}] if rule.get('CidrIp') else []
        told['Ipv6Ranges'] = [{'CidrIpv6': rule['CidrIpv6']}] if rule.get('CidrIpv6') else []
        group, lists = rule.get('SourceSecurityGroupId'), rule.get('SourcePrefixListId')
        told['UserIdGroupPairs'] = [{'GroupId': group}] if group else []
        told['PrefixListIds'] = [{'PrefixListId': lists}] if lists else []
        yield told


def described(type_name, read, account):
    """A resource in Cloud Custodian's form."""
    if type_name == 'AWS::EC2::SecurityGroup':
        permissions = list(rules(read.get('SecurityGroupIngress') or []))
        return {'GroupId': read['GroupId'], 'OwnerId': account, 'IpPermissions': permissions}
    if type_name == 'AWS::S3::Bucket':
        acl = {'Owner': {'ID': account}, **(read.get('Acl') or {})}
        return {
            'Name': read['BucketName'],
            'Acl': acl,
            'Versioning': read.get('VersioningConfiguration') or {},
            'Tags': read.get('Tags') or [],
        }
    return read


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        recorded = json.load(file)
    lists = recorded.pop('lists')
    resources = {}
    for kind, type_name in TYPES.items():
        several = [one for listing in lists[type_name].values() for one in listing['resources']]
        resources[kind] = [described(type_name, properties(one), recorded['account']) for one in several]
    del lists
    load_resources(list(TYPES))
    policies = [{'name': name, 'resource': kind, 'filters': filters} for name, (kind, filters) in CHECKS.items()]
    config = Config.empty(region='us-east-1', account_id=recorded['account'])
    told = {}
    for policy in PolicyCollection.from_data({'policies': policies}, config):
        judged = resources[CHECKS[policy.name][0]]
        began = time.process_time()
        found = policy.resource_manager.filter_resources(judged)
        cost = (time.process_time() - began) * 1e9 / len(judged)
        told[policy.name] = (cost, len(judged), len(found))
    print(json.dumps(told))


if __name__ == '__main__':
    main()
