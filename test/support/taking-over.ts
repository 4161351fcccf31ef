import { streams, type Script } from '../../src/testing/index.js';
import { parseEvents, type Answer, type Question } from './http-client.js';
import { route, type Name, type Replicas } from './replicas.js';

const LEASE_MS = 1_500;
/** The model of the replicas' route. */
export const MODEL = 'gpt-4o-mini';

/** What stands in the file of replicas that continue for each other. */
export const CONTINUING = {
  ...route({ continuation: true, targets: [{ upstream: 'openai', model: MODEL, continues: true }] }),
  streamLog: { leaseMs: LEASE_MS },
};
/** Where a chat completion can be read again. */
export const KEPT = { 'x-sluice-grace': '30' };

/** What a stream says that is not told otherwise, … */
export const BEGINNING = streams('one', ' two', ' three').after(2).thenStalls();
/** … and of the target that continues it. */
const REST = streams(' and', ' more');

/** What the upstream answers to a question the first time, and to the target that continues it. */
export type Plot = Readonly<Record<string, { readonly beginning?: Script; readonly rest?: Script }>>;

/** Has the upstream of some replicas do that. */
export function play({ upstream }: Replicas, plot: Plot): void {
  const begun = new Set<string>();
  upstream.answers(({ question: prompt }) => {
    const { beginning = BEGINNING, rest = REST } = plot[prompt] ?? {};
    if (begun.has(prompt)) return rest;
    begun.add(prompt);
    return beginning;
  });
}

/** A stream that began on the replica `a`. */
export interface Begun {
  readonly id: string;
  /** The one who started it. */
  readonly starter: Answer;
  /** Somebody on the other replica. */
  readonly elsewhere: Answer;
}

/** Begins a stream on the replica `a`. Resolves when this text has reached the other replica. */
export async function begin(
  replicas: Replicas,
  path: string,
  body?: Question,
  text = ' two',
): Promise<Begun> {
  const starter = await replicas.ask('a', path, body);
  const id = String(starter.headers['x-sluice-stream']);
  const elsewhere = await replicas.ask('b', `/v1/streams/${id}`);
  await elsewhere.until((received) => received.includes(text));
  return { id, starter, elsewhere };
}

/** A chat completion that is kept. */
export const chat = (content: string, fields: object = {}): Question => ({
  headers: KEPT,
  body: { model: MODEL, stream: true, messages: [{ role: 'user', content }], ...fields },
});
/** The path of a native stream. */
export const native = (content: string) => `/stream?content=${content}`;

/** Ends the replica `a` as the kernel does. */
export async function kill(replicas: Replicas): Promise<void> {
  replicas.a.signal('SIGKILL');
  await replicas.a.exited;
}

interface Chunk {
  readonly id: string;
  readonly model: string;
  readonly choices?: { delta: { content?: string; role?: string }; finish_reason: string | null }[];
  readonly usage?: Record<string, number>;
  readonly error?: { code: string };
  readonly sluice?: unknown;
}

/** Some frames of a chat completion. */
export const chunksOf = (text: string) =>
  parseEvents(text)
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as Chunk);

/** The text of some native frames. */
export const deltasOf = (text: string) =>
  parseEvents(text)
    .map(({ data }) => (JSON.parse(data) as { delta?: string }).delta ?? '')
    .join('');

export const idsOf = (text: string) => parseEvents(text).map(({ id }) => id);

/** What the upstream was asked about this, in order. */
export const askedOf = ({ upstream }: Replicas, content: string) =>
  upstream.requests.filter(({ question: prompt }) => prompt === content).map(({ body }) => body);

/** What a replica says of the end of a stream. */
export const endsOf = (replicas: Replicas, name: Name, id: string) =>
  replicas[name].lines.filter((line) => line['msg'] === 'stream ended' && line['id'] === id);
