import { readFileSync } from 'node:fs';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../core/chat-request.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import type { TranscodeResult } from '../../core/dialect/transcoder.js';
import { openaiChatUpstream } from './index.js';
import { SseFramer } from '../../upstream/response/sse-framer.js';
import { passThrough } from './pass-through.js';

const FOLDER = new URL('../../../test/fixtures/openai-chat/', import.meta.url);

const asking = (includeUsage: boolean): ChatRequest => ({
  messages: [],
  source: { dialect: 'openai-chat', body: { stream_options: { include_usage: includeUsage } } },
});

/** What a caller is sent for these chunks, and what was seen in them. */
function relay(chunks: readonly Buffer[], request: ChatRequest) {
  const transcoder = passThrough(request);
  const seen: TranscodeResult<FrameBytes>[] = [];
  const blocks = new SseFramer(1_000_000, openaiChatUpstream);
  const found = [...chunks.map((chunk) => blocks.push(chunk)), blocks.flush()];
  for (const block of found) if (block !== undefined) seen.push(transcoder.push(block));
  const frames = seen.flatMap(({ output }) => output);
  const sum = (count: (one: TranscodeResult<FrameBytes>) => number) =>
    seen.reduce((total, one) => total + count(one), 0);
  return {
    text: Buffer.concat(frames.map((frame) => Buffer.from(frame))).toString(),
    events: sum(({ events }) => events),
    finishes: sum(({ finished }) => finished.length),
    usage: seen.findLast(({ usage }) => usage !== undefined)?.usage,
    done: seen.some(({ done }) => done),
  };
}

function payloadsOf(text: string): string[] {
  const payloads: string[] = [];
  createParser({ onEvent: ({ data }) => payloads.push(data) }).feed(text);
  return payloads;
}

/** The bytes, cut at the offsets. */
function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const ends = [...offsets.toSorted((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const isUsageOnly = (payload: string) => /"choices":\[\],.*"usage":\{|^\{"usage":\{/.test(payload);

describe.each(['openai', 'openai-tools', 'azure', 'deepseek', 'llama-cpp', 'openrouter'])(
  'passThrough of %s',
  (name) => {
    const transcript = readFileSync(new URL(`${name}.sse`, FOLDER));
    const payloads = payloadsOf(transcript.toString());

    it.each([
      ['all that was sent to a caller that asked for the usage', true, payloads],
      ['all but the usage to one that did not', false, payloads.filter((one) => !isUsageOnly(one))],
    ])('sends %s, cut at any byte', (_, includeUsage, expected) => {
      const whole = relay([transcript], asking(includeUsage));
      expect(payloadsOf(whole.text)).toEqual(expected);
      expect(whole).toMatchObject({ finishes: 1, done: true, events: payloads.length });
      for (let at = 1; at < transcript.length; at += 1) {
        expect(relay(cut(transcript, [at]), asking(includeUsage)), `cut at ${at}`).toEqual(whole);
      }
    });

    it('sends the same byte by byte, and in CRLF lines', () => {
      const whole = relay([transcript], asking(true));
      const crlf = Buffer.from(transcript.toString().replaceAll('\n', '\r\n'));
      for (const bytes of [transcript, crlf]) {
        expect(
          relay(
            [...bytes].map((byte) => Buffer.of(byte)),
            asking(true),
          ),
        ).toEqual(whole);
      }
    });
  },
);

describe('passThrough of any stream', () => {
  const nasty = fc.constantFrom(
    '"usage":{',
    '[DONE]',
    '"error":{"message":"x"}',
    '"finish_reason":"stop"',
    '\n\n',
    '\r',
  );
  const content = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), nasty);
  const delta = fc.record({ content, vendor: fc.jsonValue() }, { requiredKeys: [] });
  const payload = fc.oneof(
    { weight: 6, arbitrary: delta.map((one) => JSON.stringify({ choices: [{ index: 0, delta: one }] })) },
    { weight: 1, arbitrary: fc.constant('{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}') },
    { weight: 1, arbitrary: fc.constant('{"usage":{"prompt_tokens":3,"completion_tokens":4},"choices":[]}') },
    { weight: 1, arbitrary: fc.constant('{"choices":[],"usage":null}') },
  );
  const before = fc.constantFrom('', '', '', ': ping\n\n', ': ping\n', '\n', 'id: 1\n', 'event: x\n');
  const end = fc.constantFrom('\n', '\n', '\r\n');
  const printed = fc
    .tuple(before, payload, end)
    .map(([prefix, data, eol]) => ({ data, bytes: `${prefix}data: ${data}\n\n`.replaceAll('\n', eol) }));
  const stream = fc.array(printed, { maxLength: 12 });

  it('sends every payload, but for the usage that nobody asked for, however it is cut', () => {
    const offsets = fc.array(fc.nat(2_000), { maxLength: 8 });
    fc.assert(
      fc.property(stream, offsets, fc.boolean(), (events, at, includeUsage) => {
        const bytes = Buffer.from(events.map((one) => one.bytes).join(''));
        const cuts = at.filter((offset) => offset < bytes.length);
        const sent = relay(cut(bytes, cuts), asking(includeUsage));
        const payloads = events.map(({ data }) => data);
        const due = payloads.filter((one) => includeUsage || !isUsageOnly(one));
        expect(sent.text).toBe(due.map((one) => `data: ${one}\n\n`).join(''));
        expect(sent.finishes).toBe(payloads.filter((one) => one.includes('"finish_reason":"stop"}')).length);
        expect(sent.events).toBe(events.length);
      }),
      { numRuns: 300 },
    );
  });
});
