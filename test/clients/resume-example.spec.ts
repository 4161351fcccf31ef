import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startExample, type Example } from '../../examples/resume/src/start-example.js';
import { refuses, ScriptedUpstream } from '../../src/testing/index.js';
import { launchBrowser } from '../support/browser.js';
import { HeldAnswer } from '../support/held-answer.js';
import { findProgram } from '../support/needs.js';
import { SOON } from '../support/soon.js';

const program = findProgram('chromium') ?? 'chromium';
/** Pieces that are no words, and what would be markup if the page took it for that. */
const PIECES: [string, string, ...string[]] = ['Lea', 'ving is', ' no <b>e', 'nd', '</b>ing.'];
const TEXT = PIECES.join('');

let browser: Browser;
let context: BrowserContext;
let page: Page;

describe.skipIf(findProgram('chromium') === undefined)('the page of examples/resume in Chromium', () => {
  let upstream: ScriptedUpstream;
  let example: Example;
  let answer: HeldAnswer;

  beforeAll(async () => {
    browser = await launchBrowser(program);
    upstream = await ScriptedUpstream.start();
    example = await startExample({ model: { baseUrl: upstream.baseUrl, model: 'm' } });
  });
  afterAll(async () => {
    await browser.close();
    await example.close();
    await upstream.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    answer = new HeldAnswer(...PIECES);
    upstream.reset().answers(answer);
  });
  // In a hook, so that a test which fails leaves no tab behind it.
  afterEach(() => context.close());

  /** Lets the model say all that it has not said. */
  const releaseAll = () => {
    for (let left = PIECES.length; left > 0; left -= 1) answer.release();
  };

  it('comes back in the middle of a word after each cut, has the text once, and asks its model once', async () => {
    await begin(example.url);
    await shows('text', 'Lea');
    await cut();
    answer.release();
    await shows('text', 'Leaving is');
    await shows('state', 'live');
    await cut();
    answer.release();
    answer.release();
    await shows('text', 'Leaving is no <b>end');
    await shows('reconnects', '2');
    releaseAll();
    await shows('state', 'finished');
    await shows('text', TEXT);
    expect(await page.textContent('#last-event-id')).toMatch(/\.end$/);
    expect(await page.isHidden('#error')).toBe(true);
    expect(upstream.requests).toHaveLength(1);
  });

  it('shows the same text and the same end in a second tab', async () => {
    await begin(example.url);
    await shows('text', 'Lea');
    answer.release();
    await shows('text', 'Leaving is');
    const second = await openSecondTab();
    await shows('text', 'Leaving is', second);
    releaseAll();
    for (const tab of [page, second]) {
      await shows('state', 'finished', tab);
      await shows('text', TEXT, tab);
    }
    expect(upstream.requests).toHaveLength(1);
  });

  it('is stopped in both tabs from the second one, and closes its upstream', async () => {
    await begin(example.url);
    await shows('text', 'Lea');
    const second = await openSecondTab();
    await shows('text', 'Lea', second);
    await second.click('#stop');
    for (const tab of [page, second]) {
      await shows('state', 'stopped', tab);
      await shows('text', 'Lea', tab);
      expect(await tab.isHidden('#error')).toBe(true);
    }
    expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
    expect(upstream.requests).toHaveLength(1);
  });

  it('joins its stream again when it is loaded again', async () => {
    await begin(example.url);
    await shows('text', 'Lea');
    await page.reload();
    await shows('text', 'Lea');
    releaseAll();
    await shows('text', TEXT);
    expect(upstream.requests).toHaveLength(1);
  });

  it('says why the model does not answer', async () => {
    upstream.answers(refuses(401));
    await begin(example.url);
    await shows('state', 'failed');
    expect(await page.textContent('#error')).toContain('401');
  });

  it('says why a stream cannot be read', async () => {
    await page.goto(`${example.url}#id=01a207fd-d546-762d-b935-295aabf4c0d7&ticket=none`);
    await shows('state', 'failed');
    await shows('error', '401: The ticket is over, or not for this stream');
    expect(upstream.requests).toHaveLength(0);
  });

  it('is answered by a simulated model, which says so, where no other is given', async () => {
    const simulated = await startExample();
    try {
      await begin(simulated.url);
      await expect.poll(() => page.textContent('#text'), SOON).toContain('[simulated]');
      await page.click('#stop');
      await shows('state', 'stopped');
    } finally {
      await simulated.close();
    }
    expect(upstream.requests).toHaveLength(0);
  });
});

/** EventSource in Chromium comes back after three seconds. */

async function begin(url: string): Promise<void> {
  await page.goto(url);
  await page.click('#start');
}

/** Cuts the network, and resolves when the page has noticed. */
async function cut(): Promise<void> {
  await page.click('#cut');
  await shows('state', 'reconnecting');
}

async function openSecondTab(): Promise<Page> {
  const [second] = await Promise.all([context.waitForEvent('page'), page.click('#second-tab')]);
  return second;
}

/** Resolves when an element of the tab has exactly this text. */
async function shows(id: string, text: string, tab = page): Promise<void> {
  await expect.poll(() => tab.textContent(`#${id}`), SOON).toBe(text);
}
