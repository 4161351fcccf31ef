/** A scripted upstream in a process of its own, so that it can be killed: answers at the pace of a model. */
import { ScriptedUpstream, streams } from '../../dist/testing/index.js';

const FIRST_TOKEN_MS = 100;
const TOKEN_MS = 20;
const TOKENS = 100;

const text = Array.from({ length: TOKENS }, (_, index) => ` ${index}`);
const upstream = await ScriptedUpstream.start(Number(process.env['PORT']));
upstream.answers(streams(...text).paced(FIRST_TOKEN_MS, TOKEN_MS));
// What it was asked is not looked at here, and would fill the memory.
setInterval(() => upstream.requests.splice(0), 1_000).unref();
process.stdout.write(`${new URL(upstream.baseUrl).port}\n`);
