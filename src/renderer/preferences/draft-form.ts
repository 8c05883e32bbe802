import { useMemo } from "react";
import type * as v from "valibot";
import { createStore, useStore } from "../store/create-store.ts";
import { checkNumber } from "./check-number.ts";
import { parseObject } from "./preferences.ts";

export type Texts<Name extends string> = Readonly<Partial<Record<Name, string>>>;

export interface DraftField {
  readonly text: string;
  /** What is wrong with it, in words; null when it is valid. */
  readonly error: string | null;
  readonly set: (text: string) => void;
}

export interface DraftForm<Name extends string> {
  readonly fields: Readonly<Record<Name, DraftField>>;
  /** The parsed settings, or null while a field is not valid. */
  readonly values: Readonly<Record<Name, number>> | null;
  readonly changed: boolean;
  readonly reset: () => void;
}

export interface DraftForms<Name extends string> {
  /** The form as it stands, for a component; `defaults` must keep its identity. */
  readonly useForm: (defaults: Readonly<Record<Name, number>>) => DraftForm<Name>;
  /** The same, for a command. */
  readonly read: (defaults: Readonly<Record<Name, number>>) => DraftForm<Name>;
}

/** A form of numbers as it is typed: each text is checked against its schema, and drafts survive a restart. */
export function createDraftForm<Name extends string>(
  key: string,
  schemas: Readonly<Record<Name, v.GenericSchema>>,
): DraftForms<Name> {
  const names = Object.keys(schemas).filter((name): name is Name => name in schemas);
  const drafts = createStore<Texts<Name>>(textsOf(names, parseObject(localStorage.getItem(key))));
  const keep = (texts: Texts<Name>) => {
    localStorage.setItem(key, JSON.stringify(texts));
    drafts.set(texts);
  };
  const formOf = (texts: Texts<Name>, defaults: Readonly<Record<Name, number>>): DraftForm<Name> => {
    const checked = names.map((name) => {
      const text = texts[name] ?? String(defaults[name]);
      return { name, text, ...checkNumber(schemas[name], text) };
    });
    const valid = checked.every(({ error }) => error === null);
    return {
      fields: record(
        checked.map(({ name, text, error }) => [
          name,
          { text, error, set: (next: string) => keep({ ...drafts.get(), [name]: next }) },
        ]),
      ),
      values: valid ? record(checked.map(({ name, value }) => [name, value])) : null,
      changed: names.some((name) => texts[name] !== undefined && texts[name] !== String(defaults[name])),
      reset: () => keep(record<Name, string>([])),
    };
  };
  return {
    read: (defaults) => formOf(drafts.get(), defaults),
    useForm: (defaults) => {
      const texts = useStore(drafts);
      return useMemo(() => formOf(texts, defaults), [texts, defaults]);
    },
  };
}

function textsOf<Name extends string>(
  names: readonly Name[],
  stored: Readonly<Record<string, unknown>>,
): Texts<Name> {
  const entries = names.flatMap((name) => {
    const text = stored[name];
    return typeof text === "string" ? [[name, text] as const] : [];
  });
  return record(entries);
}

/** Object.fromEntries with the names it was given. */
function record<Name extends string, T>(entries: readonly (readonly [Name, T])[]): Record<Name, T> {
  return Object.fromEntries(entries) as Record<Name, T>;
}
