import { EMPTY } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Flow } from '../core/flow.js';
import { SluiceError } from '../core/sluice-error.js';
import { OnceStreams } from './once-streams.js';
import type { Once } from './once.js';
import type { RecordedStream, RecordedStreams, RecordOptions } from './recorded-streams.js';

const request = { messages: [] };
const options: RecordOptions = {
  format: () => ({ push: () => never(), opening: () => [], finish: () => [], fail: () => undefined }),
  dialect: 'native',
  caller: { name: 'web' },
  graceSeconds: 30,
};
const once = (fields: Partial<Once> = {}): Once => ({ key: 'k', retry: false, hash: 'h', ...fields });

function never(): never {
  throw new Error('Nothing is transcoded here');
}

const nothing = () => ({ output: EMPTY, flow: new Flow() });

/** Streams that open at once, and whether each is still kept. */
function opening() {
  const kept = new Set<string>();
  let opened = 0;
  let failure: SluiceError | undefined;
  const streams: Pick<RecordedStreams, 'open' | 'isKept'> = {
    async open(): Promise<RecordedStream> {
      opened += 1;
      if (failure !== undefined) throw failure;
      const id = `s${opened}`;
      kept.add(id);
      return { id, route: 'r', target: 'a/m', attempts: 1, headers: {}, read: nothing };
    },
    isKept: async (id) => kept.has(id),
  };
  const all = new OnceStreams(streams as RecordedStreams);
  const ask = (fields?: Partial<Once>) => all.open(once(fields), request, options).then(({ id }) => id);
  return { ask, kept, fail: (error: SluiceError | undefined) => void (failure = error) };
}

describe('OnceStreams', () => {
  it('begins one stream for requests that come in the same turn', async () => {
    const { ask } = opening();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['s1', 's1', 's1']);
  });

  it('gives the stream of the first request as long as it is kept, and then begins one for all', async () => {
    const { ask, kept } = opening();
    await ask();
    expect(await ask()).toBe('s1');
    kept.delete('s1');
    expect(await Promise.all([ask(), ask()])).toEqual(['s2', 's2']);
  });

  it('asks anew after a failure', async () => {
    const { ask, fail } = opening();
    fail(new SluiceError('upstream-error', 'no'));
    await expect(ask()).rejects.toThrow('no');
    fail(undefined);
    expect(await ask()).toBe('s2');
  });

  it('refuses the same key for another body', async () => {
    const { ask } = opening();
    await ask();
    await expect(ask({ hash: 'other' })).rejects.toMatchObject({ code: 'unprocessable' });
  });

  it('finds a stream by its body for one who says that it asks again, and for nobody else', async () => {
    const { ask } = opening();
    await ask({ key: undefined });
    expect(await ask({ key: undefined, retry: true })).toBe('s1');
    expect(await ask({ key: undefined })).toBe('s2');
  });
});
