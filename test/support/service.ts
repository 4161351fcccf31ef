import type { SluiceModuleExtras, SluiceModuleOptions } from '../../src/index.js';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { startHost, type Host, type HostKind } from './hosts.js';
import { optionsFor } from './options.js';

/** A host and the upstream that it asks. */
export interface Service {
  readonly host: Host;
  readonly upstream: ScriptedUpstream;
}

/** Runs one test with a host and an upstream of its own, so that slow tests can run beside each other. */
export async function withService(
  kind: HostKind,
  test: (service: Service) => Promise<void>,
  sluice: Partial<SluiceModuleOptions & SluiceModuleExtras> = {},
): Promise<void> {
  const upstream = await ScriptedUpstream.start();
  const host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl, {}, sluice) });
  try {
    await test({ host, upstream });
  } finally {
    await host.stop();
    await upstream.stop();
  }
}
