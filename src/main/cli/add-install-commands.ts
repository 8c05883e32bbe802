import { Argument, Option, type Command } from "commander";
import { commandNameOf } from "../../shared/runs/packaged.ts";
import type { CommandHost } from "./in-lab.ts";
import { bashCompletion } from "./install/bash-completion.ts";
import { commandTree, type CommandInfo } from "./install/command-tree.ts";
import { fishCompletion } from "./install/fish-completion.ts";
import { manPage } from "./install/man-page.ts";
import { zshCompletion } from "./install/zsh-completion.ts";
import { readAppPackage } from "./command-place.ts";
import { print } from "./print.ts";

const SHELLS: Readonly<Record<string, (tree: CommandInfo) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** The installed command's own: what a package brings beside it is made of the tree of commands itself. */
const asInstalled = (program: Command): CommandInfo => ({
  ...commandTree(program),
  name: commandNameOf({ packaged: true }),
});

/** `lab completion` and the hidden `lab man-page`. */
export function addInstallCommands(program: Command, { place }: CommandHost): void {
  program
    .command("completion")
    .description("print the completion of backprop-lab for a shell; a package has installed it already")
    .addArgument(new Argument("<shell>", "for which shell").choices(Object.keys(SHELLS)))
    .action((shell: string) => {
      print(SHELLS[shell]?.(asInstalled(program)) ?? "");
    });
  program
    .command("man-page", { hidden: true })
    .description("print the manual page; packaging uses it")
    .addOption(new Option("--date <day>", "the release's date").makeOptionMandatory())
    .action(({ date }: { date: string }) => {
      print(manPage(asInstalled(program), { version: readAppPackage(place).version, date }));
    });
}
