#!/usr/bin/env bash
# One branch of 1,001, fetched a second time when nothing is new, by libgit2 1.9.7 (in pygit2 1.21.0) and by Git itself,
# from `git http-backend`. Git asks in protocol 2 for the ref that it wants and is told of one. libgit2 names it in its
# refspec as well, but never asks in protocol 2 and is told of all, so that what a poll costs grows with refs that
# nobody wants.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pygit2==1.21.0
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git init --quiet --bare "$dir/r.git"
tree=$(git -C "$dir/r.git" write-tree)
commit=$(git -C "$dir/r.git" -c user.name=Ada -c user.email=ada@example.com commit-tree -m Begin "$tree")
for name in main $(seq -f 'other-%04g' 1000); do
    echo "create refs/heads/$name $commit"
done | git -C "$dir/r.git" update-ref --stdin
cat >"$dir/server.py" <<'PY'
import http.server, os, re, subprocess, sys

class Handler(http.server.BaseHTTPRequestHandler):
    told = 0

    def serve(self):
        if self.path == '/told':
            answer, headers = str(Handler.told).encode(), {}
            Handler.told = 0
        else:
            path, _, query = self.path.partition('?')
            body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
            said = subprocess.run(['git', '-c', 'safe.directory=*', 'http-backend'], input=body, stdout=subprocess.PIPE, env={
                **os.environ, 'GIT_PROJECT_ROOT': sys.argv[1], 'GIT_HTTP_EXPORT_ALL': '1',
                'REQUEST_METHOD': self.command, 'PATH_INFO': path, 'QUERY_STRING': query,
                'CONTENT_TYPE': self.headers.get('Content-Type', ''), 'CONTENT_LENGTH': str(len(body)),
                'HTTP_CONTENT_ENCODING': self.headers.get('Content-Encoding', ''),
                'GIT_PROTOCOL': self.headers.get('Git-Protocol', '')}).stdout
            head, _, answer = said.partition(b'\r\n\r\n')
            headers = dict(line.split(': ', 1) for line in head.decode().split('\r\n'))
            Handler.told += len(re.findall(rb' refs/heads/', answer))
        self.send_response(200)
        for name, value in {**headers, 'Content-Length': str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = serve

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
"$dir/venv/bin/python" "$dir/server.py" "$dir" >"$dir/port" &
server=$!
until [ -s "$dir/port" ]; do sleep 0.1; done
"$dir/venv/bin/python" - "http://127.0.0.1:$(cat "$dir/port")" "$dir" <<'PY' | tee "$dir/seen"
import subprocess, sys, urllib.request

import pygit2

url, directory = sys.argv[1:]
spec = 'refs/heads/main:refs/mirror/main'

def told():
    return urllib.request.urlopen(url + '/told').read().decode()

def git(place):
    subprocess.run(['git', '-C', place, 'fetch', '--quiet', '--no-tags', url + '/r.git', spec], check=True)

def libgit2(place):
    pygit2.Repository(place).remotes.create_anonymous(url + '/r.git').fetch([spec])

for name, fetch in [('git', git), (f'libgit2 {pygit2.LIBGIT2_VERSION}', libgit2)]:
    place = f'{directory}/{name.split()[0]}'
    pygit2.init_repository(place, bare=True)
    fetch(place)
    told()
    fetch(place)
    print(f'{name}: told of {told()}')
PY
diff "$dir/seen" - <<'SEEN'
git: told of 1
libgit2 1.9.7: told of 1001
SEEN
