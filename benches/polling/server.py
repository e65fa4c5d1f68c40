#!/usr/bin/env python3
"""Serves the repositories of a directory by `git http-backend`, on a port that it prints."""

import http.server
import os
import subprocess
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def serve(self):
        path, _, query = self.path.partition('?')
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        environment = os.environ | {
            'GIT_PROJECT_ROOT': sys.argv[1],
            'GIT_HTTP_EXPORT_ALL': '1',
            'REQUEST_METHOD': self.command,
            'PATH_INFO': path,
            'QUERY_STRING': query,
            'CONTENT_TYPE': self.headers.get('Content-Type', ''),
            'CONTENT_LENGTH': str(len(body)),
            'GIT_PROTOCOL': self.headers.get('Git-Protocol', ''),
        }
        command = ['git', '-c', 'safe.directory=*', 'http-backend']
        told = subprocess.run(command, input=body, env=environment, stdout=subprocess.PIPE, check=True).stdout
        head, _, answer = told.partition(b'\r\n\r\n')
        headers = dict(line.split(': ', 1) for line in head.decode().split('\r\n'))
        self.send_response(int(headers.pop('Status', '200').split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = serve

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
