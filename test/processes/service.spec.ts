import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { chat } from '../support/options.js';
import { ServiceProcess } from '../support/service.js';

describe('the service without a key', () => {
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await ServiceProcess.start();
  });
  afterAll(() => service.stop());

  it('streams a simulated answer that says so', async () => {
    const events = await (await ask(`${service.url}/stream?content=Hello%20world`)).events();
    const deltas = events.map(({ data }) => JSON.parse(data) as { delta?: string });
    expect(deltas[0]).toEqual({ delta: '[simulated]' });
    expect(deltas.map(({ delta }) => delta ?? '').join('')).toContain('You asked: “Hello world”');
    expect(deltas.at(-1)).toMatchObject({ finishReason: 'stop', model: 'simulated' });
  });

  it('does not warn on the loopback interface that anyone may ask', () => {
    const warnings = service.lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
    expect(warnings).toEqual(['No OPENAI_API_KEY and no OPENAI_BASE_URL: answers are simulated']);
  });

  it('labels the model and the log as simulated', async () => {
    expect(await (await ask(`${service.url}/v1/models`)).json()).toMatchObject({
      data: [{ id: 'simulated', owned_by: 'sluice-simulated' }],
    });
    expect(service.lines).toContainEqual(
      expect.objectContaining({ msg: expect.stringContaining('answers are simulated') }),
    );
  });

  it('answers as an OpenAI server under any model name', async () => {
    const answer = await ask(`${service.url}/v1/chat/completions`, {
      body: chat('Hi', { model: 'gpt-4o', stream: false }),
    });
    expect(await answer.json()).toMatchObject({ model: 'simulated', usage: { prompt_tokens: 1 } });
  });

  it('documents its routes, their schemas and their frames', async () => {
    const document = await (await ask(`${service.url}/docs-json`)).text();
    for (const word of [
      '/stream',
      '/v1/chat/completions',
      '/v1/models',
      '/readyz',
      'event: done',
      'event: failed',
      'include_usage',
      'The `next` of the page before',
    ]) {
      expect(document).toContain(word);
    }
    expect((await ask(`${service.url}/docs`)).status).toBe(200);
  });

  it('is alive and ready', async () => {
    expect((await ask(`${service.url}/healthz`)).status).toBe(200);
    expect(await (await ask(`${service.url}/readyz`)).json()).toMatchObject({ status: 'ok' });
  });

  it.each(['/nope', '/v1/nope'])('says in the path’s dialect that there is nothing at %s', async (path) => {
    const answer = await ask(`${service.url}${path}?content=secret`);
    expect(answer.status).toBe(404);
    const body = await answer.text();
    expect(body).toContain('There is nothing here');
    expect(body).not.toContain('secret');
    expect('error' in JSON.parse(body)).toBe(path.startsWith('/v1'));
  });
});

