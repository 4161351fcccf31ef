import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refuses, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { chat } from '../support/options.js';
import { ServiceProcess } from '../support/service.js';

const ADMIN_KEY = 'admin-key-of-the-test';

describe('/admin', () => {
  let folder: string;
  let upstream: ScriptedUpstream;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-admin-'));
    upstream = await ScriptedUpstream.start();
  });
  afterAll(async () => {
    await upstream.stop();
    rmSync(folder, { recursive: true });
  });

  function fileOf(): string {
    const file = join(folder, 'sluice.yaml');
    const breaker = { minimumRequests: 1, windowMs: 5_000 };
    const main = { baseUrl: upstream.baseUrl, keys: ['sk-limited', 'sk-good'], breaker };
    const down = { baseUrl: 'http://127.0.0.1:1/v1', breaker };
    const targets = [
      { upstream: 'down', model: 'd' },
      { upstream: 'main', model: 'm' },
    ];
    writeFileSync(file, JSON.stringify({ upstreams: { main, down }, routes: { both: { targets } } }));
    return file;
  }

  describe.each([1, 2])('with SLUICE_WORKERS=%d', (workers) => {
    let service: ServiceProcess;
    beforeEach(async () => {
      upstream.reset();
      const SLUICE_WORKERS = String(workers);
      service = await ServiceProcess.start({
        SLUICE_CONFIG: fileOf(),
        SLUICE_WORKERS,
        SLUICE_ADMIN_KEY: ADMIN_KEY,
        SLUICE_API_KEYS: 'caller-key-1',
      });
    });
    afterEach(async () => {
      await service.stop();
      await service.silent;
    });

    const authorization = { authorization: 'Bearer caller-key-1' };
    const completions = (headers = authorization) =>
      ask(`${service.url}/v1/chat/completions`, { headers, body: chat('Hi', { model: 'both' }) });
    const admin = { authorization: `Bearer ${ADMIN_KEY}` };
    const drain = () => ask(`${service.url}/admin/drain`, { method: 'POST', headers: admin });

    it('lets streams end, takes in no more, and the service ends well', async () => {
      const gate = new Gate();
      upstream.answers(streams('before', ' after').after(1).thenHolds(gate.opened));
      const running = await completions();
      const answer = await drain();
      expect([answer.status, await answer.json()]).toEqual([202, { draining: true }]);
      // As an orchestrator does after it has asked.
      service.signal('SIGTERM');
      gate.open();
      expect(await running.text()).toContain('[DONE]');
      expect(await service.exited).toBe(0);
      expect(service.lines).toContainEqual(expect.objectContaining({ signal: 'drain' }));
    });

    it('refuses who has no admin key where there is one', async () => {
      for (const headers of [{}, authorization]) {
        const refused = await ask(`${service.url}/admin/drain`, { method: 'POST', headers });
        expect(refused.status).toBe(401);
      }
      expect((await ask(`${service.url}/admin/upstreams`, { headers: admin })).status).toBe(200);
      expect((await completions()).status).toBe(200);
    });

    it('tells of breakers, keys and times, and no key', async () => {
      upstream.next(refuses(429, { headers: { 'retry-after': '60' } }));
      await (await completions()).text();
      // Each worker knows what it has done itself.
      const reports = await Promise.all(
        Array.from({ length: 8 }, async () =>
          (await ask(`${service.url}/admin/upstreams`, { headers: admin })).text(),
        ),
      );
      const report = reports.find((text) => text.includes('"breaker":"open"'));
      expect(JSON.parse(report ?? '{}')).toMatchObject({
        upstreams: [
          {
            name: 'main',
            inUse: 0,
            queued: 0,
            keys: {
              main: [
                { inUse: 0, rejected: false, restsMs: { 'main/m': expect.any(Number) } },
                { inUse: 0, rejected: false, restsMs: {} },
              ],
            },
            targets: [{ target: 'main/m', breaker: 'closed', inFlight: 0, attempts: 2, failed: 1 }],
          },
          { name: 'down', targets: [{ target: 'down/d', breaker: 'open', ttftMs: 1_000, failed: 1 }] },
        ],
      });
      expect(report).not.toMatch(/sk-(?:limited|good)/);
    });
  });
});
