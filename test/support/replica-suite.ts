import { afterAll, afterEach, beforeAll } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { Gate } from './gate.js';
import { parseEvents, type Answer, type Question, type ReceivedEvent } from './http-client.js';
import { findProgram } from './needs.js';
import { RedisServer } from './redis-server.js';
import { Replicas, type Name } from './replicas.js';
import { SlowProxy } from './slow-proxy.js';

/** What the model says. */
export const WORDS = Array.from({ length: 40 }, (_, at) => ` ${at}`);
export const TEXT = WORDS.join('');
export const PROMPT = 'a prompt that is nobody else’s';

/** A caller, and one of another tenant. */
export const WEB = { authorization: 'Bearer web-key-1' };
export const OTHER = { authorization: 'Bearer other-key-1' };
/** The callers whose headers these are. */
export const CALLERS = [
  { name: 'web', tenant: 'acme', key: 'web-key-1' },
  { name: 'other', key: 'other-key-1' },
];

export const hasRedis = findProgram('redis-server') !== undefined;

/** A stream that needs no connection. */
export interface Started {
  readonly id: string;
  readonly url: string;
  readonly resultUrl: string;
  readonly ticket: string;
}

/** What a suite may change. */
export interface SuiteOptions {
  /** Redis is so many milliseconds away, in each direction. @default 0 */
  readonly delayMs?: number;
  /** Redis does not run when the replicas start. @default false */
  readonly withoutRedis?: boolean;
}

/** Two replicas and their Redis, for the tests of one suite. */
export class ReplicaSuite {
  #gate = new Gate();
  #redis: RedisServer | undefined;
  #proxy: SlowProxy | undefined;
  #replicas: Replicas | undefined;

  /** Starts them before the suite, with these options in their file, and ends them after it. */
  constructor(file: Readonly<Record<string, unknown>> = {}, options: SuiteOptions = {}) {
    const { delayMs, withoutRedis = false } = options;
    beforeAll(async () => {
      this.#redis = await RedisServer.start();
      if (delayMs !== undefined) this.#proxy = await SlowProxy.start(this.#redis.port, delayMs);
      if (withoutRedis) await this.#redis.stop();
      this.#replicas = await Replicas.start({
        redisUrl: `redis://127.0.0.1:${this.#proxy?.port ?? this.#redis.port}`,
        file: { callers: CALLERS, ...file },
      });
      if (!withoutRedis) await this.#replicas.haveRedis();
    });
    afterEach(async () => {
      this.#gate.open();
      this.upstream.reset();
      await this.redis.mend();
    });
    afterAll(async () => {
      await this.#replicas?.stop();
      await this.#proxy?.stop();
      await this.#redis?.close();
    });
  }

  get redis(): RedisServer {
    if (this.#redis === undefined) throw new Error('Redis has not started');
    return this.#redis;
  }

  get replicas(): Replicas {
    if (this.#replicas === undefined) throw new Error('The replicas have not started');
    return this.#replicas;
  }

  get upstream(): Replicas['upstream'] {
    return this.replicas.upstream;
  }

  /** Asks one of them, as the caller unless other headers are given. */
  ask(name: Name, path: string, { headers = WEB, ...body }: Question = {}): Promise<Answer> {
    return this.replicas.ask(name, path, { headers, ...body });
  }

  async status(name: Name, path: string, body?: Question): Promise<number> {
    const answer = await this.ask(name, path, body);
    answer.leave();
    return answer.status;
  }

  /** Starts a stream that needs no connection. */
  async start(name: Name): Promise<Started> {
    const answer = await this.ask(name, '/v1/streams', { body: { content: PROMPT } });
    if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Started;
  }

  /** Comes back to where somebody was. */
  resume(name: Name, lastEventId: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask(name, '/stream?content=again', {
      headers: { ...WEB, 'last-event-id': lastEventId, ...headers },
    });
  }

  /** The model says so many words from now on, and the rest when it is released. */
  holdAfter(count: number): void {
    this.#gate = new Gate();
    const script = streams(...WORDS)
      .after(count)
      .thenHolds(this.#gate.opened);
    this.upstream.reset().answers(script);
  }

  release(): void {
    this.#gate.open();
  }

  /** Resolves with the log line that a replica writes when it ends a stream. */
  ended(name: Name, streamId: string): Promise<Record<string, unknown>> {
    return this.replicas[name].line(({ msg, id }) => msg === 'stream ended' && id === streamId);
  }
}

/** The first events of an answer, as soon as they are there. */
export async function eventsOf(answer: Answer, count: number): Promise<ReceivedEvent[]> {
  await answer.until((received) => parseEvents(received).length >= count);
  return parseEvents(answer.received).slice(0, count);
}
