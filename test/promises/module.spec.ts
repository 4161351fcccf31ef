import 'reflect-metadata';
import {
  Controller,
  ForbiddenException,
  Inject,
  Injectable,
  Module,
  Query,
  Sse,
  SseSignal,
  type CanActivate,
  type DynamicModule,
  type MessageEvent,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Observable } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RelayService, SluiceModule, toMessageEvents, type SluiceModuleOptions } from '../../src/index.js';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { hostKinds, startHost } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { optionsFor } from '../support/options.js';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(() => void upstream.reset());
afterAll(() => upstream.stop());

@Injectable()
class OptionsFactory {
  createSluiceOptions(): SluiceModuleOptions {
    return optionsFor(upstream.baseUrl);
  }
}

@Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
class OptionsModule {}

/** Each way of giving options. */
const registrations: readonly { readonly name: string; readonly register: () => DynamicModule }[] = [
  { name: 'forRoot', register: () => SluiceModule.forRoot(optionsFor(upstream.baseUrl)) },
  {
    name: 'forRootAsync with useFactory',
    register: () =>
      SluiceModule.forRootAsync({
        imports: [OptionsModule],
        inject: [OptionsFactory],
        useFactory: (factory: OptionsFactory) => factory.createSluiceOptions(),
      }),
  },
  {
    name: 'forRootAsync with useClass',
    register: () => SluiceModule.forRootAsync({ useClass: OptionsFactory }),
  },
  {
    name: 'forRootAsync with useExisting',
    register: () => SluiceModule.forRootAsync({ imports: [OptionsModule], useExisting: OptionsFactory }),
  },
];

describe('SluiceModule', () => {
  it.each(registrations)('takes its options from $name', async ({ register }) => {
    const app = await Test.createTestingModule({ imports: [register()] }).compile();
    const stream = await app.get(RelayService).open({ messages: [{ role: 'user', content: 'Hi' }] });
    const parts: unknown[] = [];
    await stream.output.forEach((part) => void parts.push(part));
    expect(parts).toContainEqual({ type: 'finish', choice: 0, reason: 'stop' });
    await app.close();
  });

  it('is injected in every module if it is global', async () => {
    @Injectable()
    class Consumer {
      constructor(@Inject(RelayService) readonly relay: RelayService) {}
    }
    @Module({ providers: [Consumer] })
    class FeatureModule {}
    const global = SluiceModule.forRoot({ ...optionsFor(upstream.baseUrl), isGlobal: true });
    const app = await Test.createTestingModule({ imports: [global, FeatureModule] }).compile();
    expect(app.get(Consumer, { strict: false }).relay).toBeInstanceOf(RelayService);
    await app.close();
  });

  it('names everything that is wrong with its options at boot', async () => {
    const wrong = { ...optionsFor('nowhere'), heartbeatMs: -1, defaultRoute: 'x' };
    await expect(
      Test.createTestingModule({ imports: [SluiceModule.forRoot(wrong)] }).compile(),
    ).rejects.toThrow(/upstreams\.scripted\.baseUrl .*heartbeatMs/);
  });
});

describe.each(hostKinds)('the module on $name', (kind) => {
  it('has no routes with controllers off', async () => {
    const host = await startHost(kind, { sluice: { ...optionsFor(upstream.baseUrl), controllers: false } });
    expect((await ask(`${host.url}/stream?content=Hi`)).status).toBe(kind.loaded ? 418 : 404);
    await host.stop();
  });

  it('serves its routes below a prefix, beside the host’s own', async () => {
    const host = await startHost(kind, {
      sluice: { ...optionsFor(upstream.baseUrl), prefix: 'llm' },
      prepare: (app) => void app.setGlobalPrefix('api'),
    });
    expect((await ask(`${host.url}/api/llm/stream?content=Hi`)).status).toBe(200);
    expect((await ask(`${host.url}/api/llm/v1/models`)).status).toBe(200);
    await host.stop();
  });

  it('is guarded by the host’s guards, whose refusal comes in the caller’s dialect', async () => {
    const guard: CanActivate = {
      canActivate: () => {
        throw new ForbiddenException('Not in your plan');
      },
    };
    const host = await startHost(kind, {
      sluice: optionsFor(upstream.baseUrl),
      prepare: (app) => void app.useGlobalGuards(guard),
    });
    const native = await ask(`${host.url}/stream?content=Hi`);
    expect(native.status).toBe(403);
    expect(await native.json()).toEqual({ code: 'forbidden', message: 'Not in your plan', retryable: false });
    const openai = await ask(`${host.url}/v1/models`);
    expect(await openai.json()).toMatchObject({
      error: { type: 'permission_error', message: 'Not in your plan' },
    });
    expect(upstream.requests).toHaveLength(0);
    await host.stop();
  });

  it('lets in callers with a key, and none without', async () => {
    const callers = [{ name: 'web', key: 'caller-key-1' }];
    const host = await startHost(kind, { sluice: optionsFor(upstream.baseUrl, {}, { callers }) });
    const end = host.nextEnd();
    const headers = { authorization: 'Bearer caller-key-1' };
    expect((await ask(`${host.url}/stream?content=Hi`, { headers })).status).toBe(200);
    expect((await end).stream.caller).toBe('web');
    const refused = await ask(`${host.url}/stream?content=Hi`, {
      headers: { authorization: 'Bearer wrong' },
    });
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toBe('Bearer');
    expect((await ask(`${host.url}/v1/models`)).status).toBe(401);
    await host.stop();
  });
});

describe('a host’s own @Sse controller', () => {
  @Controller()
  class AskController {
    constructor(@Inject(RelayService) private readonly relay: RelayService) {}

    @Sse('ask')
    async ask(@Query('q') q: string, @SseSignal() signal: AbortSignal): Promise<Observable<MessageEvent>> {
      const stream = await this.relay.open({ messages: [{ role: 'user', content: q }] }, { signal });
      return stream.output.pipe(toMessageEvents());
    }
  }

  @Module({ controllers: [AskController] })
  class AskModule {}

  it.each(hostKinds.filter(({ loaded }) => !loaded))('streams in-process on $name', async (kind) => {
    const sluice = { ...optionsFor(upstream.baseUrl), isGlobal: true, controllers: false };
    const host = await startHost(kind, { sluice, imports: [AskModule] });
    upstream.next(streams('Hello', ' you'));
    const events = await (await ask(`${host.url}/ask?q=Hi`)).events();
    expect(events.map(({ event, data }) => [event, JSON.parse(data)])).toEqual([
      [undefined, { delta: 'Hello' }],
      [undefined, { delta: ' you' }],
      [
        'done',
        {
          finishReason: 'stop',
          usage: { promptTokens: 9, completionTokens: 12, totalTokens: 21 },
          model: null,
        },
      ],
    ]);
    upstream.next(streams('Hello', ' you').after(1).thenStalls());
    const end = host.nextEnd();
    const answer = await ask(`${host.url}/ask?q=Hi`);
    await answer.until((received) => received.includes('Hello'));
    answer.leave();
    expect((await end).outcome).toBe('client-gone');
    await host.stop();
  });
});
