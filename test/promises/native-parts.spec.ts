import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { replays, ScriptedUpstream } from '../../src/testing/index.js';
import { ask } from '../support/http-client.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';

const call = (city: string, fields: object = {}) => ({
  ...fields,
  type: 'function',
  function: { name: 'weather', arguments: `{"city":"${city}"}` },
});

/** What a model says, and the native frames of it. */
const answers: readonly {
  readonly what: string;
  readonly deltas: readonly object[];
  readonly frames: readonly object[];
}[] = [
  {
    what: 'parallel tool calls without an index',
    deltas: [{ tool_calls: [call('Bern', { id: 'a' }), call('Basel', { id: 'b' })] }],
    frames: [
      { toolCall: { index: 0, id: 'a', name: 'weather', arguments: '{"city":"Bern"}' } },
      { toolCall: { index: 1, id: 'b', name: 'weather', arguments: '{"city":"Basel"}' } },
    ],
  },
  {
    what: 'parallel tool calls that all have index 0',
    deltas: ['Bern', 'Basel'].map((city) => ({ tool_calls: [call(city, { index: 0, id: '' })] })),
    frames: [
      { toolCall: { index: 0, name: 'weather', arguments: '{"city":"Bern"}' } },
      { toolCall: { index: 1, name: 'weather', arguments: '{"city":"Basel"}' } },
    ],
  },
  {
    what: 'arguments that are an object',
    deltas: [{ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: { city: 'Bern' } } }] }],
    frames: [{ toolCall: { index: 0, id: 'a', name: 'f', arguments: '{"city":"Bern"}' } }],
  },
  {
    what: 'content that is a list',
    deltas: [
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
          { type: 'text', text: 'Hi' },
        ],
      },
    ],
    frames: [{ reasoning: 'Hm' }, { delta: 'Hi' }],
  },
  {
    what: 'reasoning beside an empty field of another name',
    deltas: [{ reasoning_content: '', reasoning: 'Hm' }, { content: 'Hi' }],
    frames: [{ reasoning: 'Hm' }, { delta: 'Hi' }],
  },
  {
    what: 'an image',
    deltas: [{ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }],
    frames: [{ file: { mediaType: 'image/png', data: 'AAAA' } }],
  },
  {
    what: 'audio',
    deltas: [{ audio: { id: 'a1', transcript: 'Hi' } }, { audio: { data: 'AAAA' } }],
    frames: [{ audio: { id: 'a1', transcript: 'Hi' } }, { audio: { data: 'AAAA' } }],
  },
];

/** Chunks of an answer, whose first one has no model, as Azure's has not. */
function chunksOf(deltas: readonly object[]): string {
  const chunks = [
    { model: '', choices: [], prompt_filter_results: [] },
    ...deltas.map((delta) => ({ model: 'm-1', choices: [{ index: 0, delta, finish_reason: null }] })),
    { model: 'm-1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  ];
  return [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]']
    .map((data) => `data: ${data}\n\n`)
    .join('');
}

describe.each(hostKinds)('what a model says on $name', (kind) => {
  let upstream: ScriptedUpstream;
  let host: Host;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl) });
  });
  afterEach(() => void upstream.reset());
  afterAll(async () => {
    await host.stop();
    await upstream.stop();
  });

  it.each(answers)('comes whole in native frames: $what', async ({ deltas, frames }) => {
    upstream.next(replays(Buffer.from(chunksOf(deltas))));
    const events = await (await ask(`${host.url}/stream?content=Hi`)).events();
    expect(events.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
      ...frames,
      { finishReason: 'stop', usage: null, model: 'm-1' },
    ]);
  });

  it.each(answers)('comes to an OpenAI caller as it was sent: $what', async ({ deltas }) => {
    upstream.next(replays(Buffer.from(chunksOf(deltas))));
    const body = { model: 'scripted-1', stream: true, messages: [{ role: 'user', content: 'Hi' }] };
    const answer = await ask(`${host.url}/v1/chat/completions`, { body });
    expect(await answer.text()).toBe(chunksOf(deltas));
  });
});
