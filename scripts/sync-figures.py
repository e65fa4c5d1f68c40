#!/usr/bin/env python3
"""Measures what a commit costs the service: a part of docs/performance.md.

    scripts/sync-figures.py BINARY [BINARY-BEFORE]

Puts 1,000 and 10,000 policy files under Git, a group of two checks each, in directories of a hundred, and has the service
follow them, with a private Postgres. Tells how long the first commit takes and the memory at its peak, and what each of
a number of commits that change one file costs in processor time, in the median: of the service with the processes that
fetch for it, and of Postgres beside it.
The groups are suspended, so that nothing is evaluated; what polling costs meanwhile is measured and taken off.
With the binary of another build that one runs by turns with the first. The exit status is 1 where a limit is passed.

    SYNC_COMMITS=41      commits that change one file
    SYNC_OVER=http       or file: how the repository is reached
"""

import importlib
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import datetime

from serving import GitOverHttp, Service, git, memory, spent

OVER = os.environ.get('SYNC_OVER', 'http')
COMMITS = int(os.environ.get('SYNC_COMMITS', '41'))
FEW, MANY = 1_000, 10_000
CPU_MS = 100
RATIO = 1.3
FIRST_SECONDS, FIRST_MB = 3, 250

SETTINGS = '''\
data_dir = "%(directory)s/data"
[listen]
webhooks = "127.0.0.1:0"
page = "127.0.0.1:0"
[git]
allow_file = true
[[sources]]
name = "policies"
url = "%(url)s"
poll = "1s"
[accounts."123456789012"]
recorded = "%(directory)s/account.json"
'''

# An account without resources, since none is asked for any.
ACCOUNT = {
    'apiVersion': 'cloudcorrect.dev/v1', 'kind': 'Inventory', 'account': '123456789012',
    'recordedAt': '2026-11-30T00:00:00Z', 'lists': {},
}


def write(tree, n, interval='1h'):
    made = importlib.import_module('validate-figures')
    text = made.group(n).replace('every: 1h', f'every: {interval}').replace('mode: audit', 'mode: audit\n  suspend: true')
    path = os.path.join(tree, 'policies', f'team-{n // 100:03}', f'service-{n:05}.yaml')
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text)


def repository(tree, files):
    made = importlib.import_module('validate-figures')
    os.makedirs(os.path.join(tree, 'policies'))
    with open(os.path.join(tree, 'policies', 'accounts.yaml'), 'w', encoding='utf-8') as out:
        out.write(made.ACCOUNT)
    for n in range(files):
        write(tree, n)
    git(tree, 'init', '--quiet', '--initial-branch', 'main', '.')
    git(tree, 'add', '.')
    git(tree, 'commit', '--quiet', '-m', 'Begin')


def in_force(service, commits):
    """Waits until so many commits came into force."""
    start = time.monotonic()
    while len(service.entries('the revision is in force')) < commits:
        if service.process.poll() is not None or time.monotonic() - start > 120:
            sys.exit(f'it does not come into force: {service.entries()[-3:]}')
        time.sleep(0.01)


class Followed:
    """A source of so many files, followed by a build."""

    def __init__(self, binary, files):
        self.directory = tempfile.TemporaryDirectory()
        root = self.directory.name
        os.chmod(root, 0o755)
        self.files, self.commits = files, 1
        self.tree = os.path.join(root, 'policies')
        repository(self.tree, files)
        with open(os.path.join(root, 'account.json'), 'w', encoding='utf-8') as out:
            json.dump(ACCOUNT, out)
        self.http = GitOverHttp(root) if OVER == 'http' else None
        url = f'{self.http.url}/policies/.git' if self.http else f'file://{self.tree}'
        self.service = Service(binary, root, SETTINGS % {'directory': root, 'url': url})
        in_force(self.service, 1)
        begun, done = (self.instant(message) for message in ('listening', 'the revision is in force'))
        self.first = done - begun
        self.peak = memory(self.service.process.pid, 'VmHWM')
        self.rest = self.idle()

    def instant(self, message):
        """Seconds at which a message was logged first."""
        stamp = self.service.entries(message)[0]['timestamp']
        return datetime.fromisoformat(stamp.replace('Z', '+00:00')).timestamp()

    def spent(self):
        return spent(self.service.process.pid)

    def idle(self):
        """What a second without a commit costs, in the median."""
        time.sleep(2)
        costs = []
        for _ in range(9):
            before, start = self.spent(), time.monotonic()
            time.sleep(1)
            passed = time.monotonic() - start
            costs.append([(after - was) / passed for was, after in zip(before, self.spent())])
        return [statistics.median(of) for of in zip(*costs)]

    def commit(self):
        """Commits a change of one file and waits until it is in force."""
        n = (self.commits * 7919) % self.files
        write(self.tree, n, f'{self.commits + 1}h')
        git(self.tree, 'commit', '--quiet', '--all', '-m', f'Change {n}')
        self.commits += 1
        in_force(self.service, self.commits)

    def cost(self):
        """Milliseconds of the service and of Postgres for a commit that changes one file."""
        before, start = self.spent(), time.monotonic()
        self.commit()
        # What follows of it.
        time.sleep(0.1)
        passed = time.monotonic() - start
        return [1000 * (after - was - rest * passed) for was, after, rest in zip(before, self.spent(), self.rest)]

    def stop(self):
        status = self.service.stop()
        if self.http:
            self.http.stop()
        self.directory.cleanup()
        if status:
            sys.exit(f'the service ended with {status}')


def measure(binary):
    """First commit, and milliseconds of each further one, by how many files there are: sources of both sizes by turns,
    so that a machine that is busy for a while is so for both."""
    followed = []
    try:
        for files in (FEW, MANY):
            followed.append(Followed(binary, files))
        costs = [[one.cost() for one in followed] for _ in range(COMMITS)]
    finally:
        for one in followed:
            one.stop()
    figures = {}
    for one, its in zip(followed, zip(*costs)):
        own, beside = (statistics.median(of) for of in zip(*its))
        figures[one.files] = own, beside, one.first, one.peak
    return figures


def main():
    beyond = []
    for name, binary in zip(('this build', 'the build before'), map(os.path.abspath, sys.argv[1:])):
        figures = measure(binary)
        print(f'{name}, {COMMITS} commits that change one file each:')
        for files, (own, beside, first, peak) in figures.items():
            print(f'  {files:,} files: {own:.1f} ms of processor time and {beside:.1f} ms of Postgres a commit; '
                  f'the first commit {first:.2f} s, {peak / 1e6:.0f} MB at its peak')
        few, many = figures[FEW], figures[MANY]
        ratio = many[0] / few[0]
        print(f'  {MANY:,} files beside {FEW:,}: {ratio:.2f} times')
        if name == 'this build':
            limits = [
                (many[0] > CPU_MS, f'{many[0]:.0f} ms of processor time, more than {CPU_MS}'),
                (ratio > RATIO, f'{ratio:.2f} times what {FEW:,} files cost, more than {RATIO}'),
                (many[2] > FIRST_SECONDS, f'{many[2]:.2f} s for the first commit, more than {FIRST_SECONDS}'),
                (many[3] > FIRST_MB * 1e6, f'{many[3] / 1e6:.0f} MB for the first commit, more than {FIRST_MB}'),
            ]
            beyond = [words for is_beyond, words in limits if is_beyond]
    for words in beyond:
        print(f'beyond the limit: {words}')
    return 1 if beyond else 0


if __name__ == '__main__':
    sys.exit(main())
