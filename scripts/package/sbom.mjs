import { createHash } from "node:crypto";
import { runNpm } from "../setup/npm-command.mjs";
import { PROGRAM } from "./release-facts.mjs";
import { SetupError } from "../setup/setup-error.mjs";

/**
 * @typedef {{ "bom-ref": string, name: string, version: string, purl?: string, properties?: { name: string, value: string }[] }} Component
 * @typedef {{ serialNumber?: string, metadata: { timestamp?: string, component: Component }, components: Component[], dependencies: { ref: string, dependsOn?: string[] }[] }} Bom
 */

/**
 * What is in the app, as a CycloneDX document: of npm's own tree the packages that are in it, and the runtime.
 *
 * @param {{ shipped: { loaded: readonly string[], bundled: readonly string[], locked: import("./shipped-packages.mjs").LockedPackages }, runtime: import("../setup/runtime-record.mjs").RuntimeRecord, facts: import("./release-facts.mjs").ReleaseFacts }} release
 */
export async function sbomText({ shipped, runtime, facts }) {
  const { code, stdout, answer } = await runNpm(["sbom", "--sbom-format=cyclonedx", "--package-lock-only"]);
  if (code !== 0) {
    throw new SetupError("npm could not list the app's components", {
      tried: ["npm sbom --sbom-format=cyclonedx --package-lock-only"],
      answer,
      todo: "npm 9.5 or newer is needed (npm --version). Then run the command again.",
    });
  }
  return `${JSON.stringify(shippedBom(JSON.parse(stdout), { shipped, runtime, facts }), undefined, 2)}\n`;
}

/**
 * The same document without what is not shipped, and without what differs from one call to the next.
 *
 * @param {Bom} bom
 * @param {Parameters<typeof sbomText>[0]} release
 * @returns {Bom}
 */
export function shippedBom(bom, { shipped, runtime, facts }) {
  const places = [...shipped.loaded, ...shipped.bundled];
  const names = new Set(
    places.map((place) => `${packageName(place)}@${shipped.locked[place]?.version ?? ""}`),
  );
  const components = bom.components.filter(({ name, version }) => names.has(`${name}@${version}`));
  const all = [...components.map(withoutDevelopment), ...runtimeComponents(runtime)];
  const refs = new Set([bom.metadata.component["bom-ref"], ...all.map((component) => component["bom-ref"])]);
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((inner) => refs.has(inner)) }));
  const content = { ...bom, components: all, dependencies };
  // npm makes up another one each time.
  delete content.serialNumber;
  // npm names the project after its folder.
  const component = { ...bom.metadata.component, name: PROGRAM, type: "application" };
  content.metadata = { ...bom.metadata, component, timestamp: new Date(facts.epochS * 1000).toISOString() };
  const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  const uuid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  return { ...content, serialNumber: `urn:uuid:${uuid}` };
}

/** @param {string} place */
const packageName = (place) => place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);

/** In the tree it is a development dependency; in the app it is shipped. @param {Component} component */
function withoutDevelopment(component) {
  const properties = (component.properties ?? []).filter(
    ({ name }) => name !== "cdx:npm:package:development",
  );
  return { ...component, properties };
}

/** @param {import("../setup/runtime-record.mjs").RuntimeRecord} runtime @returns {Component[]} */
function runtimeComponents({ electronVersion, chromeVersion, nodeVersion, sqliteVersion }) {
  return Object.entries({
    electron: electronVersion,
    chromium: chromeVersion,
    "node.js": nodeVersion,
    sqlite: sqliteVersion,
  }).map(([name, version]) => ({
    "bom-ref": `runtime:${name}@${version}`,
    type: name === "electron" ? "framework" : "library",
    name,
    version,
    ...(name === "electron" ? { purl: `pkg:npm/electron@${version}` } : {}),
  }));
}
