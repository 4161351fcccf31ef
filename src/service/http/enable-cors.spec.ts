import { Controller, Get, Module, Post, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../../test/support/http-client.js';
import { enableCors } from './enable-cors.js';

const origin = 'https://app.example';

@Controller('answers')
class AnswersController {
  @Get()
  read(): string {
    return 'read';
  }

  @Post()
  make(): string {
    return 'made';
  }
}

@Module({ controllers: [AnswersController] })
class AnswersModule {}

describe('CORS', () => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    app = await NestFactory.create(AnswersModule, new FastifyAdapter(), { logger: false });
    enableCors(app, [origin, 'https://other.example']);
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/answers`;
  });
  afterAll(() => app.close());

  function preflight(headers: string, from = origin): ReturnType<typeof ask> {
    return ask(url, {
      method: 'OPTIONS',
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': headers,
      },
    });
  }

  it.each([
    { client: 'the openai client', headers: 'authorization,content-type,x-stainless-lang,x-stainless-os' },
    {
      client: 'the openai client with an account',
      headers: 'openai-beta,openai-organization,openai-project',
    },
    { client: 'the anthropic client', headers: 'anthropic-dangerous-direct-browser-access,x-api-key' },
    { client: 'a client that names its site', headers: 'http-referer,x-title' },
    { client: 'a traced page', headers: 'baggage,traceparent,tracestate' },
    { client: 'a page that resumes', headers: 'cache-control,idempotency-key,last-event-id,x-sluice-grace' },
  ])('lets a page send the headers of $client', async ({ headers }) => {
    const answer = await preflight(headers);
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': headers,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-max-age': '7200',
    });
    expect(answer.headers.vary).toMatch(/origin.*access-control-request-headers/i);
  });

  it.each(['https://app.example.evil', 'http://app.example', 'null', 'https://APP.example'])(
    'lets no page of %s in',
    async (from) => {
      const answer = await preflight('content-type', from);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers.vary).toMatch(/origin/i);
    },
  );

  it('shows an answer to its page, and nothing that another origin’s page may use', async () => {
    const answer = await ask(url, { headers: { origin } });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
    const exposed = answer.headers['access-control-expose-headers']?.split(', ');
    for (const name of ['x-sluice-stream', 'x-should-retry', 'Retry-After', 'x-request-id', '*'])
      expect(exposed).toContain(name);
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('does not answer an OPTIONS that is no preflight with text of the framework', async () => {
    const answer = await ask(url, { method: 'OPTIONS' });
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
  });
});

describe('CORS without an origin', () => {
  it('is off', async () => {
    const app = await NestFactory.create(AnswersModule, new FastifyAdapter(), { logger: false });
    enableCors(app, []);
    await app.listen(0, '127.0.0.1');
    const answer = await ask(`${await app.getUrl()}/answers`, { headers: { origin } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    await app.close();
  });
});
