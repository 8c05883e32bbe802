/** TypeScript's lib files by name and the tensor language's declarations, put in by electron.vite.config.ts. */
declare module "virtual:typescript-libraries" {
  export const LIBRARIES: Readonly<Record<string, string>>;
  export const PRELUDE: string;
}
