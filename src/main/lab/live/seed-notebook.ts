import { ContractError } from "../../../core/errors.ts";
import type { DocumentCell, LabDocument } from "../../../shared/documents/lab-document.ts";
import { SEED_NOTEBOOK_ID } from "../../../shared/documents/document-records.ts";
import { readLabDocument } from "../../../shared/documents/read-lab-document.ts";
import type { DocumentLibrary } from "../documents/document-library.ts";
import { HIDDEN, IN_FEATURES } from "../compute/notebook-network.ts";

/** w1 (784, 50), b1 (50,), w2 (50, 1), b2 (1,). */
export const SEED_WEIGHT_SHAPES = {
  w1: [IN_FEATURES, HIDDEN],
  b1: [HIDDEN],
  w2: [HIDDEN, 1],
  b2: [1],
} as const;
export type SeedWeights = Readonly<Record<keyof typeof SEED_WEIGHT_SHAPES, Float32Array>>;

/** What its cell of parameters says: timed calls a pass, rows of a check, central differences a tensor. */
export interface SeedParameters {
  readonly SAMPLES: number;
  readonly CHECK_ROWS: number;
  readonly DIFFERENCES: number;
}

/** Its cells: where the parameters stand, and where the weights are drawn that everything after it uses. */
const PARAMETERS = "c0";
const KAIMING = "c16";
const DRAWN = 'nn.init.kaimingNormal_(w1, { mode: "fanOut" });';

/** As it comes with the app. @throws {ContractError} If it is not there. */
export async function openSeedNotebook(library: Pick<DocumentLibrary, "open">): Promise<LabDocument> {
  const { entry, text } = await library.open({ id: SEED_NOTEBOOK_ID });
  return readLabDocument(entry.file, text).document;
}

function withCell(
  document: LabDocument,
  id: string,
  change: (cell: DocumentCell) => readonly DocumentCell[],
): LabDocument {
  const cells = document.cells.flatMap((cell) => (cell.id === id ? change(cell) : [cell]));
  if (!document.cells.some((cell) => cell.id === id))
    throw new ContractError(`"${document.header.title}" has no cell ${id}; install the app anew`);
  return { ...document, cells };
}

/** The same with other parameters. @throws {ContractError} If it has no such cell or no such parameter. */
export function withParameters(document: LabDocument, parameters: Partial<SeedParameters>): LabDocument {
  return withCell(document, PARAMETERS, (cell) => {
    let { source } = cell;
    for (const [name, value] of Object.entries(parameters)) {
      const changed = source.replace(new RegExp(`\\b${name} = \\d+`), `${name} = ${String(value)}`);
      if (changed === source && !source.includes(`${name} = ${String(value)}`))
        throw new ContractError(`Cell ${PARAMETERS} has no parameter ${name}; install the app anew`);
      source = changed;
    }
    return [{ ...cell, source }];
  });
}

/** Nine digits hold every float32. */
const literal = (values: Float32Array): string =>
  Array.from(values, (value) => String(Number(value.toPrecision(9)))).join(",");

/** The same with these weights from cell 16 on instead of drawn ones: they stand in the text. @throws {ContractError} */
export function withWeights(document: LabDocument, weights: SeedWeights): LabDocument {
  const names = Object.keys(SEED_WEIGHT_SHAPES) as (keyof SeedWeights)[];
  return withCell(document, KAIMING, (cell) => {
    const assigned = names.map((name) => `${name} = given_${name};`).join("\n");
    const source = cell.source.replace(DRAWN, assigned);
    if (source === cell.source)
      throw new ContractError(`Cell ${KAIMING} draws no weights; install the app anew`);
    const given = names.map(
      (name) =>
        `const given_${name} = tensor([${literal(weights[name])}], [${SEED_WEIGHT_SHAPES[name].join(", ")}]);`,
    );
    const cellOfWeights: DocumentCell = {
      kind: "code",
      id: "given-weights",
      marker: "code",
      attributes: { title: "Weights from files" },
      source: given.join("\n"),
      metadata: null,
    };
    return [cellOfWeights, { ...cell, source }];
  });
}
