import { commandPaths, type CommandInfo } from "./command-tree.ts";

export interface ManPageFacts {
  readonly version: string;
  /** Of the release: "2026-11-27". */
  readonly date: string;
}

/** The manual page, in man's own language. */
export function manPage(tree: CommandInfo, { version, date }: ManPageFacts): string {
  const name = tree.name;
  const commands = commandPaths(tree).filter(
    ({ path, command }) => path.length > 0 && path[0] !== "help" && command.name !== "help",
  );
  return `${[
    `.TH ${name.toUpperCase().replaceAll("-", "\\-")} 1 "${date}" "Backprop Lab ${version}" "User Commands"`,
    ".SH NAME",
    `${plain(name)} \\- take deep learning apart on your own machine, offline`,
    ".SH SYNOPSIS",
    `.B ${plain(name)}`,
    ".RI [ FILE ...]",
    ".br",
    `.B ${plain(name)}`,
    ".I COMMAND",
    ".RI [ OPTION ]...",
    ".SH DESCRIPTION",
    "Without a command the window opens, and with it the notebooks (.lab.ts, .ipynb) and bundles of runs",
    "(.backprop.json) that are named. With a command the same code and the same database are used without a",
    "window, and no display is needed.",
    ".SH COMMANDS",
    ...commands.flatMap(({ path, command }) => commandLines(path, command)),
    ".SH FILES",
    ".TP",
    ".I ~/.config/Backprop Lab",
    "holds the database of all runs (lab.sqlite), its backups, notebooks, data sets, settings and logs; XDG_CONFIG_HOME",
    "is obeyed. Removing the package leaves it.",
    ".SH EXIT STATUS",
    "0 ok, 1 failed check, failed run or damaged database, 2 wrong usage, 128 + n ended by signal n.",
  ].join("\n")}\n`;
}

function commandLines(path: readonly string[], command: CommandInfo): readonly string[] {
  const usage = [...path, ...command.arguments.map((argument) => argument.usage)].join(" ");
  const details = [
    ...command.arguments.map((argument) => [argument.usage, argument.description] as const),
    ...command.options
      .filter(({ names }) => !names.includes("--help"))
      .map(({ flags, description, choices }) => [flags, withChoices(description, choices)] as const),
  ];
  return [
    ".SS",
    plain(usage),
    text(command.description),
    ...details.flatMap(([term, description]) => [".TP", `.B ${plain(term)}`, text(description)]),
  ];
}

const withChoices = (description: string, choices: readonly string[]): string =>
  choices.length === 0 ? description : `${description} (${choices.join(", ")})`;

/** What is typed: its hyphens are hyphens, and a backslash is one. */
const plain = (typed: string): string => typed.replaceAll("\\", "\\e").replaceAll("-", "\\-");

/** A line of text that no request can begin. */
const text = (line: string): string => plain(line).replace(/^([.'])/, "\\&$1");
