import { describe, expect, it } from 'vitest';
import type { RelayEvent, StreamEnded } from '../core/relay-event.js';
import { SluiceError } from '../core/sluice-error.js';
import { Registry } from 'prom-client';
import { Metrics } from './metrics.js';

const stream = { id: 's', route: 'fast', caller: 'web', streaming: true };
const attempt = { number: 1, upstream: 'u', target: 'u/m' };
const error = new SluiceError('timeout-idle', 'silent');
const ended: StreamEnded = {
  type: 'ended',
  stream,
  outcome: 'finished',
  target: 'u/m',
  attempts: 1,
  ttftMs: 200,
  durationMs: 3_000,
  usage: { promptTokens: 5, completionTokens: 7, totalTokens: 12 },
  usageEstimated: false,
  bytes: 1,
  events: 1,
  error: undefined,
};

/** The samples that are not zero and no buckets, after these events. */
async function samplesAfter(...events: RelayEvent[]): Promise<string[]> {
  const metrics = new Metrics(new Registry());
  for (const event of events) metrics.observe(event);
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => /^sluice_(?!.*_bucket)/.test(line) && !line.endsWith(' 0'));
}

describe('Metrics', () => {
  it('counts a stream in, once however many attempts it takes, and out', async () => {
    const started: RelayEvent[] = [
      { type: 'attempt-started', stream, attempt },
      { type: 'attempt-started', stream, attempt: { ...attempt, number: 2 } },
    ];
    expect(await samplesAfter(...started)).toEqual([
      'sluice_streams_active{route="fast"} 1',
      'sluice_attempts_total{route="fast",upstream="u"} 2',
    ]);
    expect(await samplesAfter(...started, ended)).not.toContain('sluice_streams_active{route="fast"} 1');
  });

  it('counts what it was told when the turn is over', async () => {
    const metrics = new Metrics(new Registry());
    metrics.observe({ type: 'attempt-started', stream, attempt });
    const attempts = metrics.registry.getSingleMetric('sluice_attempts_total');
    expect((await attempts?.get())?.values).toEqual([]);
    await new Promise(setImmediate);
    expect((await attempts?.get())?.values).toMatchObject([{ value: 1 }]);
  });

  it('does not count out a stream that was never counted in', async () => {
    const samples = await samplesAfter({ ...ended, attempts: 0, outcome: 'client-gone' });
    expect(samples.filter((sample) => sample.startsWith('sluice_streams_active'))).toEqual([]);
    expect(samples).toContain('sluice_streams_total{route="fast",outcome="client-gone"} 1');
  });

  it('counts how requests that share were answered', async () => {
    const statuses = ['miss', 'shared', 'hit', 'hit'] as const;
    const reported = statuses.map((status): RelayEvent => ({ type: 'cache-lookup', route: 'fast', status }));
    expect(await samplesAfter(...reported)).toEqual([
      'sluice_shared_total{route="fast",how="miss"} 1',
      'sluice_shared_total{route="fast",how="shared"} 1',
      'sluice_shared_total{route="fast",how="hit"} 2',
    ]);
  });

  it('counts outcomes, seconds and tokens at the end', async () => {
    expect(await samplesAfter(ended)).toEqual(
      expect.arrayContaining([
        'sluice_streams_total{route="fast",outcome="finished"} 1',
        'sluice_stream_duration_seconds_sum{route="fast"} 3',
        'sluice_stream_duration_seconds_count{route="fast"} 1',
        'sluice_tokens_total{route="fast",source="upstream",kind="prompt"} 5',
        'sluice_tokens_total{route="fast",source="upstream",kind="completion"} 7',
      ]),
    );
  });

  it('counts no tokens where the upstream counted none', async () => {
    const samples = await samplesAfter({ ...ended, usage: undefined });
    expect(samples.filter((sample) => sample.startsWith('sluice_tokens'))).toEqual([]);
  });

  it('measures the first token of streams, not of whole answers', async () => {
    const first = { type: 'first-token', stream, ttftMs: 250 } as const;
    expect(await samplesAfter(first)).toContain('sluice_time_to_first_token_seconds_sum{route="fast"} 0.25');
    expect(await samplesAfter({ ...first, stream: { ...stream, streaming: false } })).toEqual([]);
  });

  it('counts refusals and failed attempts by code', async () => {
    const rejected = new SluiceError('rate-limited', 'wait');
    expect(
      await samplesAfter(
        { type: 'rejected', error: rejected },
        { type: 'attempt-failed', stream, attempt, error },
        { type: 'committed', stream, afterMs: 1 },
      ),
    ).toEqual([
      'sluice_rejections_total{code="rate-limited"} 1',
      'sluice_attempt_failures_total{route="fast",upstream="u",code="timeout-idle"} 1',
    ]);
  });

  it('counts estimated tokens apart', async () => {
    const superseded = { promptTokens: 3, completionTokens: 0, totalTokens: 3 };
    expect(
      await samplesAfter(
        { ...ended, usageEstimated: true },
        { type: 'attempt-superseded', stream, attempt, usage: superseded },
      ),
    ).toEqual(
      expect.arrayContaining([
        'sluice_tokens_total{route="fast",source="estimated",kind="prompt"} 8',
        'sluice_tokens_total{route="fast",source="estimated",kind="completion"} 7',
        'sluice_attempts_superseded_total{route="fast",upstream="u"} 1',
      ]),
    );
  });

  it('tells of keys by reason and of breakers by target', async () => {
    const key = { upstream: 'u', fingerprint: 'abc', forMs: 0 };
    expect(
      await samplesAfter(
        { type: 'key-limited', ...key },
        { type: 'key-rejected', ...key },
        { type: 'breaker', target: 'u/m', state: 'half-open' },
      ),
    ).toEqual([
      'sluice_key_failures_total{upstream="u",reason="limited"} 1',
      'sluice_key_failures_total{upstream="u",reason="rejected"} 1',
      'sluice_breaker_open{target="u/m"} 1',
    ]);
    const shut = { type: 'breaker', target: 'u/m', state: 'closed' } as const;
    expect(await samplesAfter(shut)).toEqual([]);
  });

  it('labels nothing with what a caller chose', async () => {
    const odd = { ...stream, id: 'odd-id', caller: 'odd-caller' };
    const oddAttempt = { ...attempt, target: 'u/odd-model' };
    const samples = await samplesAfter(
      { type: 'attempt-started', stream: odd, attempt: oddAttempt },
      { ...ended, stream: odd, target: 'u/odd-model' },
    );
    expect(samples.join('\n')).not.toContain('odd');
  });

  it('keeps two modules of one process apart', async () => {
    const metrics = new Metrics(new Registry());
    new Metrics(new Registry()).observe(ended);
    expect(await metrics.registry.metrics()).not.toContain('route="fast"');
  });
});
