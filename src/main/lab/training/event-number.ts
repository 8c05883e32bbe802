/** A number in the words of a run's event: float32 has no more digits that count. */
export const eventNumber = (value: number): string => String(Number(value.toPrecision(6)));
