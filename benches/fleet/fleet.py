"""Fills a server with an account of about 1,000 resources, and writes down which of them fail which checks.

    fleet.py ENDPOINT TRUTH [--seed 1] [--scale 1] [--regions us-east-1]

The resources lie in the regions by turns. Everything that is set is read back; the server must tell it as it was set.
Ages of keys need `server.py`. The requests come one after another: moto loses writes that come at once.
"""

import argparse
import json
import sys
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from variants import (
    ACL, ADMINISTRATOR, ATTACHED, BLOCK, BUCKET_POLICY, CHECKS, ENCRYPTION, FLAGS, FOREIGN, INLINE_OF_GROUP,
    INLINE_OF_USER, LOGGING, METADATA, OPEN, PUBLIC, RULES, STATEMENTS, TAGS, TRUST, VERSIONING, Plan, deny_plain,
)


def document(statements):
    return {'Version': '2012-10-17', 'Statement': statements} if statements is not None else None


def tags(names, chance):
    values = {'env': chance.choice(['prod', 'dev']), 'owner': chance.choice(['pay', 'core', 'data']), 'team': 'x'}
    return [{'Key': name, 'Value': values[name]} for name in names]


def pairs(tag_list):
    return sorted((tag['Key'], tag['Value']) for tag in tag_list if tag['Key'] != 'Name')


def found(read, *absent):
    """What a call reads, or None where it says that there is none."""
    try:
        return read()
    except ClientError as error:
        if error.response['Error']['Code'] in absent:
            return None
        raise


