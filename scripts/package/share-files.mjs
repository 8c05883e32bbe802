import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { runtimeEnv } from "../setup/launch.mjs";
import { runCommand } from "../setup/run-command.mjs";
import { SetupError } from "../setup/setup-error.mjs";
import { writeIcons } from "./icon-sizes.mjs";
import { APP_ID, PROGRAM } from "./release-facts.mjs";

const COMPLETIONS = {
  bash: `bash-completion/completions/${PROGRAM}`,
  zsh: `zsh/vendor-completions/_${PROGRAM}`,
  fish: `fish/vendor_completions.d/${PROGRAM}.fish`,
};

/**
 * Fills a `share` folder: menu entry, types of files, icons, description for software centres, manual page and
 * completions made of commander's own tree, documents.
 *
 * @param {{
 *   projectDir: string, shareDir: string, runtime: import("../setup/runtime-record.mjs").RuntimeRecord,
 *   facts: import("./release-facts.mjs").ReleaseFacts,
 * }} options
 */
export async function writeShareFiles({ projectDir, shareDir, runtime, facts }) {
  const write = (/** @type {string} */ name, /** @type {string | Buffer} */ content) => {
    const file = path.join(shareDir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  };
  const template = (/** @type {string} */ name) => filled(readTemplate(projectDir, name), facts);
  write(`applications/${PROGRAM}.desktop`, template("backprop-lab.desktop"));
  write(`mime/packages/${PROGRAM}.xml`, template("mime-types.xml"));
  write(`metainfo/${APP_ID}.metainfo.xml`, template("metainfo.xml"));
  writeIcons(
    path.join(projectDir, "resources", "icon.png"),
    path.join(shareDir, "icons", "hicolor"),
    PROGRAM,
  );
  write(
    `icons/hicolor/scalable/apps/${PROGRAM}.svg`,
    fs.readFileSync(path.join(projectDir, "resources", "icon.svg")),
  );
  write(
    `man/man1/${PROGRAM}.1.gz`,
    gzip(await commandOutput({ projectDir, runtime }, ["man-page", "--date", facts.date])),
  );
  for (const [shell, name] of Object.entries(COMPLETIONS)) {
    write(name, await commandOutput({ projectDir, runtime }, ["completion", shell]));
  }
  const docs = fs.readdirSync(path.join(projectDir, "docs")).filter((name) => name.endsWith(".md"));
  for (const name of docs)
    write(`doc/${PROGRAM}/${name}`, fs.readFileSync(path.join(projectDir, "docs", name)));
}

/** @param {string} projectDir @param {string} name */
export function readTemplate(projectDir, name) {
  return fs.readFileSync(path.join(projectDir, "packaging", "linux", name), "utf8");
}

/**
 * Puts what is known of the release in the places that a template names: `@version@`.
 *
 * @param {string} template
 * @param {Readonly<Record<string, string | number>>} values
 */
export function filled(template, values) {
  return template.replaceAll(/@(\w+)@/g, (place, name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a template names ${place}, which is not known`);
    return String(value);
  });
}

/** As `gzip -9n`: without name and time. @param {string | Buffer} content */
export const gzip = (content) => zlib.gzipSync(content, { level: 9 });

/**
 * @param {{ projectDir: string, runtime: import("../setup/runtime-record.mjs").RuntimeRecord }} lab
 * @param {readonly string[]} args
 */
async function commandOutput({ projectDir, runtime }, args) {
  const program = path.join(projectDir, "out", "main", "lab.js");
  const env = { ...runtimeEnv(runtime), ELECTRON_RUN_AS_NODE: "1" };
  const { code, stdout, answer } = await runCommand(runtime.electronPath, [program, ...args], { env });
  if (code === 0 && stdout !== "") return stdout;
  throw new SetupError("The command line did not say what it knows", {
    tried: [`lab ${args.join(" ")}`],
    answer,
    todo: "npm run build, then run the command again; if it fails again, report this output.",
  });
}
