import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ignores, refuses, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { holdings, NOTHING } from '../support/holdings.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import {
  ALL,
  APP,
  CHAT,
  fresh,
  GET,
  how,
  idOf,
  OTHER,
  POST,
  SharingFleet,
  STREAMS,
  WEB,
  WHOLE,
} from '../support/sharing.js';

const contains = (text: string) => (received: string) => received.includes(text);

/** Tools and thoughts, and a text beside them. */
const RICH = streams('Let me', ' see.')
  .reasoning('The user wants', ' the weather.')
  .toolCall(
    { id: 'call_1', name: 'weather', arguments: '{"city":"Łódź","days":[1,2]}' },
    { id: 'call_2', name: 'time', arguments: '{}' },
  )
  .finishes('tool_calls');

describe.each(hostKinds)('identical requests that share, on $name', (kind) => {
  let sharing: SharingFleet;
  beforeAll(async () => {
    sharing = await SharingFleet.launch(kind);
  });
  afterAll(() => sharing.stop());

  it.each(STREAMS)('are answered with one stream while it runs: $name', async (way) => {
    const [content, gate] = [fresh(), new Gate()];
    sharing.upstream().next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const first = await sharing.send(way, content);
    await first.until(contains('one'));
    const others = await Promise.all([sharing.send(way, content), sharing.send(way, content, APP)]);
    await Promise.all(others.map((other) => other.until(contains('one'))));
    gate.open();
    const whole = await first.text();
    expect(whole).toContain(' two');
    for (const other of others) {
      expect(await other.text()).toBe(whole);
      expect([how(other), idOf(other), other.headers.age]).toEqual(['shared', idOf(first), undefined]);
    }
    expect([how(first), sharing.asked]).toEqual(['miss', 1]);
  });

  it.each(ALL)('are answered with what was kept, byte for byte: $name', async (way) => {
    const content = fresh();
    sharing.upstream().next(RICH);
    const first = await sharing.send(way, content);
    const whole = await first.text();
    for (const part of ['The user wants', 'call_1', 'weather', 'Łódź', 'call_2', 'Let me', 'tool_calls']) {
      expect(whole).toContain(part);
    }
    const second = await sharing.send(way, content, APP);
    expect(await second.text()).toBe(whole);
    expect([how(first), how(second), idOf(second)]).toEqual(['miss', 'hit', idOf(first)]);
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect([first.headers.age, second.headers.age]).toEqual([undefined, expect.stringMatching(/^\d$/)]);
    expect(sharing.asked).toBe(1);
  });

  it.each(ALL)('are answered anew where nobody knows the finish reason: $name', async (way) => {
    const content = fresh();
    sharing.upstream().next(streams('one').finishes('a-vendor-word'));
    const first = await sharing.send(way, content);
    expect(await first.text()).toContain('a-vendor-word');
    for (const expected of ['miss', 'hit']) {
      const next = await sharing.send(way, content, APP);
      expect(await next.text()).not.toContain('a-vendor-word');
      expect(how(next)).toBe(expected);
    }
    expect([how(first), sharing.asked]).toEqual(['miss', 2]);
  });

  it('ask once for a whole answer', async () => {
    const [content, gate] = [fresh(), new Gate()];
    sharing.upstream().next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const first = await sharing.waiting(() => sharing.send(WHOLE, content));
    const second = await sharing.waiting(() => sharing.send(WHOLE, content, APP));
    gate.open();
    const [one, other] = [await first.sent, await second.sent];
    expect(await other.text()).toBe(await one.text());
    expect([how(one), how(other), idOf(other)]).toEqual(['miss', 'shared', idOf(one)]);
    expect(sharing.asked).toBe(1);
  });

  it('may be a query and a body', async () => {
    const content = fresh();
    sharing.upstream();
    const whole = await (await sharing.send(GET, content)).text();
    const second = await sharing.send(POST, content);
    expect([await second.text(), how(second)]).toEqual([whole, 'hit']);
  });

  it.each(ALL)('never are of two tenants: $name', async (way) => {
    const [content, gate] = [fresh(), new Gate()];
    sharing.upstream().answers(streams('one', ' two').after(1).thenHolds(gate.opened));
    const ours = await sharing.waiting(() => sharing.send(way, content));
    const theirs = await sharing.waiting(() => sharing.send(way, content, OTHER));
    gate.open();
    const [first, second] = [await ours.sent, await theirs.sent];
    await Promise.all([first.text(), second.text()]);
    const third = await sharing.send(way, content, OTHER);
    expect([how(first), how(second), how(third)]).toEqual(['miss', 'miss', 'hit']);
    expect(idOf(second)).not.toBe(idOf(first));
    expect([idOf(third), sharing.asked]).toEqual([idOf(second), 2]);
  });

  it.each(STREAMS)('keep their stream until the last one leaves, who ends it: $name', async (way) => {
    const [content, gate] = [fresh(), new Gate()];
    const script = streams('one', ' two', ' three').after(1).thenHolds(gate.opened).after(2).thenStalls();
    sharing.upstream().next(script);
    const first = await sharing.send(way, content);
    await first.until(contains('one'));
    const second = await sharing.send(way, content);
    first.leave();
    await sharing.seen();
    gate.open();
    await second.until(contains(' two'));
    const { closed } = sharing.fleet.at('a').lastRequest;
    const end = sharing.fleet.host.nextEnd();
    second.leave();
    expect(await end).toMatchObject({ outcome: 'client-gone' });
    expect(await closed).toMatchObject({ complete: false });
    const third = await sharing.send(way, content);
    expect([how(third), await third.text()]).toEqual(['miss', expect.stringContaining('scripted')]);
  });

  it.each(ALL)('end with the last one that waits for a head: $name', async (way) => {
    const content = fresh();
    sharing.upstream().next(ignores());
    await expect.poll(() => holdings(sharing.fleet.host.app)).toEqual(NOTHING);
    const requested = sharing.fleet.at('a').nextRequest();
    const first = await sharing.waiting(() => sharing.sendAndLeave(way, content));
    const second = await sharing.waiting(() => sharing.sendAndLeave(way, content));
    const { closed } = await requested;
    first.sent.leave();
    await sharing.seen();
    expect(sharing.fleet.host.open()).toBe(1);
    second.sent.leave();
    expect(await closed).toMatchObject({ complete: false });
    await expect.poll(() => holdings(sharing.fleet.host.app)).toEqual(NOTHING);
    expect(how(await sharing.send(way, content))).toBe('miss');
  });

  it.each([
    ['broke off', streams('one', ' two').after(1).thenCuts()],
    ['failed', streams('one', ' two').after(1).thenFails()],
  ])('are asked again after a stream that %s', async (_, script) => {
    for (const way of STREAMS) {
      const content = fresh();
      sharing.upstream().next(script);
      const first = await sharing.send(way, content);
      expect(await first.text()).not.toContain(' two');
      const second = await sharing.send(way, content);
      expect([how(first), how(second), sharing.asked]).toEqual(['miss', 'miss', 2]);
      expect(await second.text()).toContain('scripted');
    }
  });

  it('are asked again after a stream that was stopped', async () => {
    const content = fresh();
    sharing.upstream().next(streams('one', ' two').after(1).thenStalls());
    const first = await sharing.send(CHAT, content);
    await first.until(contains('one'));
    await ask(`${sharing.fleet.url}/v1/streams/${idOf(first)}`, { method: 'DELETE', headers: WEB });
    expect(await first.text()).toContain('cancelled');
    expect(how(await sharing.send(CHAT, content))).toBe('miss');
  });

  it.each(ALL)('are asked anew after a refusal: $name', async (way) => {
    const content = fresh();
    sharing.upstream().next(refuses(400));
    const first = await sharing.send(way, content);
    const second = await sharing.send(way, content);
    expect([first.status, how(first)]).toEqual([400, undefined]);
    expect([second.status, how(second)]).toEqual([200, 'miss']);
  });

  it.each(['length', 'content_filter'])('are answered with one that ended with %s', async (reason) => {
    for (const way of ALL) {
      const content = fresh();
      sharing.upstream().next(streams('one', ' two').finishes(reason));
      await (await sharing.send(way, content)).text();
      expect(how(await sharing.send(way, content))).toBe('hit');
    }
  });
});
