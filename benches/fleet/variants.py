"""What resources of the fleet are like, and which checks each of them fails.

A variant is a name, how often it comes up, what is set, and the checks that it fails, said here and by no evaluator. What
each check means is in `example-policies/policies/aws-baseline.yaml`.
"""

import random

CHECKS = {
    's3-bucket-no-public-acl': 'bucket',
    's3-bucket-policy-not-public': 'bucket',
    's3-bucket-not-effectively-public': 'bucket',
    's3-public-access-block-all-four-on': 'bucket',
    's3-default-encryption': 'bucket',
    's3-encryption-kms': 'bucket',
    's3-versioning': 'bucket',
    's3-logging': 'bucket',
    's3-deny-insecure-transport': 'bucket',
    's3-required-tags': 'bucket',
    'sg-no-ssh-from-world': 'group of rules',
    'sg-no-rdp-from-world': 'group of rules',
    'sg-no-all-traffic-from-world': 'group of rules',
    'ec2-imdsv2-required': 'instance',
    'ec2-no-public-ip': 'instance',
    'ec2-required-tags': 'instance',
    'ebs-encrypted': 'volume',
    'ebs-unattached': 'volume',
    'iam-user-mfa': 'user',
    'iam-access-key-age-90d': 'user',
    'iam-user-no-admin-inline': 'user',
    'iam-user-no-admin-attached': 'user',
    'iam-group-no-admin-inline': 'group of users',
    'iam-policy-no-star-star': 'policy',
    'iam-role-trust-no-wildcard': 'role',
    'iam-cross-account-role-external-id': 'role',
    'iam-password-policy-min-length-14': 'account',
}

# Resources of each kind at scale 1. A region has groups besides, and an instance a volume.
COUNTS = {
    'bucket': 300, 'sg': 200, 'instance': 100, 'volume': 100, 'user': 100, 'role': 60, 'policy': 30, 'group': 10,
}

# Buckets

ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers'
ANY_ACCOUNT = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'
LOG_DELIVERY = 'http://acs.amazonaws.com/groups/s3/LogDelivery'

# Grants besides the owner's: a permission and a group.
ACL = [
    ('private', 60, [], []),
    ('public-read', 8, [('READ', ALL_USERS)], ['s3-bucket-no-public-acl']),
    ('public-read-write', 4, [('READ', ALL_USERS), ('WRITE', ALL_USERS)], ['s3-bucket-no-public-acl']),
    ('authenticated-read', 5, [('READ', ANY_ACCOUNT)], ['s3-bucket-no-public-acl']),
    ('log-delivery-write', 3, [('WRITE', LOG_DELIVERY), ('READ_ACP', LOG_DELIVERY)], []),
]

FLAGS = ('BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets')
NOT_ALL_ON = ['s3-public-access-block-all-four-on']
BLOCK = [
    ('all', 55, (1, 1, 1, 1), []),
    ('none', 15, None, NOT_ALL_ON),
    ('all-false', 4, (0, 0, 0, 0), NOT_ALL_ON),
    ('no-bpa', 4, (0, 1, 1, 1), NOT_ALL_ON),
    ('no-ipa', 4, (1, 0, 1, 1), NOT_ALL_ON),
    ('no-bpp', 4, (1, 1, 0, 1), NOT_ALL_ON),
    ('no-rpb', 4, (1, 1, 1, 0), NOT_ALL_ON),
]

KEY = 'arn:aws:kms:{region}:{account}:key/11111111-2222-3333-4444-555555555555'
ENCRYPTION = [
    ('aes256', 40, {'SSEAlgorithm': 'AES256'}, ['s3-encryption-kms']),
    ('kms-key', 25, {'SSEAlgorithm': 'aws:kms', 'KMSMasterKeyID': KEY}, []),
    ('kms-default', 10, {'SSEAlgorithm': 'aws:kms'}, []),
    ('none', 25, None, ['s3-default-encryption', 's3-encryption-kms']),
]
VERSIONING = [
    ('enabled', 55, 'Enabled', []),
    ('suspended', 15, 'Suspended', ['s3-versioning']),
    ('unset', 30, None, ['s3-versioning']),
]
LOGGING = [('on', 50, True, []), ('off', 50, False, ['s3-logging'])]

# Tags of buckets and instances: whether some are missing.
TAGS = [
    ('both', 55, ('env', 'owner'), False),
    ('env-only', 15, ('env',), True),
    ('owner-only', 10, ('owner',), True),
    ('other-only', 8, ('team',), True),
    ('none', 12, (), True),
]

PLAIN, PUBLIC = 's3-deny-insecure-transport', 's3-bucket-policy-not-public'
OPEN = 's3-bucket-not-effectively-public'


