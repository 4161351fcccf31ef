import { afterAll, afterEach, beforeAll } from 'vitest';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { startHost, type Host, type HostKind, type HostOptions } from './hosts.js';

/** A host and its upstream, started before a suite and stopped after it. */
export interface Fixture {
  readonly upstream: ScriptedUpstream;
  readonly host: Host;
}

/** Starts both for the suite it is called in; the scripts are forgotten after each test. */
export function fixture(kind: HostKind, options: (baseUrl: string) => HostOptions): Fixture {
  let upstream: ScriptedUpstream | undefined;
  let host: Host | undefined;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    host = await startHost(kind, options(upstream.baseUrl));
  });
  afterEach(() => void upstream?.reset());
  afterAll(async () => {
    await host?.stop();
    await upstream?.stop();
  });

  return {
    get upstream() {
      return present(upstream);
    },
    get host() {
      return present(host);
    },
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The suite has not started');
  return value;
}
