import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clientKinds } from '../support/client-kinds.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Fleet, GRACE } from '../support/fleet.js';
import { HeldAnswer } from '../support/held-answer.js';
import type { HostKind } from '../support/hosts.js';
import { ask } from '../support/http-client.js';

const WORDS: [string, string, ...string[]] = ['Grüße', ' 🙂', ' two\n\nthree', ' four', ' five'];
const TEXT = WORDS.join('');
const CALLER = { authorization: 'Bearer web-key-1' };

/** A fleet behind a proxy that cuts. Its upstream says each word when it is told to. */
interface Setting {
  readonly fleet: Fleet;
  readonly proxy: CuttingProxy;
  readonly answer: HeldAnswer;
}

async function within(
  kind: HostKind,
  rest: NonNullable<Parameters<typeof Fleet.launch>[1]>['rest'],
  test: (setting: Setting) => Promise<void>,
): Promise<void> {
  const fleet = await Fleet.launch(['a'], { kind, route: GRACE, rest });
  const proxy = await CuttingProxy.start(fleet.url);
  const answer = new HeldAnswer(...WORDS);
  fleet.at('a').answers(answer);
  try {
    await test({ fleet, proxy, answer });
  } finally {
    await proxy.stop();
    await fleet.stop();
  }
}

/** Lets the model say all that it has not said. */
function releaseAll(answer: HeldAnswer): void {
  for (let left = WORDS.length; left > 0; left -= 1) answer.release();
}

beforeAll(() => {
  vi.stubGlobal('window', { fetch, setTimeout, clearTimeout });
  vi.stubGlobal('document', { hidden: false, addEventListener() {}, removeEventListener() {} });
});
afterAll(() => void vi.unstubAllGlobals());

// Beside each other, since one of the clients waits three seconds before it comes back.
describe.concurrent.each(clientKinds)('a client that is cut off in the middle on $name', (kind) => {
  it('is EventSource: it shows the whole text once, and the upstream is asked once', async () => {
    await within(kind, {}, async ({ fleet, proxy, answer }) => {
      const seen = await watch(`${proxy.url}/stream?content=Hi&model=r`, (text) => {
        if (text === `${WORDS[0]}${WORDS[1]}`) {
          proxy.cut();
          // What is said while the client is away.
          releaseAll(answer);
        } else answer.release();
      });
      expect(seen).toEqual({ text: TEXT, events: ['error', 'done', 'error', 'closed by 204'] });
      expect(fleet.asked).toEqual([1]);
    });
  });

  it('is EventSource and waits for words that are said after it came back', async () => {
    await within(kind, {}, async ({ fleet, proxy, answer }) => {
      let isCut = false;
      const seen = await watch(
        `${proxy.url}/stream?content=Hi&model=r`,
        (text) => {
          if (text === WORDS[0] && !isCut) {
            isCut = true;
            proxy.cut();
          } else answer.release();
        },
        () => isCut && answer.release(),
      );
      expect(seen).toEqual({ text: TEXT, events: ['error', 'done', 'error', 'closed by 204'] });
      expect(fleet.asked).toEqual([1]);
    });
  });

  it('is EventSource with a ticket for a stream that was started for it', async () => {
    const callers = [{ name: 'web', key: 'web-key-1' }];
    await within(kind, { callers }, async ({ fleet, proxy, answer }) => {
      const body = { content: 'Hi', model: 'r' };
      const started = await ask(`${fleet.url}/v1/streams`, { headers: CALLER, body });
      const { url, ticket } = (await started.json()) as Record<'url' | 'ticket', string>;
      const seen = await watch(`${proxy.url}${url}?ticket=${ticket}`, (text) => {
        if (text === WORDS[0]) proxy.cut();
        if (text === WORDS[0]) releaseAll(answer);
      });
      expect(seen).toEqual({ text: TEXT, events: ['error', 'done', 'error', 'closed by 204'] });
      expect(fleet.asked).toEqual([1]);
    });
  });

  it('is fetch-event-source with POST: cut off at every word, it has each once', async () => {
    await within(kind, {}, async ({ fleet, proxy, answer }) => {
      const [texts, events] = [[] as string[], [] as string[]];
      let retries = 0;
      await fetchEventSource(`${proxy.url}/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ content: 'Hi', model: 'r' }),
        openWhenHidden: true,
        onmessage({ event, data }) {
          if (event !== '') return events.push(event);
          texts.push((JSON.parse(data) as { delta: string }).delta);
          proxy.cut();
          return answer.release();
        },
        onerror() {
          retries += 1;
          return 1;
        },
      });
      expect(texts.filter((text) => text !== '')).toEqual(WORDS);
      expect({ events, retries }).toEqual({ events: ['done'], retries: WORDS.length });
      expect(fleet.asked).toEqual([1]);
    });
  });
});

/** The text and the other events that the client sees until it gives up for good. */
function watch(
  url: string,
  onText: (text: string) => void,
  onOpen: () => void = () => undefined,
): Promise<{ readonly text: string; readonly events: readonly string[] }> {
  const source = new EventSource(url);
  const events: string[] = [];
  let text = '';
  source.addEventListener('open', onOpen);
  source.addEventListener('message', ({ data }) => {
    text += (JSON.parse(String(data)) as { delta: string }).delta;
    onText(text);
  });
  for (const type of ['done', 'failed']) source.addEventListener(type, () => events.push(type));
  return new Promise((resolve) => {
    source.addEventListener('error', ({ code }) => {
      if (source.readyState !== source.CLOSED) return events.push('error');
      events.push(`closed by ${code}`);
      return resolve({ text, events });
    });
  });
}
