import { readFileSync } from 'node:fs';

const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** The user agent that upstreams get unless their `headers` name another: `nestjs-sluice/VERSION`. */
export const USER_AGENT = `nestjs-sluice/${String(Reflect.get(Object(manifest), 'version'))}`;
