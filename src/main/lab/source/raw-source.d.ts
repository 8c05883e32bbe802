/** A source file as text, put in at build time: what a cell shows is what runs. */
declare module "*?raw" {
  const source: string;
  export default source;
}
