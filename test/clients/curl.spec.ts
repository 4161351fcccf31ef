import { describe, expect, it } from 'vitest';
import { refuses, streams } from '../../src/testing/index.js';
import { clientKinds } from '../support/client-kinds.js';
import { curl } from '../support/curl.js';
import { fixture } from '../support/fixture.js';
import { HeldAnswer } from '../support/held-answer.js';
import { findProgram } from '../support/needs.js';
import { chat, optionsFor } from '../support/options.js';

const program = findProgram('curl') ?? 'curl';
const PLAIN = ['-H', 'Accept: text/plain'];

describe.skipIf(findProgram('curl') === undefined).each(clientKinds)('curl -N on $name', (kind) => {
  const suite = fixture(kind, (baseUrl) => ({ sluice: optionsFor(baseUrl) }));

  it.each([
    { form: 'events of /stream', args: (url: string) => [`${url}/stream?content=Hi`] },
    { form: 'plain text', args: (url: string) => [...PLAIN, `${url}/stream?content=Hi`] },
    {
      form: 'chat completion chunks',
      args: (url: string) => ['--json', JSON.stringify(chat('Hi')), `${url}/v1/chat/completions`],
    },
  ])('prints $form one by one, each while the upstream has not sent the next', async ({ args }) => {
    const answer = new HeldAnswer('eins', 'zwei', 'drei');
    suite.upstream.next(answer);
    const client = curl(program, '--compressed', ...args(suite.host.url));
    await client.until('eins');
    expect(client.output()).not.toContain('zwei');
    answer.release();
    await client.until('zwei');
    expect(client.output()).not.toContain('drei');
    answer.release();
    await client.until('drei');
    answer.release();
    expect(await client.exit).toBe(0);
  });

  it('prints the text alone for Accept: text/plain', async () => {
    suite.upstream.next(streams('Grüezi', ' 🌍').reasoning('hm'));
    const client = curl(program, ...PLAIN, `${suite.host.url}/stream?content=Hi`);
    expect(await client.exit).toBe(0);
    expect(client.output()).toBe('Grüezi 🌍');
  });

  it('prints the text of a POST', async () => {
    suite.upstream.next(streams('Hello'));
    const client = curl(program, ...PLAIN, '-d', 'content=Hi', `${suite.host.url}/stream`);
    expect(await client.exit).toBe(0);
    expect(suite.upstream.lastRequest.question).toBe('Hi');
    expect(client.output()).toBe('Hello');
  });

  it.each([
    { how: 'is cut', script: streams('one', ' two').after(1).thenCuts() },
    { how: 'just closes', script: streams('one', ' two').after(1).thenCloses() },
    { how: 'reports an error', script: streams('one', ' two').after(1).thenFails() },
  ])('exits with an error when plain text $how', async ({ script }) => {
    suite.upstream.next(script);
    const client = curl(program, ...PLAIN, `${suite.host.url}/stream?content=Hi`);
    expect(await client.exit).not.toBe(0);
    expect(client.output()).toBe('one');
  });

  it('exits with an error for a status, with -f', async () => {
    suite.upstream.next(refuses(429));
    const client = curl(program, '-f', ...PLAIN, `${suite.host.url}/stream?content=Hi`);
    expect(await client.exit).toBe(22);
  });

  it('closes the upstream when it is stopped', async () => {
    suite.upstream.next(streams('one', ' two').after(1).thenStalls());
    const client = curl(program, `${suite.host.url}/stream?content=Hi`);
    await client.until('one');
    client.stop();
    expect(await suite.upstream.lastRequest.closed).toMatchObject({ complete: false });
    await client.exit;
  });
});
