import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';
import { ask } from '../support/http-client.js';
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
