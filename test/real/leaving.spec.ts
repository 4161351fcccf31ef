import { describe, expect, it } from 'vitest';
import { ask } from '../support/http-client.js';
import { chat } from '../support/options.js';
import { needing, PROMPT, real, realHost, ServerLog } from '../support/real-upstream.js';

/** What llama.cpp logs when the client of a running task is gone, and never when a task ends by itself. */
const CANCELLED = 'cancel task';
const WITHIN_MS = 5_000;

/** A stream that only ends when the server's context is full. */
const ENDLESS = { model: real.model, temperature: 0, max_tokens: 100_000, ignore_eos: true };

const { skip, note } = needing('URL', 'MODEL');
const logged = needing('LOG');

describe.skipIf(skip)(`leaving a real server${note}`, () => {
  const host = realHost();

  it.skipIf(logged.skip).each([
    { path: '/v1/chat/completions', body: chat(PROMPT, ENDLESS), headers: {} },
    { path: '/stream', body: { content: PROMPT, ...ENDLESS }, headers: { 'x-sluice-grace': '0' } },
  ])(
    `makes it cancel its task when the client of $path leaves${logged.note}`,
    async ({ path, body, headers }) => {
      const log = await ServerLog.fromNow();
      const end = host.nextEnd();
      const answer = await ask(host.url + path, { body, headers });
      await answer.until((received) => received.split('\n\n').length > 4);
      expect(await log.read()).not.toContain(CANCELLED);
      answer.leave();
      await log.until(CANCELLED, WITHIN_MS);
      expect(await end).toMatchObject({ outcome: 'client-gone' });
      expect(host.open()).toBe(0);
    },
  );

  it.skipIf(logged.skip)(`makes it cancel its task when a kept stream is stopped${logged.note}`, async () => {
    const log = await ServerLog.fromNow();
    const end = host.nextEnd();
    const answer = await ask(`${host.url}/stream`, { body: { content: PROMPT, ...ENDLESS } });
    await answer.until((received) => received.split('\n\n').length > 4);
    answer.leave();
    const again = await ask(`${host.url}/v1/streams/${String(answer.headers['x-sluice-stream'])}`);
    await again.until((received) => received.length > answer.received.length);
    expect(await log.read()).not.toContain(CANCELLED);
    await ask(`${host.url}/v1/streams/${String(answer.headers['x-sluice-stream'])}`, { method: 'DELETE' });
    await log.until(CANCELLED, WITHIN_MS);
    expect(await again.text()).toContain('"code":"cancelled"');
    expect(await end).toMatchObject({ outcome: 'cancelled' });
  });
});
