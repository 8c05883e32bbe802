import * as v from "valibot";

/**
 * Settings as a run has kept them: of the schema's shape and types, but its limits may have become narrower since. What
 * ran can be looked at for ever; only to run it again asks for today's limits.
 */
export const asItWasRun = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.unknown(),
    v.rawTransform<unknown, v.InferOutput<S>>(({ dataset, addIssue, NEVER }) => {
      const read = v.safeParse(schema, dataset.value);
      if (read.typed) return read.output;
      for (const { message, path } of read.issues) {
        addIssue({ message, ...(path === undefined ? {} : { path: [...path] as never }) });
      }
      return NEVER;
    }),
  );