def deny_plain(bucket, principal='*', secure='false'):
    return {
        'Sid': 'DenyInsecure', 'Effect': 'Deny', 'Principal': principal, 'Action': 's3:*',
        'Resource': [f'arn:aws:s3:::{bucket}', f'arn:aws:s3:::{bucket}/*'],
        'Condition': {'Bool': {'aws:SecureTransport': secure}},
    }


def let(bucket, principal, **more):
    return {
        'Sid': 'A', 'Effect': 'Allow', 'Principal': principal, 'Action': 's3:GetObject',
        'Resource': f'arn:aws:s3:::{bucket}/*', **more,
    }


def root_of(account):
    return {'AWS': f'arn:aws:iam::{account}:root'}


FOREIGN = ['210987654321', '333344445555']
SECURE = {'Condition': {'Bool': {'aws:SecureTransport': 'true'}}}
# The statements for a bucket of an account.
BUCKET_POLICY = [
    ('none', 36, None, [PLAIN]),
    ('tls-deny', 25, lambda bucket, own: [deny_plain(bucket)], []),
    ('public-star', 5, lambda bucket, own: [let(bucket, '*')], [PLAIN, PUBLIC]),
    ('public-aws-star', 4, lambda bucket, own: [let(bucket, {'AWS': '*'})], [PLAIN, PUBLIC]),
    ('tls-deny+public-star', 4, lambda bucket, own: [deny_plain(bucket), let(bucket, '*')], [PUBLIC]),
    ('tls-deny+account', 8, lambda bucket, own: [let(bucket, root_of(FOREIGN[0])), deny_plain(bucket)], []),
    ('account-principal', 8, lambda bucket, own: [let(bucket, root_of(own))], [PLAIN]),
    ('allow-if-tls-only', 5, lambda bucket, own: [let(bucket, root_of(own), **SECURE)], [PLAIN]),
    ('deny-wrong-value', 5, lambda bucket, own: [deny_plain(bucket, secure='true')], [PLAIN]),
]

# Groups of rules

SSH, RDP, ALL = 'sg-no-ssh-from-world', 'sg-no-rdp-from-world', 'sg-no-all-traffic-from-world'
V4, V6 = ['0.0.0.0/0'], ['::/0']
PRIVATE = ['10.0.0.0/8']


def rule(protocol, first=None, last=None, v4=(), v6=(), self=False, prefixes=False):
    return {
        'protocol': protocol, 'first': first, 'last': last or first, 'v4': list(v4), 'v6': list(v6), 'self': self,
        'prefixes': prefixes,
    }


RULES = [
    ('ssh-v4', 6, [rule('tcp', 22, v4=V4)], [SSH]),
    ('ssh-v6', 5, [rule('tcp', 22, v6=V6)], [SSH]),
    ('rdp-v4', 6, [rule('tcp', 3389, v4=V4)], [RDP]),
    ('rdp-v6', 5, [rule('tcp', 3389, v6=V6)], [RDP]),
    ('https-v4', 12, [rule('tcp', 443, v4=V4)], []),
    ('web-dual-stack', 8, [rule('tcp', 80, v4=V4, v6=V6), rule('tcp', 443, v4=V4, v6=V6)], []),
    ('range-20-25-v4', 4, [rule('tcp', 20, 25, v4=V4)], [SSH]),
    ('range-3000-4000-v6', 4, [rule('tcp', 3000, 4000, v6=V6)], [RDP]),
    ('range-1-65535-v4', 3, [rule('tcp', 1, 65535, v4=V4)], [SSH, RDP]),
    ('range-23-3388-v4', 4, [rule('tcp', 23, 3388, v4=V4)], []),
    ('all-proto-v4', 4, [rule('-1', v4=V4)], [SSH, RDP, ALL]),
    ('all-proto-v6', 3, [rule('-1', v6=V6)], [SSH, RDP, ALL]),
    ('self-all', 6, [rule('-1', self=True)], []),
    ('self-ssh', 4, [rule('tcp', 22, self=True)], []),
    ('pl-ssh', 4, [rule('tcp', 22, prefixes=True)], []),
    ('ssh-rfc1918', 6, [rule('tcp', 22, v4=PRIVATE)], []),
    ('ssh-office', 5, [rule('tcp', 22, v4=['203.0.113.0/24'])], []),
    ('ssh-rfc1918+https-v6', 4, [rule('tcp', 22, v4=PRIVATE), rule('tcp', 443, v6=V6)], []),
    ('rdp-rfc1918+ssh-world', 4, [rule('tcp', 3389, v4=PRIVATE), rule('tcp', 22, v4=V4)], [SSH]),
    ('ssh-mixed-cidrs', 4, [rule('tcp', 22, v4=PRIVATE + V4)], [SSH]),
    ('db-5432-private', 5, [rule('tcp', 5432, v4=PRIVATE)], []),
    ('no-ingress', 5, [], []),
]

