import { Controller, Get, Inject, Module, UseFilters } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RelayService, SluiceErrorFilter } from '../../src/index.js';
import { refuses, ScriptedUpstream } from '../../src/testing/index.js';
import { ask } from '../support/http-client.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { refusedOptionsFor } from '../support/options.js';

const KEY = /sk-upstream/;

@Controller()
class AnswerController {
  constructor(@Inject(RelayService) private readonly relay: RelayService) {}

  @Get('answer')
  async answer(): Promise<string> {
    const { body } = await this.relay.complete({ messages: [{ role: 'user', content: 'Hi' }] });
    return body.toString();
  }

  @Get('filtered')
  @UseFilters(SluiceErrorFilter)
  async filtered(): Promise<string> {
    return this.answer();
  }
}

@Module({ controllers: [AnswerController] })
class AnswerModule {}

describe.each(hostKinds.filter(({ loaded }) => !loaded))(
  'a SluiceError in a host’s controller on $name',
  (kind) => {
    let upstream: ScriptedUpstream;
    let host: Host;
    beforeAll(async () => {
      upstream = await ScriptedUpstream.start();
      const sluice = { ...refusedOptionsFor(upstream.baseUrl), isGlobal: true, controllers: false };
      host = await startHost(kind, { sluice, imports: [AnswerModule] });
    });
    afterEach(() => void upstream.reset());
    afterAll(async () => {
      await host.stop();
      await upstream.stop();
    });

    it.each([
      [429, 429],
      [422, 422],
      [503, 503],
      [500, 502],
    ])('that is for an upstream’s %i reaches the caller as %i, with its message', async (refused, status) => {
      upstream.next(refuses(refused));
      const answer = await ask(`${host.url}/answer`);
      expect(answer.status).toBe(status);
      const body = await answer.json();
      expect(body).toEqual({ statusCode: status, message: expect.stringContaining(`answered ${refused}`) });
      expect(JSON.stringify(body)).not.toMatch(KEY);
    });

    it('comes with Retry-After and the native body where the filter is bound', async () => {
      upstream.next(refuses(429, { headers: { 'retry-after': '7' } }));
      const answer = await ask(`${host.url}/filtered`);
      expect(answer.status).toBe(429);
      expect(answer.headers).toMatchObject({ 'retry-after': '7', 'x-should-retry': 'true' });
      expect(await answer.json()).toMatchObject({ code: 'upstream-rate-limited', retryable: true });
    });
  },
);
