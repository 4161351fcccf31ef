import { describe, expect, it } from 'vitest';
import { hostKinds, startHost } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';
import { ServiceProcess } from '../support/service.js';

const BASE_URL = 'http://127.0.0.1:9/v1';
const SECRET = 'sk-very-secret';

/** What would end a header and begin another, and what HTTP cannot carry. */
const injections = [
  { name: 'a line feed', value: `${SECRET}\nx-injected: 1` },
  { name: 'a carriage return', value: `${SECRET}\rx-injected: 1` },
  { name: 'both', value: `${SECRET}\r\nx-injected: 1` },
  { name: 'a line feed at its end', value: `${SECRET}\n` },
  { name: 'a null byte', value: `${SECRET}\0`, onlyAsOption: true },
  { name: 'an emoji', value: `${SECRET}🌊` },
];

describe.concurrent.each(injections.filter(({ onlyAsOption }) => onlyAsOption !== true))(
  'a key with $name in the environment',
  ({ value }) => {
    it('stops the start, named and not printed', async () => {
      const service = ServiceProcess.run({ OPENAI_API_KEY: value, OPENAI_BASE_URL: BASE_URL });
      expect(await service.exited).toBe(1);
      expect(service.stderr).toContain('upstreams.openai.keys.0');
      expect(service.stderr + JSON.stringify(service.lines)).not.toMatch(/very-secret|x-injected/);
    });
  },
);

describe.each(injections)('$name in the module’s options', ({ value }) => {
  const [kind] = hostKinds;

  it.each([
    { where: 'a key', upstream: { keys: [value] }, path: 'upstreams.scripted.keys.0' },
    {
      where: 'a header',
      upstream: { headers: { 'x-team': value } },
      path: 'upstreams.scripted.headers.x-team',
    },
  ])('refuses the start where it is in $where, named and not printed', async ({ upstream, path }) => {
    if (kind === undefined) throw new Error('There is no host');
    const said = await startHost(kind, { sluice: optionsFor(BASE_URL, upstream) }).then(
      () => 'it started',
      (error: unknown) => String(error),
    );
    expect(said).toContain(path);
    expect(said).not.toMatch(/very-secret|x-injected/);
  });

  it('refuses the start where it is in the name of a header', async () => {
    if (kind === undefined) throw new Error('There is no host');
    const sluice = optionsFor(BASE_URL, { headers: { [`x-team${value}`]: 'blue' } });
    await expect(startHost(kind, { sluice })).rejects.toThrow('upstreams.scripted.headers.x-team');
  });
});
