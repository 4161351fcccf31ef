import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelayService, SluiceError, type StreamPart } from '../../src/index.js';
import { ScriptedUpstream, streams, type Scripting } from '../../src/testing/index.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';
import { SOON } from '../support/soon.js';

const [kind] = hostKinds;

describe('for await over a stream’s output', () => {
  let upstream: ScriptedUpstream;
  let host: Host;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    if (kind === undefined) throw new Error('There is no kind of host');
    host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl) });
  });
  afterAll(async () => {
    await host.stop();
    await upstream.stop();
  });

  const open = (says: Scripting) => {
    upstream.reset().next(says);
    return host.app.get(RelayService).open({ messages: [{ role: 'user', content: 'Hi' }] });
  };

  it('gives every part, then ends, and the usage is known', async () => {
    const stream = await open(streams('Hello', ' you'));
    const parts: StreamPart[] = [];
    for await (const part of stream.output) parts.push(part);
    expect(parts.map((part) => ('text' in part ? part.text : part.type))).toEqual([
      'Hello',
      ' you',
      'finish',
      'usage',
    ]);
    expect(stream.usage()).toEqual({ promptTokens: 9, completionTokens: 12, totalTokens: 21 });
    expect(host.open()).toBe(0);
  });

  it('closes the upstream where the loop is left', async () => {
    const stream = await open(streams('Hello', ' you').after(1).thenStalls());
    const end = host.nextEnd();
    for await (const part of stream.output) if (part.type === 'text-delta') break;
    expect((await end).outcome).toBe('client-gone');
    expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
    expect(host.open()).toBe(0);
  });

  it('throws the failure of the stream, after what came before', async () => {
    const stream = await open(streams('Hello', ' you').after(1).thenCuts());
    const parts: StreamPart[] = [];
    const reading = (async () => {
      for await (const part of stream.output) parts.push(part);
    })();
    await expect(reading).rejects.toSatisfy(
      (error) => error instanceof SluiceError && error.code === 'upstream-cut',
    );
    expect(parts).toMatchObject([{ type: 'text-delta', text: 'Hello' }]);
  });

  it('loses nothing where the loop is slower than the upstream, which then waits', async () => {
    const texts = Array.from({ length: 500 }, (_, at) => `${at} `);
    const stream = await open(streams(...texts));
    const iterator = stream.output[Symbol.asyncIterator]();
    const parts = [(await iterator.next()).value as StreamPart];
    await expect.poll(() => stream.flow.paused, SOON).toBe(true);
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      parts.push(next.value);
    const text = parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
    expect(text).toBe(texts.join(''));
  });
});
