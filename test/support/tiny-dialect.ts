import {
  SluiceError,
  type CallerDialect,
  type Dialect,
  type StreamPart,
  type UpstreamDialect,
} from '../../src/index.js';

type Fields = Readonly<Record<string, unknown>>;

const NAME = 'tiny';

/** Newline-delimited JSON, `{"t":"…"}` a text and `{"end":"…","in":1,"out":2}` the end; the URL names the model. */
const upstream: UpstreamDialect = {
  name: NAME,
  framing: 'ndjson',
  path: ({ model, streaming }) => `/models/${model}:${streaming ? 'stream' : 'whole'}`,
  encodeRequest: ({ messages = [], source }) =>
    JSON.stringify(source?.body ?? { ask: messages.map(({ content }) => content) }),
  authorize: (key) => ({ 'x-tiny-key': key }),
  decoder: () => ({
    decode: ({ data }) => {
      const line = read(data);
      return { parts: partsOf(line), done: 'end' in line };
    },
    decodeFast: () => undefined,
  }),
  decodeError: (body, status) => {
    const message = body === undefined ? undefined : textOf(read(JSON.stringify(body))['problem']);
    return { status, message, providerError: undefined };
  },
  decodeCompletion: (body) => {
    const end = partsOf(read(JSON.stringify(body))).find(({ type }) => type === 'finish');
    return { finished: [0], finishReason: end?.type === 'finish' ? end.reason : undefined };
  },
  completionParts: (body) => partsOf(read(JSON.stringify(body))),
  continuation: undefined,
};

/** `{"t":"…"}` frames with numbers, then `{"end":"…"}` or `{"problem":"…"}`. */
const caller: CallerDialect = {
  name: NAME,
  decodeRequest: (body) => {
    const fields = read(JSON.stringify(body));
    return { model: textOf(fields['model']), source: { dialect: NAME, body: fields } };
  },
  decodePrompt: ({ ask }) => ({ messages: [{ role: 'user', content: textOf(ask) ?? '' }] }),
  encoder: ({ streamId, numbers }) => {
    const frame = (data: Fields) => `id: ${streamId}:${numbers.next++}\ndata: ${JSON.stringify(data)}\n\n`;
    return {
      opening: () => [],
      encode: (parts) =>
        parts.flatMap((part) => (part.type === 'text-delta' ? [frame({ t: part.text })] : [])),
      finish: ({ finishReason }) => [frame({ end: finishReason })],
      fail: ({ message }) => [frame({ problem: message })],
    };
  },
  encodeErrorBody: ({ message }) => jsonOf({ problem: message }),
  encodeCompletion: (parts) => jsonOf({ t: textsOf(parts), end: 'stop' }),
  retained: {
    defaults: { graceSeconds: 5, keyedGraceSeconds: 5 },
    encodeTerminalError: ({ message }, { id, number }) =>
      `id: ${id}:${number}\ndata: ${JSON.stringify({ problem: message })}\n\n`,
    aggregate: (frames) => ({
      text: linesOf(frames)
        .map(({ t }) => textOf(t) ?? '')
        .join(''),
      reasoning: '',
      toolCalls: [],
      finishReason: textOf(linesOf(frames).at(-1)?.['end']) ?? null,
      usage: null,
      model: null,
      error: null,
    }),
    readText: () => ({ text: '', tokens: 0, isPlainText: false, head: {} }),
    readPosition: (id) => {
      const [, streamId, sequence] = /^([0-9a-f]{32}):(\d+)$/.exec(id) ?? [];
      if (streamId === undefined) throw new SluiceError('invalid-request', 'That is no tiny position');
      return { streamId, sequence: Number(sequence), epoch: 1, last: false };
    },
    nextNumber: (frames) => {
      const number = /:(\d+)\ndata: .*\n\n$/.exec(frames.toString())?.[1];
      return number === undefined ? undefined : Number(number) + 1;
    },
  },
};

/** A wire format that is as unlike OpenAI's as can be, both ways. */
export const tiny: Dialect = { name: NAME, caller, upstream };

function partsOf({ t, end, in: promptTokens, out: completionTokens }: Fields): StreamPart[] {
  const text = textOf(t);
  const said: StreamPart[] = text === undefined ? [] : [{ type: 'text-delta', choice: 0, text }];
  const reason = textOf(end);
  if (reason === undefined) return said;
  if (typeof promptTokens !== 'number' || typeof completionTokens !== 'number')
    return [...said, { type: 'finish', choice: 0, reason }];
  const usage = { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
  return [...said, { type: 'finish', choice: 0, reason }, { type: 'usage', usage }];
}

function textsOf(parts: readonly StreamPart[]): string {
  return parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
}

function jsonOf(body: Fields) {
  return { contentType: 'application/json', body: JSON.stringify(body) };
}

function linesOf(frames: string): Fields[] {
  return [...frames.matchAll(/^data: (.*)$/gm)].map(([, data]) => read(data ?? ''));
}

function read(json: string): Fields {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null)
    throw new SluiceError('upstream-error', 'That is no tiny line');
  return Object.fromEntries(Object.entries(value));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
