import type { INestApplication } from '@nestjs/common';
import { chromium, type Browser } from 'playwright-core';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

/** Starts Chromium from this path. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/**
 * A page with an EventSource on `/stream` that never closes it: `#text` shows the deltas, `#events` the names of
 * all events, and `#state` says `closed` once the browser has given up reconnecting.
 */
const PAGE = `<!doctype html><meta charset="utf-8"><title>EventSource</title>
<pre id="text"></pre><pre id="events"></pre><pre id="state"></pre>
<script>
  const add = (id, text) => (document.getElementById(id).textContent += text);
  const source = new EventSource('/stream' + location.search);
  source.onmessage = ({ data }) => (add('text', JSON.parse(data).delta), add('events', 'message '));
  source.addEventListener('done', () => add('events', 'done '));
  source.addEventListener('failed', ({ data }) => add('events', 'failed:' + JSON.parse(data).code + ' '));
  source.onerror = () => source.readyState === EventSource.CLOSED && add('state', 'closed');
</script>`;

interface AnyReply {
  type(contentType: string): { send(body: string): unknown };
}

/** Serves the page at `/page` of the host itself, since EventSource wants the same origin. */
export function servePage(app: INestApplication): void {
  const adapter = app.getHttpAdapter();
  adapter.get('/page', (_: unknown, reply: AnyReply) => void reply.type('text/html').send(PAGE));
}
