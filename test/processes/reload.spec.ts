import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
import { makePipe } from '../support/make-pipe.js';
import { chat } from '../support/options.js';
import { ServiceProcess } from '../support/service.js';

const read = 'The configuration was read anew';
const refused = 'The configuration was refused: the old one stays';

describe.each([1, 2])('the service with SLUICE_WORKERS=%d', (workers) => {
  let folder: string;
  let file: string;
  let key: string;
  let service: ServiceProcess;
  let upstream: ScriptedUpstream;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterAll(() => upstream.stop());
  beforeEach(async () => {
    upstream.reset();
    folder = mkdtempSync(join(tmpdir(), 'sluice-reload-'));
    [file, key] = [join(folder, 'sluice.yaml'), join(folder, 'key')];
    writeFileSync(key, 'sk-first\n');
    configure('one');
    service = await ServiceProcess.start({ SLUICE_CONFIG: file, SLUICE_WORKERS: String(workers) });
  });
  afterEach(async () => {
    await service.stop();
    await service.silent;
    rmSync(folder, { recursive: true });
  });

  function configure(route: string, more = ''): void {
    writeFileSync(
      file,
      `upstreams: { main: { baseUrl: "${upstream.baseUrl}", keys: [{ file: ${key} }] } }\n` +
        `routes: { ${route}: { targets: [{ upstream: main, model: m }] } }\n${more}`,
    );
  }

  const models = async () => {
    const list = (await (await ask(`${service.url}/v1/models`)).json()) as { data: { id: string }[] };
    return list.data.map(({ id }) => id);
  };
  /** Every process has said it so often. */
  const said = (message: string, times = 1) =>
    service.line(() => service.lines.filter(({ msg }) => msg === message).length >= times * workers);

  it('follows its file, and lets a stream that runs end as it began', async () => {
    const gate = new Gate();
    upstream.next(streams('before', ' after').after(1).thenHolds(gate.opened));
    const running = await ask(`${service.url}/v1/chat/completions`, { body: chat('Hi', { model: 'one' }) });
    configure('two');
    await said(read);
    expect(await models()).toEqual(['two']);
    expect(
      (await ask(`${service.url}/v1/chat/completions`, { body: chat('Hi', { model: 'one' }) })).status,
    ).toBe(404);
    gate.open();
    expect(await running.text()).toMatch(/before.* after.*\[DONE\]/s);
  });

  it('takes other keys from a file at SIGHUP', async () => {
    await (await ask(`${service.url}/stream?content=Hi`)).text();
    expect(upstream.lastRequest.headers.authorization).toBe('Bearer sk-first');
    writeFileSync(key, 'sk-second\n');
    service.signal('SIGHUP');
    await said(read);
    await (await ask(`${service.url}/stream?content=Hi`)).text();
    expect(upstream.lastRequest.headers.authorization).toBe('Bearer sk-second');
  });

  it('refuses a file that is wrong, names what is, and stays as it was', async () => {
    configure('two', 'defaultRoute: nowhere\nheartbeatMs: -5');
    service.signal('SIGHUP');
    const line = await service.line(({ msg }) => msg === refused);
    expect(JSON.stringify(line['problems'])).toContain('heartbeatMs');
    await said(refused);
    expect(await models()).toEqual(['one']);
    expect(JSON.stringify(service.lines)).not.toContain('sk-first');
  });

  it('says what only a start can change', async () => {
    configure('one', 'port: 1');
    await said(read);
    expect(await service.line(({ msg }) => msg === read)).toMatchObject({ needsRestart: ['port'] });
  });
});

describe('a configuration file that is not what it was', () => {
  let folder: string;
  let file: string;
  let service: ServiceProcess;
  let upstream: ScriptedUpstream;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    folder = mkdtempSync(join(tmpdir(), 'sluice-odd-'));
    file = join(folder, 'sluice.yaml');
    writeFileSync(file, whole());
    service = await ServiceProcess.start({ SLUICE_CONFIG: file });
  });
  afterAll(async () => {
    await service.stop();
    await upstream.stop();
    rmSync(folder, { recursive: true });
  });

  const half = () => `upstreams: { main: { baseUrl: "${upstream.baseUrl}", keys: [sk-real] } }\n`;
  const whole = () => `${half()}callers: [{ name: web, key: caller-key-1 }]\n`;
  const statusOf = async (headers: Record<string, string> = {}) => {
    const response = await ask(`${service.url}/stream?content=Hi&model=m`, { headers });
    await response.over;
    return response.status;
  };
  /** Reads it again, and resolves with what is then wrong. */
  const problemsOf = async () => {
    const before = service.lines.length;
    service.signal('SIGHUP');
    const line = await service.line((one) => service.lines.indexOf(one) >= before && one['why'] === 'SIGHUP');
    return JSON.stringify(line['problems'] ?? 'none');
  };

  it('lets nobody in without a key, and asks nobody else, where it is half-written or emptied', async () => {
    writeFileSync(file, half());
    expect(await problemsOf()).toContain('callers are all gone');
    expect(await statusOf()).toBe(401);
    writeFileSync(file, '');
    expect(await problemsOf()).toContain('holds nothing');
    expect(await statusOf()).toBe(401);
    expect(await statusOf({ 'x-api-key': 'caller-key-1' })).toBe(200);
    expect(upstream.lastRequest.headers.authorization).toBe('Bearer sk-real');
  });

  it('neither ends the process nor holds it where it is no file at all', async () => {
    rmSync(file);
    symlinkSync('sluice.yaml', file);
    const line = await service.line(({ why }) => why === 'file');
    expect(JSON.stringify(line['problems'])).toContain('ELOOP');
    rmSync(file);
    makePipe(file);
    expect(await problemsOf()).toContain('no regular file');
    rmSync(file);
    symlinkSync('/dev/zero', file);
    expect(await problemsOf()).toContain('no regular file');
    expect(await statusOf()).toBe(401);
    rmSync(file);
    writeFileSync(file, `${half()}anonymous: true`);
    expect(await problemsOf()).toContain('none');
    expect(await statusOf()).toBe(200);
  });
});
