/** Where Linux shows them: every driver of the kernel, NVIDIA's own, and Windows' below WSL. */
const DEVICES = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"];

/**
 * Whether there may be a graphics card. Without one Chromium finds that out by a process that fails and a second one,
 * for which the page waits a fifth of a second before its scripts are read. Other systems are believed to have one.
 */
export const mayHaveGraphicsCard = (platform: string, exists: (path: string) => boolean): boolean =>
  platform !== "linux" || DEVICES.some(exists);
