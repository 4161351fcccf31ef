import { readFileSync } from 'node:fs';

const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** What upstreams are told of who asks, unless their `headers` say something else: `nestjs-sluice/VERSION`. */
export const USER_AGENT = `nestjs-sluice/${String(Reflect.get(Object(manifest), 'version'))}`;
