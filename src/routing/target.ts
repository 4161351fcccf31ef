import type { UpstreamDialect } from '../core/dialect/upstream-dialect.js';
import type { TargetSettings, UpstreamSettings } from '../core/settings.js';

/** Where one attempt goes. */
export interface Target {
  /** `upstream/model` as it is configured; `upstream/*` where callers name the model. Bounded, so that it may be counted by. */
  readonly id: string;
  /** `upstream/model` with the requested model. */
  readonly name: string;
  readonly upstream: UpstreamSettings;
  readonly dialect: UpstreamDialect;
  /** The model that the upstream is sent. */
  readonly model: string;
  readonly weight: number;
  /** The model continues an assistant message at the end of the conversation. */
  readonly continues: boolean;
}

/** A route's name that ends with this stands for all that begin like it. */
const WILDCARD = '*';

/** True for a route that stands for many names. */
export function isWildcard(routeName: string): boolean {
  return routeName.endsWith(WILDCARD);
}

/** What a route's target is counted by: never what a caller named. */
export function targetIdOf({ upstream, model }: TargetSettings, routeName: string): string {
  return `${upstream.name}/${model ?? (isWildcard(routeName) ? WILDCARD : routeName)}`;
}
