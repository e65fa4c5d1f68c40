#!/usr/bin/env bash
# A fetch of one new commit by libgit2 1.9.7 (in pygit2 1.21.0) and by Git itself, from `git http-backend` on loopback.
# libgit2 hands the head of its POST and the body to the system apart, over a socket that holds small pieces back until
# the last one was acknowledged, which Linux puts off for 40 ms once a connection has answered something. So the body
# comes that much later than its head, at each POST. Git's arrives with its head, and so does libgit2's where the answer
# before ended its connection.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pygit2==1.21.0
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git init --quiet --bare "$dir/r.git"
commit() {
    local tree
    tree=$(git -C "$dir/r.git" write-tree)
    commit=$(git -C "$dir/r.git" -c user.name=Ada -c user.email=ada@example.com commit-tree -m "$1" ${2:+-p "$2"} "$tree")
    git -C "$dir/r.git" update-ref refs/heads/main "$commit"
}
commit Begin
cat >"$dir/server.py" <<'PY'
import http.server, os, subprocess, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    late, closes = [], False

    def serve(self):
        headers = {}
        if self.path == '/late':
            answer = ' '.join(f'{1000 * late:.0f}' for late in Handler.late).encode()
            Handler.late = []
        elif self.path == '/close':
            Handler.closes, answer = True, b''
        else:
            began = time.monotonic()
            path, _, query = self.path.partition('?')
            body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
            if self.command == 'POST':
                Handler.late.append(time.monotonic() - began)
            said = subprocess.run(['git', '-c', 'safe.directory=*', 'http-backend'], input=body, stdout=subprocess.PIPE, env={
                **os.environ, 'GIT_PROJECT_ROOT': sys.argv[1], 'GIT_HTTP_EXPORT_ALL': '1',
                'REQUEST_METHOD': self.command, 'PATH_INFO': path, 'QUERY_STRING': query,
                'CONTENT_TYPE': self.headers.get('Content-Type', ''), 'CONTENT_LENGTH': str(len(body)),
                'HTTP_CONTENT_ENCODING': self.headers.get('Content-Encoding', '')}).stdout
            head, _, answer = said.partition(b'\r\n\r\n')
            headers = dict(line.split(': ', 1) for line in head.decode().split('\r\n'))
            if Handler.closes:
                headers['Connection'] = 'close'
        self.send_response(200)
        for name, value in {**headers, 'Content-Length': str(len(answer))}.items():
            self.send_header(name, value)
        # In one piece, so that the server has no part in it.
        self.wfile.write(b''.join(self._headers_buffer) + b'\r\n' + answer)
        self._headers_buffer = []

    do_GET = do_POST = serve

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
"$dir/venv/bin/python" "$dir/server.py" "$dir" >"$dir/port" &
server=$!
until [ -s "$dir/port" ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat "$dir/port")"
cat >"$dir/fetch.py" <<'PY'
import pygit2, sys
assert pygit2.LIBGIT2_VERSION == '1.9.7', pygit2.LIBGIT2_VERSION
repository = pygit2.init_repository(sys.argv[2], bare=True)
remote = repository.remotes.create_anonymous(sys.argv[1])
remote.fetch(['+refs/heads/main:refs/heads/main'])
PY
late() {
    "$dir/venv/bin/python" -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())' "$url/$1"
}
by_libgit2() {
    rm -rf "$dir/clone.git"
    "$dir/venv/bin/python" "$dir/fetch.py" "$url/r.git" "$dir/clone.git"
}
by_git() {
    rm -rf "$dir/clone.git"
    git init --quiet --bare "$dir/clone.git"
    git -C "$dir/clone.git" fetch --quiet "$url/r.git" main
}
by_git
git=$(late late)
by_libgit2
kept=$(late late)
late close >/dev/null
by_libgit2
closed=$(late late)
echo "milliseconds from the head of each POST to its body: git: $git; libgit2: $kept; libgit2 over new connections: $closed"
for one in $git $closed; do [ "$one" -lt 20 ]; done
for one in $kept; do [ "$one" -ge 20 ]; done
[ -n "$git" ] && [ -n "$kept" ] && [ -n "$closed" ]
