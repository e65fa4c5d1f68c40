#!/usr/bin/env bash
# A pattern of `yaml.schemas`, which is one of paths below the workspace: with yaml-language-server 2.0.0 it
# finds nothing once a directory above the workspace has a name with a dot at its head. 1.19.2 finds the file.
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
import { mkdirSync, writeFileSync } from 'node:fs';

for (const version of ['1.19.2', '2.0.0']) {
  for (const home of ['home', '.home']) {
    const root = `${process.cwd()}/${home}/work`;
    mkdirSync(`${root}/policies`, { recursive: true });
    writeFileSync(`${root}/schema.json`, JSON.stringify({ type: 'object', required: ['name'] }));
    const one = server(version, root, { schemas: { './schema.json': ['policies/**/*.yaml'] } });
    await one.start();
    const found = await one.open(`${root}/policies/a.yaml`, 'title: x\n');
    console.log(`${version}: in ${home}/work: ${found.map((it) => it.message).join() || 'nothing'}`);
    one.stop();
  }
}
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
1.19.2: in home/work: Missing property "name".
1.19.2: in .home/work: Missing property "name".
2.0.0: in home/work: Missing property "name".
2.0.0: in .home/work: nothing
SEEN
