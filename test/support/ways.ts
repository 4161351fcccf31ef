import { ask, type Answer, type Question } from './http-client.js';
import { chat } from './options.js';
import { receivedText } from './received-text.js';

/** One way in which callers ask a route. */
export interface Way {
  readonly name: string;
  readonly streaming: boolean;
  readonly question: (model: string, content?: string) => Question & { readonly path: string };
  /** The text of a whole answer. Throws if it was cut. */
  readonly text: (answer: Answer) => Promise<string>;
}

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}

const PATH = '/v1/chat/completions';

export const openai: Way = {
  name: 'POST /v1/chat/completions',
  streaming: true,
  question: (model, content = 'Hi') => ({ path: PATH, body: chat(content, { model }) }),
  text: async (answer) => receivedText('openai-chat', await answer.text()),
};

export const native: Way = {
  name: 'GET /stream',
  streaming: true,
  question: (model, content = 'Hi') => ({
    path: `/stream?${new URLSearchParams({ content, model }).toString()}`,
  }),
  text: async (answer) => receivedText('native', await answer.text()),
};

export const whole: Way = {
  name: 'POST /v1/chat/completions with stream: false',
  streaming: false,
  question: (model, content = 'Hi') => ({ path: PATH, body: chat(content, { model, stream: false }) }),
  text: async (answer) => {
    const { choices } = JSON.parse(await answer.text()) as Completion;
    return choices[0]?.message.content ?? '';
  },
};

export const ways: readonly Way[] = [openai, native, whole];

/** Asks the route `r`, or another. */
export function askIn({ question: body }: Way, url: string, model = 'r'): Promise<Answer> {
  const { path, ...rest } = body(model);
  return ask(url + path, rest);
}
