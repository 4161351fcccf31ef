import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { launchBrowser, servePage } from '../support/browser.js';
import { clientKinds } from '../support/client-kinds.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { fixture } from '../support/fixture.js';
import { Gate } from '../support/gate.js';
import { findProgram } from '../support/needs.js';
import { optionsFor } from '../support/options.js';
import { Random } from '../support/random.js';
import { SOON } from '../support/soon.js';

const program = findProgram('chromium') ?? 'chromium';
const SEED = Number(process.env['CUTS_SEED'] ?? Math.floor(Math.random() * 1e9));
const CUTS = 3;
/** Each cut comes after fewer bytes than so many words have. */
const WORDS_A_CUT = 60;
const MAX_BYTES_A_CUT = 2_000;
const WORDS = Array.from({ length: WORDS_A_CUT * (CUTS + 1) }, (_, at) => `${at}ü🙂\n\n`);
const ROUTES = { kept: { targets: [{ upstream: 'scripted' }], graceSeconds: 30 } };

let browser: Browser;

describe.skipIf(findProgram('chromium') === undefined)('EventSource in Chromium, cut off at random', () => {
  beforeAll(async () => {
    process.stderr.write(`CUTS_SEED=${SEED}\n`);
    browser = await launchBrowser(program);
  });
  afterAll(() => browser.close());

  // Beside each other, since the browser waits three seconds before it comes back.
  describe.concurrent.each(clientKinds)('on $name', (kind) => {
    const suite = fixture(kind, (baseUrl) => ({
      sluice: optionsFor(baseUrl, {}, { routes: ROUTES }),
      prepare: servePage,
    }));

    it('shows the whole text once, and the upstream is asked once', async () => {
      const random = new Random(SEED);
      const gates = Array.from({ length: CUTS + 1 }, () => new Gate());
      const answer = gates.reduce(
        (script, { opened }, at) => script.after(1 + at * WORDS_A_CUT).thenHolds(opened),
        streams(...WORDS),
      );
      suite.upstream.next(answer);
      await reading(suite.host.url, async ({ proxy, shown, events }) => {
        // Before its first event a client has no id to come back with.
        await expect.poll(shown, SOON).toBe(WORDS[0]);
        for (const gate of gates) {
          const isCut = gate === gates.at(-1) ? undefined : proxy.cutAfter(1 + random.below(MAX_BYTES_A_CUT));
          gate.open();
          await isCut;
        }
        await expect.poll(events, SOON).toMatch(/^(?:message )+done $/);
        expect(await shown()).toBe(WORDS.join(''));
      });
      expect(suite.upstream.requests).toHaveLength(1);
    });
  });
});

/** What a test sees of a page, and the proxy between the page and its host. */
interface Reading {
  readonly proxy: CuttingProxy;
  readonly shown: () => Promise<string | null>;
  readonly events: () => Promise<string | null>;
}

async function reading(url: string, test: (reading: Reading) => Promise<void>): Promise<void> {
  const proxy = await CuttingProxy.start(url);
  const page = await browser.newPage();
  try {
    await page.goto(`${proxy.url}/page?content=Hi`);
    await test({ proxy, shown: () => page.textContent('#text'), events: () => page.textContent('#events') });
  } finally {
    await page.close();
    await proxy.stop();
  }
}
