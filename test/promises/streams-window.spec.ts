import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { Fleet, GRACE } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { ask, parseEvents } from '../support/http-client.js';

interface Started {
  readonly id: string;
  readonly url: string;
  readonly resultUrl: string;
}

const MANY = Array.from({ length: 40 }, () => 'x'.repeat(100));
/** Less than what they come to. */
const WINDOW = { route: GRACE, rest: { streamLog: { maxBytesPerStream: 2_000 } } };
const completion = { dialect: 'openai-chat', messages: [{ role: 'user', content: 'Hi' }] };

async function start(fleet: Fleet, fields: object = { content: 'Hi' }): Promise<Started> {
  return (await (
    await ask(`${fleet.url}/v1/streams`, { body: { model: 'r', ...fields } })
  ).json()) as Started;
}

describe('a stream of which only the end is kept', () => {
  it.each(['/stream?content=Hi&model=r', '/v1/streams/'])(
    'is continued by one who was there: %s',
    async (path) => {
      const gate = new Gate();
      const fleet = await Fleet.start(['a'], WINDOW);
      fleet.at('a').answers(
        streams(...MANY, 'LAST')
          .after(40)
          .thenHolds(gate.opened),
      );
      const first = await ask(`${fleet.url}/stream?content=Hi&model=r`);
      await first.until((text) => parseEvents(text).length === 40);
      const lastEventId = parseEvents(first.received).at(-1)?.id ?? '';
      first.leave();
      const id = path.endsWith('/') ? String(first.headers['x-sluice-stream']) : '';
      const again = await ask(fleet.url + path + id, { headers: { 'last-event-id': lastEventId } });
      gate.open();
      expect(again.status).toBe(200);
      expect(await again.text()).toContain('LAST');
    },
  );

  it.each<[string, object]>([
    ['native', { content: 'Hi' }],
    ['a chat completion', completion],
  ])('is 410 for one who begins, and has no result: %s', async (_, fields) => {
    const fleet = await Fleet.start(['a'], WINDOW);
    fleet.at('a').answers(streams(...MANY));
    const end = fleet.host.nextEnd();
    const { id, url, resultUrl } = await start(fleet, fields);
    await end;
    for (const path of [url, resultUrl]) expect((await ask(fleet.url + path)).status).toBe(410);
    if (fields !== completion) return;
    const body = { model: 'r', stream: true, ...completion, dialect: undefined };
    const headers = { 'last-event-id': `${id}.0` };
    expect((await ask(`${fleet.url}/v1/chat/completions`, { headers, body })).status).toBe(410);
  });
});

describe('a stream that is read by its id', () => {
  it('is not sent in another dialect', async () => {
    const fleet = await Fleet.start(['a'], { route: GRACE });
    const { id, url } = await start(fleet, completion);
    expect(await (await ask(fleet.url + url)).text()).toContain('chat.completion.chunk');
    const headers = { 'last-event-id': `${id}.0` };
    const [event] = await (await ask(`${fleet.url}/stream?content=Hi`, { headers })).events();
    expect(event).toMatchObject({ event: 'failed', data: expect.stringContaining('stream-gone') });
  });

  it('has the same code for its failure in each dialect', async () => {
    const fleet = await Fleet.start(['a'], { route: GRACE });
    fleet.at('a').answers(streams('one', ' two').after(1).thenCuts());
    for (const fields of [{ content: 'Hi' }, completion]) {
      const { resultUrl } = await start(fleet, fields);
      const result = await (await ask(`${fleet.url}${resultUrl}?wait=5`)).json();
      expect(result).toMatchObject({ state: 'over', text: 'one', error: { code: 'upstream-cut' } });
    }
  });
});
