#!/usr/bin/env python3
"""Measures how fast policies are validated: a part of docs/performance.md.

    scripts/validate-figures.py BINARY [CUSTODIAN]

Generates 10,000 groups of two checks and one account, once a file each and once a hundred a file,
and runs `BINARY validate` on them, files in the page cache. Where there is Cloud Custodian, its
`custodian validate` runs beside it on 200 policies of the same kind, and both are told by the CPU
second. The exit status is 1 where ours is slower or larger than the limits.
"""

import os
import statistics
import sys
import tempfile

from measured import measured

GROUPS = 10_000
RUNS = 11
DOCUMENTS_A_SECOND = 20_000
MEMORY_MB = 300

PEER_POLICIES = 200
PEER_RUNS = 3

ACCOUNT = '''\
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata:
  name: shop
  labels: { env: prod }
spec:
  aws:
    accountId: 123456789012
    regions: [us-east-1, eu-west-1]
'''

GROUP = '''\
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata:
  name: service-%(n)d
  labels: { team: team-%(team)d }
spec:
  description: What service %(n)d of team %(team)d needs.
  owner: team-%(team)d@example.com
  accounts: { matchLabels: { env: prod } }
  schedule: { every: 1h }
  mode: audit
  checks:
'''

# Checks of every kind; each group has two, and no two groups say the same.
CHECKS = [
    '''\
    - id: public-access-blocked
      title: Buckets of service %(n)d block public access
      severity: high
      select: AWS::S3::Bucket
      where: tag("service") == "service-%(n)d" && (tag("public") == null || tag("public") != "true")
      assert: >
        resource.PublicAccessBlockConfiguration.BlockPublicAcls &&
        resource.PublicAccessBlockConfiguration.IgnorePublicAcls &&
        resource.PublicAccessBlockConfiguration.BlockPublicPolicy &&
        resource.PublicAccessBlockConfiguration.RestrictPublicBuckets
      compliance: [cis-aws-3.0.0/2.1.4]
      remediation: Turn on all four settings of Block Public Access for the bucket.
''',
    '''\
    - id: no-ssh-from-the-world
      title: SSH to service %(n)d is not open to the world
      severity: critical
      select: AWS::EC2::SecurityGroup
      where: resource.GroupName.startsWith("service-%(n)d-")
      assert: >
        !resource.SecurityGroupIngress.exists(rule,
          (has(rule.CidrIp) && rule.CidrIp == "0.0.0.0/0" ||
            has(rule.CidrIpv6) && rule.CidrIpv6 == "::/0") &&
          (rule.IpProtocol == "-1" || rule.IpProtocol == "tcp" && rule.FromPort <= 22 && rule.ToPort >= 22))
      compliance: [cis-aws-3.0.0/5.2]
      remediation: Restrict the rule to your own addresses, or use Session Manager.
''',
    '''\
    - id: metadata-tokens-required
      title: Instances of service %(n)d require IMDSv2
      severity: high
      select: AWS::EC2::Instance
      where: tag("service") == "service-%(n)d"
      assert: resource.MetadataOptions.HttpTokens == "required" || resource.MetadataOptions.HttpEndpoint == "disabled"
      compliance: [cis-aws-3.0.0/5.6]
      remediation: Set the instance's metadata options to require tokens.
''',
    '''\
    - id: logs-exist
      title: Service %(n)d keeps its logs
      severity: medium
      uses: aws/s3-bucket-exists
      with: { bucketName: acme-service-%(n)d-logs }
''',
    '''\
    - id: versioned
      title: Buckets of service %(n)d keep versions
      severity: medium
      select: AWS::S3::Bucket
      where: tag("service") == "service-%(n)d"
      assert: resource.VersioningConfiguration.Status == "Enabled"
      remediation: Turn on versioning.
''',
    '''\
    - id: keys-are-rotated
      title: Active access keys of service %(n)d are younger than %(days)d days
      severity: medium
      select: AWS::IAM::User
      where: tag("service") == "service-%(n)d"
      assert: resource.AccessKeys.all(key, key.Status != "Active" || age(key.CreateDate) <= duration("%(days)dd"))
      compliance: [cis-aws-3.0.0/1.14]
      remediation: Create a new key, move what uses the old one, and delete it.
''',
    '''\
    - id: runs
      title: Service %(n)d runs somewhere
      severity: critical
      select: AWS::EC2::Instance
      where: tag("service") == "service-%(n)d"
      assert: resource.State.Name == "running"
      onEmpty: fail
''',
    '''\
    - id: role-may-read
      uses: aws/role-has-policy
      with:
        roleName: service-%(n)d
        policyArn: arn:aws:iam::aws:policy/ReadOnlyAccess
      severity: low
      compliance: [acme-1/4.%(days)d]
''',
    '''\
    - id: policy-not-public
      title: No bucket policy of service %(n)d is public
      severity: critical
      select: AWS::S3::Bucket
      where: resource.BucketName.startsWith("acme-service-%(n)d-")
      assert: "!isPublic(resource.Policy)"
      remediation: Remove the statement that allows every principal, or restrict it to your organization.
''',
    '''\
    - id: encrypted
      title: Buckets of service %(n)d are encrypted by default
      severity: medium
      select: AWS::S3::Bucket
      where: tag("service") == "service-%(n)d"
      assert: >
        resource.BucketEncryption.ServerSideEncryptionConfiguration.exists(rule,
          has(rule.ServerSideEncryptionByDefault))
      remediation: Set a default encryption for the bucket; SSE-S3 (AES256) costs nothing.
''',
]

