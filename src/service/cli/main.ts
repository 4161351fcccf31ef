#!/usr/bin/env node
import { checkConfig } from './check-config.js';
import { checkHealth } from './check-health.js';

const USAGE = 'Usage: nestjs-sluice check-config FILE\n       nestjs-sluice healthcheck\n';

const [command, file, ...others] = process.argv.slice(2);
if (command === 'check-config' && file !== undefined && others.length === 0) {
  finish(checkConfig(file, process.env));
} else if (command === 'healthcheck' && file === undefined) {
  finish(await checkHealth(process.env));
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}

function finish({ ok, text }: { readonly ok: boolean; readonly text: string }): void {
  (ok ? process.stdout : process.stderr).write(text);
  process.exitCode = ok ? 0 : 1;
}