class Account:
    """The account as it grows, and what is known of it."""

    def __init__(self, endpoint, plan, regions):
        self.plan, self.regions, self.prefix = plan, regions, f'm{plan.seed}'
        self.endpoint = endpoint
        self.s3 = {region: self.client('s3', region) for region in regions}
        self.ec2 = {region: self.client('ec2', region) for region in regions}
        self.iam = self.client('iam', regions[0])
        self.iam.meta.events.register('before-call.iam', self.date)
        self.created = None
        self.id = self.client('sts', regions[0]).get_caller_identity()['Account']
        self.kinds, self.failing = {}, {check: set() for check in CHECKS}
        self.readings = []

    def client(self, service, region):
        config = Config(s3={'addressing_style': 'path'}, read_timeout=120)
        return boto3.client(service, endpoint_url=self.endpoint, region_name=region, config=config)

    def date(self, params, **_):
        """Gives what IAM is about to create a date."""
        if self.created:
            params['headers']['X-Fleet-Created'] = self.created.isoformat()

    def region(self, number):
        return self.regions[number % len(self.regions)]

    def add(self, kind, name, fails):
        assert all(CHECKS[check] == kind for check in fails), (kind, fails)
        self.kinds[name] = kind
        for check in fails:
            self.failing[check].add(name)

    def later(self, what, wanted, read):
        """Has a setting read back at the end."""
        self.readings.append((what, wanted, read))

    def read_back(self):
        for what, wanted, read in self.readings:
            told = read()
            if told != wanted:
                sys.exit(f'the server tells {what} otherwise than it was set: {told!r}, not {wanted!r}')

    def truth(self):
        checks = {}
        for check, kind in CHECKS.items():
            names = {name for name, its in self.kinds.items() if its == kind}
            failing = self.failing[check]
            checks[check] = {'fail': sorted(failing), 'pass': sorted(names - failing)}
        return {'account': self.id, 'regions': self.regions, 'checks': checks}

    # Buckets

    def create_bucket(self, name, region):
        where = {} if region == 'us-east-1' else {'CreateBucketConfiguration': {'LocationConstraint': region}}
        self.s3[region].create_bucket(Bucket=name, ObjectOwnership='BucketOwnerPreferred', **where)

    def grant(self, name, region, grants):
        owner = self.s3[region].get_bucket_acl(Bucket=name)['Owner']
        own = {'Grantee': {'Type': 'CanonicalUser', 'ID': owner['ID']}, 'Permission': 'FULL_CONTROL'}
        others = [{'Grantee': {'Type': 'Group', 'URI': uri}, 'Permission': word} for word, uri in grants]
        self.s3[region].put_bucket_acl(Bucket=name, AccessControlPolicy={'Owner': owner, 'Grants': [own, *others]})

    def encrypt(self, name, region, default):
        rule = {'ApplyServerSideEncryptionByDefault': default, 'BucketKeyEnabled': True}
        self.s3[region].put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={'Rules': [rule]})

    def log_buckets(self):
        """The buckets that the others of a region log to."""
        self.logs = {}
        for region in self.regions:
            name = f'{self.prefix}-central-logs' + ('' if region == self.regions[0] else f'-{region}')
            s3 = self.s3[region]
            self.create_bucket(name, region)
            self.grant(name, region, next(variant[2] for variant in ACL if variant[0] == 'log-delivery-write'))
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(FLAGS, True))
            self.encrypt(name, region, {'SSEAlgorithm': 'AES256'})
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={'Status': 'Enabled'})
            # To a bucket whose policy has the principal `*` moto lets no other log.
            policy = document([deny_plain(name, principal={'AWS': '*'})])
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
            both = [{'Key': 'env', 'Value': 'prod'}, {'Key': 'owner', 'Value': 'core'}]
            s3.put_bucket_tagging(Bucket=name, Tagging={'TagSet': both})
            self.add('bucket', name, ['s3-logging', 's3-encryption-kms'])
            self.logs[region] = name

    def bucket(self, number):
        chance, region = self.plan.random('bucket', number), self.region(number)
        name = f'{self.prefix}-bkt-{number:05d}-{chance.randrange(16**6):06x}'

        def pick(what, variants):
            return self.plan.pick('bucket', what, number, variants)[2:]

        (grants, acl_fails), (flags, block_fails) = pick('acl', ACL), pick('pab', BLOCK)
        (default, encryption_fails), (state, versioning_fails) = pick('enc', ENCRYPTION), pick('ver', VERSIONING)
        (logs, logging_fails), (names, lacks_tags) = pick('log', LOGGING), pick('tag', TAGS)
        statements, policy_fails = pick('pol', BUCKET_POLICY)
        fails = [*acl_fails, *block_fails, *encryption_fails, *versioning_fails, *logging_fails, *policy_fails]
        fails += ['s3-required-tags'] if lacks_tags else []
        _, ignores, _, restricts = flags or (0, 0, 0, 0)
        if acl_fails and not ignores or PUBLIC in policy_fails and not restricts:
            fails.append(OPEN)
        self.create_bucket(name, region)
        self.add('bucket', name, fails)
        self.open(name, region, (grants, flags, document(statements(name, self.id) if statements else None)))
        default = default and {key: word.format(region=region, account=self.id) for key, word in default.items()}
        self.keep(name, region, (default, state, logs))
        self.tag(name, region, tags(names, chance))

    def open(self, name, region, setting):
        """Sets and reads back who may use a bucket."""
        s3, (grants, flags, policy) = self.s3[region], setting
        if grants:
            self.grant(name, region, grants)
        if policy:
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        block = flags and {flag: bool(is_on) for flag, is_on in zip(FLAGS, flags)}
        if block:
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)

        def told_grants():
            told = s3.get_bucket_acl(Bucket=name)['Grants']
            return {(one['Permission'], one['Grantee']['URI']) for one in told if 'URI' in one['Grantee']}

        def told_policy():
            return json.loads(s3.get_bucket_policy(Bucket=name)['Policy'])

        def told_block():
            return s3.get_public_access_block(Bucket=name)['PublicAccessBlockConfiguration']

        self.later(f'the access control list of {name}', set(grants), told_grants)
        self.later(f'the policy of {name}', policy, lambda: found(told_policy, 'NoSuchBucketPolicy'))
        self.later(
            f'the public access block of {name}', block,
            lambda: found(told_block, 'NoSuchPublicAccessBlockConfiguration'),
        )

    def keep(self, name, region, setting):
        """Sets and reads back how a bucket keeps its objects."""
        s3, (default, state, logs) = self.s3[region], setting
        if default:
            self.encrypt(name, region, default)
        else:
            s3.delete_bucket_encryption(Bucket=name)
        if state:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={'Status': state})
        target = self.logs[region] if logs else None
        if target:
            enabled = {'TargetBucket': target, 'TargetPrefix': f'{name}/'}
            s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={'LoggingEnabled': enabled})

        def told_default():
            rules = s3.get_bucket_encryption(Bucket=name)['ServerSideEncryptionConfiguration']['Rules']
            return rules[0]['ApplyServerSideEncryptionByDefault']

        self.later(
            f'the encryption of {name}', default,
            lambda: found(told_default, 'ServerSideEncryptionConfigurationNotFoundError'),
        )
        self.later(f'versioning of {name}', state, lambda: s3.get_bucket_versioning(Bucket=name).get('Status'))
        self.later(
            f'logging of {name}', target,
            lambda: s3.get_bucket_logging(Bucket=name).get('LoggingEnabled', {}).get('TargetBucket'),
        )

    def tag(self, name, region, its):
        s3 = self.s3[region]
        if its:
            s3.put_bucket_tagging(Bucket=name, Tagging={'TagSet': its})
        self.later(
            f'the tags of {name}', pairs(its),
            lambda: pairs(found(lambda: s3.get_bucket_tagging(Bucket=name)['TagSet'], 'NoSuchTagSet') or []),
        )

    # Networks and machines

    def networks(self):
        """A network, a prefix list and the groups that are there anyway, in each region."""
        self.subnets, self.prefix_lists, self.networks_by_region = {}, {}, {}
        self.groups, self.instances, self.ingress = [], [], {}
        for region, ec2 in self.ec2.items():
            network = ec2.create_vpc(CidrBlock='10.20.0.0/16')['Vpc']['VpcId']
            self.networks_by_region[region] = network
            subnet = ec2.create_subnet(VpcId=network, CidrBlock='10.20.0.0/17', AvailabilityZone=f'{region}a')
            self.subnets[region] = subnet['Subnet']['SubnetId']
            office = [{'Cidr': '198.51.100.0/24', 'Description': 'vpn'}]
            prefixes = ec2.create_managed_prefix_list(
                PrefixListName=f'{self.prefix}-pl', MaxEntries=5, AddressFamily='IPv4', Entries=office)
            self.prefix_lists[region] = prefixes['PrefixList']['PrefixListId']
            for group in ec2.describe_security_groups()['SecurityGroups']:
                assert not group['IpPermissions'] or group['GroupName'] == 'default', group
                self.add('group of rules', group['GroupId'], [])

    def sg(self, number):
        variant, _, rules, fails = self.plan.pick('sg', 'v', number, RULES)
        region = self.region(number)
        group = self.ec2[region].create_security_group(
            GroupName=f'{self.prefix}-sg-{number:05d}-{variant}', Description=variant,
            VpcId=self.networks_by_region[region])['GroupId']
        permissions = [self.permission(group, region, one) for one in rules]
        if permissions:
            self.ec2[region].authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
        self.add('group of rules', group, fails)
        self.groups.append((group, region))
        self.ingress[group] = peers(permissions)

    def permission(self, group, region, rule):
        permission = {'IpProtocol': rule['protocol']}
        if rule['first'] is not None:
            permission.update(FromPort=rule['first'], ToPort=rule['last'])
        permission['IpRanges'] = [{'CidrIp': cidr, 'Description': 'fleet'} for cidr in rule['v4']]
        permission['Ipv6Ranges'] = [{'CidrIpv6': cidr} for cidr in rule['v6']]
        if rule['self']:
            permission['UserIdGroupPairs'] = [{'GroupId': group}]
        if rule['prefixes']:
            permission['PrefixListIds'] = [{'PrefixListId': self.prefix_lists[region]}]
        return {name: value for name, value in permission.items() if value != []}

    def instance(self, number):
        chance, region = self.plan.random('instance', number), self.region(number)
        _, _, options, metadata_fails = self.plan.pick('instance', 'imds', number, METADATA)
        _, _, names, lacks_tags = self.plan.pick('instance', 'tag', number, TAGS)
        is_public, is_encrypted = chance.random() < 0.35, chance.random() < 0.5
        here = [group for group, its in self.groups if its == region]
        groups = {here[chance.randrange(len(here))] for _ in range(chance.choice([1, 1, 2]))}
        interface = {
            'DeviceIndex': 0, 'SubnetId': self.subnets[region], 'AssociatePublicIpAddress': is_public,
            'Groups': sorted(groups),
        }
        disk = {'VolumeSize': 8, 'VolumeType': 'gp3', 'Encrypted': is_encrypted, 'DeleteOnTermination': True}
        kind = chance.choice(['t3.micro', 'm5.large'])
        its = tags(names, chance)
        named = [*its, {'Key': 'Name', 'Value': f'{self.prefix}-i-{number:05d}'}]
        made = self.ec2[region].run_instances(
            ImageId='ami-12c6146b', InstanceType=kind, MinCount=1, MaxCount=1, NetworkInterfaces=[interface],
            BlockDeviceMappings=[{'DeviceName': '/dev/sda1', 'Ebs': disk}],
            TagSpecifications=[{'ResourceType': 'instance', 'Tags': named}],
            **({'MetadataOptions': options} if options else {}))['Instances'][0]
        fails = [*metadata_fails, *(['ec2-no-public-ip'] if is_public else [])]
        fails += ['ec2-required-tags'] if lacks_tags else []
        self.add('instance', made['InstanceId'], fails)
        self.instances.append((made['InstanceId'], region, (options, is_public, is_encrypted, pairs(its))))

    def volume(self, number):
        chance = self.plan.random('volume', number)
        is_encrypted, is_attached = chance.random() < 0.5, chance.random() < 0.5
        size, region, instance = chance.choice([10, 50, 100]), self.region(number), None
        if is_attached:
            instance, region, _ = self.instances[chance.randrange(len(self.instances))]
        volume = self.ec2[region].create_volume(
            AvailabilityZone=f'{region}a', Size=size, VolumeType='gp3', Encrypted=is_encrypted)['VolumeId']
        if is_attached:
            self.ec2[region].attach_volume(VolumeId=volume, InstanceId=instance, Device=f'/dev/xvd{number:x}')
        self.add('volume', volume, volume_fails(is_encrypted, is_attached))

    def read_back_machines(self):
        """What three lists tell of all; the volumes of instances are known from here on."""
        groups, instances, volumes = {}, {}, {}
        for ec2 in self.ec2.values():
            groups |= {one['GroupId']: one for one in listed(ec2, 'describe_security_groups', 'SecurityGroups')}
            for reservation in listed(ec2, 'describe_instances', 'Reservations'):
                instances |= {one['InstanceId']: one for one in reservation['Instances']}
            volumes |= {one['VolumeId']: one for one in listed(ec2, 'describe_volumes', 'Volumes')}
        for group, wanted in self.ingress.items():
            self.later(f'the rules of {group}', wanted, lambda group=group: peers(groups[group]['IpPermissions']))
        for instance, _, (options, is_public, is_encrypted, its) in self.instances:
            one = instances[instance]
            metadata = one['MetadataOptions']
            options = options or {'HttpTokens': 'optional', 'HttpEndpoint': 'enabled'}
            told = ({name: metadata.get(name) for name in options}, 'PublicIpAddress' in one, pairs(one.get('Tags', [])))
            self.later(f'the instance {instance}', (options, is_public, its), lambda told=told: told)
            (root,) = [disk['Ebs']['VolumeId'] for disk in one['BlockDeviceMappings'] if disk['DeviceName'] == '/dev/sda1']
            self.add('volume', root, volume_fails(is_encrypted, is_attached=True))
        for name, volume in volumes.items():
            told = volume_fails(volume['Encrypted'], volume['State'] == 'in-use')
            self.later(f'the volume {name}', told, lambda name=name: self.fails_of(name))

    def fails_of(self, name):
        assert name in self.kinds, f'{name} is none of ours'
        return [check for check, failing in self.failing.items() if name in failing]

    # Identities

    def user(self, number):
        chance = self.plan.random('user', number)
        name = f'{self.prefix}-user-{number:05d}'
        has_console, has_device = chance.random() < 0.55, chance.random() < 0.5
        ages = [3, 30, 60, 80, 100, 130, 200, 400]
        keys = [(chance.choice(ages), chance.random() < 0.75) for _ in range(chance.choice([0, 1, 1, 2]))]
        _, _, inline, is_admin = self.plan.pick('user', 'inline', number, INLINE_OF_USER)
        _, _, attached, attached_fails = self.plan.pick('user', 'attach', number, ATTACHED)
        now = datetime.now(timezone.utc).replace(microsecond=0)
        self.created = now - timedelta(days=max([age for age, _ in keys], default=50) + 20)
        self.iam.create_user(UserName=name, Tags=[{'Key': 'team', 'Value': chance.choice(['pay', 'core'])}])
        self.created = None
        self.log_in(name, has_console, has_device)
        self.keys(name, now, keys)
        if inline:
            self.iam.put_user_policy(UserName=name, PolicyName='inline', PolicyDocument=json.dumps(document(inline)))
        if attached:
            self.iam.attach_user_policy(UserName=name, PolicyArn=attached)
        fails = [*(['iam-user-mfa'] if has_console and not has_device else []), *attached_fails]
        fails += ['iam-access-key-age-90d'] if any(age > 90 and is_active for age, is_active in keys) else []
        fails += ['iam-user-no-admin-inline'] if is_admin else []
        self.add('user', name, fails)

        def told_policies():
            names = self.iam.list_user_policies(UserName=name)['PolicyNames']
            return [self.iam.get_user_policy(UserName=name, PolicyName=one)['PolicyDocument'] for one in names]

        def told_attached():
            return [one['PolicyArn'] for one in self.iam.list_attached_user_policies(UserName=name)['AttachedPolicies']]

        self.later(f'the policies of {name}', [document(inline)] if inline else [], told_policies)
        self.later(f'what is attached to {name}', [attached] if attached else [], told_attached)

    def log_in(self, name, has_console, has_device):
        """Gives a user a password and a second factor, if there should be any."""
        if has_console:
            self.iam.create_login_profile(UserName=name, Password='Aa1!' + 'x' * 16)
        if has_device:
            made = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=f'{name}-mfa')['VirtualMFADevice']
            self.iam.enable_mfa_device(
                UserName=name, SerialNumber=made['SerialNumber'], AuthenticationCode1='123456',
                AuthenticationCode2='654321')

        def told():
            profile = found(lambda: self.iam.get_login_profile(UserName=name), 'NoSuchEntity')
            return profile is not None, len(self.iam.list_mfa_devices(UserName=name)['MFADevices'])

        self.later(f'the login of {name}', (has_console, int(has_device)), told)

    def keys(self, name, now, keys):
        """Gives a user access keys, each with its age in days and whether it is active."""
        for age, is_active in keys:
            self.created = now - timedelta(days=age)
            key = self.iam.create_access_key(UserName=name)['AccessKey']['AccessKeyId']
            self.created = None
            if not is_active:
                self.iam.update_access_key(UserName=name, AccessKeyId=key, Status='Inactive')

        def told():
            told = self.iam.list_access_keys(UserName=name)['AccessKeyMetadata']
            return sorted(((now - key['CreateDate']).days, key['Status'] == 'Active') for key in told)

        self.later(f'the keys of {name}', sorted(keys), told)

    def group(self, number):
        name = f'{self.prefix}-group-{number:04d}'
        _, _, inline, is_admin = self.plan.pick('group', 'inline', number, INLINE_OF_GROUP)
        self.iam.create_group(GroupName=name)
        if inline:
            self.iam.put_group_policy(GroupName=name, PolicyName='inline', PolicyDocument=json.dumps(document(inline)))
        chance = self.plan.random('group', number)
        for user in sorted({chance.randrange(self.plan.counts['user']) for _ in range(3)}):
            self.iam.add_user_to_group(GroupName=name, UserName=f'{self.prefix}-user-{user:05d}')
        self.add('group of users', name, ['iam-group-no-admin-inline'] if is_admin else [])

        def told():
            names = self.iam.list_group_policies(GroupName=name)['PolicyNames']
            return [self.iam.get_group_policy(GroupName=name, PolicyName=one)['PolicyDocument'] for one in names]

        self.later(f'the policies of {name}', [document(inline)] if inline else [], told)

    def role(self, number):
        variant, _, statements, fails = self.plan.pick('role', 'trust', number, TRUST)
        name = f'{self.prefix}-role-{number:04d}-{variant}'
        other = self.plan.random('role', number).choice(FOREIGN)
        policy = document(statements(self.id, other))
        its = [{'Key': 'env', 'Value': 'prod'}]
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy), Tags=its)
        self.add('role', name, fails)

        def told():
            told = self.iam.get_role(RoleName=name)['Role']['AssumeRolePolicyDocument']
            return json.loads(urllib.parse.unquote(told)) if isinstance(told, str) else told

        self.later(f'the trust of {name}', policy, told)

    def policy(self, number):
        variant, _, statements, is_admin = self.plan.pick('policy', 'doc', number, STATEMENTS)
        chance = self.plan.random('policy', number)
        wanted = document(statements)
        made = self.iam.create_policy(
            PolicyName=f'{self.prefix}-policy-{number:04d}-{variant}', PolicyDocument=json.dumps(wanted))['Policy']
        arn = made['Arn']
        if chance.random() < 0.5:
            roles = [name for name, kind in self.kinds.items() if kind == 'role']
            self.iam.attach_role_policy(RoleName=roles[chance.randrange(len(roles))], PolicyArn=arn)
        self.add('policy', arn, ['iam-policy-no-star-star'] if is_admin else [])

        def told():
            return self.iam.get_policy_version(PolicyArn=arn, VersionId='v1')['PolicyVersion']['Document']

        self.later(f'the policy {arn}', wanted, told)

    def passwords(self):
        self.iam.update_account_password_policy(MinimumPasswordLength=8, RequireSymbols=True, MaxPasswordAge=90)
        self.add('account', self.id, ['iam-password-policy-min-length-14'])

    def fill(self):
        counts = self.plan.counts
        self.iam.get_policy(PolicyArn=ADMINISTRATOR)
        self.log_buckets()
        self.networks()
        kinds = ['bucket', 'sg', 'instance', 'volume', 'user', 'group', 'role', 'policy']
        for kind in kinds:
            make, start = getattr(self, kind), time.monotonic()
            for number in range(counts[kind]):
                make(number)
            print(f'{counts[kind]} of {kind} in {time.monotonic() - start:.1f} s', file=sys.stderr)
        self.passwords()
        self.read_back_machines()
        self.read_back()


