import { cellLabel, type DocumentCell, type LabDocument } from "../../shared/documents/lab-document.ts";
import { messageOf } from "../../core/thrown.ts";
import { noNames } from "./expression-writer.ts";
import { pythonCell } from "./python-cell.ts";

/** A notebook in Python, and what of it has no twin there. */
export interface PythonNotebook {
  readonly text: string;
  /** "Mean and standard deviation, line 3: …". */
  readonly problems: readonly string[];
}

interface TranslatedCell {
  readonly cell: DocumentCell;
  readonly text: string;
}

const HEADER = "import lab_notebook\nfrom lab_notebook import *";

function translate({ header, cells }: LabDocument): {
  cells: readonly TranslatedCell[];
  problems: readonly string[];
  head: string;
} {
  const problems: string[] = [];
  const names = noNames();
  const translated = cells.flatMap((cell): TranslatedCell[] => {
    if (cell.kind === "md") return [{ cell, text: cell.source }];
    if (cell.kind !== "code" && cell.kind !== "exercise") return [];
    try {
      const found = pythonCell(cell.source, names);
      problems.push(...found.problems.map((problem) => `${cellLabel(cell)}, ${problem}`));
      return [{ cell, text: found.text }];
    } catch (error) {
      problems.push(`${cellLabel(cell)}: ${messageOf(error)}`);
      return [{ cell, text: cell.source.replace(/^/gm, "# ") }];
    }
  });
  const head = `${HEADER}\n\nlab_notebook.ROWS = ${header.rows}\ntorch.manual_seed(${header.seed})`;
  return { cells: translated, problems, head };
}

/** Text as comments. */
const commented = (text: string): string => text.replace(/^(?=.)/gm, "# ").replace(/^$/gm, "#");

/** A notebook as one Python file in torch, each statement under its lines of TypeScript. `lab_notebook.py` goes beside it. */
export function pythonFile(document: LabDocument): PythonNotebook {
  const { cells, problems, head } = translate(document);
  const parts = cells.map(({ cell, text }) =>
    cell.kind === "md" ? commented(text) : `# %% ${cellLabel(cell)}\n${text}`,
  );
  const title = `"""${document.header.title.replaceAll(/["\\]/g, "'")}. Written by Backprop Lab from a notebook in TypeScript.\n\ntorch draws other random numbers than the lab.\n"""`;
  return { text: `${[title, head, ...parts].join("\n\n\n")}\n`, problems };
}

/** The same as a Jupyter notebook of Python. */
export function pythonIpynb(document: LabDocument): PythonNotebook {
  const { cells, problems, head } = translate(document);
  const cellOf = (id: string, kind: "markdown" | "code", source: string): object => ({
    cell_type: kind,
    id,
    metadata: {},
    source: source.split(/(?<=\n)/),
    ...(kind === "code" ? { execution_count: null, outputs: [] } : {}),
  });
  const notebook = {
    cells: [
      cellOf("lab-head", "code", head),
      ...cells.map(({ cell, text }) => cellOf(cell.id, cell.kind === "md" ? "markdown" : "code", text)),
    ],
    metadata: {
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      language_info: { name: "python" },
      title: document.header.title,
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return { text: `${JSON.stringify(notebook, null, 1)}\n`, problems };
}
