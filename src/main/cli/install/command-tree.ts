import type { Command, Option } from "commander";

export interface OptionInfo {
  /** As it is typed: "--seed", or "-h" where there is no long form. */
  readonly names: readonly string[];
  /** As the help shows it: "--seed <n>". */
  readonly flags: string;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export interface ArgumentInfo {
  /** As the help shows it: "<file>", "[query...]". */
  readonly usage: string;
  readonly description: string;
  readonly choices: readonly string[];
}

/** A command with all that belongs to it, as commander knows it: what man page and completions are made of. */
export interface CommandInfo {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionInfo[];
  readonly arguments: readonly ArgumentInfo[];
  readonly commands: readonly CommandInfo[];
}

export function commandTree(command: Command): CommandInfo {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionInfo),
    arguments: command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
      return {
        usage: argument.required ? `<${name}>` : `[${name}]`,
        description: argument.description,
        choices: argument.argChoices ?? [],
      };
    }),
    commands: help.visibleCommands(command).map(commandTree),
  };
}

function optionInfo(option: Option): OptionInfo {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    flags: option.flags,
    description: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  };
}

/** Every command that has a place of its own, with the words that lead to it: `lessons grade`. */
export function commandPaths(
  tree: CommandInfo,
): readonly { readonly path: readonly string[]; readonly command: CommandInfo }[] {
  const below = (command: CommandInfo, path: readonly string[]): ReturnType<typeof commandPaths> => [
    { path, command },
    ...command.commands.flatMap((inner) => below(inner, [...path, inner.name])),
  ];
  return below(tree, []);
}

/** What can be typed after these words: subcommands, options, and choices of arguments. */
export const wordsOf = ({ commands, options, arguments: given }: CommandInfo): readonly string[] => [
  ...commands.map(({ name }) => name),
  ...given.flatMap(({ choices }) => choices),
  ...options.flatMap(({ names }) => names),
];
