import 'reflect-metadata';
import type { ModelServer } from './example.module.js';
import { startExample } from './start-example.js';

const PORT = 3000;

/** The model server of the environment, under the names that the service reads too; undefined if none is named. */
function modelServer(): ModelServer | undefined {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: baseUrl, SLUICE_MODEL: model = 'gpt-4o-mini' } = process.env;
  if (!key && !baseUrl) return undefined;
  return { baseUrl: baseUrl || 'https://api.openai.com/v1', model, ...(key && { keys: [key] }) };
}

const model = modelServer();
const port = Number(process.env['PORT'] ?? PORT);
const example = await startExample({ port, ...(model && { model }) });
process.stdout.write(`Open ${example.url}${model ? '' : ' (without a key the answer is simulated)'}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void example.close());
