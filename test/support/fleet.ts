import { onTestFinished } from 'vitest';
import {
  RelayEventSource,
  type RelayEvent,
  type RouteOptions,
  type SluiceModuleExtras,
  type SluiceModuleOptions,
  type UpstreamOptions,
} from '../../src/index.js';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { hostKinds, startHost, type Host, type HostKind } from './hosts.js';

/** What a test may change in a fleet. */
export interface FleetOptions {
  /** @default Fastify, bare */
  readonly kind?: HostKind | undefined;
  /** Of every upstream. */
  readonly upstreams?: Partial<UpstreamOptions> | undefined;
  /** Of single upstreams, by their names. */
  readonly each?: Readonly<Record<string, Partial<UpstreamOptions>>> | undefined;
  /** Of the route `r`. */
  readonly route?: Partial<RouteOptions> | undefined;
  /** Beside the route `r`. */
  readonly routes?: Readonly<Record<string, RouteOptions>> | undefined;
  /** Of the module. */
  readonly rest?: Partial<SluiceModuleOptions & SluiceModuleExtras> | undefined;
}

/** Of a route whose readers may come back. */
export const GRACE = { graceSeconds: 30 };

/** Keeps faults that a test repeats from being counted against later requests. */
const PATIENT = { breaker: { minimumRequests: 1_000_000, consecutiveFailures: 1_000_000 } };
const RETRIES = { retryBudget: { minimum: 1_000_000 } };

/** A host whose route `r` has one target `NAME/m` for each of its upstreams, in their order. */
export class Fleet {
  /** Everything that the relay has told so far. */
  readonly events: RelayEvent[] = [];
  #stopped: Promise<unknown> | undefined;

  private constructor(
    readonly host: Host,
    private readonly upstreams: ReadonlyMap<string, ScriptedUpstream>,
  ) {
    host.app.get(RelayEventSource).all.subscribe((event) => this.events.push(event));
  }

  /** Starts it for the test that calls this. */
  static async start(names: readonly string[], options?: FleetOptions): Promise<Fleet> {
    const fleet = await Fleet.launch(names, options);
    onTestFinished(() => fleet.stop());
    return fleet;
  }

  /** Starts it for a caller that stops it. */
  static async launch(names: readonly string[], options: FleetOptions = {}): Promise<Fleet> {
    const upstreams = new Map<string, ScriptedUpstream>();
    for (const name of names) upstreams.set(name, await ScriptedUpstream.start());
    const [bare] = hostKinds;
    const kind = options.kind ?? bare;
    if (kind === undefined) throw new Error('There is no kind of host');
    return new Fleet(await startHost(kind, { sluice: sluiceOptions(upstreams, options) }), upstreams);
  }

  get url(): string {
    return this.host.url;
  }

  at(name: string): ScriptedUpstream {
    const upstream = this.upstreams.get(name);
    if (upstream === undefined) throw new Error(`No upstream is named ${name}`);
    return upstream;
  }

  /** How often each upstream was asked, in their order. */
  get asked(): number[] {
    return [...this.upstreams.values()].map(({ requests }) => requests.length);
  }

  /** The events of these types. */
  told<T extends RelayEvent['type']>(...types: readonly T[]): Extract<RelayEvent, { type: T }>[] {
    const isWanted = (event: RelayEvent): event is Extract<RelayEvent, { type: T }> =>
      (types as readonly string[]).includes(event.type);
    return this.events.filter(isWanted);
  }

  /** Nothing listens on this upstream's port any more. */
  async takeDown(name: string): Promise<void> {
    await this.at(name).stop();
  }

  /** Ends all of it. May be called more than once. */
  stop(): Promise<void> {
    this.#stopped ??= this.host
      .stop()
      .then(() => Promise.all([...this.upstreams.values()].map((upstream) => upstream.stop())));
    return this.#stopped.then(() => undefined);
  }
}

function sluiceOptions(
  upstreams: ReadonlyMap<string, ScriptedUpstream>,
  { upstreams: all, each, route, routes, rest }: FleetOptions,
): SluiceModuleOptions & SluiceModuleExtras {
  const entries = [...upstreams].map(([name, { baseUrl }]) => [
    name,
    { baseUrl, ...PATIENT, ...all, ...each?.[name] },
  ]);
  const targets = [...upstreams.keys()].map((upstream) => ({ upstream, model: 'm' }));
  return {
    upstreams: Object.fromEntries(entries) as Record<string, UpstreamOptions>,
    // A test that leaves sees its upstream closed at once, unless it is about coming back.
    routes: { r: { targets, graceSeconds: 0, ...RETRIES, ...route }, ...routes },
    // What a test leaves open is ended with its host.
    drainMs: 0,
    ...rest,
  };
}
