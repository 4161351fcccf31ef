import { readFileSync } from 'node:fs';
import {
  Controller,
  Headers,
  HttpException,
  HttpStatus,
  Inject,
  Module,
  Query,
  Sse,
  SseSignal,
  type MessageEvent,
} from '@nestjs/common';
import { EventSource } from 'eventsource';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RelayService, toMessageEvents } from '../../src/index.js';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { hostKinds, startHost } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';

@Controller()
class AskController {
  constructor(@Inject(RelayService) private readonly relay: RelayService) {}

  @Sse('ask')
  async ask(
    @Query('q') q: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @SseSignal() signal: AbortSignal,
  ): Promise<Observable<MessageEvent>> {
    // EventSource reconnects by itself, also after the end. 204 stops it, so that a model is called once.
    if (lastEventId !== undefined) throw new HttpException('', HttpStatus.NO_CONTENT);
    const stream = await this.relay.open({ messages: [{ role: 'user', content: q }] }, { signal });
    return stream.output.pipe(toMessageEvents());
  }
}

@Module({ controllers: [AskController] })
class AskModule {}

/** A text without the blanks before its lines. */
const flat = (text: string) => text.replaceAll(/^ +/gm, '');

describe('the sample of the README', () => {
  it('is the one that is tried here', () => {
    const [readme, here] = ['../../README.md', './readme-sample.spec.ts'].map((path) =>
      flat(readFileSync(new URL(path, import.meta.url), 'utf8')),
    );
    const sample = /```ts\n(@Sse\('ask'\)[^]*?)```/.exec(readme ?? '')?.[1];
    expect(sample).toMatch(/^@Sse\('ask'\)/);
    expect(here).toContain(sample);
  });

  // Beside each other, since EventSource waits three seconds before it comes back.
  describe.concurrent.each(hostKinds.filter(({ loaded }) => !loaded))('on $name', (kind) => {
    it.each([
      ['done', streams('Hello', ' you')],
      ['failed', streams('Hello', ' you').after(1).thenCuts()],
    ])('has an EventSource ask the model once, which ends with %s', async (end, says) => {
      const upstream = await ScriptedUpstream.start();
      const sluice = { ...optionsFor(upstream.baseUrl), isGlobal: true, controllers: false };
      const host = await startHost(kind, { sluice, imports: [AskModule] });
      upstream.answers(says);
      expect(await watch(`${host.url}/ask?q=Hi`, end)).toEqual(['Hello', end, 204]);
      expect(upstream.requests).toHaveLength(1);
      await host.stop();
      await upstream.stop();
    });
  });
});

/** The first text that an EventSource has, its end, and the status that stopped it for good. */
function watch(url: string, end: string): Promise<unknown[]> {
  const source = new EventSource(url);
  const seen: unknown[] = [];
  source.addEventListener('message', ({ data }) => {
    if (seen.length === 0) seen.push((JSON.parse(String(data)) as { delta: string }).delta);
  });
  source.addEventListener(end, () => seen.push(end));
  return new Promise((resolve) => {
    source.addEventListener('error', ({ code }) => {
      if (source.readyState === source.CLOSED) resolve([...seen, code]);
    });
  });
}
