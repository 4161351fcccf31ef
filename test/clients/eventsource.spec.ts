import { EventSource } from 'eventsource';
import { describe, expect, it } from 'vitest';
import { refuses, streams } from '../../src/testing/index.js';
import { clientKinds } from '../support/client-kinds.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { HeldAnswer } from '../support/held-answer.js';
import { withHost } from '../support/with-host.js';

// Beside each other, since this client waits three seconds before it comes back.
describe.concurrent.each(clientKinds)('eventsource on $name', (kind) => {
  it('has each delta while the upstream has not sent the next', async () => {
    await withHost(kind, async ({ host, upstream }) => {
      const answer = new HeldAnswer('one', ' two', ' three');
      upstream.next(answer);
      const log = await watch(`${host.url}/stream?content=Hi`, answer);
      expect(log.slice(0, 4)).toEqual([
        'message {"delta":"one"}',
        'message {"delta":" two"}',
        'message {"delta":" three"}',
        expect.stringMatching(/^done \{"finishReason":"stop",/),
      ]);
    });
  });

  it('comes back after done, gets 204 and does not come again: the upstream is asked once', async () => {
    await withHost(kind, async ({ host, upstream }) => {
      upstream.next(streams('Hello'));
      const log = await watch(`${host.url}/stream?content=Hi`);
      expect(log.map((line) => line.split(' ')[0])).toEqual(['message', 'done', 'error', 'closed']);
      expect(log.at(-1)).toBe('closed by 204');
      expect(upstream.requests).toHaveLength(1);
    });
  });

  it('comes back after failed, gets 204 and does not come again: the upstream is asked once', async () => {
    await withHost(kind, async ({ host, upstream }) => {
      upstream.next(streams('one', ' two').after(1).thenCuts());
      const log = await watch(`${host.url}/stream?content=Hi`);
      expect(log).toEqual([
        'message {"delta":"one"}',
        expect.stringMatching(/^failed \{"code":"upstream-cut",.*"retryable":true\}$/),
        'error',
        'closed by 204',
      ]);
      expect(upstream.requests).toHaveLength(1);
    });
  });

  it('is told that its stream is gone when it comes back in the middle: the upstream is asked once', async () => {
    await withHost(kind, async ({ host, upstream }) => {
      const proxy = await CuttingProxy.start(host.url);
      upstream.next(streams('one', ' two').after(1).thenStalls());
      const log = await watch(`${proxy.url}/stream?content=Hi`, { release: () => proxy.cut() });
      await proxy.stop();
      expect(log).toEqual([
        'message {"delta":"one"}',
        'error',
        expect.stringMatching(/^failed \{"code":"stream-gone",.*"retryable":false\}$/),
        'error',
        'closed by 204',
      ]);
      expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
      expect(upstream.requests).toHaveLength(1);
    });
  });

  it.each([400, 429, 503])('is closed by a %i of the upstream and does not come back', async (status) => {
    await withHost(kind, async ({ host, upstream }) => {
      upstream.next(refuses(status));
      expect(await watch(`${host.url}/stream?content=Hi`)).toEqual([`closed by ${status}`]);
      expect(upstream.requests).toHaveLength(1);
    });
  });
});

/** Everything that the client sees until it gives up for good. After each delta it asks for the next. */
function watch(url: string, next: { release(): void } = { release: () => undefined }): Promise<string[]> {
  const source = new EventSource(url);
  const log: string[] = [];
  source.addEventListener('message', ({ data }) => {
    log.push(`message ${String(data)}`);
    next.release();
  });
  source.addEventListener('done', ({ data }) => log.push(`done ${String(data)}`));
  source.addEventListener('failed', ({ data }) => log.push(`failed ${String(data)}`));
  return new Promise((resolve) => {
    source.addEventListener('error', ({ code }) => {
      if (source.readyState !== source.CLOSED) return log.push('error');
      log.push(`closed by ${code}`);
      return resolve(log);
    });
  });
}
