import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { optionsFor } from '../support/options.js';

interface Page {
  readonly data: readonly { readonly id: string; readonly startedAt: string }[];
  readonly next?: string;
}

const [WEB, OTHER] = ['caller-key-web', 'caller-key-other'];
const callers = [
  { name: 'web', key: WEB },
  { name: 'other', key: OTHER },
];

const headersOf = (key: string) => ({ authorization: `Bearer ${key}` });

describe.each(hostKinds)('the list of a caller’s streams on $name', (kind) => {
  let upstream: ScriptedUpstream;
  let host: Host;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl, {}, { callers }) });
  });
  afterAll(async () => {
    await host.stop();
    await upstream.stop();
  });

  const start = async () => {
    const body = { content: 'Hi' };
    const answer = await ask(`${host.url}/v1/streams`, { body, headers: headersOf(WEB) });
    return String(answer.headers['x-sluice-stream']);
  };
  const startSome = async (count: number) => {
    const ids: string[] = [];
    while (ids.length < count) ids.push(await start());
    return ids;
  };
  const list = (query = '', key = WEB) => ask(`${host.url}/v1/streams${query}`, { headers: headersOf(key) });
  const page = async (query: string, key = WEB) => (await (await list(query, key)).json()) as Page;

  it('comes in pages, the newest first, each stream once while others begin', async () => {
    const ids = await startSome(7);
    const listed: Page['data'][number][] = [];
    let next: string | undefined = '';
    for (let pages = 0; next !== undefined && pages < 10; pages += 1) {
      const { data, next: following } = await page(`?limit=3${next && `&after=${next}`}`);
      listed.push(...data);
      next = following;
      await start();
    }
    expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const times = listed.map(({ startedAt }) => startedAt);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('has a hundred on a page of which nothing is said, and next only where there are more', async () => {
    const { data } = await page('?limit=1000');
    await startSome(Math.max(0, 101 - data.length));
    const first = await page('');
    expect([first.data.length, typeof first.next]).toEqual([100, 'string']);
    expect(await page('?limit=1000')).not.toHaveProperty('next');
    expect(await page(`?after=${String(first.next)}`, OTHER)).toEqual({ data: [] });
  });

  it.each(['0', '1001', '-1', 'ten', '1.5', '1e2', '0x10', '10000', '%20'])(
    'refuses limit=%s',
    async (limit) => {
      const answer = await list(`?limit=${limit}`);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        { code: 'invalid-request', message: 'limit is a whole number from 1 to 1000', retryable: false },
      ]);
    },
  );

  it.each(['nonsense', 'MTIz', 'eyJpZCI6MX0', '%00', 'a'.repeat(300)])('refuses after=%s', async (after) => {
    expect((await list(`?after=${after}`)).status).toBe(400);
  });
});
