import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { parseEvents } from '../support/http-client.js';
import { findProgram } from '../support/needs.js';
import { deltasFor, randomAnswer, textOf } from '../support/random-answer.js';
import { RedisServer } from '../support/redis-server.js';
import { Replicas } from '../support/replicas.js';

const hasRedis = findProgram('redis-server') !== undefined;
const CONTENT = '7';

describe.skipIf(!hasRedis)('a replica that ends while a stream of another one is read there', () => {
  let redis: RedisServer;
  let replicas: Replicas;
  beforeEach(async () => {
    redis = await RedisServer.start();
    replicas = await Replicas.start({ redisUrl: redis.url });
  });
  afterEach(async () => {
    await replicas.stop();
    await redis.close();
  });

  it.each(['/stream', '/v1/streams/ID'])(
    'does not wait for that stream: its reader at %s is cut off, and finds the rest elsewhere',
    async (path) => {
      const held = new Gate();
      const { length } = deltasFor(CONTENT);
      replicas.upstream.answers((request) =>
        randomAnswer(request)
          .after(length - 1)
          .thenHolds(held.opened),
      );
      const first = await replicas.ask('a', `/stream?content=${CONTENT}`);
      await first.until((text) => parseEvents(text).length > 1);
      const id = String(first.headers['x-sluice-stream']);
      const headers = { 'last-event-id': `${id}.0`, accept: 'text/event-stream' };
      const reader = await replicas.ask('b', path.replace('ID', id), { headers });
      await reader.until((text) => parseEvents(text).length > 1);
      replicas.b.signal('SIGTERM');
      expect(await replicas.b.exited).toBe(0);
      expect(await reader.over).toBe(false);
      const had = parseEvents(reader.received);
      expect(had.map(({ event }) => event)).not.toContain('failed');
      held.open();
      const rest = await replicas.ask('a', path.replace('ID', id), {
        headers: { ...headers, 'last-event-id': had.at(-1)?.id ?? '' },
      });
      expect(textOf([...parseEvents(await first.text()).slice(0, 1), ...had, ...(await rest.events())])).toBe(
        deltasFor(CONTENT).join(''),
      );
    },
  );
});
