import { commandPaths, type CommandInfo } from "./command-tree.ts";

/** Completion for zsh: the same words, with their descriptions. */
export function zshCompletion(tree: CommandInfo): string {
  const paths = commandPaths(tree);
  const known = paths.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.join(" ")}"`);
  const words = paths.map(({ path, command }) => {
    const described = [
      ...command.commands.map(({ name, description }) => entry(name, description)),
      ...command.arguments.flatMap(({ choices, description }) =>
        choices.map((choice) => entry(choice, description)),
      ),
      ...command.options.flatMap(({ names, description }) => names.map((name) => entry(name, description))),
    ];
    return `    "${path.join(" ")}") words=(${described.join(" ")}) ;;`;
  });
  const values = paths.flatMap(({ path, command }) =>
    command.options
      .filter(({ takesValue }) => takesValue)
      .flatMap(({ names, choices, description }) =>
        names.map(
          (name) =>
            `    "${[...path, name].join(" ")}") words=(${choices.map((choice) => entry(choice, description)).join(" ")}); value=1 ;;`,
        ),
      ),
  );
  return `#compdef ${tree.name}
# zsh completion for ${tree.name}, made by "${tree.name} completion zsh"
_${tree.name}() {
  local lead="" next word value=""
  local -a words_so_far
  words_so_far=("\${(@)words[2,CURRENT-1]}")
  local previous="\${words[CURRENT-1]}"
  for word in "\${words_so_far[@]}"; do
    next="\${lead:+$lead }$word"
    case "$next" in
      ${known.join("|")}) lead="$next" ;;
    esac
  done
  local -a words
  case "\${lead:+$lead }$previous" in
${values.join("\n")}
  esac
  if [[ -z "$value" ]]; then
    case "$lead" in
${words.join("\n")}
    esac
  fi
  (( \${#words} )) && _describe -t commands "${tree.name}" words
  _files
}
if [[ "$funcstack[1]" = "_${tree.name}" ]]; then
  _${tree.name} "$@"
else
  compdef _${tree.name} ${tree.name}
fi
`;
}

/** Quoted for the shell; the colon divides word and description. */
const entry = (word: string, description: string): string =>
  `'${`${word.replaceAll(":", "\\:")}:${description}`.replaceAll("'", `'\\''`)}'`;
