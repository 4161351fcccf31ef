import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import type { TlsSettings } from '../core/settings.js';

/** With what follows it, up to the next block: Node’s own reader stops at one that is torn, and says nothing. */
const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(?:(?!-----BEGIN )[^])*/g;
const ENCRYPTED = /ENCRYPTED/;

/** Text with at least one PEM certificate, each of which can be read. */
const certificates = z.string().refine(hasCertificates, {
  // Whether a key belongs to it cannot be said.
  abort: true,
  error: 'holds no PEM certificate, or one that cannot be read',
});

/** The TLS settings of an upstream. A certificate and its key are given together and belong together. */
export const tlsSchema = z
  .strictObject({
    ca: certificates.optional(),
    cert: certificates.optional(),
    key: z.string().optional(),
    passphrase: z.string().min(1).optional(),
    serverName: z
      .string()
      .regex(/^[\w-]+(?:\.[\w-]+)*$/, 'is no host name')
      .refine((name) => isIP(name) === 0, 'is an IP address, which TLS does not take for a server name')
      .optional(),
  })
  .superRefine((tls, context) => {
    const problem = problemOf(tls);
    if (problem !== undefined) context.addIssue({ code: 'custom', ...problem });
  });

interface Problem {
  readonly path: string[];
  readonly message: string;
}

function hasCertificates(text: string): boolean {
  const blocks = text.match(CERTIFICATE) ?? [];
  return blocks.length > 0 && blocks.every((block) => succeeds(() => new X509Certificate(block)));
}

function problemOf({ ca, cert, key, passphrase }: TlsSettings): Problem | undefined {
  if (key === undefined) {
    if (cert !== undefined) return { path: ['key'], message: 'is missing: cert is given' };
    if (passphrase !== undefined) return { path: ['key'], message: 'is missing: passphrase is given' };
  } else {
    const problem = problemOfKey(key, passphrase);
    if (problem !== undefined) return { path: ['key'], message: problem };
    if (cert === undefined) return { path: ['cert'], message: 'is missing: key is given' };
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(keyOf(key, passphrase))))
      return { path: ['key'], message: 'does not belong to cert' };
  }
  const usable = succeeds(() => createSecureContext({ ca, cert, key, passphrase }));
  return usable ? undefined : { path: [], message: 'is refused by OpenSSL, as keys that are too short are' };
}

function problemOfKey(key: string, passphrase: string | undefined): string | undefined {
  if (succeeds(() => createPrivateKey(keyOf(key, passphrase)))) return undefined;
  return ENCRYPTED.test(key)
    ? 'is encrypted, and passphrase is missing or wrong'
    : 'holds no PEM private key that can be read';
}

function keyOf(key: string, passphrase: string | undefined) {
  return { key, format: 'pem' as const, ...(passphrase !== undefined && { passphrase }) };
}

function succeeds(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
