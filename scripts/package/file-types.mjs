/**
 * What the app opens by double click. Linux has the same types in packaging/linux/mime-types.xml.
 *
 * @typedef {{ name: string, mime: string, uti: string, ending: string, conformsTo: string }} FileType
 *   `ending` has no leading dot; `uti` is the type's name on macOS.
 */

/** @type {readonly FileType[]} */
export const FILE_TYPES = [
  {
    name: "Backprop Lab bundle of runs",
    mime: "application/vnd.backprop-lab.bundle+json",
    uti: "io.github.backprop-lab.bundle",
    ending: "backprop.json",
    conformsTo: "public.json",
  },
  {
    name: "Backprop Lab notebook",
    mime: "text/vnd.backprop-lab.notebook",
    uti: "io.github.backprop-lab.notebook",
    ending: "lab.ts",
    conformsTo: "public.plain-text",
  },
];
