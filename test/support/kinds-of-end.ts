import { ignores, refuses, streams, type Script } from '../../src/testing/index.js';
import type { Question } from './http-client.js';
import { ask, askAndLeave } from './http-client.js';
import { chat } from './options.js';

/** One way in which a stream can end, and what a client does for it. */
export interface KindOfEnd {
  readonly name: string;
  readonly script: Script;
  readonly outcome: string;
  /** When its client leaves; it stays to the end without. */
  readonly leaves?: 'before the head' | 'in the middle';
  /** How many of native, plain text and chat completions it is tried in. @default 3 */
  readonly formats?: number;
  /** Asked with `stream: false`. */
  readonly whole?: boolean;
}

/** Every kind of end. */
export const kindsOfEnd: readonly KindOfEnd[] = [
  { name: 'finished', script: streams('one', ' two'), outcome: 'finished' },
  { name: 'cut', script: streams('one', ' two').after(1).thenCuts(), outcome: 'upstream-cut' },
  { name: 'error', script: streams('one', ' two').after(1).thenFails(), outcome: 'upstream-error' },
  { name: 'early-error', script: streams('one').after(0).thenFails(), outcome: 'upstream-error' },
  { name: 'refused', script: refuses(429), outcome: 'upstream-error' },
  {
    name: 'left',
    script: streams('one', ' two', ' three').after(2).thenStalls(),
    outcome: 'client-gone',
    leaves: 'in the middle',
    formats: 2,
  },
  {
    name: 'left-early',
    script: streams('one').after(0).thenStalls(),
    outcome: 'client-gone',
    leaves: 'before the head',
  },
  { name: 'left-in-silence', script: ignores(), outcome: 'client-gone', leaves: 'before the head' },
  { name: 'whole', script: streams('one', ' two'), outcome: 'finished', whole: true },
  {
    name: 'whole-left',
    script: streams('one', ' two').after(0).thenStalls(),
    outcome: 'client-gone',
    leaves: 'before the head',
    whole: true,
  },
];

/** Asks for `text` in one of three formats, and plays the client's part until the end. */
export async function playClient(
  url: string,
  { leaves, whole }: KindOfEnd,
  { text, format, asked }: { text: string; format: number; asked: Promise<void> },
): Promise<void> {
  const question = questionFor(text, whole === true ? undefined : format);
  if (leaves === 'before the head') {
    const client = askAndLeave(url + question.path, question);
    await asked;
    client.leave();
    return;
  }
  const answer = await ask(url + question.path, question);
  if (leaves === undefined) {
    await answer.over;
    return;
  }
  await answer.until((received) => received.includes('two'));
  answer.leave();
}

function questionFor(text: string, format: number | undefined): Question & { readonly path: string } {
  const query = `/stream?content=${encodeURIComponent(text)}`;
  if (format === 0) return { path: query };
  if (format === 1) return { path: query, headers: { accept: 'text/plain' } };
  return { path: '/v1/chat/completions', body: chat(text, { stream: format !== undefined }) };
}
