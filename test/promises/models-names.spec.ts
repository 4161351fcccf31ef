import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { ask } from '../support/http-client.js';
import { optionsFor } from '../support/options.js';

describe.each(hostKinds.slice(0, 2))('the list of models on $name', (kind) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(kind, { sluice: optionsFor('http://127.0.0.1:1/v1') });
  });
  afterAll(() => host.stop());

  it.each([
    ['by a foreign name', { host: 'evil.example' }, 403],
    ['by a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['by a program', {}, 200],
  ])('is asked for %s', async (_, headers, status) => {
    for (const path of ['/v1/models', '/v1/models/default']) {
      expect((await ask(host.url + path, { headers })).status).toBe(status);
    }
  });
});
