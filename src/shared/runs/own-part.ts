import * as v from "valibot";
import { innerLayersSchema } from "../specs/layer-spec.ts";
import { composedText } from "../specs/open-layers.ts";

const originSchema = v.object({
  notebook: v.string(),
  cell: v.string(),
  codeHash: v.string(),
  source: v.optional(v.string()),
});

/** As a spec says it; loosely, since a run's spec may be one that is refused today. */
const saidSchema = v.object({
  name: v.string(),
  forward: v.string(),
  backward: v.optional(v.string()),
  origin: v.optional(originSchema),
});

const composedSaidSchema = v.object({
  name: v.string(),
  layers: v.unknown(),
  backward: v.optional(v.array(v.string())),
  origin: v.optional(originSchema),
});

/** An activation, a loss or a layer of a person's own that a run was done with. */
export const ownPartSchema = v.object({
  kind: v.picklist(["activation", "loss", "layer"]),
  name: v.string(),
  /** Its formula; of a layer what it is made of. */
  forward: v.string(),
  /** Null where it is derived; of a layer its lines. */
  backward: v.nullable(v.string()),
  /** The notebook's cell it came from, as it was then; null where the formula was written in the spec. */
  origin: v.nullable(
    v.object({
      notebook: v.string(),
      cell: v.string(),
      codeHash: v.string(),
      /** The code of the cell and of the cells it needs; null of a run of a version that did not keep it. */
      source: v.nullable(v.string()),
    }),
  ),
});
export type OwnPart = v.InferOutput<typeof ownPartSchema>;

function composedOf(said: unknown): OwnPart[] {
  const read = v.safeParse(composedSaidSchema, said);
  if (!read.success) return [];
  const { name, layers, backward, origin } = read.output;
  const known = v.safeParse(innerLayersSchema, layers);
  const forward = known.success ? composedText(known.output) : JSON.stringify(layers);
  const lines = backward?.join("\n") ?? null;
  return [{ kind: "layer", name, forward, backward: lines, origin: originOf(origin) }];
}

const originOf = (origin: v.InferOutput<typeof originSchema> | undefined): OwnPart["origin"] =>
  origin === undefined ? null : { ...origin, source: origin.source ?? null };

function partOf(kind: OwnPart["kind"], said: unknown): OwnPart[] {
  const read = v.safeParse(saidSchema, said);
  if (!read.success) return [];
  const { name, forward, backward = null, origin } = read.output;
  return [
    {
      kind,
      name,
      forward,
      backward,
      origin: originOf(origin),
    },
  ];
}

function partsOfLayers(layers: unknown): OwnPart[] {
  if (!Array.isArray(layers)) return [];
  return layers.flatMap((layer: unknown): OwnPart[] => {
    if (typeof layer !== "object" || layer === null) return [];
    if ("type" in layer && layer.type === "ownLayer") return composedOf(layer);
    const branches: Record<string, unknown> = { ...layer };
    const inside = ["layers", "left", "right"].flatMap((branch) => partsOfLayers(branches[branch]));
    return "type" in layer && layer.type === "own" ? [...partOf("activation", layer), ...inside] : inside;
  });
}

/** The parts of a person's own in a network's spec, each once, in the order of the layers, the loss last. */
export function ownPartsOf(spec: unknown): OwnPart[] {
  if (typeof spec !== "object" || spec === null) return [];
  const found = [
    ...("layers" in spec ? partsOfLayers(spec.layers) : []),
    ...("ownLoss" in spec ? partOf("loss", spec.ownLoss) : []),
  ];
  return [...new Map(found.map((part) => [JSON.stringify(part), part])).values()];
}

/** "Own parts, cell with id c2": its number may be another one by now. */
export const placeOfPart = ({ origin }: OwnPart): string =>
  origin === null ? "written in the spec" : `${origin.notebook}, cell with id ${origin.cell}`;

/** What is shown of a part as its code: the notebook's, or its formulas where there is none. */
export function codeOfPart({ kind, name, forward, backward, origin }: OwnPart): string {
  if (origin !== null && origin.source !== null) return origin.source;
  if (kind === "layer") return [`${name}: ${forward}`, ...(backward === null ? [] : [backward])].join("\n");
  const [head, slope] =
    kind === "activation" ? [`${name}(z) = `, "dz = "] : [`${name}(y, t) = mean of `, "slope by y = "];
  return [`${head}${forward}`, ...(backward === null ? [] : [`${slope}${backward}`])].join("\n");
}
