/**
 * Started with `--import`: traces HTTP with OpenTelemetry, without its ESM hook, and prints each span that ends as a log line
 * `{ msg: 'span', kind, traceId, spanId, attributes }`.
 */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext();
      const line = { msg: 'span', kind: span.kind, traceId, spanId, attributes: span.attributes };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};

new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
new HttpInstrumentation().enable();
