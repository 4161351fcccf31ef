import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const DAYS = ['-days', '1'];
const KIND = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', ...DAYS];

/** A certificate and its private key, as PEM texts. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of one suite, made with openssl. */
export class Authority {
  private constructor(
    private readonly folder: string,
    /** Its certificate, as PEM text. */
    readonly ca: string,
  ) {}

  static async create(): Promise<Authority> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-authority-'));
    const paths = ['-keyout', join(folder, 'ca.key'), '-out', join(folder, 'ca.pem')];
    await run('openssl', ['req', '-x509', ...KIND, '-nodes', '-subj', '/CN=Test authority', ...paths]);
    return new Authority(folder, await readFile(join(folder, 'ca.pem'), 'utf8'));
  }

  /** A certificate for a host name or a client, which is its common name too; with a passphrase its key is encrypted. */
  async issue(name: string, passphrase?: string): Promise<Identity> {
    const [cert, key] = [join(this.folder, `${name}.pem`), join(this.folder, `${name}.key`)];
    const signed = ['-CA', join(this.folder, 'ca.pem'), '-CAkey', join(this.folder, 'ca.key')];
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    const secret = passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`];
    await run('openssl', [
      'req',
      '-x509',
      ...KIND,
      ...secret,
      ...subject,
      ...signed,
      '-keyout',
      key,
      '-out',
      cert,
    ]);
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  }

  /** A certificate that signs itself, and its key of 512 bits, which OpenSSL makes and does not use. */
  async issueShort(name: string): Promise<Identity> {
    const [cert, key] = [join(this.folder, `${name}.pem`), join(this.folder, `${name}.key`)];
    const kind = ['-newkey', 'rsa:512', '-nodes', ...DAYS, '-subj', `/CN=${name}`];
    await run('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert]);
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  }

  /** Its certificate in OpenSSL's own format, which adds what it is trusted for. */
  async trusted(): Promise<string> {
    const { stdout } = await run('openssl', ['x509', '-in', join(this.folder, 'ca.pem'), '-trustout']);
    return stdout;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
