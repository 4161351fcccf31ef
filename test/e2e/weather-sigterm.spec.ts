import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { formats, type Format } from '../support/formats.js';
import { Gate } from '../support/gate.js';
import { ask, type Answer } from '../support/http-client.js';
import { chat } from '../support/options.js';
import { receivedText } from '../support/received-text.js';
import { ServiceProcess } from '../support/service.js';

const STREAMS = 50;

interface OpenStream {
  readonly format: Format;
  readonly answer: Answer;
}

/** 50 streams in all formats, each with its first delta. */
async function openStreams(service: ServiceProcess): Promise<OpenStream[]> {
  const all = Array.from({ length: STREAMS }, (_, index) => formats[index % formats.length] ?? formats[0]);
  return Promise.all(
    all
      .flatMap((format) => (format === undefined ? [] : [format]))
      .map((format) => openStream(service, format)),
  );
}

async function openStream(service: ServiceProcess, format: Format): Promise<OpenStream> {
  const answer = await format.ask(service.url);
  await answer.until((received) => received.includes('one'));
  return { format, answer };
}

describe('SIGTERM with 50 streams open', () => {
  let upstream: ScriptedUpstream;
  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterEach(() => upstream.stop());

  it('lets them all finish, refuses new ones and exits with 0', async () => {
    const service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl });
    const gate = new Gate();
    upstream.answers(streams('one', ' two').after(1).thenHolds(gate.opened));
    const open = await openStreams(service);
    expect(open).toHaveLength(STREAMS);
    service.signal('SIGTERM');
    await service.line(({ msg }) => msg === 'Sluice is shutting down');
    for (const format of formats) expect((await format.ask(service.url)).status).toBe(503);
    const whole = await ask(`${service.url}/v1/chat/completions`, { body: chat('Hi', { stream: false }) });
    expect(whole.status).toBe(503);
    gate.open();
    for (const { format, answer } of open) {
      expect(receivedText(format.name, await answer.text())).toBe('one two');
    }
    expect(await service.exited).toBe(0);
    expect(outcomesOf(service)).toEqual(Array.from({ length: STREAMS }, () => 'finished'));
    expect(upstream.requests).toHaveLength(STREAMS);
  });

  it('tells all of them that it ends once the drain is over, and exits with 0', async () => {
    const service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl, SLUICE_DRAIN_MS: '200' });
    upstream.answers(streams('one', ' two').after(1).thenStalls());
    const open = await openStreams(service);
    service.signal('SIGTERM');
    const told = await Promise.all(open.map(({ format, answer }) => format.tellsFailure(answer)));
    expect(told).toEqual(Array.from({ length: STREAMS }, () => true));
    expect(await service.exited).toBe(0);
    expect(outcomesOf(service)).toEqual(Array.from({ length: STREAMS }, () => 'shutdown'));
    for (const request of upstream.requests) expect(await request.closed).toMatchObject({ complete: false });
  });
});

function outcomesOf({ lines }: ServiceProcess): unknown[] {
  return lines.filter(({ msg }) => msg === 'stream ended').map(({ outcome }) => outcome);
}
