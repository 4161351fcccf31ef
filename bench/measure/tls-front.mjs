import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, freePort } from './child.mjs';

const NGINX = fileURLToPath(import.meta.resolve('../subjects/nginx.sh'));

/**
 * nginx with TLS before the upstream, on the cores of the load.
 * @typedef {object} TlsFront
 * @property {number} port
 * @property {string} certificate the path of the certificate that signs itself
 * @property {Child} child
 * @property {string} folder
 */

/**
 * @param {number} upstreamPort
 * @param {string | number | undefined} cores
 * @returns {Promise<TlsFront>}
 */
export async function startTlsFront(upstreamPort, cores) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-tls-'));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  const port = await freePort();
  const child = new Child({
    command: ['sh', NGINX],
    env: {
      PATH: process.env['PATH'],
      NGINX_FOLDER: folder,
      PORT: String(port),
      OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
      OPENAI_API_KEY: 'bench-upstream-key',
      TLS_CERTIFICATE: certificate,
      TLS_KEY: key,
    },
    cores,
    channel: 'none',
  });
  await child.listening(port);
  return { port, certificate, child, folder };
}

/** @param {TlsFront} front */
export async function stopTlsFront({ child, folder }) {
  await child.stop();
  rmSync(folder, { recursive: true, force: true });
}
