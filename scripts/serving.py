"""The service as a process, for the scripts that measure it while it works."""

import json
import os
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TICKS = os.sysconf('SC_CLK_TCK')


def git(directory, *arguments):
    """What a command of Git says, in a repository."""
    author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'gc.auto=0']
    said = subprocess.run(['git', *author, *arguments], cwd=directory, check=True, stdout=subprocess.PIPE, text=True)
    return said.stdout.strip()


class GitOverHttp:
    """The repositories below a directory, served by `git http-backend` on a port of this machine."""

    def __init__(self, root):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.0'

            def do_GET(self):
                path, _, query = self.path.partition('?')
                body = self.rfile.read(int(self.headers.get('content-length', '0')))
                environment = {
                    **os.environ, 'GIT_PROJECT_ROOT': root, 'GIT_HTTP_EXPORT_ALL': '1',
                    'REQUEST_METHOD': self.command, 'PATH_INFO': path, 'QUERY_STRING': query,
                    'CONTENT_TYPE': self.headers.get('content-type', ''), 'CONTENT_LENGTH': str(len(body)),
                    'GIT_PROTOCOL': self.headers.get('git-protocol', ''),
                    'HTTP_CONTENT_ENCODING': self.headers.get('content-encoding', ''),
                    # Whoever serves may be another than whom the repository belongs to.
                    'GIT_CONFIG_COUNT': '1', 'GIT_CONFIG_KEY_0': 'safe.directory', 'GIT_CONFIG_VALUE_0': '*',
                }
                said = subprocess.run(['git', 'http-backend'], input=body, env=environment, check=True, stdout=subprocess.PIPE)
                head, _, answer = said.stdout.partition(b'\r\n\r\n')
                fields = [line.split(': ', 1) for line in head.decode().split('\r\n')]
                status = next((value for name, value in fields if name == 'Status'), '200 OK')
                self.send_response(int(status.split()[0]))
                for name, value in fields:
                    if name != 'Status':
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()


def children(process):
    with open(f'/proc/{process}/task/{process}/children', encoding='ascii') as file:
        return [int(child) for child in file.read().split()]


def memory(process, what='VmRSS'):
    """Bytes that a process holds, or held at its peak (`VmHWM`)."""
    try:
        with open(f'/proc/{process}/status', encoding='ascii', errors='replace') as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(what))
    except (OSError, StopIteration):
        return 0


def is_worker(process):
    """Whether a process is one of the service's program that works for it."""
    with open(f'/proc/{process}/cmdline', 'rb') as file:
        return file.read().split(b'\0')[1:2] in ([b'fetch'], [b'assess'])


def spent(process):
    """Seconds of processor time of the service with its workers, and those of Postgres beside it."""
    def of(one):
        with open(f'/proc/{one}/stat', encoding='ascii', errors='replace') as file:
            fields = file.read().rpartition(')')[2].split()
        # Its own by its clock (Linux, `clock_getcpuclockid`), which is finer than the system's ticks, and with it
        # that of its children that ended.
        own = time.clock_gettime((~one << 3) | 2)
        return own, own + sum(int(fields[at]) for at in (13, 14)) / TICKS

    def below(one):
        for child in children(one):
            try:
                yield is_worker(child), of(child)[1]
            except OSError:
                continue
            yield from below(child)

    own, beside = of(process)[0], 0
    for works, seconds in below(process):
        own, beside = (own + seconds, beside) if works else (own, beside + seconds)
    return own, beside


class Service:
    """The service, and what it logs."""

    def __init__(self, binary, directory, settings, environment=None):
        path = os.path.join(directory, 'cloudcorrect.toml')
        with open(path, 'w', encoding='utf-8') as out:
            out.write(settings)
        self.log = os.path.join(directory, 'log')
        arguments = [binary, 'serve', '--log-format', 'json', '--config', path]
        with open(self.log, 'wb') as out:
            self.process = subprocess.Popen(arguments, env=environment, stdout=out, stderr=out)

    def entries(self, message=None):
        """What it logged so far, all of it or the entries with a message."""
        with open(self.log, encoding='utf-8', errors='replace') as log:
            lines = [line for line in log if line.startswith('{')]
        all_of_it = [json.loads(line) for line in lines if line.endswith('}\n')]
        return [entry for entry in all_of_it if message in (None, entry.get('message'))]

    def stop(self):
        """Its exit status once it has ended."""
        self.process.terminate()
        return self.process.wait(timeout=300)
