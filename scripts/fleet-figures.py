#!/usr/bin/env python3
"""Measures what an evaluation of a whole account costs: a part of docs/performance.md.

    scripts/fleet-figures.py CLOUDCORRECT BARE_LOOP ANSWERS [CUSTODIAN]

Fills a moto server with the account of benches/fleet/fleet.py and has it evaluated by turns: by ours, by the same calls of
the AWS SDK alone, and by Cloud Custodian where it is named. Counts what the server was asked, and holds each verdict of
ours against what the generator says. ANSWERS, the bench of that name, tells what it costs alone to check the answers that
one more evaluation gets. The exit status is 1 where one differs, or where ours costs more than the limits.

    FLEET_SEED=1         another seed is another account
    FLEET_SCALE=1        10 has ten times as many resources; below 1, where what all accounts cost is most of it, only
                         verdicts have limits
    FLEET_REGIONS=us-east-1,eu-west-1
    FLEET_RUNS=3         of each program; 1 beyond scale 1
    TEST_SERVERS=...     where the servers of the tests lie
"""

import glob
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from typing import NamedTuple

from fleet_account import FLEET, REGIONS, SEED, environment, fill, policies, server
from measured import Run, measured

SCALE = float(os.environ.get('FLEET_SCALE', '1'))
RUNS = int(os.environ.get('FLEET_RUNS', '3' if SCALE <= 1 else '1'))

# Times the fewest requests, times the CPU of the bare loop, and times that of ours for the peer's.
MOST_REQUESTS = 1.02
MOST_CPU = 1.6
LEAST_CPU_OF_PEER = 12
MEMORY_MB = 50 if SCALE <= 1 else 200

# The settings of a bucket that the checks read, and resources a page of a list.
SETTINGS = 7
PAGE = 1000

class Measured(NamedTuple):
    """A run, and the requests that came meanwhile, by operation."""

    run: Run
    requests: Counter


def resources(truth, check):
    return len(truth['checks'][check]['fail']) + len(truth['checks'][check]['pass'])


def fewest_requests(truth):
    """Requests without which the checks cannot be decided; nothing is read twice."""
    def pages(*checks):
        return math.ceil(sum(resources(truth, check) for check in checks) / PAGE)

    buckets = 1 + SETTINGS * resources(truth, 's3-logging')
    machines = len(REGIONS) * sum(map(pages, ['sg-no-ssh-from-world', 'ec2-no-public-ip', 'ebs-encrypted']))
    # Users, groups, roles and policies come in one list.
    identities = pages(
        'iam-user-mfa', 'iam-group-no-admin-inline', 'iam-role-trust-no-wildcard', 'iam-policy-no-star-star')
    report, passwords = 2, 1
    # The report may be four hours old, so that it clears a user and condemns none.
    afresh = 2 * len(truth['checks']['iam-user-mfa']['fail'])
    afresh += len(truth['checks']['iam-access-key-age-90d']['fail'])
    return buckets + machines + identities + report + passwords + afresh


class Ours:
    name = 'cloudcorrect'
    # Something fails, and nothing is unknown.
    status = 1

    def __init__(self, binary, truth, directory):
        self.directory, self.truth, self.wrong = directory, truth, Counter()
        policies(os.path.join(directory, 'policies'), truth)
        options = ['--account', 'fleet', '--group', 'aws-baseline', '--format', 'json']
        self.arguments = [binary, 'evaluate', 'policies', *options]

    def check(self):
        """Holds each verdict against the truth; the most of all runs counts."""
        with open(os.path.join(self.directory, 'out'), encoding='utf-8') as out:
            findings = json.load(out)['findings']
        outcomes = {}
        for finding in findings:
            outcomes.setdefault((finding['check'], finding['resourceId']), []).append(finding['outcome'])
        slips = {}
        for check, expected in self.truth['checks'].items():
            for outcome in ('fail', 'pass'):
                for resource in expected[outcome]:
                    found = outcomes.pop((check, resource), [])
                    if found != [outcome]:
                        slips[check, resource] = slip(found)
        made_up = [pair for pair in outcomes if pair[0] in self.truth['checks']]
        slips |= dict.fromkeys(made_up, 'made up')
        for (check, resource), what in list(slips.items())[:10]:
            print(f'{what}: {check} of {resource}')
        self.wrong |= Counter(slips.values())


def slip(found):
    if not found:
        return 'missing'
    if len(found) > 1:
        return 'doubled'
    return 'wrong' if found[0] in ('fail', 'pass') else 'undecided'


class BareLoop:
    name = 'the AWS SDK alone'
    status = 0

    def __init__(self, binary, truth, directory):
        self.directory = directory
        os.makedirs(directory)
        lines = [f'console {user}' for user in truth['checks']['iam-user-mfa']['fail']]
        lines += [f'keys {user}' for user in truth['checks']['iam-access-key-age-90d']['fail']]
        with open(os.path.join(directory, 'calls'), 'w', encoding='utf-8') as out:
            out.writelines(f'{line}\n' for line in lines)
        self.arguments = [binary, 'calls', *REGIONS]

    def check(self):
        pass


