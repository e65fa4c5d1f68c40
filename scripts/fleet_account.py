"""The account that the scripts fill and have evaluated: a moto server with what benches/fleet/fleet.py makes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FLEET = os.path.join(ROOT, 'benches', 'fleet')
BASELINE = os.path.join(ROOT, 'example-policies', 'policies', 'aws-baseline.yaml')
PYTHON = os.path.join(os.environ['TEST_SERVERS'], 'bin', 'python')

SEED = os.environ.get('FLEET_SEED', '1')
REGIONS = os.environ.get('FLEET_REGIONS', 'us-east-1').split(',')

ACCOUNT = '''\
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata:
  name: fleet
spec:
  aws:
    accountId: %(account)s
    regions: [%(regions)s]
'''


def policies(directory, truth):
    """Writes the baseline and the account into a directory."""
    os.makedirs(directory)
    shutil.copy(BASELINE, directory)
    with open(os.path.join(directory, 'accounts.yaml'), 'w', encoding='utf-8') as out:
        out.write(ACCOUNT % {'account': truth['account'], 'regions': ', '.join(REGIONS)})


class Server:
    """The server that the fleet lives in."""

    def __init__(self, directory):
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        self.url = f'http://127.0.0.1:{port}'
        self.oplog = os.path.join(directory, 'oplog')
        moto = {'MOTO_IAM_LOAD_MANAGED_POLICIES': 'true', 'MOTO_EC2_LOAD_DEFAULT_AMIS': 'false'}
        with open(os.path.join(directory, 'server'), 'wb') as out:
            self.process = subprocess.Popen(
                [PYTHON, os.path.join(FLEET, 'server.py'), self.oplog, str(port)],
                env={**os.environ, **moto}, stdout=out, stderr=out)

    def wait(self):
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f'{self.url}/moto-api/data.json', timeout=60) as answer:
                    answer.read()
                return
            except OSError:
                time.sleep(0.2)
        sys.exit('the server does not start')

    def settle(self):
        """Says that the account stays as it is, so that answers may be given again."""
        asked = urllib.request.Request(f'{self.url}/fleet/settled', method='POST')
        urllib.request.urlopen(asked, timeout=60).close()

    def copy(self):
        """Has the server write down the answers that it gives from now on, and returns the file."""
        asked = urllib.request.Request(f'{self.url}/fleet/copied', method='POST')
        urllib.request.urlopen(asked, timeout=60).close()
        return f'{self.oplog}.answers'

    def lines(self):
        """What was asked so far; a line is written before the response."""
        with open(self.oplog, encoding='utf-8') as oplog:
            return [line.split('\t') for line in oplog]


@contextmanager
def server(directory):
    running = Server(directory)
    try:
        running.wait()
        yield running
    finally:
        running.process.terminate()
        running.process.wait()


def environment(url):
    """That of a program that finds the fleet in the place of AWS, and no settings of whoever measures."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith('AWS_')}
    return {
        **kept,
        'AWS_ENDPOINT_URL': url,
        'AWS_ACCESS_KEY_ID': 'testing',
        'AWS_SECRET_ACCESS_KEY': 'testing',
        'AWS_DEFAULT_REGION': REGIONS[0],
        'AWS_REGION': REGIONS[0],
        'AWS_CONFIG_FILE': os.devnull,
        'AWS_SHARED_CREDENTIALS_FILE': os.devnull,
        'AWS_EC2_METADATA_DISABLED': 'true',
    }


def fill(url, directory, scale):
    path = os.path.join(directory, 'truth.json')
    program = [PYTHON, os.path.join(FLEET, 'fleet.py'), url, path]
    options = ['--seed', SEED, '--scale', str(scale), '--regions', ','.join(REGIONS)]
    start = time.monotonic()
    subprocess.run([*program, *options], env=environment(url), stderr=subprocess.DEVNULL, check=True)
    with open(path, encoding='utf-8') as file:
        truth = json.load(file)
    print(f'filled in {time.monotonic() - start:.0f} s')
    return truth
