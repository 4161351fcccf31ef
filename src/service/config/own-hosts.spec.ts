import { describe, expect, it } from 'vitest';
import { ownHosts } from './own-hosts.js';

describe('ownHosts', () => {
  it.each([
    ['sluice.internal', 'sluice.internal'],
    ['Sluice.Internal.', 'sluice.internal'],
    ['bücher.example', 'xn--bcher-kva.example'],
  ])('are those that are configured and %s, which is listened on', async (host, name) => {
    expect(await ownHosts(['ai.example'], host)).toEqual(['ai.example', name]);
  });

  it('are the one that is listened on where it leads to the loopback interface alone', async () => {
    expect(await ownHosts([], 'localhost')).toEqual(['localhost']);
    expect(await ownHosts([], 'sluice.invalid')).toEqual([]);
  });

  it.each(['127.0.0.1', '0.0.0.0', '::', '::1', ''])(
    'are those that are configured beside %j',
    async (host) => {
      expect(await ownHosts(['ai.example'], host)).toEqual(['ai.example']);
      expect(await ownHosts([], host)).toEqual([]);
    },
  );
});