class Custodian:
    name = 'Cloud Custodian'
    status = 0

    def __init__(self, binary, truth, directory):
        self.directory, self.truth = directory, truth
        os.makedirs(directory)
        self.agreeing = self.policies = 0
        wanted = os.path.join(FLEET, 'custodian.yaml')
        regions = [word for region in REGIONS for word in ('--region', region)]
        self.arguments = [binary, 'run', '--cache', 'memory', *regions, '-s', 'found', wanted]

    def check(self):
        """How many of its policies find as many resources as fail; a peer that reads nothing would be quick."""
        counts = Counter()
        found = os.path.join(self.directory, 'found')
        for path in glob.glob(os.path.join(found, '**', 'resources.json'), recursive=True):
            with open(path, encoding='utf-8') as file:
                counts[os.path.basename(os.path.dirname(path))] += len(json.load(file))
        shutil.rmtree(found)
        self.policies = len(counts)
        self.agreeing = sum(count == len(self.truth['checks'][check]['fail']) for check, count in counts.items())


def run(program, running):
    before = len(running.lines())
    cost = measured(program.arguments, program.directory, environment(running.url), is_apart=True)
    if cost.status != program.status:
        with open(os.path.join(program.directory, 'errors'), encoding='utf-8', errors='replace') as errors:
            sys.exit(f'{program.name} ended with {cost.status}:\n{errors.read()[-2000:]}')
    program.check()
    asked = running.lines()[before:]
    return Measured(cost, Counter(f'{service} {operation}' for _, service, operation, *_ in asked))


def cost_of_checks(bench, ours, running):
    """Seconds that the check of all answers to one evaluation takes, by a bench that prints what it measured."""
    answers = running.copy()
    run(ours, running)
    told = subprocess.run([bench, answers], stdout=subprocess.PIPE, check=True, text=True).stdout
    figures = json.loads(told)
    print('check of {answers:,} answers, {bytes:,} bytes: {seconds:.4f} s, {undeclared} of them held to nothing but being whole'.format(**figures))
    return figures['seconds']


def median(runs, figure):
    return statistics.median(getattr(one.run, figure) for one in runs)


def tell(program, runs):
    requests = statistics.median(one.requests.total() for one in runs)
    peak = max(one.run.peak for one in runs)
    least = min(one.run.cpu for one in runs)
    print(f'{program.name:20}{median(runs, "cpu"):8.2f}{least:8.2f}{median(runs, "wall"):8.2f}{peak:8.0f}{requests:10,.0f}')


def differing(ours, bare):
    """The operations that one asks for more often than the other."""
    operations = sorted({*ours, *bare})
    return [f'{name}: {ours[name]} and {bare[name]}' for name in operations if ours[name] != bare[name]]


def ratios(programs, truth, runs):
    """Tells how the figures stand to each other; returns what is beyond the limits."""
    ours, bare, *peers = programs
    beyond = []

    def held(words, figure, is_fine, limit, least_scale=1):
        print(f'{words}: {figure}, {limit}')
        if not is_fine and SCALE >= least_scale:
            beyond.append(f'{words}: {figure}, {limit}')

    requests, fewest = max(one.requests.total() for one in runs[ours]), fewest_requests(truth)
    ratio = requests / fewest
    held(f'requests beside the fewest, {fewest:,}', f'{ratio:.3f}', ratio <= MOST_REQUESTS, f'at most {MOST_REQUESTS}')
    ratio = median(runs[ours], 'cpu') / median(runs[bare], 'cpu')
    held("CPU beside that of the SDK alone", f'{ratio:.2f}', ratio <= MOST_CPU, f'at most {MOST_CPU}')
    for peer in peers:
        ratio = median(runs[peer], 'cpu') / median(runs[ours], 'cpu')
        held('CPU of Cloud Custodian beside ours', f'{ratio:.1f}', ratio >= LEAST_CPU_OF_PEER, f'at least {LEAST_CPU_OF_PEER}')
        print(f'  {peer.agreeing} of its {peer.policies} policies find as many resources as fail')
    peak = max(one.run.peak for one in runs[ours]) * 1024**2 / 1e6
    held('peak memory', f'{peak:.0f} MB', peak <= MEMORY_MB, f'at most {MEMORY_MB} MB')
    pairs = sum(resources(truth, check) for check in truth['checks'])
    told = ', '.join(f'{ours.wrong[what]} {what}' for what in ('wrong', 'undecided', 'missing', 'doubled', 'made up'))
    held(f'verdicts, {pairs:,}', told, not ours.wrong, 'none allowed', least_scale=0)
    return beyond


def main():
    ours, bare, answers, *peers = [os.path.abspath(path) for path in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as directory, server(directory) as running:
        truth = fill(running.url, directory, SCALE)
        kinds = {frozenset(its['fail'] + its['pass']) for its in truth['checks'].values()}
        count = sum(map(len, kinds))
        programs = [
            kind(binary, truth, os.path.join(directory, kind.__name__))
            for kind, binary in zip([Ours, BareLoop, Custodian], [ours, bare, *peers])
        ]
        runs = {program: [] for program in programs}
        for _ in range(RUNS):
            for program in programs:
                runs[program].append(run(program, running))
        checks = cost_of_checks(answers, programs[0], running)
    print(f'{count:,} resources, {len(truth["checks"])} checks, seed {SEED}, scale {SCALE:g}, {", ".join(REGIONS)}; runs of each: {RUNS}')
    print(f'{"":20}{"CPU s":>8}{"least":>8}{"wall s":>8}{"MiB":>8}{"requests":>10}')
    for program in programs:
        tell(program, runs[program])
    ours, bare, *_ = programs
    for words in differing(runs[ours][0].requests, runs[bare][0].requests):
        print(f'asked more or less than the SDK alone: {words}')
    print(f'check of answers beside all CPU of ours: {100 * checks / median(runs[ours], "cpu"):.1f} %')
    beyond = ratios(programs, truth, runs)
    for words in beyond:
        print(f'beyond the limit: {words}')
    return 1 if beyond else 0


if __name__ == '__main__':
    sys.exit(main())
