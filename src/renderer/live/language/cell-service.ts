import ts from "typescript";
import {
  affectedCells,
  chainModules,
  CHECK_WORDS_ID,
  declaredNames,
  moduleFile,
  type CellModule,
} from "./cell-modules.ts";
import type {
  CallHint,
  CellRange,
  Hint,
  LanguageCell,
  Problem,
  RenameAnswer,
  Suggestion,
  Suggestions,
} from "./language-protocol.ts";
import { tensorConditions } from "./tensor-conditions.ts";

const LIB_DIR = "/lib";
const PRELUDE_FILE = "/prelude/tensors.d.ts";
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts"],
  types: [],
  strict: true,
  // A learner need not annotate everything.
  noImplicitAny: false,
  noEmit: true,
};
/** "Cannot assign to 'w1' because it is an import": a cell may assign what a cell above defined. */
const ASSIGNS_IMPORT = 2632;
const NAME_NOT_FOUND = new Set([2304, 2552, 2662, 2663, 18004]);

const textOf = (parts: readonly ts.SymbolDisplayPart[] | undefined): string =>
  ts.displayPartsToString([...(parts ?? [])]);

/** What TypeScript knows of a notebook's cells. Its types come from the texts that it is given, not from a disk. */
export class CellService {
  readonly #libraries: ReadonlyMap<string, string>;
  readonly #service: ts.LanguageService;
  readonly #tensorNames: ReadonlySet<string>;
  readonly #checkWords: ReadonlySet<string>;
  #modules: ReadonlyMap<string, CellModule> = new Map();
  #order: readonly string[] = [];

