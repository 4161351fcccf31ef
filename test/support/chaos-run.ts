import type { StreamEnded } from '../../src/index.js';
import { call, type Call, type Leaving } from './chaos-call.js';
import { chaosAnswer, type ChaosAnswer } from './chaos-answer.js';
import type { Fleet } from './fleet.js';
import { LoopClock } from './loop-clock.js';
import { Random } from './random.js';
import { receivedText } from './received-text.js';
import { native, openai, whole, type Way } from './ways.js';
import type { ScriptedUpstream } from '../../src/testing/index.js';

/** Keeps the random numbers of two requests apart. */
const STRIDE = 1_000_003;

/** One request, and everything that became of it. */
export interface ChaosRequest extends Call {
  /** What was requested: names it in the upstreams' requests and in its events. */
  readonly model: string;
  readonly way: Way;
  /** What the upstreams did with it, in order. */
  readonly answers: readonly ChaosAnswer[];
}

/**
 * Requests whose every fault follows from the seed and their number. Callers that leave ask `patient/NUMBER`, the others
 * `hasty/NUMBER`.
 */
export class ChaosRun {
  readonly requests: ChaosRequest[] = [];
  /** Resolves when the upstream's part in a request is over; `at` by the clock of `leftAt`. */
  readonly closings: Promise<{ readonly model: string; readonly at: number }>[] = [];
  readonly #clock = new LoopClock();
  readonly #answers = new Map<string, ChaosAnswer[]>();
  readonly #groups = new Map<string, StreamEnded[]>();
  #grouped = 0;

  /** `names` are the upstreams that are made to answer. */
  constructor(
    private readonly fleet: Fleet,
    names: readonly string[],
    private readonly seed: number,
    faulty: number,
  ) {
    const randoms = new Map<string, Random>();
    for (const name of names) {
      this.#watch(fleet.at(name));
      fleet.at(name).answers(({ model }) => {
        const random = randoms.get(model) ?? new Random(seed + STRIDE * (Number(model) + 1));
        randoms.set(model, random);
        const answers = this.#answersTo(model);
        const answer = chaosAnswer(`${name}-${model}-${answers.length}`, random, faulty);
        answers.push(answer);
        return answer.script;
      });
    }
  }

  /** Asks one request, in a way of its own. */
  async ask(index: number): Promise<void> {
    const random = new Random(this.seed - STRIDE * (index + 1));
    const model = String(index);
    const way = random.pick([openai, native, openai, native, whole]);
    const leaving: Leaving | undefined = random.chance(0.3)
      ? { afterMs: random.below(250), atFirstBytes: random.chance(0.4) }
      : undefined;
    const body = way.question(`${leaving === undefined ? 'hasty' : 'patient'}/${model}`);
    const came = await call(this.fleet.url, body, leaving, this.#clock);
    this.requests.push({ ...came, model, way, answers: this.#answersTo(model) });
  }

  /** The ends of a request that was tried. */
  endsOf({ model }: ChaosRequest): StreamEnded[] {
    return this.#ends.get(model) ?? [];
  }

  /** The ends of streams for which no upstream was tried. */
  get untried(): StreamEnded[] {
    return this.#ends.get('') ?? [];
  }

  /** By what was requested; those that ended since are added. */
  get #ends(): ReadonlyMap<string, StreamEnded[]> {
    const { ended } = this.fleet.host;
    for (const end of ended.slice(this.#grouped)) {
      const { target = '/' } = end;
      const model = target.slice(target.indexOf('/') + 1);
      const ends = this.#groups.get(model);
      if (ends === undefined) this.#groups.set(model, [end]);
      else ends.push(end);
    }
    this.#grouped = ended.length;
    return this.#groups;
  }

  #watch(upstream: ScriptedUpstream): void {
    void upstream.nextRequest().then(({ model, closed }) => {
      this.closings.push(closed.then(() => ({ model, at: this.#clock.ms })));
      this.#watch(upstream);
    });
  }

  #answersTo(model: string): ChaosAnswer[] {
    const answers = this.#answers.get(model) ?? [];
    this.#answers.set(model, answers);
    return answers;
  }
}

/** The text that a caller got, as far as it came. */
export function textOf({ way, body, status }: ChaosRequest): string {
  if (status !== 200) return '';
  if (way.streaming) return receivedText(way.name, body);
  const { choices } = JSON.parse(body || '{"choices":[]}') as {
    choices: { message: { content: string } }[];
  };
  return choices[0]?.message.content ?? '';
}

/** What a caller was told last. `nothing`: it left, or its answer was cut. */
export function verdictOf({ way, status, body, complete }: ChaosRequest): 'success' | 'failure' | 'nothing' {
  if (!complete) return 'nothing';
  if (status !== 200) return 'failure';
  if (!way.streaming) return 'success';
  const success =
    way === native ? /\nevent: done\n|^event: done\n/ : /"finish_reason":"[^]*data: \[DONE\]\n\n$/;
  const failure = way === native ? /event: failed\n/ : /data: \{"error":/;
  if (success.test(body)) return failure.test(body) ? 'nothing' : 'success';
  return failure.test(body) ? 'failure' : 'nothing';
}
