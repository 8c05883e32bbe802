/** The generated WebAssembly modules, inlined at build time by electron.vite.config.ts. */
declare module "virtual:kernels" {
  const base64BySet: Readonly<Record<"relaxed256" | "relaxed128" | "simd128", string>>;
  export default base64BySet;
  /** Changes with every byte of every module: another build of the kernels. A worker would load its cryptography for it. */
  export const HASH: string;
}
