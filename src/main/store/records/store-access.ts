/** How the database is read and written; each throws StoreError. */
export interface StoreAccess {
  readonly attempt: <T>(action: string, body: () => T) => T;
  readonly write: <T>(action: string, body: () => T) => T;
  /** On the disk when it returns. */
  readonly writeDurably: <T>(action: string, body: () => T) => T;
}
