import { describe, expect, it } from 'vitest';
import { optionsOf } from './app.module.js';
import { readServiceConfiguration } from './config/service-configuration.js';
import { SimulatedUpstream } from './simulated/simulated-upstream.js';

const optionsIn = (variables: Record<string, string>) =>
  optionsOf(
    readServiceConfiguration({ OPENAI_BASE_URL: 'http://main/v1', SLUICE_ANONYMOUS: 'true', ...variables }),
    new SimulatedUpstream(),
  );

describe('the module of a service', () => {
  it('takes the name that the service listens on for its own, beside those that are configured', async () => {
    const { allowedHosts } = await optionsIn({ HOST: 'sluice.internal', SLUICE_ALLOWED_HOSTS: 'ai.example' });
    expect(allowedHosts).toEqual(['ai.example', 'sluice.internal']);
  });

  it('takes any name where none is configured', async () => {
    expect((await optionsIn({ HOST: 'sluice.invalid' })).allowedHosts).toEqual([]);
  });
});
