import { commandPaths, wordsOf, type CommandInfo } from "./command-tree.ts";

/** Completion for bash, without the package bash-completion: commands, options, choices, otherwise files. */
export function bashCompletion(tree: CommandInfo): string {
  const paths = commandPaths(tree);
  const known = paths.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.join(" ")}"`);
  const words = paths.map(
    ({ path, command }) => `    "${path.join(" ")}") words="${wordsOf(command).join(" ")}" ;;`,
  );
  const values = paths.flatMap(({ path, command }) =>
    command.options
      .filter(({ takesValue }) => takesValue)
      .flatMap(({ names, choices }) =>
        names.map((name) => `    "${[...path, name].join(" ")}") words="${choices.join(" ")}"; value=1 ;;`),
      ),
  );
  return `# bash completion for ${tree.name}, made by "${tree.name} completion bash"
_${functionName(tree)}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" next word words="" value=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
      ${known.join("|")}) path="$next" ;;
    esac
  done
  case "\${path:+$path }$previous" in
${values.join("\n")}
  esac
  if [ -z "$value" ]; then
    case "$path" in
${words.join("\n")}
    esac
  fi
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _${functionName(tree)} ${tree.name}
`;
}

/** Functions of a shell have no hyphens in their names. */
const functionName = ({ name }: CommandInfo): string => name.replaceAll("-", "_");
