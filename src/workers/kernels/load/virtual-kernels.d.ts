/** The generated WebAssembly modules by instruction set, inlined at build time by electron.vite.config.ts. */
declare module "virtual:kernels" {
  const base64BySet: Readonly<Record<"relaxed256" | "relaxed128" | "simd128", string>>;
  export default base64BySet;
}
