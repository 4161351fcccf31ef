import { describe, expect, it } from 'vitest';
import { hasRedis, ReplicaSuite, WORDS } from '../support/replica-suite.js';
import { begin, wholeOf } from '../support/running-stream.js';

describe.skipIf(!hasRedis)('a replica that stands still for longer than its lease', () => {
  const suite = new ReplicaSuite({ streamLog: { leaseMs: 1_000 } });

  it('is shut out: others have been told the end, and its own readers have everything', async () => {
    const running = await begin(suite);
    suite.replicas.a.signal('SIGSTOP');
    const reported = await running.elsewhere.events();
    expect(reported.at(-1)).toMatchObject({
      event: 'failed',
      id: `${running.id}.10.end`,
      data: expect.stringContaining('"upstream-cut"'),
    });
    suite.replicas.a.signal('SIGCONT');
    for (const _ of WORDS.slice(0, 3)) await running.say();
    const whole = await wholeOf(running.live);
    expect(await wholeOf(await suite.ask('a', running.url))).toEqual(whole);
    // Whatever a reader elsewhere had, it gets the same end.
    expect(await (await suite.ask('b', running.url)).events()).toEqual(reported);
    for (const cursor of [4, 9, 25]) {
      const rest = await (await suite.resume('b', `${running.id}.${cursor}`)).events();
      expect(rest).toEqual(reported.slice(Math.min(cursor + 1, reported.length - 1)));
    }
    expect(await suite.ended('a', running.id)).toMatchObject({ outcome: 'finished' });
  });

  it('produces for others as before when it continues', async () => {
    const running = await begin(suite);
    for (const _ of WORDS.slice(0, 3)) await running.say();
    expect(await wholeOf(running.elsewhere)).toEqual(await wholeOf(running.live));
  });
});
