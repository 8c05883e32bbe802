/** Set by `npm test -- --thorough`: random cases, killed processes and sizes in their full number. */
export const THOROUGH = process.env["BACKPROP_LAB_THOROUGH"] === "1";

/** How often a test repeats what it repeats: in every `npm test`, and before a release. */
export const times = (usual: number, thorough: number): number => (THOROUGH ? thorough : usual);
