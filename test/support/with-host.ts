import { ScriptedUpstream } from '../../src/testing/index.js';
import type { Fixture } from './fixture.js';
import { startHost, type HostKind } from './hosts.js';
import { optionsFor } from './options.js';

/** Runs one test with a host and an upstream of its own, so that slow tests can run beside each other. */
export async function withHost(kind: HostKind, test: (own: Fixture) => Promise<void>): Promise<void> {
  const upstream = await ScriptedUpstream.start();
  const host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl) });
  try {
    await test({ host, upstream });
  } finally {
    await host.stop();
    await upstream.stop();
  }
}
