import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ignores, refuses, streams } from '../../src/testing/index.js';
import { Fleet, GRACE } from '../support/fleet.js';
import { Gate } from '../support/gate.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { hostKinds } from '../support/hosts.js';
import { ask, askAndLeave } from '../support/http-client.js';
import { SOON } from '../support/soon.js';

const KEYED = { 'idempotency-key': 'the-key-of-order-17' };
const body = { model: 'r', messages: [{ role: 'user', content: 'Hi' }], stream: true };

describe.each(hostKinds)('a request that is asked again, on $name', (kind) => {
  let fleet: Fleet;
  let key = 0;
  beforeAll(async () => {
    const rest = { callers: [{ name: 'web', key: 'caller-key-1' }], anonymous: true };
    fleet = await Fleet.launch(['a'], { kind, route: GRACE, rest });
  });
  afterAll(() => fleet.stop());

  /** Headers with a key that no test had before. */
  const keyed = () => ({ 'idempotency-key': `the-key-of-order-${(key += 100)}` });
  const completions = (headers: Record<string, string>, fields: object = {}) =>
    ask(`${fleet.url}/v1/chat/completions`, { headers, body: { ...body, ...fields } });

  it.each([
    ['a chat completion', '/v1/chat/completions', body],
    ['a native stream', '/stream', { content: 'Hi', model: 'r' }],
  ])('is given the stream of the first one: %s', async (_, path, question) => {
    const [headers, gate] = [keyed(), new Gate()];
    fleet.at('a').reset().next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const first = await ask(fleet.url + path, { headers, body: question });
    const second = await ask(fleet.url + path, { headers, body: question });
    gate.open();
    const whole = await first.text();
    expect(whole).toContain(' two');
    expect(await second.text()).toBe(whole);
    expect(second.headers['x-sluice-stream']).toBe(first.headers['x-sluice-stream']);
    expect(await (await ask(fleet.url + path, { headers, body: question })).text()).toBe(whole);
    expect(fleet.asked).toEqual([1]);
  });

  it('ends when everybody has left before the head', async () => {
    fleet.at('a').reset().next(ignores());
    const asked = fleet.at('a').nextRequest();
    const first = askAndLeave(`${fleet.url}/v1/chat/completions`, { headers: keyed(), body });
    const { closed } = await asked;
    first.leave();
    expect(await closed).toMatchObject({ complete: false });
    await expect.poll(() => holdings(fleet.host.app)).toEqual(NOTHING);
  });

  it.each([true, false])(
    'is refused with 422 where it asks for something else (stream: %s)',
    async (stream) => {
      const [headers, gate] = [keyed(), new Gate()];
      fleet.at('a').reset().next(streams('one', ' two').after(1).thenHolds(gate.opened));
      const asked = fleet.at('a').nextRequest();
      const first = completions(headers, { stream });
      await asked;
      const other = await completions(headers, { stream, temperature: 1 });
      expect([other.status, other.headers['x-should-retry']]).toEqual([422, 'false']);
      gate.open();
      expect((await (await first).text()).length).toBeGreaterThan(0);
      expect(fleet.asked).toEqual([1]);
    },
  );

  it('may ask for something else once the stream of its key is forgotten', async () => {
    const rest = { streamLog: { keepSeconds: 1 } };
    const brief = await Fleet.start(['a'], { kind, route: GRACE, rest });
    const asking = (content: string) =>
      ask(`${brief.url}/stream`, { headers: KEYED, body: { content, model: 'r' } });
    const first = await asking('Hi');
    await first.text();
    expect((await asking('Ho')).status).toBe(422);
    const url = `${brief.url}/v1/streams/${String(first.headers['x-sluice-stream'])}`;
    await expect.poll(async () => (await ask(url)).status, SOON).toBe(410);
    expect((await asking('Ho')).status).toBe(200);
    expect((await asking('Hi')).status).toBe(422);
  });

  it('is asked anew when the first one failed before its head', async () => {
    const headers = keyed();
    fleet.at('a').reset().next(refuses(400));
    expect((await completions(headers)).status).toBe(400);
    expect((await completions(headers)).status).toBe(200);
    expect(fleet.asked).toEqual([2]);
  });

  it('shares a whole answer while it is made', async () => {
    const [headers, gate] = [keyed(), new Gate()];
    fleet.at('a').reset().next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const asked = fleet.at('a').nextRequest();
    const first = completions(headers, { stream: false });
    await asked;
    const second = completions(headers, { stream: false });
    await expect.poll(() => fleet.host.open()).toBe(1);
    gate.open();
    expect(await (await second).json()).toEqual(await (await first).json());
    expect(fleet.asked).toEqual([1]);
  });

  it('is a stream of its own for another body, but not for another order of its fields', async () => {
    const [headers, gate] = [keyed(), new Gate()];
    fleet.at('a').reset().next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const first = await completions(headers);
    const { model, ...rest } = body;
    const second = await ask(`${fleet.url}/v1/chat/completions`, { headers, body: { ...rest, model } });
    gate.open();
    expect(await second.text()).toBe(await first.text());
    expect(fleet.asked).toEqual([1]);
  });

  it('is found by its body where an SDK says that it asks again', async () => {
    const gate = new Gate();
    fleet.at('a').reset().next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const content = `Hi ${kind.name}`;
    const messages = [{ role: 'user', content }];
    const grace = { 'x-sluice-grace': '5', authorization: 'Bearer caller-key-1' };
    const first = await completions({ ...grace, 'x-stainless-retry-count': '0' }, { messages });
    const again = await completions({ ...grace, 'x-stainless-retry-count': '1' }, { messages });
    gate.open();
    expect(await again.text()).toBe(await first.text());
    expect(fleet.asked).toEqual([1]);
  });

  it.each(['', 'two words that nobody guesses', 'x'.repeat(256)])(
    'may not have the key %j',
    async (value) => {
      const answer = await completions({ 'idempotency-key': value });
      expect(answer.status).toBe(value === '' ? 200 : 400);
    },
  );

  it('is another one for another key', async () => {
    fleet.at('a').reset();
    await (await completions(keyed())).text();
    await (await completions({ ...KEYED })).text();
    expect(fleet.asked).toEqual([2]);
  });
});
