import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { refuses, type Script } from '../../src/testing/index.js';
import { fixture } from '../support/fixture.js';
import { formats } from '../support/formats.js';
import { Gate } from '../support/gate.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { chat, optionsFor } from '../support/options.js';

const said = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const END = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
/** Within every other bound of an answer, and four times what any answer may expand to. */
const BOMB_BYTES = 15_000_000;
const WHOLE = JSON.stringify({ choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] });

const { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } = zlib;

type Compress = (text: string) => Buffer;

function isCompress(value: unknown): value is Compress {
  return typeof value === 'function';
}

/** Node has it from 22.15 on. */
const zstd: unknown = Reflect.get(zlib, 'zstdCompressSync');

const encodings: readonly (readonly [string, Compress])[] = [
  ...(isCompress(zstd) ? ([['zstd', zstd]] as const) : []),
  ['gzip', (text) => gzipSync(text)],
  ['x-gzip', (text) => gzipSync(text)],
  ['deflate', (text) => deflateSync(text)],
  ['Deflate', (text) => deflateRawSync(text)],
  ['br', (text) => brotliCompressSync(text)],
  ['gzip, br', (text) => brotliCompressSync(gzipSync(text))],
];

function sends(encoding: string, bytes: Buffer, status = 200): Script {
  const headers = { 'content-encoding': encoding, 'content-type': 'text/event-stream' };
  return { status, headers, steps: () => [{ do: 'write', bytes }] };
}

const wholeOf = (url: string) => ask(`${url}/v1/chat/completions`, { body: chat('Hi', { stream: false }) });

describe.each(hostKinds.slice(0, 1))(
  'an answer that is compressed though none was asked for on $name',
  (kind) => {
    const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

    it.each(encodings)('is read as %s, streamed and whole and as an error', async (encoding, compress) => {
      const { upstream, host } = suite;
      for (const format of formats) {
        upstream.next(sends(encoding, compress(said('Hello') + END)));
        const answer = await format.ask(host.url);
        expect(answer.status).toBe(200);
        expect(await answer.text()).toContain('Hello');
      }
      upstream.next(sends(encoding, compress(WHOLE)), sends(encoding, compress('{"detail":"no such"}'), 422));
      const whole = await wholeOf(host.url);
      expect([whole.headers['content-encoding'], await whole.text()]).toEqual([undefined, WHOLE]);
      expect(await (await wholeOf(host.url)).text()).toContain('no such');
      expect(host.open()).toBe(0);
    });

    it('comes event by event', async () => {
      const { upstream, host } = suite;
      const gate = new Gate();
      const gzip = createGzip();
      const flushed = (text: string) =>
        new Promise<Buffer>((resolve) => {
          gzip.write(text);
          gzip.flush(() => resolve(gzip.read() as Buffer));
        });
      const first = await flushed(said('first'));
      gzip.end(said('second') + END);
      const rest = Buffer.concat(await gzip.toArray());
      upstream.next({
        status: 200,
        headers: { 'content-encoding': 'gzip' },
        steps: () => [
          { do: 'write', bytes: first },
          { do: 'hold', until: gate.opened },
          { do: 'write', bytes: rest },
        ],
      });
      const answer = await ask(`${host.url}/stream?content=Hi`);
      await answer.until((received) => received.includes('first'));
      expect(answer.received).not.toContain('second');
      gate.open();
      expect(await answer.text()).toContain('second');
    });

    it.each(formats)('is told as cut where it is torn or corrupt, in $name', async (format) => {
      const { upstream, host } = suite;
      const whole = gzipSync(said('Hello') + said('x'.repeat(100)) + END);
      upstream.next(
        sends('gzip', whole.subarray(0, whole.length - 30)),
        sends('gzip', Buffer.from('no gzip at all')),
      );
      const end = host.nextEnd();
      await (
        await format.ask(host.url)
      ).over;
      expect((await end).outcome).toBe('upstream-cut');
      expect((await format.ask(host.url)).status).toBe(502);
    });

    it.each(encodings.filter(([encoding]) => encoding !== 'zstd'))(
      'is complete whatever follows it as %s',
      async (encoding, compress) => {
        const { upstream, host } = suite;
        const finished = END.replace('data: [DONE]\n\n', '');
        for (const text of [said('Hello') + END, said('Hello') + finished]) {
          const [answer, garbage] = [compress(text), Buffer.from('garbage')];
          for (const pieces of [[Buffer.concat([answer, garbage])], [answer, garbage]]) {
            const steps = () => pieces.map((bytes) => ({ do: 'write', bytes }) as const);
            upstream.next({ ...sends(encoding, answer), steps });
            const end = host.nextEnd();
            expect(
              await (await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') })).text(),
            ).toContain('Hello');
            expect((await end).outcome).toBe('finished');
          }
        }
        upstream.next(sends(encoding, Buffer.concat([compress(WHOLE), Buffer.from('garbage')])));
        expect(await (await wholeOf(host.url)).text()).toBe(WHOLE);
      },
    );

    it('is complete where a wrong checksum follows its end', async () => {
      const { upstream, host } = suite;
      const bytes = gzipSync(said('Hello') + END);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      upstream.next(sends('gzip', bytes));
      const end = host.nextEnd();
      await (await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') })).text();
      expect((await end).outcome).toBe('finished');
    });

    it('is refused in an encoding that is unknown', async () => {
      const { upstream, host } = suite;
      upstream.next(sends('compress', Buffer.from('x')));
      expect((await ask(`${host.url}/stream?content=Hi`)).status).toBe(502);
      expect(host.open()).toBe(0);
    });

    it.each([
      ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024, '\n'))],
      ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024, 'x'))],
      ['deflate', deflateSync(Buffer.alloc(64 * 1024 * 1024, 'x'))],
      ['br', brotliCompressSync(Buffer.alloc(64 * 1024 * 1024, ': p\n\n'))],
    ])('fails its one stream where it is a bomb of %s', async (encoding, bomb) => {
      const { upstream, host } = suite;
      upstream.next(sends(encoding, bomb), sends(encoding, bomb));
      expect((await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') })).status).toBe(502);
      expect((await wholeOf(host.url)).status).toBe(502);
      expect(host.open()).toBe(0);
    });

    it.each(encodings)(
      'is cut where it is a good answer but expands beyond all measure as %s',
      async (encoding, compress) => {
        const { upstream, host } = suite;
        const good = said('Hello') + ': p\n\n'.repeat(BOMB_BYTES / 5) + END;
        upstream.next(sends(encoding, compress(good)));
        const end = host.nextEnd();
        await (
          await ask(`${host.url}/v1/chat/completions`, { body: chat('Hi') })
        ).over;
        expect((await end).outcome).toBe('upstream-cut');
        upstream.next(sends(encoding, compress(WHOLE + ' '.repeat(BOMB_BYTES))));
        const whole = await wholeOf(host.url);
        expect([whole.status, await whole.text()]).toEqual([502, expect.stringContaining('"upstream_cut"')]);
        expect(host.open()).toBe(0);
      },
    );

    it('may begin with a byte order mark when it is whole', async () => {
      const { upstream, host } = suite;
      upstream.next({ ...refuses(200, { body: `\ufeff${WHOLE}` }), status: 200 });
      expect(await (await wholeOf(host.url)).text()).toBe(WHOLE);
    });
  },
);
