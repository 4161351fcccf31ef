import { ask, type Answer } from './http-client.js';
import { chat } from './options.js';

/** One way in which callers take a stream. */
export interface Format {
  readonly name: string;
  readonly ask: (url: string) => Promise<Answer>;
  /** What is sent, for requests that are broken off. */
  readonly question: {
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
  };
  /** Resolves when the answer is over: true if its client was told of a failure, and told of nothing else. */
  readonly tellsFailure: (answer: Answer) => Promise<boolean>;
}

const native = { path: '/stream?content=Hi' };
const plain = { path: '/stream?content=Hi', headers: { accept: 'text/plain' } };
const openai = { path: '/v1/chat/completions', body: chat('Hi') };

/** Every streaming format. The promises hold for each. */
export const formats: readonly Format[] = [
  {
    name: 'native',
    question: native,
    ask: (url) => ask(url + native.path),
    tellsFailure: endsWith(
      /event: failed\ndata: \{"code":"[a-z-]+","message":"[^"]+","retryable":(true|false)\}\nid: [\w.-]+\.end\n\n$/,
    ),
  },
  {
    name: 'openai-chat',
    question: openai,
    ask: (url) => ask(url + openai.path, { body: openai.body }),
    tellsFailure: endsWith(/data: \{"error":\{"message":"[^"]+","type":"[a-z_]+",.*"param":null.*\}\}\n\n$/),
  },
  {
    name: 'plain text',
    question: plain,
    ask: (url) => ask(url + plain.path, { headers: plain.headers }),
    tellsFailure: async (answer) => !(await answer.over),
  },
];

/** The last frame tells it, and nothing invents an end. */
function endsWith(lastFrame: RegExp): Format['tellsFailure'] {
  return async (answer) => {
    const text = await answer.text();
    return lastFrame.test(text) && !/"finish_reason":"|event: done|\[DONE\]/.test(text);
  };
}
