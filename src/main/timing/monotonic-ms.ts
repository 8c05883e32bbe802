/** The clock that workers stamp records with. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
