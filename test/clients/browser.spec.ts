import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { launchBrowser, servePage } from '../support/browser.js';
import { clientKinds } from '../support/client-kinds.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { fixture } from '../support/fixture.js';
import { HeldAnswer } from '../support/held-answer.js';
import { findProgram } from '../support/needs.js';
import { optionsFor } from '../support/options.js';

const program = findProgram('chromium') ?? 'chromium';
let browser: Browser;
let page: Page;

describe.skipIf(findProgram('chromium') === undefined)('EventSource in Chromium', () => {
  beforeAll(async () => {
    browser = await launchBrowser(program);
  });
  afterAll(() => browser.close());

  describe.each(clientKinds)('on $name', (kind) => {
    const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl), prepare: servePage }));

    beforeEach(async () => {
      page = await browser.newPage();
    });
    // In a hook, so that a test which fails leaves no stream open behind it.
    afterEach(() => page.close());

    it('shows each delta while the upstream has not sent the next, and stops after done', async () => {
      const answer = new HeldAnswer('eins', ' zwei', ' drei');
      suite.upstream.next(answer);
      await page.goto(`${suite.host.url}/page?content=Hi`);
      await shows('text', 'eins');
      answer.release();
      await shows('text', 'eins zwei');
      answer.release();
      await shows('text', 'eins zwei drei');
      const back = page.waitForResponse((response) => response.status() === 204);
      answer.release();
      await back;
      await shows('state', 'closed');
      expect(await page.textContent('#events')).toBe('message message message done ');
      expect(suite.upstream.requests).toHaveLength(1);
    });

    it('is told that its stream is gone when it comes back in the middle, and asks no second time', async () => {
      const proxy = await CuttingProxy.start(suite.host.url);
      suite.upstream.next(streams('one', ' two').after(1).thenStalls());
      await page.goto(`${proxy.url}/page?content=Hi`);
      await shows('text', 'one');
      proxy.cut();
      await shows('state', 'closed');
      await proxy.stop();
      expect(await page.textContent('#events')).toBe('message failed:stream-gone ');
      expect(await suite.upstream.lastRequest.closed).toMatchObject({ complete: false });
      expect(suite.upstream.requests).toHaveLength(1);
    });

    it('closes the upstream when its page is closed', async () => {
      suite.upstream.next(streams('one', ' two').after(1).thenStalls());
      await page.goto(`${suite.host.url}/page?content=Hi`);
      await shows('text', 'one');
      const end = suite.host.nextEnd();
      await page.close();
      expect(await suite.upstream.lastRequest.closed).toMatchObject({ complete: false });
      expect(await end).toMatchObject({ outcome: 'client-gone' });
    });

    it('shows text while the stream is still open when the URL itself is opened', async () => {
      const answer = new HeldAnswer('eins', ' zwei');
      suite.upstream.next(answer);
      await page.goto(`${suite.host.url}/stream?content=Hello%20world`, { waitUntil: 'commit' });
      await page.getByText('eins').waitFor();
      expect(await page.textContent('body')).not.toContain('zwei');
      answer.release();
      answer.release();
      await page.getByText('zwei').waitFor();
      // The text alone: an event stream would be a page of frames.
      expect(await page.textContent('body')).toBe('eins zwei');
      expect(suite.upstream.requests).toHaveLength(1);
    });
  });
});

/** Resolves when an element of the page has exactly this text. */
async function shows(id: string, text: string): Promise<void> {
  await page.waitForFunction(`document.getElementById('${id}').textContent === '${text}'`);
}
