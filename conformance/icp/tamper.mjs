// A proxy that changes the replies of a node on their way: node tamper.mjs NODE nothing|unsigned|answer|certificate
// Or one that shows an old reply in the place of a new one: node tamper.mjs NODE keep|replay FILE
//
// Prints its own address. It changes bytes in place, as anybody on the way could: names and lengths stay.

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [node, how, file] = process.argv.slice(2);
const replaced = (bytes, from, to) => {
  const at = bytes.indexOf(from);
  if (at >= 0) {
    Buffer.from(to).copy(bytes, at);
  }
};
// Replies are kept by what was asked for.
const fileFor = request => `${file}-${['module_hash', 'controllers'].find(name => request.includes(name))}`;
const changes = {
  nothing: () => {},
  // No client knows this field.
  unsigned: (path, bytes) => path.endsWith('/query') && replaced(bytes, 'signatures', 'signaturex'),
  // The last byte of the answer, a Candid message that is short here.
  answer: (path, bytes) => {
    const at = path.endsWith('/query') ? bytes.indexOf('DIDL') : -1;
    if (at >= 0) {
      bytes[at + 7] ^= 1;
    }
  },
  keep: (path, bytes, request) => path.endsWith('/read_state') && writeFileSync(fileFor(request), bytes),
  replay: (path, _, request) => (path.endsWith('/read_state') ? readFileSync(fileFor(request)) : undefined),
  certificate: (path, bytes) => path.endsWith('/call') && replaced(bytes, 'replied', 'repliee'),
};

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const reply = await fetch(new URL(request.url, node), {
    method: request.method,
    headers: { 'content-type': 'application/cbor' },
    body: request.method === 'POST' ? body : undefined,
  });
  const own = Buffer.from(await reply.arrayBuffer());
  const changed = changes[how](request.url, own, body);
  const bytes = Buffer.isBuffer(changed) ? changed : own;
  response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? 'application/cbor' });
  response.end(bytes);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