# Instances

OLD_METADATA = ['ec2-imdsv2-required']
METADATA = [
    ('required', 50, {'HttpTokens': 'required', 'HttpEndpoint': 'enabled'}, []),
    ('optional', 40, {'HttpTokens': 'optional', 'HttpEndpoint': 'enabled'}, OLD_METADATA),
    ('unset', 15, None, OLD_METADATA),
]

# Identities


def allow(action, resource='*', effect='Allow'):
    return {'Effect': effect, 'Action': action, 'Resource': resource}


BENIGN = [allow(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::app-data', 'arn:aws:s3:::app-data/*'])]
# Statements, and whether they make an administrator.
STATEMENTS = [
    ('benign', 40, BENIGN, False),
    ('admin', 10, [allow('*')], True),
    ('admin-lists', 6, [allow(['*'], ['*'])], True),
    ('admin-second-statement', 5, BENIGN + [allow('*')], True),
    ('deny-star', 6, [allow('*', effect='Deny')], False),
    ('star-action-one-bucket', 6, [allow('*', 'arn:aws:s3:::app-data/*')], False),
    ('describe-star', 8, [allow('ec2:Describe*')], False),
]
INLINE_OF_USER = [('none', 60, None, False), *STATEMENTS]
INLINE_OF_GROUP = [('none', 20, None, False), *STATEMENTS]

ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess'
ATTACHED = [
    ('none', 70, None, []),
    ('readonly', 15, 'arn:aws:iam::aws:policy/ReadOnlyAccess', []),
    ('admin', 15, ADMINISTRATOR, ['iam-user-no-admin-attached']),
]

WILDCARD, NO_ID = ['iam-role-trust-no-wildcard'], ['iam-cross-account-role-external-id']


def trust(principal, **more):
    return [{'Effect': 'Allow', 'Principal': principal, 'Action': 'sts:AssumeRole', **more}]


EXTERNAL_ID = {'Condition': {'StringEquals': {'sts:ExternalId': 'fleet-ext-7391'}}}
GITHUB = 'token.actions.githubusercontent.com'
WEB = {
    'Action': 'sts:AssumeRoleWithWebIdentity', 'Condition': {'StringEquals': {f'{GITHUB}:aud': 'sts.amazonaws.com'}},
}
# The statements of trust of a role in an account, and another account.
TRUST = [
    ('svc-ec2', 14, lambda own, other: trust({'Service': 'ec2.amazonaws.com'}), []),
    ('svc-lambda', 12, lambda own, other: trust({'Service': 'lambda.amazonaws.com'}), []),
    ('wild-star', 5, lambda own, other: trust('*'), WILDCARD),
    ('wild-aws-star', 6, lambda own, other: trust({'AWS': '*'}), WILDCARD),
    ('same-account', 8, lambda own, other: trust(root_of(own)), []),
    ('xacct-root-ext', 8, lambda own, other: trust(root_of(other), **EXTERNAL_ID), []),
    ('xacct-root-noext', 8, lambda own, other: trust(root_of(other)), NO_ID),
    ('xacct-bare-id-noext', 5, lambda own, other: trust({'AWS': other}), NO_ID),
    ('xacct-role-ext', 5, lambda own, other: trust(deployer(other), **EXTERNAL_ID), []),
    ('xacct-role-noext', 6, lambda own, other: trust(deployer(other)), NO_ID),
    ('oidc-github', 5, lambda own, other: trust({'Federated': f'arn:aws:iam::{own}:oidc-provider/{GITHUB}'}, **WEB), []),
]


def deployer(account):
    return {'AWS': f'arn:aws:iam::{account}:role/deployer'}


class Plan:
    """All choices, by a seed and a scale alone."""

    def __init__(self, seed, scale):
        self.seed = seed
        self.counts = {kind: max(1, round(count * scale)) for kind, count in COUNTS.items()}

    def random(self, kind, number):
        return random.Random(f'{self.seed}/{kind}/{number}')

    def pick(self, kind, what, number, variants):
        """Each variant comes up once, in an order of the seed's, before they come up by weight."""
        if number < len(variants):
            order = list(range(len(variants)))
            random.Random(f'{self.seed}/{kind}/{what}/order').shuffle(order)
            return variants[order[number]]
        chance = random.Random(f'{self.seed}/{kind}/{what}/{number}')
        return chance.choices(variants, weights=[variant[1] for variant in variants])[0]
