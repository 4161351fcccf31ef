import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuses, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { launchBrowser } from '../support/browser.js';
import { serveForeignPage, type ForeignPage } from '../support/foreign-page.js';
import { findProgram } from '../support/needs.js';
import { ServiceProcess } from '../support/service.js';

const program = findProgram('chromium');

/** What the client of a page says of one request. */
interface Seen {
  readonly text?: string;
  readonly stream?: string | null;
  readonly limit?: string | null;
  readonly status?: number;
  readonly message?: string;
}

describe.skipIf(program === undefined)('the openai client in a page of another origin', () => {
  let browser: Browser;
  let page: Page;
  let site: ForeignPage;
  let upstream: ScriptedUpstream;
  let service: ServiceProcess;

  beforeAll(async () => {
    [browser, site, upstream] = await Promise.all([
      launchBrowser(program ?? ''),
      serveForeignPage(),
      ScriptedUpstream.start(),
    ]);
    service = await ServiceProcess.start({
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_API_KEY: 'sk-upstream-secret',
      SLUICE_API_KEYS: 'caller-key',
      SLUICE_CORS_ORIGINS: site.origin,
    });
    page = await browser.newPage();
    await page.goto(site.origin);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.stop(), service.stop()]);
    await upstream.stop();
  });

  /** Streams with the client as it comes, its account and a trace in more headers than its own. */
  function streamInPage(apiKey: string): Promise<Seen> {
    return page.evaluate<Seen>(`(async () => {
      const { default: OpenAI } = await import('/modules/openai/index.mjs');
      const openai = new OpenAI({
        baseURL: '${service.url}/v1',
        apiKey: '${apiKey}',
        organization: 'org-1',
        project: 'proj-1',
        defaultHeaders: { traceparent: '00-${'1'.repeat(32)}-${'2'.repeat(16)}-01', 'x-title': 'App' },
        maxRetries: 0,
        dangerouslyAllowBrowser: true,
      });
      try {
        const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], stream: true };
        const { data, response } = await openai.chat.completions.create(body).withResponse();
        let text = '';
        for await (const { choices } of data) text += choices[0]?.delta.content ?? '';
        const { headers } = response;
        return { text, stream: headers.get('x-sluice-stream'), limit: headers.get('x-ratelimit-limit-images') };
      } catch ({ status, message }) {
        return { status, message };
      }
    })()`);
  }

  it('streams, and reads the headers of the answer', async () => {
    upstream.next(streams('Grüezi', ' 🌍').respondsWith({ 'x-ratelimit-limit-images': '7' }));
    expect(await streamInPage('caller-key')).toEqual({
      text: 'Grüezi 🌍',
      stream: expect.stringMatching(/^[0-9a-f]{32}$/),
      limit: '7',
    });
    const { headers } = upstream.lastRequest;
    for (const name of Object.keys(headers))
      expect(name).not.toMatch(/^(?:x-stainless|openai-|x-title|origin)/);
  });

  it('reads why it is refused', async () => {
    expect(await streamInPage('wrong-key')).toMatchObject({
      status: 401,
      message: expect.stringMatching(/key/),
    });
    upstream.next(refuses(400));
    expect(await streamInPage('caller-key')).toMatchObject({ status: 400 });
  });
});
