import { describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { ActiveStreams } from '../../src/index.js';
import { formats } from '../support/formats.js';
import { hostKinds, startHost } from '../support/hosts.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { optionsFor } from '../support/options.js';

describe.each(hostKinds)('a shutdown of $name', (kind) => {
  it.each(formats)('lets a running stream in $name finish, and takes in no other', async (format) => {
    const upstream = await ScriptedUpstream.start();
    const host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl, {}, { drainMs: 60_000 }) });
    const gate = new Gate();
    upstream.next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const answer = await format.ask(host.url);
    await answer.until((received) => received.includes('one'));
    const end = host.nextEnd();
    const draining = host.app.get(ActiveStreams).beforeApplicationShutdown();
    const refused = await ask(`${host.url}/stream?content=Hi`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'shutting-down', retryable: true });
    gate.open();
    expect(await answer.over).toBe(true);
    expect(answer.received).toContain('two');
    expect((await end).outcome).toBe('finished');
    await draining;
    await host.stop();
    await upstream.stop();
  });

  it.each(formats)('tells what is left in $name at its deadline, and closes', async (format) => {
    const upstream = await ScriptedUpstream.start();
    const host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl, {}, { drainMs: 0 }) });
    upstream.next(streams('one', ' two').after(1).thenStalls());
    const answer = await format.ask(host.url);
    await answer.until((received) => received.includes('one'));
    const end = host.nextEnd();
    await host.stop();
    expect(await format.tellsFailure(answer)).toBe(true);
    expect((await end).outcome).toBe('shutdown');
    expect(await upstream.lastRequest.closed).toMatchObject({ complete: false });
    await upstream.stop();
  });
});
