/** The text as UTF-8 can hold it: half of a character becomes U+FFFD, as writing the file would make it. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD");
