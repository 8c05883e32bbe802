/**
 * The part of WebAssembly's JavaScript interface that the engine uses. Node's types leave it to lib.dom, which would
 * also let main and the workers use `document`.
 */
declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }
  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  }
  interface Module {
    readonly [Symbol.toStringTag]: "WebAssembly.Module";
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function validate(bytes: Uint8Array): boolean;
  const Module: new (bytes: Uint8Array) => Module;
  type ExportValue = ((...values: number[]) => void) | Memory;
  type Exports = Record<string, ExportValue>;
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, ExportValue>>);
    readonly exports: Exports;
  }
}
