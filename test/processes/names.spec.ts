import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/http-client.js';
import { ServiceProcess } from '../support/service.js';

const FOREIGN = { host: 'evil.example' };
const OPEN = ['/healthz', '/readyz'];
const CHECKED = [
  '/stream?content=Hi',
  '/v1/models',
  '/metrics',
  '/docs',
  '/docs/',
  '/docs-json',
  '/docs-yaml',
];

describe('a service with configured names', () => {
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await ServiceProcess.start({ SLUICE_ALLOWED_HOSTS: 'ai.example' });
  });
  afterAll(() => service.stop());
  const statusOf = async (path: string, headers: Record<string, string>) =>
    (await ask(service.url + path, { headers })).status;

  it.each([...CHECKED, '/%6detrics', '/%64ocs', '/docs/swagger-ui.css', '/docs/swagger-ui-init.js'])(
    'does not answer %s under another name',
    async (path) => {
      expect(await statusOf(path, FOREIGN)).toBe(403);
      for (const headers of [{}, { host: 'ai.example:8080' }])
        expect(await statusOf(path, headers)).toBe(200);
    },
  );

  it.each(OPEN)('answers %s under any name', async (path) => {
    expect(await statusOf(path, FOREIGN)).toBe(200);
  });
});
