import { platform } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams, type Script, type Step } from '../../src/testing/index.js';
import { formats } from '../support/formats.js';
import { residentBytes } from '../support/process-memory.js';
import { RawClient } from '../support/raw-client.js';
import { ServiceProcess } from '../support/service.js';
import { settled } from '../support/settled.js';

const MIB = 1024 * 1024;
const OFFERED_BYTES = 500 * MIB;
const MAX_GROWTH_BYTES = 64 * MIB;
/** What the kernel's buffers on both sides of the service may take at the most, with room to spare. */
const MAX_TAKEN_BYTES = 64 * MIB;

/** 500 MB in one answer, of which every event is the same piece of memory. */
function floods(deltaBytes: number): Script {
  const chunk = { choices: [{ index: 0, delta: { content: 'x'.repeat(deltaBytes) }, finish_reason: null }] };
  const bytes = Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
  const write: Step = { do: 'write', bytes };
  const steps = Array.from({ length: Math.ceil(OFFERED_BYTES / bytes.length) }, () => write);
  return { status: 200, headers: {}, steps: () => steps };
}

describe.runIf(platform === 'linux')('a client that never reads while 500 MB are offered', () => {
  let upstream: ScriptedUpstream;
  let service: ServiceProcess;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl });
    // What every service loads and compiles with its first streams is no cost of a slow reader.
    for (const format of formats) await (await format.ask(service.url)).text();
  });
  afterAll(async () => {
    await service.stop();
    await upstream.stop();
  });

  describe.each(formats)('in $name', ({ question: body }) => {
    const headers = { ...body.headers, 'x-sluice-grace': '0' };
    it.each([
      { size: 'large', deltaBytes: 64 * 1024 },
      { size: 'small', deltaBytes: 4 * 1024 },
    ])('costs the service no more than 64 MB with $size events', async ({ deltaBytes }) => {
      upstream.next(floods(deltaBytes));
      const before = residentBytes(service);
      const requested = upstream.nextRequest();
      const client = await RawClient.askAndNeverRead(service.url, { ...body, headers });
      const request = await requested;
      const taken = await settled(() => request.bytesTaken);
      const growth = residentBytes(service) - before;
      expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
      expect(taken).toBeLessThan(MAX_TAKEN_BYTES);
      client.leave();
      expect(await request.closed).toMatchObject({ complete: false });
      await service.line(({ outcome }) => outcome === 'client-gone');
    });
  });

  it('does not keep others from their answers', async () => {
    upstream.next(floods(64 * 1024), streams('Hello'));
    const requested = upstream.nextRequest();
    const client = await RawClient.askAndNeverRead(service.url, { path: '/stream?content=Hi' });
    const request = await requested;
    await settled(() => request.bytesTaken);
    for (const format of formats) expect(await (await format.ask(service.url)).text()).toContain('Hello');
    client.leave();
    await request.closed;
  });
});
