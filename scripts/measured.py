"""What running a program costs, for the scripts that measure it."""

import os
import subprocess
import sys
from typing import NamedTuple

# Starts a process and tells what it used: a process of its own, because the peak memory of a
# process begins with that of its parent.
MEASURE = '''
import os, sys, time
start = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(pid, 0)
wall = time.monotonic() - start
figures = (os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss)
with open("figures", "w") as out:
    print(*figures, file=out)
'''


class Run(NamedTuple):
    """A run from start to end: seconds and MiB."""

    status: int
    wall: float
    cpu: float
    peak: float


def measured(arguments, directory, environment=None, is_apart=False):
    """Runs a program in a directory, where `out` has what it printed afterwards; what it said on
    the standard error is there as well, or apart from it in `errors`."""
    command = [sys.executable, '-S', '-c', MEASURE, *arguments]
    out, errors = (os.path.join(directory, name) for name in ('out', 'errors'))
    with open(out, 'wb') as out, open(errors, 'wb') as errors:
        said = errors if is_apart else out
        subprocess.run(command, cwd=directory, env=environment, stdout=out, stderr=said, check=True)
    with open(os.path.join(directory, 'figures'), encoding='ascii') as figures:
        status, wall, cpu, peak = figures.read().split()
    return Run(int(status), float(wall), float(cpu), int(peak) / 1024)
