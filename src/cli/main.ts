#!/usr/bin/env node
import { checkConfig } from './check-config.js';

const USAGE = 'Usage: nestjs-sluice check-config FILE\n';

const [command, file, ...others] = process.argv.slice(2);
if (command === 'check-config' && file !== undefined && others.length === 0) {
  const { ok, text } = checkConfig(file, process.env);
  (ok ? process.stdout : process.stderr).write(text);
  process.exitCode = ok ? 0 : 1;
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
