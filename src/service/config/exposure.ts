import { z } from 'zod';
import type { Options } from './environment/options-from-environment.js';

/** Parts of a file without which more is allowed than with them. */
const GUARDS = ['upstreams', 'routes', 'limits', 'allowedHosts'] as const;

const exposureSchema = z.object({
  /** Callers with a key. */
  callers: z.number(),
  /** Callers without a key are served. */
  anonymous: z.boolean(),
  /** The file says in words that they are. */
  anonymousInFile: z.boolean(),
  /** The file says in words that there are no callers, and that nobody is served without a key. */
  closedInFile: z.boolean(),
  /** The file says in words that answers are simulated. */
  simulatedInFile: z.boolean(),
  /** An operator's key is required under `/admin`. */
  adminKey: z.boolean(),
  /** Which of `upstreams`, `routes`, `limits` and `allowedHosts` the file has. */
  guards: z.array(z.string()).readonly(),
});

/** The part of a configuration that must not open by oversight: callers, anonymity and upstreams. It holds no secret. */
export type Exposure = Readonly<z.infer<typeof exposureSchema>>;

/** What a primary gives its workers, so that one that starts later is held to it. */
export const STARTED_WITH = 'SLUICE_STARTED_WITH';

/** What the service was started with, in a worker of several; undefined elsewhere. */
export function startedWith(variables: Readonly<Record<string, string | undefined>>): Exposure | undefined {
  const text = variables[STARTED_WITH];
  return text === undefined ? undefined : exposureSchema.parse(JSON.parse(text));
}

/** What holds, whether the file says it or not. */
interface ExposureFacts {
  readonly callers: number;
  readonly anonymous: boolean;
  readonly adminKey: boolean;
}

/** What a file and the settings that were made of it expose. */
export function exposureOf(file: Options, facts: ExposureFacts): Exposure {
  const { callers, anonymous } = file;
  return {
    ...facts,
    anonymousInFile: anonymous === true,
    closedInFile: anonymous === false && Array.isArray(callers) && callers.length === 0,
    simulatedInFile: file['simulated'] === true,
    guards: GUARDS.filter((name) => file[name] !== undefined),
  };
}

/**
 * What the next configuration would open that the one before kept closed, without saying so in words: as a file looks
 * that was emptied, or is still being written. Each with what to write if it is meant.
 */
export function openings(before: Exposure, next: Exposure): string[] {
  const problems = before.guards
    .filter((name) => !next.guards.includes(name) && !(name === 'upstreams' && next.simulatedInFile))
    .map((name) => `${name} is gone from the file: ${WORDS[name] ?? 'restart the service'}`);
  if (before.callers > 0 && next.callers === 0 && !next.anonymousInFile && !next.closedInFile) {
    problems.push('callers are all gone: write anonymous: true if anyone may ask without a key');
  } else if (!before.anonymous && next.anonymous && !next.anonymousInFile) {
    problems.push('anonymous would become true: write anonymous: true if anyone may ask without a key');
  }
  if (before.adminKey && !next.adminKey) problems.push('adminKey is gone: restart the service without it');
  return problems;
}

const WORDS: Readonly<Record<string, string>> = {
  upstreams: 'restart the service if those of the environment are to be asked, or write simulated: true',
  routes: "write routes: { '*': … } if every model may be asked for",
  limits: 'write limits: {} if the defaults are to hold',
  allowedHosts: 'write allowedHosts: [] if that is meant',
};
