import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedUpstream } from '../../src/testing/index.js';
import { freePort } from '../support/free-port.js';
import { ask } from '../support/http-client.js';
import { ServiceProcess } from '../support/service.js';

const CLI = fileURLToPath(new URL('../../dist/service/cli/main.js', import.meta.url));

let folder = '';
let upstream: ScriptedUpstream;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-'));
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await upstream.stop();
});

async function fileOf(content: string): Promise<string> {
  const path = join(folder, 'sluice.yaml');
  await writeFile(path, content);
  return path;
}

const good = () => `
upstreams:
  main: { dialect: openai-chat, baseUrl: "${upstream.baseUrl}", keys: ["\${UPSTREAM_KEY}"], headers: { x-team: blue } }
routes:
  fast: { targets: [{ upstream: main, model: scripted-1 }], aliases: [quick] }
defaultRoute: fast
callers:
  - { name: web, tenant: acme, key: "\${WEB_KEY}" }
`;
const environment = { UPSTREAM_KEY: 'sk-from-environment', WEB_KEY: 'caller-key-1' };

/** Runs the program and tells how it ended. */
function run(
  program: readonly string[],
  variables: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...variables } };
    execFile(process.execPath, program, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

const checkConfig = (file: string) => run([CLI, 'check-config', file], environment);

describe('a configuration file', () => {
  it('tells the service its upstreams, routes and callers', async () => {
    const service = await ServiceProcess.start({ ...environment, SLUICE_CONFIG: await fileOf(good()) });
    const headers = { 'x-api-key': 'caller-key-1' };
    const models = await (await ask(`${service.url}/v1/models`, { headers })).json();
    expect(models).toMatchObject({ data: [{ id: 'fast' }, { id: 'quick' }] });
    await (
      await ask(`${service.url}/stream?content=Hi&model=quick`, { headers })
    ).over;
    expect(upstream.lastRequest.headers).toMatchObject({
      authorization: 'Bearer sk-from-environment',
      'x-team': 'blue',
    });
    expect(upstream.lastRequest.body).toMatchObject({ model: 'scripted-1' });
    const unknown = await ask(`${service.url}/stream?content=Hi&model=slow`, { headers });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ code: 'model-not-found' });
    await service.stop();
  });

  it('stops the start where it is wrong', async () => {
    const service = ServiceProcess.run({ SLUICE_CONFIG: await fileOf(good()) });
    expect(await service.exited).toBe(1);
    expect(service.stderr).toContain('upstreams.main.keys.0 names ${UPSTREAM_KEY}, which is not set');
    expect(service.stderr).toContain('callers.0.key');
  });
});

describe('check-config', () => {
  it('says what a good file leads to, and no secret', async () => {
    const { code, stdout } = await checkConfig(await fileOf(good()));
    expect(code).toBe(0);
    expect(stdout).toBe(
      'listens on 127.0.0.1:8080\nupstreams: main\nroutes: fast, quick\ncallers with a key: 1\n',
    );
  });

  it('says how many workers there would be', async () => {
    const { stdout } = await checkConfig(await fileOf(`${good()}workers: 3\n`));
    expect(stdout).toContain('listens on 127.0.0.1:8080 with 3 workers\n');
  });

  it('names everything that is wrong, a line each', async () => {
    const { code, stderr } = await checkConfig(
      await fileOf('port: x\nroutes: { a: { targets: [] } }\nheartbeat: 1\n'),
    );
    expect(code).toBe(1);
    for (const path of ['port', 'routes.a.targets', 'heartbeat']) expect(stderr).toContain(path);
  });

  it('names a file that is not there', async () => {
    const { code, stderr } = await checkConfig(join(folder, 'nowhere.yaml'));
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere.yaml');
  });
});

/** As the image runs it. */
const health = (variables: Record<string, string>) => run([CLI, 'healthcheck'], variables);

describe('healthcheck', () => {
  it('asks where the file says that the service listens', async () => {
    const port = await freePort();
    const SLUICE_CONFIG = await fileOf(`host: 127.0.0.2\nport: ${port}\nsimulated: true\n`);
    const variables = { SLUICE_CONFIG, PORT: '8080' };
    const service = await ServiceProcess.start(variables);
    expect(await health(variables)).toMatchObject({
      code: 0,
      stdout: `http://127.0.0.2:${port}/healthz answered 200\n`,
    });
    await service.stop();
    expect(await health(variables)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each(['1', '2'])(
    'asks where the service has announced that it listens, whatever became of its file: %s workers',
    async (SLUICE_WORKERS) => {
      const SLUICE_CONFIG = await fileOf('simulated: true');
      const SLUICE_ADDRESS_FILE = join(folder, 'address');
      const variables = { SLUICE_CONFIG, SLUICE_ADDRESS_FILE, SLUICE_WORKERS, PORT: '0' };
      const service = await ServiceProcess.start(variables);
      await fileOf('port: [');
      expect(await health(variables)).toMatchObject({
        code: 0,
        stdout: `${service.url}/healthz answered 200\n`,
      });
      await service.stop();
    },
  );

  it('fails where nothing is known of the service', async () => {
    const { code, stderr } = await health({ PORT: 'x', SLUICE_ADDRESS_FILE: '/nowhere/address' });
    expect(code).toBe(1);
    expect(stderr).toContain('PORT');
  });
});
