import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** An nginx in front of a service, with nothing set but `proxy_pass`: buffering is on, HTTP/1.0 goes to the service. */
export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one in the foreground, with a folder of its own, and resolves when it listens. */
export async function startNginx(program: string, target: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nginx-'));
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, target));
  const child = spawn(program, ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exit = once(child, 'exit');
  let textSoFar = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    textSoFar += text;
  });
  // It names its event method once its socket listens.
  while (!textSoFar.includes('event method')) {
    const ended = await Promise.race([once(child.stderr, 'data').then(() => false), exit.then(() => true)]);
    if (ended) throw new Error(`nginx ended: ${textSoFar}`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}

function configuration(folder: string, port: number, target: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `
    daemon off;
    master_process off;
    pid ${join(folder, 'nginx.pid')};
    error_log stderr notice;
    events {}
    http {
      access_log off;
      ${paths.join('\n')}
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass ${target}; }
      }
    }`;
}
