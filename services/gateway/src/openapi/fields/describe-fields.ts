import type { z } from 'zod';

/** The sentence for each field of an object schema, by the field's name. */
export type FieldTexts<S extends z.ZodObject> = Readonly<Record<keyof S['shape'] & string, string>>;

/** An object schema with the sentences for its fields. */
export interface DescribedSchema {
  readonly schema: z.ZodObject;
  readonly texts: Readonly<Record<string, string>>;
}

/** Describes the fields of a schema. The compiler asks for each field, and refuses a field that the schema lacks. */
export const describeFields = <const S extends z.ZodObject>(
  schema: S,
  texts: FieldTexts<S>,
): DescribedSchema => ({ schema, texts });
