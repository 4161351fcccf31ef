import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockOf, eventBlock } from '../../../test/support/event-block.js';
import { errorOfAnswer } from '../../core/answer-refusal.js';
import { decodeCompletion } from './decode-completion.js';
import { eventDecoder } from './chunk/decode-event.js';
import { findError } from './errors/find-error.js';
import { passThrough } from './pass-through.js';
import { readError } from './errors/read-error.js';

/** What a provider sends when it fails: a body, or the data of an event, after the document that shows it. */
interface ProviderFailure {
  readonly provider: string;
  readonly what: string;
  readonly source: string;
  readonly json: unknown;
  /** The status that the error names; 500 where it names none. */
  readonly status?: number;
  readonly message: string;
  readonly retryAfterMs?: number;
}

const FIXTURES = new URL('../../../test/fixtures/openai-chat/failures.json', import.meta.url);
const FAILURES = JSON.parse(readFileSync(FIXTURES, 'utf8')) as readonly ProviderFailure[];

const request = { model: 'm', messages: [{ role: 'user', content: 'x' }] } as const;
const said = (content: string, fields: object = {}) =>
  JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }], ...fields });

/** What a stream was told after it had committed. */
function afterText(...sent: string[]) {
  const transcoder = passThrough(request);
  transcoder.push(blockOf(said('one')));
  transcoder.push(blockOf(said('two')));
  return transcoder.push(eventBlock(sent.join('')));
}

