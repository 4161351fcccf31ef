import { describe, expect, it } from 'vitest';
import { environmentSources } from './environment-sources.js';
import { readEnvironment } from './environment.js';

describe('environmentSources', () => {
  const environment = readEnvironment({ SLUICE_ALLOWED_HOSTS: 'a.example,b.example:80' });

  it('names the variable of each host that it allows', () => {
    expect([...environmentSources(environment, {})]).toEqual([
      ['allowedHosts.0', 'SLUICE_ALLOWED_HOSTS'],
      ['allowedHosts.1', 'SLUICE_ALLOWED_HOSTS'],
    ]);
  });

  it('names none where the file says them', () => {
    expect([...environmentSources(environment, { allowedHosts: ['b.example:80'] })]).toEqual([]);
  });
});
