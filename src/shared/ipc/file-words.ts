/** The file system's own words, with the file where it names one: "ENOENT: no such file or directory, open 'x.json'". */
const SYSTEM_WORDS = /\b(E[A-Z]+): [a-z/ -]+, [a-z]+(?: '([^']*)'(?: -> '[^']*')?)?/g;

const notAllowed = (file: string): string =>
  `you may not read or write ${file}: change its permissions, or name another`;
const WORDS: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `there is no file or folder ${file}: check the name`,
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: (file) => `${file} lies on a disk that cannot be written: choose another place`,
  EISDIR: (file) => `${file} is a folder: name a file`,
  ENOTDIR: (file) => `on the way to ${file} a file stands where a folder is expected: check the name`,
  ENAMETOOLONG: (file) => `the name ${file} is too long: choose a shorter one`,
  EBUSY: (file) => `another program holds ${file}: close it there and try again`,
  EIO: (file) => `the disk reported an error at ${file}: check the disk`,
};

/** Says in words what the file system refused in its own; what it is not known to say stays. */
export const inFileWords = (text: string): string =>
  text.replaceAll(SYSTEM_WORDS, (said, code: string, file?: string) => WORDS[code]?.(file ?? "it") ?? said);
