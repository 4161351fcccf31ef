import { describe, expect, it, onTestFinished } from 'vitest';
import type { Caller } from '../../src/index.js';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { hostKinds, startHost, type HostKind } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { optionsFor } from '../support/options.js';

/** Named like a tenant and like users of the host. */
const callers = [
  { name: 'acme', key: 'key-of-acme' },
  { name: 'ann', key: 'key-of-ann' },
];

/** Everybody who owns something of their own. */
const OWNERS: readonly Record<string, string>[] = [
  { 'x-api-key': 'key-of-acme' },
  { 'x-api-key': 'key-of-ann' },
  { 'x-user': 'bob', 'x-tenant': 'acme' },
  { 'x-user': 'bob', 'x-tenant': 'ann' },
  { 'x-user': 'acme' },
  { 'x-user': 'ann' },
  { 'x-user': 'key:ann' },
];

/** Who a gateway before the host says that asks. */
function callerOf({ headers }: { readonly headers: Record<string, unknown> }): Caller | undefined {
  const { 'x-user': name, 'x-tenant': tenant } = headers;
  if (typeof name !== 'string') return undefined;
  return typeof tenant === 'string' ? { name, tenant } : { name };
}

async function start(kind: HostKind) {
  const upstream = await ScriptedUpstream.start();
  const sluice = optionsFor(upstream.baseUrl, {}, { caller: callerOf, callers });
  const host = await startHost(kind, { sluice });
  onTestFinished(async () => {
    await host.stop();
    await upstream.stop();
  });
  upstream.answers(streams('one', ' two').after(1).thenStalls());
  return host.url;
}

describe.each(hostKinds)('callers with a key beside users of the host on $name', (kind) => {
  it('own no stream of a tenant or a user that is named alike, nor these theirs', async () => {
    const url = await start(kind);
    const begin = async (headers: Record<string, string>) =>
      (await (await ask(`${url}/v1/streams`, { headers, body: { content: 'Hi' } })).json()) as { id: string };
    const begun = await Promise.all(OWNERS.map(begin));
    for (const [index, headers] of OWNERS.entries()) {
      const { data } = (await (await ask(`${url}/v1/streams`, { headers })).json()) as {
        data: { id: string }[];
      };
      expect(data.map(({ id }) => id)).toEqual([begun[index]?.id]);
    }
  });

  it('are given no answer to a key of a request that is theirs alone', async () => {
    const url = await start(kind);
    const body = { content: 'Hi' };
    const ids = OWNERS.map(async (headers) => {
      const answer = await ask(`${url}/v1/streams`, {
        headers: { ...headers, 'idempotency-key': 'order-17' },
        body,
      });
      return ((await answer.json()) as { id: string }).id;
    });
    expect(new Set(await Promise.all(ids)).size).toBe(OWNERS.length);
  });
});
