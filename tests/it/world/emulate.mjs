// GitHub, as `emulate` plays it, on a free port.
//
//   node emulate.mjs API_JS
//
// Reads one line of JSON, `{ "baseUrl", "seed" }`, prints the port, and serves until its standard
// input closes, which it also does when the test is killed.

import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { createEmulator } = await import(pathToFileURL(process.argv[2]).href);

// `emulate` cannot be asked for a free port and tell which it got.
const freePort = () =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

async function start(options, attempts = 5) {
  const port = await freePort();
  try {
    await createEmulator({ service: 'github', port, ...options });
    return port;
  } catch (error) {
    if (error.code !== 'EADDRINUSE' || attempts === 1) throw error;
    return start(options, attempts - 1);
  }
}

const lines = createInterface({ input: process.stdin });
lines.once('line', async (line) => console.log(await start(JSON.parse(line))));
lines.once('close', () => process.exit(0));
