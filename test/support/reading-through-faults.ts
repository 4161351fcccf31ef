import { ask, parseEvents, type Answer, type ReceivedEvent } from './http-client.js';
import type { Random } from './random.js';
import { someOf, type Way } from './resuming-reader.js';

/**
 * What a replica says that cannot give a stream of another one: it waits for Redis, knows of none, or has lost it. `/stream`
 * does not tell the last two apart: `nothing`.
 */
export type Told = 'later' | 'unknown' | 'gone' | 'nothing';

/** A reader, and where it may read. */
export interface Wanderer {
  readonly streamId: string;
  /** Of the replica that produces the stream, and of the other one. */
  readonly urls: { readonly home: string; readonly elsewhere: string };
  readonly way: Way;
  readonly random: Random;
}

/** What it has in the end, from the second event on. */
export interface Wandering {
  readonly events: readonly ReceivedEvent[];
  readonly told: readonly Told[];
}

const REPORTED: Readonly<Record<number, Told>> = { 503: 'later', 404: 'unknown', 410: 'gone' };

/**
 * Reads a stream to its end from its second event on, over connections that are cut after a random number of bytes, each
 * to either replica. Who is told elsewhere that there is nothing goes home, where there must be.
 */
export async function readThroughFaults({ streamId, urls, way, random }: Wanderer): Promise<Wandering> {
  const events: ReceivedEvent[] = [];
  const reported: Told[] = [];
  let last = `${streamId}.0`;
  let isLost = false;
  while (!last.endsWith('.end')) {
    const isHome = isLost || random.chance(0.5);
    const body = way.again(streamId, last);
    const answer = await ask((isHome ? urls.home : urls.elsewhere) + body.path, body);
    if (answer.status === 200) await someOf(answer, { isFirst: false, random });
    const said = await sayingOf(answer, body.path);
    answer.leave();
    if (isHome && said.told !== undefined)
      throw new Error(`${streamId} was ${said.told} at home, after ${last}`);
    events.push(...said.events);
    if (said.told !== undefined) reported.push(said.told);
    isLost = said.told !== undefined;
    last = said.events.at(-1)?.id ?? last;
  }
  return { events, told: reported };
}

/** What there is in an answer, and what it says of the rest. */
async function sayingOf(
  answer: Answer,
  path: string,
): Promise<{ events: ReceivedEvent[]; told: Told | undefined }> {
  if (answer.status !== 200) {
    const reported = REPORTED[answer.status];
    if (reported === undefined) throw new Error(`${answer.status} ${await answer.text()}`);
    return { events: [], told: reported };
  }
  const events = parseEvents(answer.received);
  const last = events.at(-1);
  if (last?.event === 'failed' && last.data.includes('"stream-gone"')) {
    const isUnclear = events.length === 1 && path.startsWith('/stream');
    return { events: events.slice(0, -1), told: isUnclear ? 'nothing' : 'gone' };
  }
  // To EventSource it is said so.
  return { events, told: answer.received.startsWith('retry:') && events.length === 0 ? 'later' : undefined };
}
