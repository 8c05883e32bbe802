// Packed into default_app.asar of the fallback runtime: what the official Electron does when it is given
// a folder to run (`electron [flags] <folder>`), which that runtime's own resources leave out.
import { app, dialog } from "electron";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv.slice(1).find((argument, index, all) => {
  const afterPreload = index > 0 && ["-r", "--require"].includes(all[index - 1]);
  return !argument.startsWith("-") && !afterPreload;
});
process.argv.forEach((argument, index) => {
  if (argument !== "-r" && argument !== "--require") return;
  createRequire(path.join(process.cwd(), "preload"))(process.argv[index + 1]);
});

// Awaited at the top level: Electron holds back "ready" until the app's main module has run.
try {
  if (folder === undefined) throw new Error("expected the folder of an app as the first argument, got none");
  const appDir = path.resolve(folder);
  const manifest = JSON.parse(fs.readFileSync(path.join(appDir, "package.json"), "utf8"));
  app.setAppPath(appDir);
  app.setName(manifest.productName ?? manifest.name);
  app.setVersion(manifest.version);
  await import(pathToFileURL(path.join(appDir, manifest.main)).href);
} catch (error) {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(`The app in "${folder ?? ""}" could not be started: ${text}`);
  if (process.env.DISPLAY === undefined) app.exit(1);
  else
    void app
      .whenReady()
      .then(() => dialog.showErrorBox("The app could not be started", text))
      .then(() => app.exit(1));
}
