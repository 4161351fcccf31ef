import { ask, type Answer } from './http-client.js';
import { chat } from './options.js';

/** One way in which callers take a stream. */
export interface Format {
  readonly name: string;
  ask(url: string): Promise<Answer>;
  /** What is sent, for requests that are broken off. */
  readonly question: {
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
  };
  /** How a client of this format sees that its stream was cut: by its last frame or by the broken connection. */
  readonly failsBy: RegExp | 'breaking off';
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
    failsBy:
      /event: failed\ndata: \{"code":"[a-z-]+","message":"[^"]+","retryable":(true|false)\}\nid: [\w.-]+\.end\n\n$/,
  },
  {
    name: 'openai-chat',
    question: openai,
    ask: (url) => ask(url + openai.path, { body: openai.body }),
    failsBy: /data: \{"error":\{"message":"[^"]+","type":"[a-z_]+",.*"param":null.*\}\}\n\n$/,
  },
  {
    name: 'plain text',
    question: plain,
    ask: (url) => ask(url + plain.path, { headers: plain.headers }),
    failsBy: 'breaking off',
  },
];
