import { streams, type AnswerScript, type ScriptedRequest } from '../../src/testing/index.js';
import { Random } from './random.js';

/** What the model says to a question that is a number: the same whenever it is asked. */
export function deltasFor(prompt: string): string[] {
  const random = new Random(Number(prompt));
  const word = () => random.pick(['ä', '→', ' 🙂', 'data: ', '\n\n', '"', 'x'.repeat(random.below(80))]);
  return Array.from({ length: 5 + random.below(40) }, (_, at) => `${at}${word()}`);
}

/** Pieces of events and of characters, as they come over a network. */
export function randomAnswer({ question: prompt }: Pick<ScriptedRequest, 'question'>): AnswerScript {
  const script = streams(...deltasFor(prompt));
  const random = new Random(Number(prompt));
  return random.chance(0.3) ? script.torn(1 + random.below(300)) : script;
}

/** The text of native events. */
export function textOf(events: readonly { readonly data: string }[]): string {
  return events.map(({ data }) => (JSON.parse(data) as { delta?: string }).delta ?? '').join('');
}
