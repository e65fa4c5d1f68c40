#!/usr/bin/env python3
"""Measures the memory of a service that evaluates a large account for long: a part of docs/performance.md.

    scripts/fleet-service.py CLOUDCORRECT

Fills a moto server with ten times the account of benches/fleet/fleet.py, puts its policies under Git, and has the service
evaluate them every minute; moto is made to give an answer again once it has given it, since it needs two minutes for
them all. Looks at the service's memory each second and at its runs in the end; what its private Postgres takes
is told beside it. The exit status is 1 where a run is missing or unknown, or the memory is beyond the limit.

    FLEET_SCALE=10       times as many resources
    FLEET_MINUTES=60     for so long
    FLEET_SEED=1         another seed is another account
    TEST_SERVERS=...     where the servers of the tests lie
"""

import os
import sys
import tempfile
import time

from fleet_account import SEED, environment, fill, policies, server
from serving import Service, children, git, memory

SCALE = float(os.environ.get('FLEET_SCALE', '10'))
MINUTES = float(os.environ.get('FLEET_MINUTES', '60'))
MEMORY_MB = 200

# The private Postgres of root runs as another user, who must reach its directory.
SETTINGS = '''\
data_dir = "%(directory)s/data"
[listen]
webhooks = "127.0.0.1:0"
page = "127.0.0.1:0"
[evaluation]
longest_interval = "1m"
[git]
allow_file = true
[[sources]]
name = "fleet"
url = "file://%(directory)s/policies"
poll = "1m"
[accounts."%(account)s"]
'''


def watch(service):
    """Peaks of the service's memory and of its Postgres', by the parts of the time."""
    peaks, postgres = [], 0
    start = time.monotonic()
    while (passed := time.monotonic() - start) < MINUTES * 60:
        if service.process.poll() is not None:
            sys.exit(f'the service ended: {service.entries()[-3:]}')
        part = int(passed * 6 / (MINUTES * 60))
        peaks += [0] * (part + 1 - len(peaks))
        peaks[part] = max(peaks[part], memory(service.process.pid))
        held = sum(memory(below) for child in children(service.process.pid) for below in [child, *children(child)])
        postgres = max(postgres, held)
        time.sleep(1)
    return peaks, postgres


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory, server(directory) as running:
        os.chmod(directory, 0o755)
        truth = fill(running.url, directory, SCALE)
        running.settle()
        tree = os.path.join(directory, 'policies')
        policies(os.path.join(tree, 'policies'), truth)
        git(tree, 'init', '--initial-branch', 'main', '.')
        git(tree, 'add', '.')
        git(tree, 'commit', '-m', 'Watch the fleet')
        settings = SETTINGS % {'directory': directory, 'account': truth['account']}
        service = Service(binary, directory, settings, environment(running.url))
        try:
            peaks, postgres = watch(service)
        finally:
            status = service.stop()
        runs = [run for run in service.entries('group evaluated') if run['group.name'] == 'aws-baseline']
        errors = [entry for entry in service.entries() if entry['level'] == 'ERROR']
        requests = len(running.lines())
    pairs = sum(len(its['fail']) + len(its['pass']) for its in truth['checks'].values())
    print(f'{pairs:,} verdicts, seed {SEED}, scale {SCALE:g}, {MINUTES:g} minutes: {len(runs)} runs, {requests:,} requests')
    print('peak memory of the service by sixths, MB: ' + ', '.join(f'{peak / 1e6:.0f}' for peak in peaks))
    print(f'Postgres beside it, shared memory counted by each process: {postgres / 1e6:.0f} MB')
    first, *others = runs
    changed = sum(run['findings.changed'] for run in others)
    print(f'{first["findings.changed"]:,} findings of the first run, {changed} changes by the others; {len(errors)} errors, status {status}')
    beyond = []
    if max(peaks) > MEMORY_MB * 1e6:
        beyond.append(f'more than {MEMORY_MB} MB')
    if len(runs) < 2 or changed or errors or status or first['findings.changed'] < pairs:
        beyond.append('runs are missing, or not all alike')
    for words in beyond:
        print(f'beyond the limit: {words}')
    return 1 if beyond else 0


if __name__ == '__main__':
    sys.exit(main())
