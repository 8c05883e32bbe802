/** The part of better-sqlite3 13 that the store uses: the package ships no types; database.ts types what it makes. */
declare module "better-sqlite3" {
  const Database: new (
    path: string,
    options: {
      readonly?: boolean;
      fileMustExist?: boolean;
      timeout?: number;
      nativeBinding?: string;
    },
  ) => object;
  export default Database;
}
