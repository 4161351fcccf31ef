import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { fixture } from '../support/fixture.js';
import { hostKinds } from '../support/hosts.js';
import { ask } from '../support/http-client.js';

/** Longer than a name that a request may give. */
const LONG = `open/${Array(3).fill('a'.repeat(90)).join('/')}`;
const NAMES = [
  'vendor/model',
  'ft:gpt-4o:org::id',
  '模型 ü/1',
  'a%2Fb',
  'a//b',
  'q?x=1#y',
  'a/b/c/d/e/f',
  'x.y',
];

describe.each(hostKinds)('/v1/models on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({
    sluice: {
      upstreams: { scripted: { baseUrl } },
      routes: {
        own: { targets: [{ upstream: 'scripted', model: 'm' }], aliases: NAMES },
        'open/*': { targets: [{ upstream: 'scripted' }] },
      },
    },
  }));
  const read = (path: string) => ask(`${suite.host.url}/v1/models/${path}`);
  const openai = () => new OpenAI({ baseURL: `${suite.host.url}/v1`, apiKey: 'none', maxRetries: 0 });

  it('lists every name that is no pattern, and the openai client reads each', async () => {
    const listed: string[] = [];
    for await (const { id } of openai().models.list()) listed.push(id);
    expect(listed).toEqual(['own', ...NAMES]);
    for (const id of NAMES) {
      expect(await openai().models.retrieve(id)).toMatchObject({
        id,
        object: 'model',
        owned_by: 'scripted',
      });
    }
  });

  it.each(['vendor/model', 'vendor%2Fmodel', 'vendor%2fmodel?x=1', '%76endor/model'])(
    'reads a name with a slash at %s',
    async (path) => {
      const answer = await read(path);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ id: 'vendor/model' });
    },
  );

  it.each(['a/b/c/d/e/f', 'ft:gpt-4o:org::id', `${encodeURI('模型 ü')}/1`, 'a%252Fb', 'open/any/name'])(
    'reads %s, of which no slash is encoded',
    async (path) => {
      expect(await (await read(path)).json()).toMatchObject({ id: decodeURIComponent(path) });
    },
  );

  it('reads a name that a pattern takes, as a request may give it', async () => {
    expect(await openai().models.retrieve('open/vendor/any')).toMatchObject({ id: 'open/vendor/any' });
  });

  it.each(['nope', 'vendor', 'vendor/model/more', 'open', 'open%2F', 'vendor%5Cmodel', 'VENDOR/model', LONG])(
    'is 404 at %s',
    async (path) => {
      const answer = await read(path);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { code: 'model_not_found' } });
    },
  );
});