def peers(permissions):
    """Each rule with each that it lets in."""
    found = set()
    for one in permissions:
        rule = (one['IpProtocol'], one.get('FromPort'), one.get('ToPort'))
        found |= {(*rule, cidr['CidrIp']) for cidr in one.get('IpRanges', [])}
        found |= {(*rule, cidr['CidrIpv6']) for cidr in one.get('Ipv6Ranges', [])}
        found |= {(*rule, group['GroupId']) for group in one.get('UserIdGroupPairs', [])}
        found |= {(*rule, prefixes['PrefixListId']) for prefixes in one.get('PrefixListIds', [])}
    return found


def volume_fails(is_encrypted, is_attached):
    return [*([] if is_encrypted else ['ebs-encrypted']), *([] if is_attached else ['ebs-unattached'])]


def listed(client, operation, name):
    for page in client.get_paginator(operation).paginate():
        yield from page[name]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('endpoint')
    parser.add_argument('truth')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--scale', type=float, default=1)
    parser.add_argument('--regions', default='us-east-1')
    arguments = parser.parse_args()
    plan = Plan(arguments.seed, arguments.scale)
    account = Account(arguments.endpoint, plan, arguments.regions.split(','))
    account.fill()
    with open(arguments.truth, 'w', encoding='utf-8') as out:
        json.dump(account.truth(), out, indent=1)


if __name__ == '__main__':
    main()
