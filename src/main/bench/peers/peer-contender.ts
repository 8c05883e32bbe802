import { readFileSync, writeFileSync } from "node:fs";
import { messageLine } from "../../../core/thrown.ts";
import { join } from "node:path";
import * as v from "valibot";
import type { NotMeasured } from "../bench-report.ts";
import type { CaseInput, PreparedCase } from "../cases/bench-case.ts";
import type { Contender } from "../../timing/contender.ts";
import { compareOutputs } from "../verify.ts";
import { threadLimits } from "../../peers/find-pytorch.ts";
import type { Peer, PeerPlaces } from "./peer-commands.ts";
import { PeerProcess } from "../../peers/peer-process.ts";

const preparedSchema = v.union([
  v.object({ threads: v.number(), version: v.string() }),
  v.object({ unable: v.string() }),
]);
const batchSchema = v.object({ samplesMs: v.array(v.number()), cpuMs: v.number(), wallMs: v.number() });
const errorSchema = v.object({ error: v.string() });

/** What a peer needs to take part in a case. */
export interface PeerInvitation {
  readonly prepared: PreparedCase;
  readonly ours: ReadonlyMap<string, Float32Array>;
  readonly threads: number;
  readonly places: PeerPlaces;
  /** Holds the inputs as written by `writeInputs`; the peer's outputs go there too. */
  readonly folder: string;
}

const fileOf = (folder: string, name: string): string => join(folder, `${name}.bin`);

const ofPeers = ({ only }: CaseInput): boolean => only !== "us";

/** Writes a case's inputs as raw numbers, in this machine's byte order. */
export function writeInputs(folder: string, inputs: readonly CaseInput[]): void {
  for (const { name, values } of inputs.filter(ofPeers)) writeFileSync(fileOf(folder, name), values);
}

async function ask<T>(
  process: PeerProcess,
  request: Readonly<Record<string, unknown>>,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  const answer = await process.ask(request);
  if (v.is(errorSchema, answer)) throw new Error(answer.error);
  return v.parse(schema, answer);
}

/** Has the peer compute the case once and reads what came out. */
async function outputsOf(
  process: PeerProcess,
  { prepared, ours, folder }: PeerInvitation,
  name: string,
): Promise<ReadonlyMap<string, Float32Array>> {
  const files = Object.fromEntries([...ours.keys()].map((key) => [key, fileOf(folder, `${name}-${key}`)]));
  await ask(
    process,
    { command: "compute", calls: prepared.verificationCalls, outputs: files },
    v.object({ done: v.literal(true) }),
  );
  return new Map(
    Object.entries(files).map(([key, file]) => {
      const bytes = readFileSync(file);
      return [key, new Float32Array(new Uint8Array(bytes).buffer)];
    }),
  );
}

/** Starts a peer on a case and compares its result with ours. @returns why not, if it cannot be timed. */
export async function invitePeer(peer: Peer, invitation: PeerInvitation): Promise<Contender | NotMeasured> {
  const command = await peer.command(invitation.places);
  if ("missing" in command) return { notMeasured: command.missing };
  const { prepared, threads, folder, ours } = invitation;
  const process = new PeerProcess(peer.name, {
    ...command,
    env: { ...command.env, ...threadLimits(threads) },
  });
  const refuse = async (notMeasured: string): Promise<NotMeasured> => {
    await process.close();
    return { notMeasured };
  };
  try {
    const inputs = prepared.inputs.filter(ofPeers).map(({ name, shape, dtype }) => ({
      name,
      shape,
      dtype,
      file: fileOf(folder, name),
    }));
    const answer = await ask(
      process,
      { command: "prepare", recipe: prepared.recipe, inputs, threads },
      preparedSchema,
    );
    if ("unable" in answer) return await refuse(answer.unable);
    const difference = compareOutputs(await outputsOf(process, invitation, peer.name), ours, {
      trained: prepared.recipe.kind === "training-step",
    });
    if (difference !== null) return await refuse(`its result is not ours: ${difference}`);
    return {
      name: peer.name,
      threads: answer.threads,
      version: answer.version,
      sample: (calls, samples) => ask(process, { command: "sample", calls, samples }, batchSchema),
      close: () => process.close(),
    };
  } catch (error) {
    return refuse(messageLine(error));
  }
}
