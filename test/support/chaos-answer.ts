import {
  ignores,
  refuses,
  resets,
  streams,
  type AnswerScript,
  type Script,
} from '../../src/testing/index.js';
import type { Random } from './random.js';

/** What one upstream did with one request. */
export interface ChaosAnswer {
  readonly script: Script;
  /** All text that it can have sent. No other answer begins like it. */
  readonly text: string;
  /** It says everything and ends well. */
  readonly complete: boolean;
}

const STATUSES = [400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504, 529] as const;

/** What goes wrong at a place of the answer, and never right again. */
const turns: readonly [Turn, ...Turn[]] = [
  (script) => script.thenCuts(),
  (script) => script.thenCloses(),
  (script) => script.thenFails(),
  (script) => script.thenStalls(),
  (script) => script.thenSends('data: {"choices":[{"del').thenCuts(),
  (script) => script.thenSends('data: {"choices":[{"del').thenCloses(),
];

type Turn = (script: AnswerScript) => AnswerScript;

/** An answer of which a part of `faulty` fails. `name` is unique among all answers. */
export function chaosAnswer(name: string, random: Random, faulty: number): ChaosAnswer {
  const fails = random.chance(faulty);
  if (fails && random.chance(0.4)) return { script: refusal(random), text: '', complete: false };
  const words = [`${name}:`, ...Array.from({ length: 1 + random.below(8) }, (_, at) => ` w${at}`)];
  const script = manner(streams(...words), random);
  if (!fails) return { script, text: words.join(''), complete: true };
  const after = random.below(words.length + 1);
  const turn = random.pick(turns);
  return { script: turn(script.after(after)), text: words.slice(0, after).join(''), complete: false };
}

function refusal(random: Random): Script {
  const status = random.pick(STATUSES);
  const headers = random.chance(0.3) ? { 'retry-after-ms': String(random.below(50)) } : {};
  return random.pick<() => Script>([
    resets,
    ignores,
    () => refuses(200, { body: { error: { message: 'overloaded' } } }),
    () => refuses(status, { headers }),
    () => refuses(status, { body: 'no JSON' }),
    () => refuses(status, { headers }),
  ])();
}

/** How it comes: at once or in time, in whole or in torn writes, with `[DONE]` or without. */
function manner(script: AnswerScript, random: Random): AnswerScript {
  const paced = random.chance(0.3) ? script.paced(random.below(20), random.below(4)) : script;
  const torn = random.chance(0.2) ? paced.torn(20 + random.below(200)) : paced;
  return random.chance(0.2) ? torn.withoutDone() : torn;
}