describe('the service with an upstream', () => {
  let upstream: ScriptedUpstream;
  let service: ServiceProcess;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    service = await ServiceProcess.start({
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_API_KEY: 'sk-upstream-secret',
      SLUICE_MODEL: 'tiny',
      SLUICE_API_KEYS: 'caller-key-1, caller-key-2',
      SLUICE_MAX_BODY_BYTES: '2000',
      SLUICE_CORS_ORIGINS: 'https://app.example',
    });
  });
  afterAll(async () => {
    await service.stop();
    await upstream.stop();
  });
  const headers = { authorization: 'Bearer caller-key-2' };

  it('asks it for the configured model with its key', async () => {
    expect((await ask(`${service.url}/stream?content=Hi`, { headers })).status).toBe(200);
    expect(upstream.lastRequest.body).toMatchObject({ model: 'tiny' });
    expect(upstream.lastRequest.headers.authorization).toBe('Bearer sk-upstream-secret');
  });

  it('refuses callers without a key', async () => {
    expect((await ask(`${service.url}/stream?content=Hi`)).status).toBe(401);
  });

  it('logs one line at the end of a stream, and nothing of what was said', async () => {
    upstream.next(streams('completion-text'));
    const answer = await ask(`${service.url}/stream?content=prompt-text`, { headers });
    await answer.over;
    const id = answer.headers['x-sluice-stream'];
    const line = await service.line((candidate) => candidate['id'] === id);
    expect(line).toMatchObject({
      msg: 'stream ended',
      route: 'tiny',
      target: 'openai/tiny',
      caller: 'key-2',
      outcome: 'finished',
      promptTokens: 9,
      completionTokens: 12,
      ttftMs: expect.any(Number),
      durationMs: expect.any(Number),
      bytes: expect.any(Number),
    });
    expect(service.lines.filter((candidate) => candidate['id'] === id)).toHaveLength(1);
    expect(JSON.stringify(service.lines)).not.toMatch(
      /prompt-text|completion-text|sk-upstream-secret|caller-key/,
    );
  });

  it('counts streams by route and outcome', async () => {
    const metrics = await (await ask(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/sluice_streams_total\{route="tiny",outcome="finished"\} \d/);
    expect(metrics).toMatch(/sluice_time_to_first_token_seconds_count\{route="tiny"\} \d/);
    expect(metrics).toContain('sluice_streams_active{route="tiny"} 0');
  });

  it.each(['/stream', '/v1/chat/completions'])('is 413 for a body over the limit at %s', async (path) => {
    const answer = await ask(service.url + path, { headers, body: chat('x'.repeat(3000)) });
    expect(answer.status).toBe(413);
    expect(await answer.text()).toContain(
      path === '/stream' ? '"code":"request-too-large"' : '"code":"request_too_large"',
    );
  });

  it('is 400 for a body that is no JSON, and quotes nothing of it', async () => {
    const answer = await ask(`${service.url}/v1/chat/completions`, {
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"prompt-text',
    });
    expect(answer.status).toBe(400);
    const body = await answer.text();
    expect(body).toContain('"type":"invalid_request_error"');
    expect(body).not.toContain('prompt-text');
  });

  it('lets the configured origin in, and shows it the stream’s id and how it is shared', async () => {
    const answer = await ask(`${service.url}/stream?content=Hi`, {
      headers: { ...headers, origin: 'https://app.example' },
    });
    await answer.over;
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': 'https://app.example' });
    const exposed = answer.headers['access-control-expose-headers'];
    for (const name of ['x-sluice-stream', 'x-sluice-cache', 'Age']) expect(exposed).toContain(name);
  });
});

describe('the service at its end and its beginning', () => {
  it('finishes a running stream on SIGTERM, refuses new ones and exits with 0', async () => {
    const upstream = await ScriptedUpstream.start();
    const service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl });
    const gate = new Gate();
    upstream.next(streams('one', ' two').after(1).thenHolds(gate.opened));
    const answer = await ask(`${service.url}/stream?content=Hi`);
    await answer.until((received) => received.includes('one'));
    service.signal('SIGTERM');
    await service.line(({ msg }) => msg === 'Sluice is shutting down');
    const ready = await ask(`${service.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'shutting_down', error: { streams: { active: 1 } } });
    expect((await ask(`${service.url}/healthz`)).status).toBe(200);
    expect((await ask(`${service.url}/stream?content=Hi`)).status).toBe(503);
    gate.open();
    expect((await answer.events()).at(-1)).toMatchObject({ event: 'done' });
    expect(await service.exited).toBe(0);
    await upstream.stop();
  });

  it.each(['', 'GET /v1/models HTTP/1.1\r\nHo'])(
    'exits on SIGTERM though a client holds a connection on which it has sent %j',
    async (sent) => {
      const service = await ServiceProcess.start();
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      await new Promise<void>((resolve) => socket.write(sent, () => resolve()));
      // An answer on another connection: the service has taken the first one in.
      await (
        await ask(`${service.url}/healthz`)
      ).over;
      service.signal('SIGTERM');
      expect(await service.exited).toBe(0);
      socket.destroy();
    },
  );

  it('does not start with a wrong environment, and names all of it', async () => {
    const service = ServiceProcess.run({
      PORT: 'eighty',
      SLUICE_IDLE_TIMEOUT_MS: '-1',
      OPENAI_BASE_URL: 'nowhere',
    });
    expect(await service.exited).toBe(1);
    for (const name of ['PORT', 'SLUICE_IDLE_TIMEOUT_MS', 'OPENAI_BASE_URL'])
      expect(service.stderr).toContain(name);
  });

  it('ends when its port is taken', async () => {
    const first = await ServiceProcess.start();
    const second = ServiceProcess.run({ PORT: new URL(first.url).port });
    expect(await second.exited).toBe(1);
    expect(second.stderr).toContain('EADDRINUSE');
    await first.stop();
  });

  it('does not open itself to others without keys unless it is told to', async () => {
    const service = ServiceProcess.run({ HOST: '0.0.0.0' });
    expect(await service.exited).toBe(1);
    expect(service.stderr).toContain('SLUICE_ANONYMOUS');
  });
});