const event = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`;
const decoded = (data: string, name?: string) => eventDecoder().decode({ data, name });

const finish = (reason: unknown) => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });

/** The error that a status of its own would have been. */
const asStatus = (status: number) =>
  errorOfAnswer('', { status, retryAfterMs: undefined, providerError: undefined, message: undefined });

describe.each(FAILURES)('$what of $provider', ({ json, status = 500, message, retryAfterMs }) => {
  const { code, status: reported } = asStatus(status);
  const failure = expect.objectContaining({ code, status: reported, retryAfterMs });

  it('is read as an error body', () => {
    expect(readError(findError(json) ?? json)).toMatchObject({ message, error: { message } });
  });

  it('is a failure in place of a whole answer', () => {
    expect(decodeCompletion(json)).toEqual({ finished: [], error: failure });
  });

  it('is a failure as an event, for callers of every dialect', () => {
    expect(decoded(JSON.stringify(json)).parts).toEqual([{ type: 'error', error: failure }]);
    expect(passThrough(request).push(blockOf(JSON.stringify(json)))).toMatchObject({
      output: [],
      error: failure,
    });
  });

  it('is a failure after content, though the end follows it', () => {
    expect(afterText(event(json), 'data: [DONE]\n\n')).toMatchObject({
      output: [],
      done: false,
      error: failure,
    });
    expect(afterText(event(json)).error).toEqual(failure);
  });

  it('is a failure as an event that is named error', () => {
    expect(decoded(JSON.stringify(json), 'error').parts).toEqual([{ type: 'error', error: failure }]);
  });
});

describe('an event that is named error', () => {
  it.each(['Internal Server Error', '[DONE]', said('text'), '"text"', 'null', '7', '[]', '{}', ''])(
    'is a failure with the data %j',
    (data) => {
      const [part, ...rest] = decoded(data, 'error').parts;
      expect(part).toMatchObject({ type: 'error', error: { code: 'upstream-error', status: 502 } });
      expect(rest).toEqual([]);
      expect(afterText(`event: error\ndata: ${data}\n\n`, 'data: [DONE]\n\n').error?.code).toBe(
        'upstream-error',
      );
    },
  );

  it('is a failure as a field, as llama.cpp sends it', () => {
    const { error } = afterText('error: {"code":503,"message":"m","type":"unavailable_error"}\n\n');
    expect(error).toMatchObject({ code: 'upstream-overloaded', providerError: { message: 'm' } });
  });

  it('is none by any other name', () => {
    expect(afterText(`event: chunk\n${event(JSON.parse(said('x')))}`)).toMatchObject({ error: undefined });
  });
});

describe('an error that is none', () => {
  const empty = ['', {}, false, null, 0, [], 'null', { code: null, message: '' }, { code: 0, message: null }];

  it.each(empty)('beside choices is %j', (error) => {
    expect(decoded(said('x', { error })).parts).toEqual([{ type: 'text-delta', choice: 0, text: 'x' }]);
    expect(afterText(event(JSON.parse(said('x', { error }))))).toMatchObject({
      content: true,
      error: undefined,
    });
    const whole = { choices: [{ message: { content: 'x' }, finish_reason: 'stop' }], error };
    expect(decodeCompletion(whole)).toMatchObject({ finished: [0], finishReason: 'stop' });
  });

  it.each([
    {
      choices: [
        { delta: { content: 'x' }, content_filter_results: { error: { code: 'content_filter_error' } } },
      ],
    },
    { choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
    { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } },
    { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 }, error: {} },
    { choices: [], error: {} },
    { usage: { prompt_tokens: 1 }, message: 'counted' },
    { object: 'chat.completion.chunk', choices: null },
    {},
  ])('is seen nowhere in %j', (json) => {
    expect(decoded(JSON.stringify(json)).parts.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it.each([
    { error: true },
    { error: 7 },
    { error: {} },
    { error: [], errors: ['no'] },
    { code: 500, msg: 'no' },
    { base_resp: { status_code: 1004, status_msg: 'no' }, choices: null },
  ])('is not %j without choices', (json) => {
    expect(decoded(JSON.stringify(json)).parts).toMatchObject([{ type: 'error' }]);
    // Alone in its block, behind content.
    expect(afterText(event(json)).error).toBeDefined();
  });
});

describe('a finish reason', () => {
  it.each([
    'error',
    'abort',
    'aborted',
    'insufficient_system_resource',
    'network_error',
    'cancelled',
    'timeout',
    'MALFORMED_FUNCTION_CALL',
    'ERROR_TOXIC',
  ])('is the failure of an answer as %s', (reason) => {
    const failure = { code: 'upstream-error', message: `The upstream broke its answer off with '${reason}'` };
    expect(decoded(JSON.stringify(finish(reason))).parts).toMatchObject([{ type: 'error', error: failure }]);
    expect(afterText(event(finish(reason)), 'data: [DONE]\n\n')).toMatchObject({
      output: [],
      finished: [],
      error: failure,
    });
    expect(decodeCompletion(finish(reason))).toMatchObject({ finished: [], error: failure });
  });

  it.each([
    'stop',
    'length',
    'tool_calls',
    'function_call',
    'content_filter',
    'eos',
    'COMPLETE',
    'MAX_TOKENS',
    'end_turn',
    'model_length',
    'SAFETY',
    'a word of tomorrow',
  ])('is the end of an answer as %s, and is told as it came', (reason) => {
    expect(decoded(JSON.stringify(finish(reason))).parts).toEqual([{ type: 'finish', choice: 0, reason }]);
    expect(decodeCompletion(finish(reason))).toMatchObject({ finished: [0], finishReason: reason });
  });

  it.each(['null', '', 'None', ' ', null, 7])('is none as %j', (reason) => {
    expect(decoded(JSON.stringify(finish(reason))).parts).toEqual([]);
    expect(decodeCompletion(finish(reason))).toMatchObject({ finished: [], finishReason: undefined });
  });

  it('that is none does not take a stream off the fast path', () => {
    const chunk = event({
      choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'null' }],
      error: null,
    });
    const { output } = afterText(chunk);
    expect(output).toEqual([Buffer.from(chunk)]);
  });
});

describe('events that are none', () => {
  it.each(['ping', 'keepalive', 'HEARTBEAT'])('are passed on to nobody by the name %s', (name) => {
    expect(decoded('now', name)).toMatchObject({ parts: [], ignored: true });
    expect(afterText(`event: ${name}\ndata: now\n\n`)).toMatchObject({ output: [], error: undefined });
    // An object is read, whatever the name of its event.
    expect(decoded('{"error":{"message":"no"}}', name).parts).toMatchObject([{ type: 'error' }]);
  });

  it.each([
    ': keepalive',
    ':',
    ' : ping',
    ':OPENROUTER PROCESSING',
    ' ',
    '\t ',
    'ping',
    ' Keep-Alive ',
    'heartbeat',
  ])('are passed on to nobody as data %j', (data) => {
    expect(decoded(data)).toMatchObject({ parts: [], done: false });
    expect(afterText(`data: ${data}\n\n`)).toMatchObject({ output: [], error: undefined });
  });

  it.each(['[DONE] ', ' [DONE]', '\t[DONE]\t', '[DONE]   '])('end a stream as %j', (data) => {
    expect(decoded(data).done).toBe(true);
    const { output, done } = afterText(`data: ${data}\n\n`);
    expect([done, output.join('')]).toEqual([true, 'data: [DONE]\n\n']);
  });
});
