#!/usr/bin/env bash
# The comment at the top of a file by which, as its README says, the file names its schema, in a file of two
# documents: yaml-language-server 1.19.2 and 2.0.0 hold the first one to it alone. Each needs its own.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --no-save yls-1.19.2@npm:yaml-language-server@1.19.2 yls-2.0.0@npm:yaml-language-server@2.0.0
cat >client.mjs <<'JS'
import { spawn } from 'node:child_process';

// A server of a version over its standard streams: requests, and what it says of texts.
export function server(version, root, settings = {}) {
  const child = spawn('node', [`node_modules/yls-${version}/bin/yaml-language-server`, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const answers = new Map(), told = new Map();
  let buffer = Buffer.alloc(0), last = 0;
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  child.stdout.on('data', (data) => {
    buffer = Buffer.concat([buffer, data]);
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, end).toString())[1]);
      if (buffer.length < end + 4 + length) return;
      const message = JSON.parse(buffer.subarray(end + 4, end + 4 + length).toString());
      buffer = buffer.subarray(end + 4 + length);
      if (message.method && message.id !== undefined) {
        const items = message.params?.items ?? [];
        const result = message.method === 'workspace/configuration' ? items.map((item) => (item.section === 'yaml' ? settings : null)) : null;
        send({ id: message.id, result });
      } else if (message.method === 'textDocument/publishDiagnostics') {
        const { uri, diagnostics } = message.params;
        told.get(uri)?.(diagnostics);
      } else if (!message.method) answers.get(message.id)?.(message.result);
    }
  });
  const ask = (method, params) => new Promise((resolve) => { answers.set(++last, resolve); send({ id: last, method, params }); });
  const tell = (method, params) => send({ method, params });
  return {
    async start() {
      const configuration = { workspace: { configuration: true }, textDocument: { completion: { completionItem: { snippetSupport: true } } } };
      await ask('initialize', { processId: null, rootUri: `file://${root}`, workspaceFolders: [{ uri: `file://${root}`, name: 'root' }], capabilities: configuration });
      tell('initialized', {});
      // Its first answer comes once it has its settings.
      await this.open(`${root}/first.yaml`, 'a: 1\n');
    },
    open(path, text) {
      const uri = `file://${path}`;
      const found = new Promise((resolve) => told.set(uri, resolve));
      tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
      return found;
    },
    close: (path) => tell('textDocument/didClose', { textDocument: { uri: `file://${path}` } }),
    ask: (method, path, line, character) => ask(method, { textDocument: { uri: `file://${path}` }, position: { line, character } }),
    stop: () => child.kill(),
  };
}
JS
cat >main.mjs <<'JS'
import { server } from './client.mjs';
import { writeFileSync } from 'node:fs';

writeFileSync('schema.json', JSON.stringify({ type: 'object', required: ['name'] }));
const comment = '# yaml-language-server: $schema=./schema.json\n';
const texts = [
  ['at the top of the file', `${comment}title: x\n---\ntitle: y\n`],
  ['in each document', `${comment}title: x\n---\n${comment}title: y\n`],
];
for (const version of ['1.19.2', '2.0.0']) {
  const one = server(version, process.cwd());
  await one.start();
  for (const [index, [where, text]] of texts.entries()) {
    const found = await one.open(`${process.cwd()}/${index}.yaml`, text);
    const lines = found.map((it) => `line ${it.range.start.line + 1}: ${it.message}`).sort();
    console.log(`${version}: ${where}: ${lines.join(' ')}`);
  }
  one.stop();
}
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
1.19.2: at the top of the file: line 2: Missing property "name".
1.19.2: in each document: line 2: Missing property "name". line 5: Missing property "name".
2.0.0: at the top of the file: line 2: Missing property "name".
2.0.0: in each document: line 2: Missing property "name". line 5: Missing property "name".
SEEN
