import type { INestApplication } from '@nestjs/common';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientKinds } from '../support/client-kinds.js';
import { fixture } from '../support/fixture.js';
import { findProgram } from '../support/needs.js';
import { optionsFor } from '../support/options.js';

const program = findProgram('chromium');
const LAN = 'lan.example';
const EVIL = 'evil.example';

interface AnyReply {
  type(contentType: string): { send(body: string): unknown };
}

/** A page that hides where it comes from; what it loads is at the origin in its fragment. */
const PAGE = `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><a id="link">link</a>`;

function servePage(app: INestApplication): void {
  app.getHttpAdapter().get('/page', (_: unknown, reply: AnyReply) => void reply.type('text/html').send(PAGE));
}

/** Each way in which a page asks without being allowed to; resolves when the browser is done with it. */
const ways: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  image: (url) => load('img', 'src', url),
  script: (url) => load('script', 'src', url),
  frame: (url) => load('iframe', 'src', url),
  'no-cors fetch': (url) =>
    fetch(url, { mode: 'no-cors', headers: { accept: 'text/event-stream' } }).catch(() => undefined),
  'plain form': (url) =>
    fetch(url, {
      method: 'POST',
      mode: 'no-cors',
      headers: { 'content-type': 'text/plain' },
      body: '{"content":"Hi"}',
    }).catch(() => undefined),
  EventSource: (url) => new Promise((done) => new EventSource(url).addEventListener('error', done)),
};

declare function load(tag: string, attribute: string, url: string): Promise<unknown>;

describe.skipIf(program === undefined)('pages of other origins in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    const map = `--host-resolver-rules=MAP ${LAN} 127.0.0.1,MAP ${EVIL} 127.0.0.1`;
    browser = await chromium.launch({
      executablePath: program ?? '',
      args: ['--headless', '--no-sandbox', '--disable-gpu', map],
    });
  });
  afterAll(() => browser.close());

  describe.each(clientKinds)('on $name', (kind) => {
    const suite = fixture(kind, (baseUrl) => ({
      sluice: optionsFor(baseUrl, {}, { allowedHosts: [LAN] }),
      prepare: servePage,
    }));
    const at = (host: string) => `http://${host}:${new URL(suite.host.url).port}`;

    const pageAt = async (host: string) => {
      const page = await browser.newPage();
      await page.goto(`${at(host)}/page`);
      await page.addScriptTag({
        content: `function load(tag, attribute, url) { return new Promise((done) => { const made = document.createElement(tag); made.onload = made.onerror = done; made[attribute] = url; document.body.append(made); }); }`,
      });
      return page;
    };

    it.each(['localhost', '127.0.0.1', LAN])('ask no model at %s, in whatever way', async (host) => {
      const page = await pageAt(EVIL);
      for (const ask of Object.values(ways)) await page.evaluate(ask, `${at(host)}/stream?content=Hi`);
      await page
        .locator('a')
        .evaluate((link, url) => link.setAttribute('href', url), `${at(host)}/stream?content=Hi`);
      const [answer] = await Promise.all([page.waitForEvent('response'), page.click('a')]);
      expect(answer.status()).toBe(403);
      await page.close();
      expect(suite.upstream.requests).toHaveLength(0);
    });

    it('ask no model by a name of their own that leads here', async () => {
      const page = await pageAt(EVIL);
      const statuses = await page.evaluate(async () => {
        const body = JSON.stringify({ content: 'Hi' });
        const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
        return [
          (await fetch('/stream?content=Hi')).status,
          (await fetch('/stream', post)).status,
          (await fetch('/v1/streams', post)).status,
        ];
      });
      await page.close();
      expect(statuses).toEqual([403, 403, 403]);
      expect(suite.upstream.requests).toHaveLength(0);
    });

    it('are told apart from the address bar, and from a page of the service itself', async () => {
      const page = await browser.newPage();
      for (const host of ['localhost', '127.0.0.1']) {
        await page.goto(`${at(host)}/page`);
        expect(await page.evaluate(async () => (await fetch('/stream?content=Hi')).status)).toBe(200);
        const [answer] = await Promise.all([
          page.waitForEvent('response'),
          page.goto(`${at(host)}/stream?content=Hi`).catch(() => undefined),
        ]);
        expect(answer.status()).toBe(200);
      }
      await page.close();
      expect(suite.upstream.requests).toHaveLength(4);
    });
  });
});
