import { Injectable, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CallerResolver,
  Metrics,
  METRICS_REGISTRY,
  ResumableStreams,
  StreamLog,
  type ListRange,
  type NamedCaller,
  type ProducerControl,
  type StreamMetadata,
  type StreamStatus,
} from '../../src/index.js';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { MemoryStreamLog } from '../../src/stream-log/memory/memory-stream-log.js';
import { ask } from '../support/http-client.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';

const LIMITS = { maxBytesPerStream: 100_000, maxBytes: 1_000_000, keepSeconds: 60, leaseMs: 6_000 };

/** A log of a host's own: it delegates, and notes which streams began. */
@Injectable()
class NotingLog extends StreamLog {
  readonly begun: StreamMetadata[] = [];
  readonly #log = new MemoryStreamLog({ streamLog: LIMITS });

  begin(metadata: StreamMetadata, producer: ProducerControl) {
    this.begun.push(metadata);
    return this.#log.begin(metadata, producer);
  }

  find(id: string): Promise<StreamStatus | undefined> {
    return this.#log.find(id);
  }

  read(...position: Parameters<StreamLog['read']>) {
    const [id, from, flow, epoch] = position;
    return this.#log.read(id, from, flow, epoch);
  }

  list(owner: string, range: ListRange) {
    return this.#log.list(owner, range);
  }

  stop(id: string): Promise<void> {
    return this.#log.stop(id);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

@Injectable()
class Sessions {
  readonly known = new Map([['s1', { name: 'ann', tenant: 'acme' }]]);
}

/** Who asks, by a service of the host. */
@Injectable()
class SessionResolver extends CallerResolver {
  constructor(private readonly sessions: Sessions) {
    super();
  }

  resolve(request: { readonly headers: Readonly<Record<string, string | undefined>> }): NamedCaller {
    return this.sessions.known.get(request.headers['x-session'] ?? '');
  }
}

@Module({ providers: [Sessions], exports: [Sessions] })
class SessionsModule {}

describe.each(hostKinds.slice(0, 2))('what a host replaces, on $name', (kind) => {
  const registry = new Registry();
  const log = new NotingLog();
  let upstream: ScriptedUpstream;
  let host: Host;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    upstream.answers(streams('Hello', ' you'));
    const sessions = new Sessions();
    host = await startHost(kind, {
      imports: [SessionsModule],
      sluice: {
        ...optionsFor(upstream.baseUrl),
        routes: { default: { targets: [{ upstream: 'scripted', model: 'm' }] } },
        overrides: [
          { provide: StreamLog, useValue: log },
          { provide: METRICS_REGISTRY, useValue: registry },
          { provide: CallerResolver, useFactory: () => new SessionResolver(sessions) },
        ],
      },
    });
  });
  afterAll(async () => {
    await host.stop();
    await upstream.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}) => ask(host.url + path, { headers });

  it('is the stream log: a stream is written to it and read from it', async () => {
    const response = await get('/stream?content=Hi', { 'x-session': 's1' });
    expect(await response.text()).toContain(' you');
    expect(log.begun).toMatchObject([{ owner: expect.stringContaining('acme'), dialect: 'native' }]);
    const again = await get('/stream?content=Hi', {
      'x-session': 's1',
      'last-event-id': `${log.begun[0]?.id ?? ''}.0`,
    });
    expect(await again.text()).toContain(' you');
    expect(upstream.requests).toHaveLength(1);
  });

  it('is who asks: nobody is let in whom it does not know, unless `anonymous` is set', async () => {
    expect((await get('/stream?content=Hi')).status).toBe(401);
    expect((await get('/stream?content=Hi', { 'x-session': 's2' })).status).toBe(401);
  });

  it('is the registry that the metrics are in', async () => {
    expect(await registry.metrics()).toContain('sluice_streams_total{route="default",outcome="finished"} 1');
    expect(host.app.get(Metrics).registry).toBe(registry);
  });

  it('serves the resumable streams in-process', async () => {
    const streamsHere = host.app.get(ResumableStreams);
    const [known] = log.begun;
    const found = await streamsHere.find(known?.id ?? '', known?.owner ?? '');
    expect(found).toMatchObject({ state: 'over', frames: 3 });
    await expect(streamsHere.find(known?.id ?? '', 'somebody else')).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
