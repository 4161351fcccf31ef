import { ask, parseEvents, type Answer, type Question, type ReceivedEvent } from './http-client.js';
import type { Random } from './random.js';

/** How often a question may be turned down before somebody takes it. */
const MAX_REFUSALS = 3;

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

/** How one reads through cuts. */
export interface ReadingOptions {
  readonly content: string;
  readonly random: Random;
  /** Told once, when the reader has an event. */
  readonly onBegun?: (streamId: string) => void;
}

/**
 * Reads one stream over connections that are cut after a random number of bytes, but never before the first event: until
 * then a client has no id to come back with. With several replicas `url` says where to go next.
 */
export async function readThroughCuts(
  url: string | (() => string),
  way: Way,
  { content, random, onBegun }: ReadingOptions,
): Promise<WholeReading> {
  let body = way.first(content);
  let streamId = '';
  const events: ReceivedEvent[] = [];
  for (let cuts = 0; ; cuts += 1) {
    const answer = await (typeof url === 'string' ? ask(url + body.path, body) : taken(url, body));
    if (answer.status === 204) return { streamId, events, cuts };
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    const isFirst = events.length === 0;
    streamId ||= String(answer.headers['x-sluice-stream']);
    await someOf(answer, { isFirst, random });
    answer.leave();
    events.push(...parseEvents(answer.received));
    if (isFirst && events.length > 0) onBegun?.(streamId);
    const { id = '' } = events.at(-1) ?? {};
    if (id.endsWith('.end')) return { streamId, events, cuts };
    body = way.again(streamId, id);
  }
}

/** The answer of the next replica that takes the question: one may be shutting down, or be gone. */
async function taken(next: () => string, body: Question & { readonly path: string }): Promise<Answer> {
  for (let refusals = 0; ; refusals += 1) {
    const answer = await ask(next() + body.path, body).catch((error: unknown) => {
      if (refusals === MAX_REFUSALS) throw error;
    });
    if (answer !== undefined && (answer.status !== 503 || refusals === MAX_REFUSALS)) return answer;
    answer?.leave();
  }
}

/** Waits for so many bytes, or for the end. */
export async function someOf(
  answer: Answer,
  { isFirst, random }: { readonly isFirst: boolean; readonly random: Random },
): Promise<void> {
  const bytes = random.below(600);
  const enough = (received: string) =>
    received.length >= bytes && (!isFirst || parseEvents(received).length > 0);
  await Promise.race([answer.until(enough).catch(() => undefined), answer.over]);
}
