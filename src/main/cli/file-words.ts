/** The file system's own words, with the file where it names one: "ENOENT: no such file or directory, open 'x.json'". */
const SYSTEM_WORDS = /\b(ENOENT|EACCES|EISDIR|ENOTDIR): [a-z ]+, [a-z]+(?: '([^']*)')?/g;

const WORDS: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `there is no file or folder ${file}: check the name`,
  EACCES: (file) => `you may not read or write ${file}: change its permissions, or name another`,
  EISDIR: (file) => `${file} is a folder: name a file`,
  ENOTDIR: (file) => `on the way to ${file} a file stands where a folder is expected: check the name`,
};

/** Says in words what the file system refused in its own. */
export const inFileWords = (text: string): string =>
  text.replaceAll(SYSTEM_WORDS, (said, code: string, file?: string) => WORDS[code]?.(file ?? "it") ?? said);
