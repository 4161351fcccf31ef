import { ask, parseEvents, type Answer, type Question, type ReceivedEvent } from './http-client.js';
import type { Random } from './random.js';

/** How a reader asks, and asks again where it was. */
export interface Way {
  readonly name: string;
  /** The first question: the stream has its id from it. */
  first(content: string): Question & { readonly path: string };
  /** The question of one that comes back to a stream, after this event. */
  again(streamId: string, lastEventId: string): Question & { readonly path: string };
}

const query = (content: string) => `/stream?content=${encodeURIComponent(content)}`;

/** Every way to come back to a native stream. */
export const ways: readonly Way[] = [
  {
    name: 'GET /stream with Last-Event-ID',
    first: (content) => ({ path: query(content) }),
    again: (_, id) => ({ path: query('again'), headers: { 'last-event-id': id } }),
  },
  {
    name: 'GET /stream with ?lastEventId=',
    first: (content) => ({ path: query(content) }),
    again: (_, id) => ({ path: `${query('again')}&lastEventId=${id}` }),
  },
  {
    name: 'POST /stream with Last-Event-ID',
    first: (content) => ({ path: '/stream', body: { content } }),
    again: (_, id) => ({ path: '/stream', body: { content: 'again' }, headers: { 'last-event-id': id } }),
  },
  {
    name: 'GET /v1/streams/{id} with Last-Event-ID',
    first: (content) => ({ path: query(content) }),
    again: (streamId, id) => ({ path: `/v1/streams/${streamId}`, headers: { 'last-event-id': id } }),
  },
];

/** What a reader has when it has all. */
export interface WholeReading {
  readonly streamId: string;
  readonly events: readonly ReceivedEvent[];
  /** How often it was cut off. */
  readonly cuts: number;
}

/**
 * Reads one stream over connections that are cut after a random number of bytes, but never before the first event: until
 * then a client has no id to come back with.
 */
export async function readThroughCuts(
  url: string,
  way: Way,
  options: { readonly content: string; readonly random: Random },
): Promise<WholeReading> {
  const { content, random } = options;
  let question = way.first(content);
  let streamId = '';
  const events: ReceivedEvent[] = [];
  for (let cuts = 0; ; cuts += 1) {
    const answer = await ask(url + question.path, question);
    if (answer.status === 204) return { streamId, events, cuts };
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    streamId ||= String(answer.headers['x-sluice-stream']);
    await someOf(answer, { isFirst: events.length === 0, random });
    answer.leave();
    events.push(...parseEvents(answer.received));
    const { id = '' } = events.at(-1) ?? {};
    if (id.endsWith('.end')) return { streamId, events, cuts };
    question = way.again(streamId, id);
  }
}

/** Waits for so many bytes, or for the end. */
async function someOf(
  answer: Answer,
  { isFirst, random }: { readonly isFirst: boolean; readonly random: Random },
): Promise<void> {
  const bytes = random.below(600);
  const enough = (received: string) =>
    received.length >= bytes && (!isFirst || parseEvents(received).length > 0);
  await Promise.race([answer.until(enough).catch(() => undefined), answer.over]);
}