# The same kind of policies in Cloud Custodian's words: a check is a filter, or a policy's filters.
PEER = [
    '''\
  - name: service-%(n)d-versioned
    resource: aws.s3
    description: Buckets of service %(n)d keep versions.
    filters:
      - "tag:service": service-%(n)d
      - type: bucket-encryption
        state: false
      - not:
          - type: value
            key: Versioning.Status
            value: Enabled
''',
    '''\
  - name: service-%(n)d-no-ssh-from-the-world
    resource: aws.security-group
    description: SSH to service %(n)d is not open to the world.
    filters:
      - type: value
        key: GroupName
        op: glob
        value: service-%(n)d-*
      - type: ingress
        Ports: [22]
        Cidr: { value: "0.0.0.0/0" }
''',
    '''\
  - name: service-%(n)d-tokens
    resource: aws.ec2
    description: Instances of service %(n)d require IMDSv2.
    filters:
      - "tag:service": service-%(n)d
      - type: value
        key: MetadataOptions.HttpTokens
        op: ne
        value: required
''',
    '''\
  - name: service-%(n)d-keys
    resource: aws.iam-user
    description: Active access keys of service %(n)d are younger than %(days)d days.
    filters:
      - "tag:service": service-%(n)d
      - type: access-key
        key: CreateDate
        value_type: age
        op: gt
        value: %(days)d
''',
]


def group(number):
    words = {'n': number, 'team': number % 97, 'days': 30 + number % 60}
    # Every pair of kinds comes up, one after another.
    first = number % len(CHECKS)
    second = (first + 1 + number // len(CHECKS) % (len(CHECKS) - 1)) % len(CHECKS)
    return (GROUP + CHECKS[first] + CHECKS[second]) % words


def policy(number):
    return PEER[number % len(PEER)] % {'n': number, 'days': 30 + number % 60}


def written(directory, name, text):
    path = os.path.join(directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text)


def tree(directory, groups_a_file):
    """The policies in a directory `policies`, and how many bytes and files they are."""
    texts = {'policies/accounts.yaml': ACCOUNT}
    for start in range(0, GROUPS, groups_a_file):
        name = f'policies/{start // 1000}/services-{start}.yaml'
        texts[name] = '---\n'.join(group(number) for number in range(start, start + groups_a_file))
    for name, text in texts.items():
        written(directory, name, text)
    return sum(len(text.encode()) for text in texts.values()), len(texts)


def several(arguments, directory, count):
    """Runs, after one that fills the page cache; ends where one of them fails."""
    runs = [measured(arguments, directory) for _ in range(count + 1)][1:]
    if any(run.status != 0 for run in runs):
        with open(os.path.join(directory, 'out'), encoding='utf-8', errors='replace') as out:
            sys.exit(f'{" ".join(arguments)} failed:\n{out.read(2000)}')
    return runs


def ours(binary, groups_a_file):
    """Tells of a layout; returns documents by CPU second, and whether it is within the limits."""
    documents = GROUPS + 1
    with tempfile.TemporaryDirectory() as directory:
        size, files = tree(directory, groups_a_file)
        runs = several([binary, 'validate', 'policies'], directory, RUNS)
    wall = statistics.median(run.wall for run in runs)
    least, cpu = min(run.wall for run in runs), statistics.median(run.cpu for run in runs)
    peak = max(run.peak for run in runs)
    print(f'{documents} documents in {files} files, {size / 1e6:.1f} MB, {len(runs)} runs:')
    print(f'  documents a second: median {documents / wall:,.0f}, best {documents / least:,.0f}')
    print(f'  wall: median {wall:.3f} s, least {least:.3f} s; CPU: median {cpu:.3f} s; peak memory: {peak:.0f} MiB')
    return documents / cpu, documents / wall >= DOCUMENTS_A_SECOND and peak <= MEMORY_MB


def peer(custodian):
    """Tells of Cloud Custodian; returns policies by CPU second, its start left out."""
    with tempfile.TemporaryDirectory() as directory:
        written(directory, 'one.yaml', 'policies:\n' + policy(0))
        written(directory, 'many.yaml', 'policies:\n' + ''.join(map(policy, range(PEER_POLICIES))))
        one, many = (
            several([custodian, 'validate', name], directory, PEER_RUNS)
            for name in ('one.yaml', 'many.yaml')
        )
    start = statistics.median(run.cpu for run in one)
    cpu = statistics.median(run.cpu for run in many)
    peak = max(run.peak for run in many)
    by_second = (PEER_POLICIES - 1) / (cpu - start)
    print(f'Cloud Custodian, {PEER_POLICIES} policies in a file, {PEER_RUNS} runs:')
    print(f'  CPU: median {cpu:.2f} s, of which {start:.2f} s for a file of one policy; peak memory: {peak:.0f} MiB')
    print(f'  policies a CPU second: {PEER_POLICIES / cpu:.1f}, beyond the first {by_second:.1f}')
    return by_second


def main():
    binary = os.path.abspath(sys.argv[1])
    figures = [ours(binary, groups_a_file) for groups_a_file in (1, 100)]
    if len(sys.argv) > 2:
        by_second = peer(os.path.abspath(sys.argv[2]))
        for (documents, _), layout in zip(figures, ('one a file', 'a hundred a file')):
            print(f'documents by CPU second, {layout}: {documents:,.0f}, {documents / by_second:,.0f} times as many')
    return 0 if all(is_fine for _, is_fine in figures) else 1


if __name__ == '__main__':
    sys.exit(main())