  /**
   * @param libraries TypeScript's own lib files by name.
   * @param prelude The tensor language's declarations.
   * @param checkWords Declarations of what a check can say beside it.
   */
  constructor(libraries: ReadonlyMap<string, string>, prelude: string, checkWords: string) {
    this.#libraries = new Map([
      ...[...libraries].map(([name, text]) => [`${LIB_DIR}/${name}`, text] as const),
      [PRELUDE_FILE, prelude],
      [moduleFile(CHECK_WORDS_ID), checkWords],
    ]);
    this.#tensorNames = new Set(declaredNames(prelude));
    this.#checkWords = new Set(declaredNames(checkWords));
    this.#service = ts.createLanguageService(this.#host());
  }

  /** Takes the cells as they are now. @returns the cells whose problems may be others than before. */
  sync(cells: readonly LanguageCell[], active: string | null): readonly string[] {
    const before = this.#modules;
    this.#modules = chainModules(cells, before, active, this.#checkWords);
    this.#order = cells.map(({ id }) => id);
    return affectedCells(before, this.#modules);
  }

  problems(id: string): readonly Problem[] {
    const module = this.#modules.get(id);
    if (module === undefined) return [];
    const file = moduleFile(id);
    const end = module.prefix.length + module.source.length;
    const syntactic = this.#service.getSyntacticDiagnostics(file);
    // What is missing at the end of the cell is found in the hidden line after it; the last one says what.
    const missing = syntactic.findLast(({ start }) => start >= end);
    const found: readonly ts.Diagnostic[] = [
      ...syntactic.filter(({ start }) => start < end),
      ...(missing === undefined ? [] : [{ ...missing, start: end, length: 0 }]),
      ...this.#service.getSemanticDiagnostics(file).filter(({ start = 0 }) => start < end),
    ];
    const problems = found.flatMap((diagnostic) => {
      const { start = 0, length = 0, code } = diagnostic;
      const at = start - module.prefix.length;
      if (code === ASSIGNS_IMPORT || at < 0) return [];
      const from = Math.max(0, Math.min(at, module.source.length - 1));
      const to = Math.min(module.source.length, from + Math.max(1, length));
      const message =
        this.#belowMessage(id, code, module.source.slice(from, to)) ??
        ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
      const severity = diagnostic.category === ts.DiagnosticCategory.Error ? "error" : "warning";
      return [{ from, to, severity, message } as const];
    });
    return [...problems, ...this.#conditions(file, module.prefix.length)];
  }

  /** What TypeScript allows, and nobody means. */
  #conditions(file: string, prefixLength: number): readonly Problem[] {
    const program = this.#service.getProgram();
    const source = program?.getSourceFile(file);
    if (program === undefined || source === undefined) return [];
    return tensorConditions(source, program.getTypeChecker(), PRELUDE_FILE).map(
      ({ start, length, message }) => {
        const from = start - prefixLength;
        return { from, to: from + length, severity: "warning", message };
      },
    );
  }

  complete(id: string, offset: number): Suggestions | null {
    const module = this.#modules.get(id);
    if (module === undefined) return null;
    const found = this.#service.getCompletionsAtPosition(moduleFile(id), module.prefix.length + offset, {
      includeCompletionsWithInsertText: false,
    });
    if (found === undefined) return null;
    const word = /[\p{L}\p{N}_$]*$/u.exec(module.source.slice(0, offset))?.[0] ?? "";
    const cellNames = new Set([...this.#modules.values()].flatMap(({ declares }) => declares));
    const suggestions = found.entries
      .filter(({ name }) => /^[\p{L}_$]/u.test(name))
      .map(({ name, kind }): Suggestion => ({
        name,
        kind,
        origin: this.#originOf(name, kind, found.isMemberCompletion, cellNames),
      }));
    return { from: offset - word.length, suggestions };
  }

  /** What a suggestion is, for the panel beside the list. */
  describe(id: string, offset: number, name: string): Hint | null {
    const module = this.#modules.get(id);
    if (module === undefined) return null;
    const at = module.prefix.length + offset;
    const found = this.#service.getCompletionEntryDetails(
      moduleFile(id),
      at,
      name,
      undefined,
      undefined,
      undefined,
      undefined,
    );
    if (found === undefined) return null;
    return { from: offset, to: offset, type: textOf(found.displayParts), text: textOf(found.documentation) };
  }

  hover(id: string, offset: number): Hint | null {
    const module = this.#modules.get(id);
    if (module === undefined) return null;
    const found = this.#service.getQuickInfoAtPosition(moduleFile(id), module.prefix.length + offset);
    if (found === undefined) return null;
    const from = found.textSpan.start - module.prefix.length;
    if (from < 0 || from > module.source.length) return null;
    const type = textOf(found.displayParts)
      .replace(/^\(alias\) /, "")
      .replace(/\nimport [^\n]*$/, "");
    return { from, to: from + found.textSpan.length, type, text: textOf(found.documentation) };
  }

  signature(id: string, offset: number): CallHint | null {
    const module = this.#modules.get(id);
    if (module === undefined) return null;
    const found = this.#service.getSignatureHelpItems(moduleFile(id), module.prefix.length + offset, {});
    const item = found?.items[found.selectedItemIndex];
    if (found === undefined || item === undefined) return null;
    return {
      before: textOf(item.prefixDisplayParts),
      parameters: item.parameters.map(({ displayParts }) => textOf(displayParts)),
      after: textOf(item.suffixDisplayParts),
      active: Math.min(found.argumentIndex, Math.max(0, item.parameters.length - 1)),
      text: textOf(item.documentation),
      others: found.items.length - 1,
    };
  }

  /** Every place of the document where the name at a place stands for the same thing. */
  rename(id: string, offset: number): RenameAnswer {
    const module = this.#modules.get(id);
    if (module === undefined) return { kind: "refused", reason: "the cell holds no code" };
    const file = moduleFile(id);
    const at = module.prefix.length + offset;
    const info = this.#service.getRenameInfo(file, at, {});
    if (!info.canRename) return { kind: "refused", reason: info.localizedErrorMessage };
    const found = this.#service.findRenameLocations(file, at, false, false, {
      providePrefixAndSuffixTextForRename: false,
    });
    const places = (found ?? []).flatMap(({ fileName, textSpan }) => this.#rangeOf(fileName, textSpan));
    if (found?.some(({ fileName }) => !fileName.startsWith("/cells/")) === true || places.length === 0) {
      return { kind: "refused", reason: `${info.displayName} belongs to the language and cannot be renamed` };
    }
    return { kind: "places", name: info.displayName, places };
  }

  #rangeOf(fileName: string, { start, length }: ts.TextSpan): readonly CellRange[] {
    const module = this.#modules.get(fileName.slice("/cells/".length, -".ts".length));
    // What an exercise has beside its text is its author's to change.
    if (module === undefined || module.isPart) return [];
    const from = start - module.prefix.length;
    if (from < 0 || from + length > module.source.length) return [];
    return [{ cell: module.id, from, to: from + length }];
  }

  #originOf(
    name: string,
    kind: string,
    isMember: boolean,
    cellNames: ReadonlySet<string>,
  ): Suggestion["origin"] {
    if (isMember || cellNames.has(name)) return "cells";
    if (kind === "keyword") return "keyword";
    if (this.#tensorNames.has(name) || this.#checkWords.has(name)) return "tensors";
    return /^(local |parameter|let|const|alias)/.test(kind) ? "cells" : "javascript";
  }

  /** A name that only a cell below defines is no unknown name. */
  #belowMessage(id: string, code: number, name: string): string | null {
    if (!NAME_NOT_FOUND.has(code)) return null;
    const later = this.#order.slice(this.#order.indexOf(id) + 1);
    const definer = later.find((cell) => this.#modules.get(cell)?.declares.includes(name));
    if (definer === undefined) return null;
    const label = this.#modules.get(definer)?.label ?? definer;
    return `${name} is only defined below, in cell ${label}. Move the definition up, or define it in a cell above.`;
  }

  #host(): ts.LanguageServiceHost {
    const moduleOf = (file: string): CellModule | undefined =>
      file.startsWith("/cells/") ? this.#modules.get(file.slice("/cells/".length, -".ts".length)) : undefined;
    const textAt = (file: string): string | undefined => {
      const module = moduleOf(file);
      return module === undefined ? this.#libraries.get(file) : module.prefix + module.source + module.suffix;
    };
    return {
      getCompilationSettings: () => OPTIONS,
      getScriptFileNames: () => [PRELUDE_FILE, ...this.#order.map(moduleFile)],
      getScriptVersion: (file) => String(moduleOf(file)?.version ?? 0),
      getScriptSnapshot: (file) => {
        const text = textAt(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => "/",
      getDefaultLibFileName: () => `${LIB_DIR}/lib.d.ts`,
      fileExists: (file) => textAt(file) !== undefined,
      readFile: textAt,
      resolveModuleNameLiterals: (literals) =>
        literals.map(({ text }) => {
          const resolvedFileName = moduleFile(text.replace(/^\.\//, ""));
          const known = textAt(resolvedFileName) !== undefined;
          return { resolvedModule: known ? { resolvedFileName, extension: ts.Extension.Ts } : undefined };
        }),
    };
  }
}
