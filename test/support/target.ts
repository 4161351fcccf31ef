import { readSettings } from '../../src/config/read-settings.js';
import type { RelayEvent } from '../../src/core/relay-event.js';
import type { SluiceSettings } from '../../src/core/settings.js';
import { StreamStats } from '../../src/relay/accounting/stream-stats.js';
import { Routes, type Route } from '../../src/routing/routes.js';
import type { Target } from '../../src/routing/target.js';

/** Settings with defaults, of upstreams that nobody asks. */
export function settingsOf(
  routes: Record<string, unknown>,
  upstreams: Record<string, unknown> = {},
): SluiceSettings {
  const names = ['a', 'b', 'c'];
  const given = names.map((name) => [
    name,
    { baseUrl: `http://${name}.invalid`, ...fieldsOf(upstreams[name]) },
  ]);
  return readSettings({ upstreams: Object.fromEntries(given), routes });
}

/** A route with targets on `a`, `b` and so on, one a name. */
export function routeOf(
  names: readonly string[],
  fields: Record<string, unknown> = {},
  upstreams: Record<string, unknown> = {},
): Route {
  const targets = names.map((upstream) => ({ upstream, model: 'm' }));
  return new Routes(settingsOf({ r: { targets, ...fields } }, upstreams)).find('r');
}

/** The target `a/m`. */
export function someTarget(): Target {
  const [target] = routeOf(['a']).targets;
  if (target === undefined) throw new Error('The route has no target');
  return target;
}

/** A record that tells an array. */
export function recordInto(
  events: RelayEvent[],
  onEnd: () => void = () => undefined,
  streaming = true,
): StreamStats {
  const identity = { id: 's', route: 'r', caller: 'web', streaming };
  return new StreamStats(identity, performance.now(), {
    emit: (event) => events.push(event),
    ended: onEnd,
    estimatePrompt: () => 7,
  });
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
