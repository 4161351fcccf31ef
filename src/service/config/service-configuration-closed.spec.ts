import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readSettings } from '../../config/read-settings.js';
import { readServiceConfiguration } from './service-configuration.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-closed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (content: string, name = 'sluice.yaml') => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const upstreams = 'upstreams: { main: { baseUrl: "http://main/v1" } }';

describe('a file', () => {
  it.each(['', '# nothing', 'port: 8081', '{}', 'upstreams:', 'simulated: false'])(
    'is refused where nobody would be asked: %j',
    (content) => {
      expect(() => readServiceConfiguration({ SLUICE_CONFIG: fileOf(content) })).toThrow(
        /holds nothing|upstreams/,
      );
    },
  );

  it('may say in words that answers are simulated, whatever the environment has', () => {
    const SLUICE_CONFIG = fileOf('simulated: true');
    const configuration = readServiceConfiguration({ SLUICE_CONFIG, OPENAI_API_KEY: 'sk-1' });
    expect(configuration.simulated).toBe(true);
    const { upstreams: served } = readSettings(configuration.moduleOptions('http://127.0.0.1:1/v1'));
    expect([...served.keys()]).toEqual(['simulated']);
    const both = fileOf(`simulated: true\n${upstreams}`);
    expect(() => readServiceConfiguration({ SLUICE_CONFIG: both })).toThrow(
      'simulated is true, and upstreams',
    );
  });

  it('may leave the upstream to the environment', () => {
    const variables = { SLUICE_CONFIG: fileOf('port: 8081'), OPENAI_API_KEY: 'sk-1' };
    expect(readServiceConfiguration(variables)).toMatchObject({ port: 8081, simulated: false });
  });

  it('is held to what the primary started with, in a worker that starts later', () => {
    const whole = `${upstreams}\ncallers: [{ name: web, key: caller-key-1 }]`;
    const { exposure } = readServiceConfiguration({ SLUICE_CONFIG: fileOf(whole) });
    const SLUICE_STARTED_WITH = JSON.stringify(exposure);
    const later = (content: string) =>
      readServiceConfiguration({ SLUICE_CONFIG: fileOf(content), SLUICE_STARTED_WITH });
    expect(later(whole).exposure).toEqual(exposure);
    expect(() => later(upstreams)).toThrow('callers are all gone');
    expect(later(`${upstreams}\nanonymous: true`).exposure).toMatchObject({ anonymous: true });
  });
});

describe('what is wrong with a text that stands elsewhere', () => {
  it('is named with its variable, and beside what else is wrong', () => {
    const variables = { OPENAI_API_KEY: 'sk-\nsecret', SLUICE_API_KEYS: 'secret,long-enough', PORT: 'x' };
    const read = () => readServiceConfiguration(variables);
    expect(read).toThrow(/PORT .*OPENAI_API_KEY \(upstreams\.openai\.keys\.0\) holds a character/);
    expect(read).toThrow(/SLUICE_API_KEYS \(callers\.0\.key\) /);
    expect(read).not.toThrow(/secret|callers\.1/);
    expect(() => readServiceConfiguration({ OPENAI_BASE_URL: 'http://me:50%@main' })).toThrow(
      'OPENAI_BASE_URL (upstreams.openai.baseUrl) has a name or a password',
    );
    expect(() => readServiceConfiguration({ OPENAI_API_KEY: ' ' })).toThrow('is blank');
    expect(() => readServiceConfiguration({ SLUICE_MODEL: 'a*b' })).toThrow('SLUICE_MODEL may hold a *');
  });

  it('is named where no caller, no operator and no page could send it', () => {
    const variables = {
      SLUICE_API_KEYS: 'caller-key-1,secret\nkey',
      SLUICE_ADMIN_KEY: 'secret\nkey',
      SLUICE_CORS_ORIGINS: 'https://app.example, https://secret.example/',
    };
    const read = () => readServiceConfiguration(variables);
    expect(read).toThrow(/SLUICE_ADMIN_KEY holds a character that HTTP headers cannot carry/);
    expect(read).toThrow(/SLUICE_API_KEYS \(callers\.1\.key\) holds a character/);
    expect(read).toThrow(/SLUICE_CORS_ORIGINS \(corsOrigins\.1\) is no origin as browsers send it/);
    expect(read).not.toThrow(/secret|callers\.0|corsOrigins\.0/);
    const content = `
      adminKey: "\${SLUICE_ADMIN_KEY}"
      corsOrigins: ["*", "secret.example"]
      callers: [{ name: web, key: "\${ADMIN}" }]
      ${upstreams}`;
    const fromFile = () =>
      readServiceConfiguration({ SLUICE_CONFIG: fileOf(content), ...variables, ADMIN: 'secret\nkey' });
    expect(fromFile).toThrow(/SLUICE_ADMIN_KEY \(adminKey\) holds a character/);
    expect(fromFile).toThrow(/corsOrigins\.1 is no origin/);
    expect(fromFile).toThrow(/ADMIN \(callers\.0\.key\) holds a character/);
    expect(fromFile).not.toThrow(/secret|SLUICE_CORS_ORIGINS/);
  });

  it('is named with the variables and the files that the file names', () => {
    const key = fileOf('sk-\nsecret\n', 'key');
    const content = `
      logLevel: "\${LEVEL}"
      upstreams: { main: { baseUrl: "\${SCHEME}://\${NAME}", keys: [{ file: ${key} }, "\${KEY}"] } }`;
    const variables = { LEVEL: 'secret', SCHEME: 'ftp', NAME: 'secret', KEY: 'snow☃' };
    const read = () => readServiceConfiguration({ SLUICE_CONFIG: fileOf(content), ...variables });
    expect(read).toThrow('LEVEL (logLevel) ');
    expect(read).toThrow('SCHEME, NAME (upstreams.main.baseUrl) is not an http(s) URL');
    expect(read).toThrow(`${key} (upstreams.main.keys.0) holds a character`);
    expect(read).toThrow('KEY (upstreams.main.keys.1) holds a character');
    expect(read).not.toThrow(/secret|☃/);
  });
});

describe('docker-compose.yml', () => {
  const compose = z
    .object({ services: z.object({ sluice: z.object({ environment: z.record(z.string(), z.string()) }) }) })
    .parse(parse(readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8')));

  /** What the container is given where these variables are set, as Compose fills them in. */
  const inContainer = (variables: Record<string, string>) => ({
    HOST: '0.0.0.0',
    ...Object.fromEntries(
      Object.entries(compose.services.sluice.environment).map(([name, text]) => [
        name,
        text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, variable: string, fallback: string) =>
          (variables[variable] ?? '') === '' ? fallback : (variables[variable] ?? ''),
        ),
      ]),
    ),
  });

  it.each([
    [true, {}],
    [false, { SLUICE_API_KEYS: 'caller-key-1' }],
    [true, { SLUICE_API_KEYS: 'caller-key-1', SLUICE_ANONYMOUS: 'true' }],
  ])('serves callers without a key: %s with %j', (anonymous, variables: Record<string, string>) => {
    expect(readServiceConfiguration(inContainer(variables)).exposure.anonymous).toBe(anonymous);
  });

  it('asks for a key where a file names callers', () => {
    const SLUICE_CONFIG = fileOf(`${upstreams}\ncallers: [{ name: web, key: caller-key-1 }]`);
    expect(readServiceConfiguration({ ...inContainer({}), SLUICE_CONFIG }).exposure.anonymous).toBe(false);
  });
});
