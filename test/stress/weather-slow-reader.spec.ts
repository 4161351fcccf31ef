import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { streams } from '../../src/testing/index.js';
import { formats } from '../support/formats.js';
import { hostKinds } from '../support/hosts.js';
import { readAtPace } from '../support/paced-reader.js';
import { receivedText } from '../support/received-text.js';
import { withHost } from '../support/with-host.js';

const BYTES_PER_SECOND = 1024 * 1024;
const DELTAS = 750;

/** 3 MB that no two places of which are alike, with characters of one to four bytes. */
function unlikeDeltas(): string[] {
  return Array.from({ length: DELTAS }, () => `${randomBytes(3 * 1024).toString('base64')} é…🌊\n`);
}

describe.concurrent.each(hostKinds)('a client that reads at 1 MB/s on $name', (kind) => {
  it.concurrent.each(formats)('gets everything, in $name', ({ name, question }) =>
    withHost(kind, async ({ upstream, host }) => {
      const deltas = unlikeDeltas();
      upstream.next(streams(...deltas));
      const end = host.nextEnd();
      const body = await readAtPace(host.url, question, BYTES_PER_SECOND);
      expect(sha256(receivedText(name, body))).toBe(sha256(deltas.join('')));
      expect((await end).outcome).toBe('finished');
    }),
  );
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
