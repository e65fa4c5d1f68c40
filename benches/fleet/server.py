"""A moto server that the fleet can live in, and that writes down what it is asked.

    server.py OPLOG PORT

It differs from `moto_server` in five things:

- A request may carry `X-Fleet-Created: 2026-01-31T00:00:00+00:00`: what IAM creates while it serves
  that request gets the date, which no request of AWS's could ask for.
- The credential report is one of now. That of moto is of 2015, and nobody may rely on it.
- After `POST /fleet/settled` the account stays as it is: a request that was answered is answered the
  same again, but for the credential report. moto needs two minutes for all answers of a large account.
- `OPLOG` gets a line for each request, tab-separated: seconds, service, operation, status,
  milliseconds, first word of the user agent.
- After `POST /fleet/copied` each answer is written to `OPLOG.answers` as well, as JSON: `operation` as IAM policies call
  it, `isSuccess`, and `body`.
"""

import io
import json
import sys
import threading
import time
from datetime import datetime, timezone
from urllib.parse import parse_qs

import moto.core.utils
import moto.iam.models
import moto.iam.responses
import moto.server

SERVING = threading.local()
# The query that says which setting of a bucket is meant.
SETTINGS = {
    'acl', 'policy', 'policyStatus', 'publicAccessBlock', 'encryption', 'versioning', 'logging', 'tagging', 'location',
    'lifecycle', 'replication', 'website', 'notification', 'cors', 'object-lock', 'ownershipControls',
}
# The names of those that the fleet's checks read.
OF_BUCKETS = {
    'GET service': 'ListBuckets', 'GET bucket acl': 'GetBucketAcl', 'GET bucket policy': 'GetBucketPolicy',
    'GET bucket publicAccessBlock': 'GetPublicAccessBlock', 'GET bucket encryption': 'GetBucketEncryption',
    'GET bucket versioning': 'GetBucketVersioning', 'GET bucket logging': 'GetBucketLogging',
    'GET bucket tagging': 'GetBucketTagging',
}

# What says when the answer was made.
DATED = {'GenerateCredentialReport', 'GetCredentialReport'}


def utcnow():
    return getattr(SERVING, 'created', None) or moto.core.utils.utcnow()


def report_of_now(self, report=moto.iam.responses.IamResponse.get_credential_report):
    answer = report(self)
    answer._result['GeneratedTime'] = datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    return answer


moto.iam.models.utcnow = utcnow
moto.iam.responses.IamResponse.get_credential_report = report_of_now


def service(environ):
    """The service that a request is signed for."""
    scope = environ.get('HTTP_AUTHORIZATION', '').partition('Credential=')[2].split('/')
    return scope[3] if len(scope) > 3 else '-'


def operation(environ):
    """`DescribeVolumes`, and of S3, which has no names on the wire, `GET bucket policy`."""
    if target := environ.get('HTTP_X_AMZ_TARGET'):
        return target.split('.')[-1]
    if environ.get('CONTENT_TYPE', '').startswith('application/x-www-form-urlencoded'):
        return parse_qs(body(environ).decode('utf-8', 'replace')).get('Action', ['?'])[0]
    depth = len([part for part in environ.get('PATH_INFO', '').split('/') if part])
    asked = [pair.split('=')[0] for pair in environ.get('QUERY_STRING', '').split('&')]
    setting = [name for name in asked if name in SETTINGS]
    return ' '.join([environ['REQUEST_METHOD'], ['service', 'bucket', 'object'][min(depth, 2)], *setting])


def body(environ):
    """The body of a request, which may be read again."""
    text = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
    environ['wsgi.input'] = io.BytesIO(text)
    return text


def question(environ):
    """All that an answer depends on."""
    scope = environ.get('HTTP_AUTHORIZATION', '').partition('Credential=')[2].split('/')[2:4]
    names = ['REQUEST_METHOD', 'HTTP_HOST', 'PATH_INFO', 'QUERY_STRING', 'HTTP_X_AMZ_TARGET']
    return (*scope, *(environ.get(name) for name in names), body(environ))


class Server(moto.server.DomainDispatcherApplication):
    """The dispatcher of `moto_server`, which writes a line once a request is served."""

    oplog = None
    copies = None
    settled = False
    answers = {}

    def answer(self, environ, start_response):
        """The answer of moto, or the one that it gave before."""
        if environ['PATH_INFO'] == '/fleet/settled':
            Server.settled = True
            start_response('204 No Content', [])
            return []
        if environ['PATH_INFO'] == '/fleet/copied':
            Server.copies = open(f'{self.oplog.name}.answers', 'a', buffering=1, encoding='utf-8')
            start_response('204 No Content', [])
            return []
        if not self.settled or operation(environ) in DATED:
            return super().__call__(environ, start_response)
        key = question(environ)
        if key not in self.answers:
            head = []
            text = b''.join(super().__call__(environ, lambda *said: head.append(said[:2])))
            if not head[0][0].startswith('2'):
                start_response(*head[0])
                return [text]
            self.answers[key] = (*head[0], text)
        line, headers, text = self.answers[key]
        start_response(line, headers)
        return [text]

    def __call__(self, environ, start_response):
        created = environ.get('HTTP_X_FLEET_CREATED')
        SERVING.created = datetime.fromisoformat(created).replace(tzinfo=None) if created else None
        start, asked, status = time.time(), (service(environ), operation(environ)), ['?']

        def started(line, headers, exc_info=None):
            status[0] = line.split()[0]
            return start_response(line, headers, exc_info)

        copies = self.copies
        try:
            answer = self.answer(environ, started)
            if copies:
                answer = [b''.join(answer)]
                name = f'{asked[0]}:{OF_BUCKETS.get(asked[1], asked[1])}'
                copy = {'operation': name, 'isSuccess': status[0].startswith('2'), 'body': answer[0].decode()}
                print(json.dumps(copy), file=copies)
            return answer
        finally:
            agent = environ.get('HTTP_USER_AGENT', '-').split('/')[0]
            spent = (time.time() - start) * 1000
            print(f'{start:.3f}', *asked, status[0], f'{spent:.1f}', agent, sep='\t', file=self.oplog)


def main():
    path, port = sys.argv[1:]
    with open(path, 'a', buffering=1, encoding='utf-8') as oplog:
        Server.oplog = oplog
        moto.server.DomainDispatcherApplication = Server
        moto.server.main(['-H', '127.0.0.1', '-p', port])


if __name__ == '__main__':
    main()
