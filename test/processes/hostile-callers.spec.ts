import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { ask } from '../support/http-client.js';
import { RawRequest } from '../support/raw-request.js';
import { ServiceProcess } from '../support/service.js';
import { SOON } from '../support/soon.js';

const KEYS = { one: 'key-of-caller-one', two: 'key-of-caller-two', three: 'key-of-caller-three' };
const BODY_BYTES = 400_000;
const LIMITS = {
  SLUICE_API_KEYS: Object.values(KEYS).join(','),
  SLUICE_ADMIN_KEY: 'key-of-the-operator',
  SLUICE_MAX_BODY_BYTES: String(BODY_BYTES),
  SLUICE_MAX_BODY_BYTES_PER_CALLER: '600000',
  SLUICE_MAX_BODY_BYTES_IN_FLIGHT: '800000',
};

let upstream: ScriptedUpstream;
let service: ServiceProcess;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  service = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl, ...LIMITS });
});
afterAll(async () => {
  await service.stop();
  await upstream.stop();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

async function open(url = service.url): Promise<RawRequest> {
  const request = await RawRequest.open(url);
  onTestFinished(() => request.leave());
  return request;
}

/** Sends 300,000 bytes of a body that has more, and says that it is not over. */
async function unfinished(key: string): Promise<RawRequest> {
  const headers = { ...bearer(key), 'content-length': BODY_BYTES };
  return (await open()).post('/stream', headers, ' '.repeat(300_000));
}

describe('a body of a caller who is not let in', () => {
  it.each([
    ['/stream', {}, 401],
    ['/stream', bearer('a wrong key'), 401],
    ['/v1/chat/completions', {}, 401],
    ['/v1/streams', {}, 401],
    ['/admin/drain', bearer(KEYS.one), 401],
    ['/nowhere', bearer(KEYS.one), 404],
  ])('is not waited for: %s, %j is %d', async (path, headers, status) => {
    const request = (await open()).post(path, { ...headers, 'content-length': BODY_BYTES });
    expect(await request.status()).toBe(status);
  });

  it('is not asked for where the client waits for a 100', async () => {
    const headers = { 'content-length': BODY_BYTES, expect: '100-continue' };
    const stranger = (await open()).post('/stream', headers);
    expect(await stranger.status()).toBe(401);
    const known = (await open()).post('/stream', { ...headers, ...bearer(KEYS.one) });
    expect(await known.status()).toBe(100);
  });
});

describe('the bodies in memory', () => {
  it('are bounded for one caller and for all, until they are over', async () => {
    const first = await unfinished(KEYS.one);
    const refused = await unfinished(KEYS.one);
    expect(await refused.status()).toBe(429);
    expect(refused.received).toMatch(/\r\nretry-after: 1\r\n/i);

    const chunked = (await open()).post('/stream', { ...bearer(KEYS.one), 'transfer-encoding': 'chunked' });
    for (let sent = 0; sent < 2; sent += 1) chunked.write(`28000\r\n${' '.repeat(0x28000)}\r\n`);
    expect(await chunked.status()).toBe(429);
    chunked.leave();

    const second = await unfinished(KEYS.two);
    const last = await unfinished(KEYS.three);
    expect(await last.status()).toBe(503);

    first.leave();
    second.leave();
    await expect
      .poll(async () => {
        const { status } = await ask(`${service.url}/stream`, {
          headers: bearer(KEYS.one),
          body: { content: 'x'.repeat(350_000) },
        });
        return status;
      }, SOON)
      .toBe(200);
  });

  it('that one caller half sends, many at once, fill its share and no other', async () => {
    const headers = { ...bearer(KEYS.one), 'content-length': 100_000 };
    const requests = await Promise.all(
      Array.from({ length: 10 }, async () => (await open()).post('/stream', headers, ' '.repeat(90_000))),
    );
    const refused = () => requests.filter(({ received }) => received.startsWith('HTTP/1.1 429 '));
    await expect.poll(() => refused().length, SOON).toBeGreaterThanOrEqual(4);
    expect(requests.filter(({ received }) => received !== '')).toEqual(refused());
    const body = { headers: bearer(KEYS.two), body: { content: 'x'.repeat(100_000) } };
    expect((await ask(`${service.url}/stream`, body)).status).toBe(200);
    for (const request of requests) request.leave();
    const next = { headers: bearer(KEYS.one), body: { content: 'x'.repeat(350_000) } };
    await expect.poll(async () => (await ask(`${service.url}/stream`, next)).status, SOON).toBe(200);
  });

  it('are bounded further where they are forms', async () => {
    const headers = { ...bearer(KEYS.one), 'content-type': 'application/x-www-form-urlencoded' };
    const statusOf = async (bytes: number) => {
      const body = `content=${'x'.repeat(bytes - 'content='.length)}`;
      return (await ask(`${service.url}/stream`, { headers, body })).status;
    };
    expect([await statusOf(64 * 1024), await statusOf(64 * 1024 + 1)]).toEqual([200, 413]);
  });

  it('are bounded where they come without a length', async () => {
    const request = await open();
    request.post('/stream', { ...bearer(KEYS.one), 'transfer-encoding': 'chunked' });
    const chunk = `30000\r\n${' '.repeat(0x30000)}\r\n`;
    for (let sent = 0; sent < 4; sent += 1) request.write(chunk);
    expect(await request.status()).toBe(413);
  });
});

describe('a request that does not come whole', () => {
  it('is answered 408 when its time is over', async () => {
    const slow = await ServiceProcess.start({
      OPENAI_BASE_URL: upstream.baseUrl,
      SLUICE_REQUEST_TIMEOUT_MS: '500',
    });
    onTestFinished(() => slow.stop());
    const late = (await open(slow.url)).post('/stream', { 'content-length': 100 }, '{');
    expect(await late.status()).toBe(408);
    await late.closed;
  });

  it('holds no shutdown', async () => {
    const other = await ServiceProcess.start({ OPENAI_BASE_URL: upstream.baseUrl });
    onTestFinished(() => other.stop());
    const first = await open(other.url);
    first.post('/nowhere', { 'content-length': 0 });
    await first.status();
    first.post('/stream', { 'content-length': 100 }, '{');
    (await open(other.url)).post('/stream', { 'transfer-encoding': 'chunked' }, '1\r\n{\r\n');
    expect((await ask(`${other.url}/healthz`)).status).toBe(200);
    other.signal('SIGTERM');
    expect(await other.exited).toBe(0);
  });

  it('finds no connection beyond the bound', async () => {
    const small = await ServiceProcess.start({
      OPENAI_BASE_URL: upstream.baseUrl,
      SLUICE_MAX_CONNECTIONS: '2',
    });
    onTestFinished(() => small.stop());
    const first = (await open(small.url)).post('/stream', { 'content-length': 100 }, '{');
    await open(small.url);
    const third = await open(small.url);
    await third.closed;
    expect(third.received).toBe('');
    first.leave();
  });
});

/** So many items of a list. */
function wide(count: number, item: string): string {
  return `${item},`.repeat(count - 1) + item;
}

describe.each(['/stream', '/v1/chat/completions'])('a body that is dear to read, at %s', (path) => {
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(service.url + path, {
      method: 'POST',
      headers: { ...bearer(KEYS.one), 'content-type': 'application/json', ...headers },
      body: new Uint8Array(Buffer.from(body)),
    });

  it.each([
    ['nested without end', '['.repeat(BODY_BYTES - 1)],
    ['nested 10,000 deep in a field', `{"messages":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['of empty messages', `{"messages":[${wide(100_000, '{}')}]}`],
    ['of messages that are numbers', `{"messages":[${wide(190_000, '0')}]}`],
    ['of stops that are numbers', `{"content":"Hi","messages":[{"role":7}],"stop":[${wide(150_000, '0')}]}`],
  ])('is refused in a few words: %s', async (_, body) => {
    const response = await post(body);
    const text = await response.text();
    expect([response.status, text.length < 1000]).toEqual([400, true]);
    expect(JSON.parse(text)).toMatchObject(
      path === '/stream' ? { code: 'invalid-request' } : { error: { code: 'invalid_request' } },
    );
  });

  const prompt = path === '/stream' ? '"content":"Hi"' : '"messages":[{"role":"user","content":"Hi"}]';
  it.each([
    ['stops', (count: number) => `{${prompt},"stop":[${wide(count, '"x"')}]}`],
    [
      'fields',
      (count: number) =>
        `{${prompt},${Array.from({ length: count - 1 }, (_, at) => `"f${at}":0`).join(',')}}`,
    ],
  ])('is read with 1,000 %s and refused with one more', async (_, bodyOf) => {
    const most = await post(bodyOf(1000));
    await most.text();
    const more = await post(bodyOf(1001));
    expect([most.status, more.status]).toEqual([200, 400]);
    expect(await more.text()).toContain('more than 1000');
  });

  it.each([
    ['gzip', gzipSync('{}'), { 'content-encoding': 'gzip' }],
    ['br', '{}', { 'content-encoding': 'br' }],
    ['latin1', '{}', { 'content-type': 'application/json; charset=iso-8859-1' }],
  ])('is 415 in %s', async (_, body, headers) => {
    const response = await post(body, headers);
    expect(response.status).toBe(415);
    expect(await response.text()).toMatch(/unsupported.media.type/);
  });

  it.each([
    ['with a byte order mark', '\ufeff{"content":"Hi","messages":[{"role":"user","content":"Hi"}]}'],
    ['in capitals', '{"content":"Hi","messages":[{"role":"user","content":"Hi"}]}'],
  ])('is read %s', async (_, body) => {
    const own = path === '/stream' ? body.replace('"content":"Hi",', '') : body;
    const response = await post(own, { 'content-type': 'APPLICATION/JSON; charset="UTF-8"' });
    expect(response.status).toBe(200);
    await response.text();
  });
});

describe('a stream that is stopped by a client which names a media type for no body', () => {
  it('ends', async () => {
    upstream.answers(streams('one two').after(1).thenStalls());
    const json = { ...bearer(KEYS.one), 'content-type': 'application/json' };
    const started = await ask(`${service.url}/v1/streams`, { headers: json, body: { content: 'Hi' } });
    const { url } = (await started.json()) as { url: string };
    const stopped = await ask(service.url + url, { method: 'DELETE', headers: json });
    expect(stopped.status).toBe(204);
  });
});
