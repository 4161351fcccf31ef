import assert from 'node:assert/strict';
import { streams } from '../../src/testing/index.js';
import { Gate } from './gate.js';
import type { Answer, ReceivedEvent } from './http-client.js';
import { textOf } from './random-answer.js';
import { eventsOf, TEXT, WORDS, type ReplicaSuite } from './replica-suite.js';
import type { Name } from './replicas.js';

/** A stream that is produced by the first replica and read on both, and that says its words in four parts. */
export interface Running {
  readonly id: string;
  readonly url: string;
  /** On the replica that produces. */
  readonly live: Answer;
  readonly elsewhere: Answer;
  /** Lets the model say ten more words, and at last the end. Resolves when the live reader has them. */
  readonly say: () => Promise<void>;
}

/** Begins one, and resolves when both have its first ten words. */
export async function begin(suite: ReplicaSuite): Promise<Running> {
  const gates = [10, 20, 30].map((after) => ({ after, gate: new Gate() }));
  const script = gates.reduce(
    (reported, { after, gate }) => reported.after(after).thenHolds(gate.opened),
    streams(...WORDS),
  );
  suite.upstream.next(script);
  const live = await suite.ask('a', '/stream?content=Hi');
  await eventsOf(live, 10);
  const id = String(live.headers['x-sluice-stream']);
  const url = `/v1/streams/${id}`;
  const elsewhere = await suite.ask('b', url);
  await eventsOf(elsewhere, 10);
  let said = 10;
  const say = async () => {
    gates.shift()?.gate.open();
    said += 10;
    await eventsOf(live, said);
  };
  return { id, url, live, elsewhere, say };
}

/** The rest of an answer, from wherever it begins: each event once, in order, with the very text. Throws for any other. */
export async function wholeOf(answer: Answer): Promise<ReceivedEvent[]> {
  const events = await answer.events();
  const [last = ''] = events.toReversed().map(({ id }) => id);
  const streamId = last.split('.')[0] ?? '';
  const first = WORDS.length + 1 - events.length;
  const ids = events.map((_, at) => `${streamId}.${first + at}`);
  assert.deepEqual(
    events.map(({ id }) => id),
    [...ids.slice(0, -1), `${ids.at(-1)}.end`],
  );
  assert.equal(events.at(-1)?.event, 'done');
  assert.ok(TEXT.endsWith(textOf(events)));
  return events;
}

/** What the model says without a pause, on a replica. */
export async function ask(suite: ReplicaSuite, name: Name): Promise<Running['url']> {
  suite.upstream.next(streams(...WORDS));
  const answer = await suite.ask(name, '/stream?content=Hi');
  assert.equal((await wholeOf(answer)).length, WORDS.length + 1);
  return `/v1/streams/${String(answer.headers['x-sluice-stream'])}`;
}
