import { Subject } from 'rxjs';
import type { RelayEvent } from '../../src/core/relay-event.js';
import { SluiceError, type SluiceErrorCode, type SluiceErrorDetails } from '../../src/core/sluice-error.js';
import { Failover } from '../../src/routing/failover/failover.js';
import type { Attempt, AttemptListener } from '../../src/routing/failover/attempt.js';
import type { Route } from '../../src/routing/routes.js';
import type { Target } from '../../src/routing/target.js';
import type { TargetLease } from '../../src/routing/failover/target-lease.js';
import { UpstreamRegistry } from '../../src/routing/upstream-registry.js';
import { recordInto, routeOf } from './target.js';

/** An attempt that does what the test says. */
export class ScriptedTry implements Attempt {
  stopped: SluiceError | undefined;
  listener: AttemptListener | undefined;

  constructor(
    readonly target: Target,
    readonly use: TargetLease,
  ) {}

  start(listener: AttemptListener): void {
    this.listener = listener;
  }

  stop(reason: SluiceError): void {
    this.stopped = reason;
    this.use.end(reason, performance.now());
  }

  commits(): void {
    this.use.committed(performance.now());
    this.listener?.committed();
  }

  fails(code: SluiceErrorCode, details: SluiceErrorDetails = {}): void {
    const error = new SluiceError(code, code, details);
    this.use.end(error, performance.now());
    this.listener?.failed(error);
  }

  /** With a whole answer. */
  answers(): void {
    this.use.end(undefined, performance.now());
    this.listener?.committed();
  }

  endsEmpty(): void {
    this.use.end(undefined, performance.now());
    this.listener?.empty();
  }
}

/** Of a process that has learnt nothing. */
export const upstreamsWith = () => new UpstreamRegistry({ changes: new Subject() });

/** A failover that has started, and what it does. */
export function failOver(
  names: readonly string[],
  fields: Record<string, unknown> = {},
  options: {
    readonly upstreams?: UpstreamRegistry;
    readonly settings?: Record<string, unknown>;
    readonly route?: Route;
    readonly random?: () => number;
    readonly streaming?: boolean;
    readonly onBegun?: (attempt: ScriptedTry) => void;
    readonly onWon?: (attempt: ScriptedTry) => void;
  } = {},
) {
  const upstreams = options.upstreams ?? upstreamsWith();
  const route = options.route ?? routeOf(names, fields, options.settings);
  const events: RelayEvent[] = [];
  const tries: ScriptedTry[] = [];
  const outcome: { won?: ScriptedTry; error?: SluiceError } = {};
  const failover = new Failover<ScriptedTry>({
    upstreams,
    route,
    caller: 'web',
    record: recordInto(events, undefined, options.streaming),
    random: options.random ?? (() => 0.5),
    begin: (target, use) => {
      const attempt = new ScriptedTry(target, use);
      tries.push(attempt);
      options.onBegun?.(attempt);
      return attempt;
    },
    onWon: (attempt) => {
      outcome.won = attempt;
      options.onWon?.(attempt);
    },
    onGaveUp: (error) => (outcome.error = error),
  });
  failover.start();
  const last = () => {
    const attempt = tries.at(-1);
    if (attempt === undefined) throw new Error('Nothing was tried');
    return attempt;
  };
  const requested = () => tries.map(({ target }) => target.upstream.name);
  const held = () =>
    route.targets.map((target) => [
      upstreams.healthFor(target).inFlight,
      upstreams.limiterFor(target.upstream).inUse,
      upstreams
        .keyPoolFor(target.upstream)
        .report(0)
        .map(({ inUse }) => inUse),
    ]);
  const types = () => events.map(({ type }) => type);
  return { failover, upstreams, route, tries, last, asked: requested, outcome, held, types, events };
}

/** What a target holds when nothing runs: in flight, places, keys in use. */
export const NOTHING_HELD = [0, 0, [0]];
