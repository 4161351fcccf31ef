import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { makeCertificate } from '../support/certificates.js';
import { freePort } from '../support/free-port.js';
import { Gate } from '../support/gate.js';
import { findProgram } from '../support/needs.js';
import { textOf } from '../support/random-answer.js';
import { RedisServer } from '../support/redis-server.js';
import { CALLERS, eventsOf, hasRedis, TEXT, WEB, WORDS } from '../support/replica-suite.js';
import { Replicas, route } from '../support/replicas.js';
import { SOON } from '../support/soon.js';

const PASSWORD = 'p@ss/word:of:redis';
const DOCUMENT = new URL('../../docs/resuming.md', import.meta.url);

/** The rights that the documentation asks for. */
async function documentedRights(): Promise<string[]> {
  const [, rights = '', keys = '', channels = ''] =
    /The user needs `([^`]+)`, keys `([^`]+)` and channels `([^`]+)`/.exec(
      await readFile(DOCUMENT, 'utf8'),
    ) ?? [];
  return [...rights.split(' '), keys, channels];
}

const canRun = hasRedis && findProgram('openssl') !== undefined;

describe.skipIf(!canRun)(
  'replicas with a Redis that speaks TLS, and a user who may do what is documented',
  () => {
    let folder = '';
    let redis: RedisServer;
    let replicas: Replicas;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
      const { certificate, key } = await makeCertificate(folder);
      const port = await freePort();
      redis = await RedisServer.start({
        'tls-port': String(port),
        'tls-cert-file': certificate,
        'tls-key-file': key,
        'tls-ca-cert-file': certificate,
        'tls-auth-clients': 'no',
      });
      const rights = await documentedRights();
      await redis.command('ACL', 'SETUSER', 'sluice', 'reset', 'on', `>${PASSWORD}`, ...rights);
      replicas = await Replicas.start({
        redisUrl: `rediss://sluice:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/0`,
        headers: WEB,
        file: {
          callers: CALLERS,
          streamLog: { keepSeconds: 3, leaseMs: 1_000 },
          ...route({ graceSeconds: 1 }),
        },
        environment: { NODE_EXTRA_CA_CERTS: certificate },
      });
      await replicas.haveRedis();
    });
    afterAll(async () => {
      await replicas.stop();
      await redis.close();
      await rm(folder, { recursive: true });
    });

    it('resume, list, stop, lose and forget streams, and are denied nothing', async () => {
      const gate = new Gate();
      replicas.upstream.answers(
        streams(...WORDS)
          .after(5)
          .thenHolds(gate.opened),
      );
      const ids: string[] = [];
      const resumed = await Promise.all(
        ['resumed', 'stopped', 'left'].map(async (content) => {
          const first = await replicas.ask('a', `/stream?content=${content}`);
          const seen = await eventsOf(first, 3);
          ids.push(String(first.headers['x-sluice-stream']));
          const id = seen.at(-1)?.id ?? '';
          const headers = { 'last-event-id': id };
          const ask = () => replicas.ask('b', '/stream?content=again', { headers });
          await expect.poll(async () => (await eventsOf(await ask(), 1))[0]?.event, SOON).toBeUndefined();
          const again = await ask();
          first.leave();
          return { seen, again, path: `/v1/streams/${id.split('.')[0]}` };
        }),
      );
      const [whole, stopped, left] = resumed;
      const { data } = (await (await replicas.ask('b', '/v1/streams')).json()) as { data: { id: string }[] };
      expect(data.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      expect((await replicas.ask('b', stopped?.path ?? '', { method: 'DELETE' })).status).toBe(204);
      expect((await stopped?.again.events())?.at(-1)).toMatchObject({ event: 'failed' });
      left?.again.leave();
      gate.open();
      expect(textOf([...(whole?.seen ?? []), ...((await whole?.again.events()) ?? [])])).toBe(TEXT);
      replicas.upstream.next(streams('one', ' two').after(1).thenStalls());
      const orphan = await replicas.ask('a', '/stream?content=orphan');
      await eventsOf(orphan, 1);
      const path = `/v1/streams/${String(orphan.headers['x-sluice-stream'])}`;
      await expect.poll(async () => (await replicas.ask('b', path)).status, SOON).toBe(200);
      const reader = await replicas.ask('b', path);
      replicas.a.signal('SIGKILL');
      expect((await reader.events()).at(-1)).toMatchObject({ event: 'failed' });
      // The wish for an end is kept for longer than these streams are.
      await expect.poll(() => redis.keys('sluice:{*}:[^s]*'), SOON).toEqual([]);
      expect(await redis.command('ACL', 'LOG')).toEqual([]);
    });

    it('log neither the password nor the address of Redis', () => {
      for (const { lines, stderr } of [replicas.a, replicas.b]) {
        const reported = JSON.stringify(lines) + stderr;
        expect(reported).toContain('The stream log has Redis');
        for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'rediss://']) {
          expect(reported).not.toContain(secret);
        }
      }
    });
  },
);
