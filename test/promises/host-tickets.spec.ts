import { describe, expect, it, onTestFinished } from 'vitest';
import type { Caller } from '../../src/index.js';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { hostKinds, startHost, type HostKind } from '../support/hosts.js';
import { ask, type Question } from '../support/http-client.js';
import { optionsFor } from '../support/options.js';

const ANN = { 'x-user': 'ann', 'x-tenant': 'acme' };
const ALF = { 'x-user': 'alf', 'x-tenant': 'acme' };
const BOB = { 'x-user': 'bob', 'x-tenant': 'globex' };
const NOBODY = {};

/** Who a gateway before the host says that asks. */
function callerOf({ headers }: { readonly headers: Record<string, unknown> }): Caller | undefined {
  const { 'x-user': name, 'x-tenant': tenant } = headers;
  return typeof name === 'string' && typeof tenant === 'string' ? { name, tenant } : undefined;
}

async function start(kind: HostKind) {
  const upstream = await ScriptedUpstream.start();
  const host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl, {}, { caller: callerOf }) });
  onTestFinished(async () => {
    await host.stop();
    await upstream.stop();
  });
  upstream.next(streams('one', ' two').after(1).thenStalls());
  const started = await ask(`${host.url}/v1/streams`, { headers: ANN, body: { content: 'Hi' } });
  const { url, ticket } = (await started.json()) as Record<'url' | 'ticket', string>;
  const statusOf = async (path: string, headers: Record<string, string>, body: Question = {}) => {
    const answer = await ask(host.url + path, { ...body, headers });
    answer.leave();
    return answer.status;
  };
  return { host, url, query: `?ticket=${ticket}`, statusOf };
}

describe.each(hostKinds)('a ticket of a tenant’s stream on $name', (kind) => {
  it('reads the stream and its result, whoever has it', async () => {
    const { host, url, query, statusOf } = await start(kind);
    const read = await ask(host.url + url + query);
    await read.until((text) => text.includes('one'));
    expect(read.status).toBe(200);
    for (const who of [NOBODY, BOB, ALF]) {
      expect([await statusOf(url + query, who), await statusOf(`${url}/result${query}`, who)]).toEqual([
        200, 200,
      ]);
    }
    expect([await statusOf(url, NOBODY), await statusOf(url, BOB), await statusOf(url, ALF)]).toEqual([
      401, 404, 200,
    ]);
  });

  it('opens no other stream and no list', async () => {
    const { host, query, statusOf } = await start(kind);
    const other = await ask(`${host.url}/v1/streams`, { headers: ANN, body: { content: 'Ho' } });
    const { url } = (await other.json()) as { url: string };
    expect([await statusOf(url + query, NOBODY), await statusOf(`/v1/streams${query}`, NOBODY)]).toEqual([
      401, 401,
    ]);
  });

  it('stops nothing: who stops a stream is its owner, with the ticket or without', async () => {
    const { host, url, query, statusOf } = await start(kind);
    const stop = { method: 'DELETE' };
    expect([await statusOf(url + query, NOBODY, stop), await statusOf(url + query, BOB, stop)]).toEqual([
      401, 404,
    ]);
    expect(host.open()).toBe(1);
    expect(await statusOf(url + query, ALF, stop)).toBe(204);
  });
});
