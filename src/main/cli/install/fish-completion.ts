import { commandPaths, type CommandInfo } from "./command-tree.ts";

/** Completion for fish: commands, options and choices with their descriptions; files where a command takes them. */
export function fishCompletion(tree: CommandInfo): string {
  const lines = commandPaths(tree).flatMap(({ path, command }) => linesOf(tree, path, command));
  return `# fish completion for ${tree.name}, made by "${tree.name} completion fish"\n${lines.join("\n")}\n`;
}

function linesOf(tree: CommandInfo, path: readonly string[], command: CommandInfo): readonly string[] {
  const begin = `complete -c ${tree.name} -n ${quoted(condition(path, command))}`;
  return [
    ...command.commands.map(
      ({ name, description }) => `${begin} -a ${quoted(name)} -d ${quoted(description)}`,
    ),
    ...command.arguments
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ choices, description }) => `${begin} -a ${quoted(choices.join(" "))} -d ${quoted(description)}`,
      ),
    ...command.options.map(({ names, description, takesValue, choices }) => {
      const flags = names.map((name) =>
        name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
      );
      const value = takesValue ? " -r" : "";
      const of = choices.length === 0 ? "" : ` -f -a ${quoted(choices.join(" "))}`;
      return `${begin} ${flags.join(" ")}${value}${of} -d ${quoted(description)}`;
    }),
  ];
}

/** After all words of the path, and none of the command's own subcommands. */
function condition(path: readonly string[], { commands }: CommandInfo): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const further = commands.map(({ name }) => name).join(" ");
  if (path.length === 0) return "__fish_use_subcommand";
  return [...seen, ...(further === "" ? [] : [`not __fish_seen_subcommand_from ${further}`])].join("; and ");
}

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
