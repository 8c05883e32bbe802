import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What a start of the app is for. */
export type StartWish =
  /** Work without a window; the arguments begin with the command's name or are `--help`. */
  | { readonly kind: "command"; readonly args: readonly string[] }
  | { readonly kind: "version" }
  | { readonly kind: "window"; readonly files: readonly string[] };

/**
 * The arguments that are the app's own, without the program. Where it is not packaged, those before the project's
 * folder are Electron's.
 */
export function ownArguments(
  argv: readonly string[],
  { packaged, appPath }: { readonly packaged: boolean; readonly appPath: string },
): readonly string[] {
  if (packaged) return argv.slice(1);
  const place = argv.findIndex((argument, index) => index > 0 && resolve(argument) === appPath);
  return place < 0 ? [] : argv.slice(place + 1);
}

/**
 * Tells a command from files to open. A word that is neither a command nor a path goes to the command line, which says
 * what it might have been.
 *
 * @param args Without the program; switches of Chromium and of the window stand among them.
 */
export function readStart(
  args: readonly string[],
  { commands, isFile }: { readonly commands: readonly string[]; readonly isFile: (path: string) => boolean },
): StartWish {
  const divider = args.indexOf("--");
  const before = divider < 0 ? args : args.slice(0, divider);
  const after = divider < 0 ? [] : args.slice(divider + 1);
  const first = before.findIndex((argument) => !argument.startsWith("-"));
  const word = first < 0 ? undefined : before[first];
  if (word !== undefined && commands.includes(word)) return { kind: "command", args: args.slice(first) };
  if (before.some((argument) => argument === "--help" || argument === "-h")) {
    return { kind: "command", args: ["--help"] };
  }
  if (before.some((argument) => argument === "--version" || argument === "-V")) return { kind: "version" };
  const words = [...before.filter((argument) => !argument.startsWith("-")), ...after].map(pathOf);
  const stray = after.length > 0 ? undefined : words.find((path) => !isFile(path) && !looksLikePath(path));
  if (stray !== undefined) return { kind: "command", args: words };
  return { kind: "window", files: words };
}

/** Desktops give files as paths or as addresses. */
function pathOf(word: string): string {
  if (!/^file:\/\//i.test(word) || !URL.canParse(word)) return word;
  try {
    return fileURLToPath(word);
  } catch {
    return word;
  }
}

const looksLikePath = (word: string): boolean => /[./\\]/.test(word);
