/** TypeScript's lib files by name, and the declarations of the tensor language and of checks, put in by electron.vite.config.ts. */
declare module "virtual:typescript-libraries" {
  export const LIBRARIES: Readonly<Record<string, string>>;
  export const PRELUDE: string;
  export const CHECK_WORDS: string;
}
