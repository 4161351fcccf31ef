/** A model that callers may name. */
export interface PublicModel {
  readonly id: string;
  readonly ownedBy: string;
}

/** One entry of the model list. Source: OpenAI API reference, 'The model object'. */
export function encodeModel({ id, ownedBy }: PublicModel): Record<string, unknown> {
  return { id, object: 'model', created: 0, owned_by: ownedBy };
}

/** The model list. */
export function encodeModels(models: readonly PublicModel[]): Record<string, unknown> {
  return { object: 'list', data: models.map(encodeModel) };
}
