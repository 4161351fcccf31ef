import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { ask } from '../support/http-client.js';
import { ServiceProcess } from '../support/service.js';

const TRACING = new URL('../support/tracing.mjs', import.meta.url);
/** Of OpenTelemetry's SpanKind. */
const CLIENT = 2;

describe('the service under OpenTelemetry’s http instrumentation', () => {
  let upstream: ScriptedUpstream;
  let service: ServiceProcess;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    service = await ServiceProcess.start({
      NODE_OPTIONS: `--import ${TRACING.href}`,
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_API_KEY: 'sk-upstream-secret',
    });
  });
  afterAll(async () => {
    await service.stop();
    await upstream.stop();
  });

  it('asks the upstream within a client span, with the key and the span’s traceparent', async () => {
    const answer = await ask(`${service.url}/stream?content=Hello`);
    expect(answer.status).toBe(200);
    await answer.text();
    const span = await service.line(({ msg, kind }) => msg === 'span' && kind === CLIENT);
    const { headers } = upstream.lastRequest;
    expect(headers.authorization).toBe('Bearer sk-upstream-secret');
    expect(headers['traceparent']).toBe(`00-${String(span['traceId'])}-${String(span['spanId'])}-01`);
    expect(Object.keys(headers).filter((name) => /^\d+$/.test(name))).toEqual([]);
    expect(JSON.stringify(span)).not.toContain('sk-upstream-secret');
    const spans = service.lines.filter(({ msg, kind }) => msg === 'span' && kind === CLIENT);
    expect(spans).toHaveLength(1);
  });
});
