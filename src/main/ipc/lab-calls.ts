import type * as v from "valibot";
import type { IPC_CALLS, IpcCallName, IpcOutput } from "../../shared/ipc/ipc-contract.ts";

/** A call's input after its schema has parsed it. */
export type ParsedInput<N extends IpcCallName> = v.InferOutput<(typeof IPC_CALLS)[N]["input"]>;

/** What a call may be answered with. A list may be one that must not be changed: its schema copies it. */
type Answer<N extends IpcCallName> =
  IpcOutput<N> extends (infer Item)[]
    ? readonly Item[]
    : undefined extends IpcOutput<N>
      ? unknown
      : IpcOutput<N>;

export type IpcHandler<N extends IpcCallName> = (input: ParsedInput<N>) => Answer<N> | Promise<Answer<N>>;

/** The lab's part that a call's name begins with: `training` of `trainingQueueGet`. */
type PartOf<Name extends string> = Name extends `${infer Letter}${infer Rest}`
  ? Letter extends Lowercase<Letter>
    ? `${Letter}${PartOf<Rest>}`
    : ""
  : "";
/** The part's method that it ends with: `queueGet`. */
type MethodOf<Name extends string> = Name extends `${PartOf<Name>}${infer Method}`
  ? Uncapitalize<Method>
  : never;

/** A lab that answers these calls by its parts' methods: one that is missing or ill-typed does not compile. */
export type AnsweringLab<Name extends IpcCallName> = {
  readonly [Part in PartOf<Name>]: {
    readonly [N in Name as PartOf<N> extends Part ? MethodOf<N> : never]: IpcHandler<N>;
  };
};

/** Answers a call by the method that its name spells: `trainingQueueGet` is `lab.training.queueGet`. */
export function labCall<Name extends IpcCallName>(
  name: Name,
  lab: Promise<AnsweringLab<Name>>,
): IpcHandler<Name> {
  const [, part = "", method = ""] = /^([a-z]+)([A-Z]\w*)$/.exec(name) ?? [];
  const methodName = method.charAt(0).toLowerCase() + method.slice(1);
  return async (input) => {
    // AnsweringLab has seen to it that both are there.
    const parts = (await lab) as unknown as Readonly<
      Record<string, Readonly<Record<string, IpcHandler<Name>>>>
    >;
    const answering = parts[part];
    if (answering?.[methodName] === undefined) throw new TypeError(`the lab has no ${part}.${methodName}()`);
    return answering[methodName](input);
  };
}
