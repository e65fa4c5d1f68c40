#!/usr/bin/env python3
"""Measures an evaluation of a large recorded account: a part of docs/performance.md.

    scripts/recorded-figures.py BINARY DIRECTORY [PYTHON]

The directory has `account.json`, which `scripts/large-inventory.py` wrote, and `pairs.json`, which
the bench `recorded` did. Runs `BINARY evaluate` on the account by the checks of the baseline. Where
there is a Python with Cloud Custodian, its filters judge the same resources for some of the checks,
and both are told by the pair of a check and a resource. The exit status is 1 beyond the limits.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from measured import measured

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
CPU_S = 4
MEMORY_MB = 400


def evaluated(binary, account, form):
    """Runs of an evaluation in a form, after one that fills the page cache, and the bytes that one wrote."""
    policies = str(ROOT / 'example-policies/policies')
    arguments = [binary, 'evaluate', policies, '--inventory', account, '--group', 'aws-baseline', '--format', form]
    with tempfile.TemporaryDirectory() as directory:
        runs = [measured(arguments, directory) for _ in range(RUNS + 1)][1:]
        out = Path(directory, 'out')
        if any(run.status != 1 for run in runs):
            sys.exit(f'{" ".join(arguments)} failed:\n{out.read_text(encoding="utf-8", errors="replace")[:2000]}')
        return runs, out.stat().st_size


def ours(binary, account, form):
    """Tells of a form; returns whether it is within the limits."""
    runs, size = evaluated(binary, account, form)
    cpu = statistics.median(run.cpu for run in runs)
    wall = statistics.median(run.wall for run in runs)
    peak = max(run.peak for run in runs) * (1 << 20) / 1e6
    print(
        f'evaluate --format {form}, {size / 1e6:.0f} MB written, {len(runs)} runs: CPU: median {cpu:.2f} s (at most {CPU_S}); '
        f'wall: median {wall:.2f} s; peak memory: {peak:.0f} MB (at most {MEMORY_MB})'
    )
    return cpu <= CPU_S and peak <= MEMORY_MB


def peer(python, account, costs):
    """Tells what pairs cost Cloud Custodian, beside ours."""
    script = str(ROOT / 'benches/recorded/custodian.py')
    with tempfile.TemporaryDirectory() as directory:
        run = measured([python, script, account], directory)
        out = Path(directory, 'out').read_text(encoding='utf-8')
    if run.status != 0:
        sys.exit(f'Cloud Custodian failed:\n{out[:2000]}')
    theirs = json.loads(out.splitlines()[-1])
    print('nanoseconds of CPU a pair, with what fails:')
    for check, (cost, pairs, failing) in theirs.items():
        print(
            f'  {check}: {costs[check]:,.0f}, Cloud Custodian {cost:,.0f}, {cost / costs[check]:,.0f} times as many; '
            f'{failing:,} of {pairs:,}'
        )
    ratio = statistics.geometric_mean(cost / costs[check] for check, (cost, _, _) in theirs.items())
    print(f'  all {len(theirs)}, by the geometric mean: {ratio:,.0f} times as many')


def main():
    binary, directory = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).resolve()
    account = str(directory / 'account.json')
    is_fine = [ours(binary, account, form) for form in ('csv', 'json')]
    if len(sys.argv) > 3:
        costs = json.loads((directory / 'pairs.json').read_text(encoding='utf-8'))
        peer(os.path.abspath(sys.argv[3]), account, costs)
    return 0 if all(is_fine) else 1


if __name__ == '__main__':
    sys.exit(main())
