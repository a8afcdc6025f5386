// Opens a Candid UI in a headless Chromium and calls methods by it, as a person would:
// node candid-ui.mjs CHROMIUM URL SCREENSHOT METHOD...
//
// Prints the methods that the page shows, then what it shows for each call. The browser is driven over a pipe; it takes
// nothing from the user's settings and leaves nothing there.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [chromium, url, screenshot, ...methods] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'candid-ui-'));
const browser = spawn(
  chromium,
  [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
    '--window-size=1100,900',
    'about:blank',
  ],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
);

const answers = new Map();
let rest = '';
browser.stdio[4].on('data', data => {
  const messages = (rest + data).split('\0');
  rest = messages.pop();
  for (const message of messages.map(text => JSON.parse(text))) {
    answers.get(message.id)?.(message);
    answers.delete(message.id);
  }
});
let count = 0;
const command = (method, params = {}, sessionId = undefined) =>
  new Promise((resolve, reject) => {
    const id = ++count;
    answers.set(id, ({ error, result }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
    browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  });

/// Asks the page again and again until it answers something.
async function until(what, expression, session) {
  for (let i = 0; i < 300; i++) {
    const { result } = await command('Runtime.evaluate', { expression, returnByValue: true }, session);
    if (result.value) {
      return result.value;
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`the page at ${url} does not show ${what}`);
}

let status = 1;
try {
  const { targetId } = await command('Target.createTarget', { url });
  const { sessionId } = await command('Target.attachToTarget', { targetId, flatten: true });
  const shown = await until(
    'methods',
    `[...document.querySelectorAll('#methods > li')].map(item => item.id).join(' ')`,
    sessionId,
  );
  console.log(`methods: ${shown}`);
  for (const method of methods) {
    await command('Runtime.evaluate', { expression: `document.querySelector('#${method} .btn').click()` }, sessionId);
    const output = await until(
      `an answer of ${method}`,
      `document.querySelector('#${method} .text-result')?.textContent`,
      sessionId,
    );
    console.log(`${method}: ${output}`);
  }
  const { data } = await command('Page.captureScreenshot', {}, sessionId);
  writeFileSync(screenshot, Buffer.from(data, 'base64'));
  status = 0;
} catch (error) {
  console.log(error.message);
} finally {
  browser.kill();
  await new Promise(resolve => browser.once('exit', resolve));
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(status);
