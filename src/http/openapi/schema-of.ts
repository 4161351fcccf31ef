import { z } from 'zod';

/** An OpenAPI 3.0 schema object, as far as Sluice builds on it. */
const openApiSchema = z.looseObject({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
});

/** A zod schema as the OpenAPI document shows it: what a caller may send. */
export function schemaOf(schema: z.ZodType): z.infer<typeof openApiSchema> {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' });
  return openApiSchema.parse(document);
}
