import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { settled } from '../support/settled.js';
import { optionsFor } from '../support/options.js';

const PIECE = 'x'.repeat(64 * 1024);
const PIECES = 800;

describe.each(hostKinds)('a slow reader on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl, { idleTimeoutMs: 60_000 }) }));

  it.each(formats)('slows its own upstream, and loses nothing, in $name', async (format) => {
    const { upstream, host } = suite;
    const pieces = Array.from({ length: PIECES }, (_, index) => `${index}.${PIECE}`);
    upstream.next(streams(...pieces));
    const end = host.nextEnd();
    const answer = await format.ask(host.url);
    answer.pause();
    const taken = await settled(() => upstream.lastRequest.bytesTaken);
    expect(taken).toBeLessThan((PIECES * PIECE.length) / 2);
    answer.resume();
    expect(await answer.over).toBe(true);
    const numbers = [...answer.received.matchAll(/(\d+)\.x/g)].map(([, number]) => Number(number));
    expect(numbers).toEqual(pieces.map((_, index) => index));
    expect((await end).outcome).toBe('finished');
  });
});
