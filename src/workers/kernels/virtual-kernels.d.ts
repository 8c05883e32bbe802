/** The generated WebAssembly module, inlined at build time by electron.vite.config.ts. */
declare module "virtual:kernels" {
  const base64: string;
  export default base64;
}
