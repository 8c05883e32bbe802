import { existsSync } from "node:fs";
import { copyFile, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { makeFolder } from "../../data/make-folder.ts";
import { replaceFile } from "../../data/replace-file.ts";
import { writeSafetensors, type WrittenTensor } from "../../data/safetensors.ts";
import { modelPy } from "./model-py.ts";
import { toTorchState } from "./torch-state.ts";
import type { ExportedRows, TorchTraining } from "./torch-training.ts";
import { TORCH_FILES, trainPy } from "./train-py.ts";

/** Modules that train.py imports; one file each in `resources/python`. */
const SUPPORT = ["backprop_lab.py", "lab_support.py"] as const;

const TEXTS = ["model.py", "train.py", "requirements.txt", "README.md"] as const;

const readme = ({ title, spec, data, initial, trained, losses }: TorchTraining): string =>
  `# ${title}

Exported by Backprop Lab.

- \`model.py\`: the network. \`train.py\`: the training; \`python3 train.py\` prints ${
    initial === null || data === null ? "a loss a step" : "the lab's losses, to about six digits"
  }.
- \`${TORCH_FILES.initial}\`: the state_dict before the first step${
    initial === null ? " is missing: the run began with weights from a file, which the lab does not keep" : ""
  }. \`${TORCH_FILES.trained}\`: after ${trained === null ? "training; missing, nothing was trained" : `step ${trained.step}`}.
- \`${TORCH_FILES.data}\`: ${
    data === null
      ? "left out. train.py wants train.x (rows, features), train.y, valid.x and valid.y in it"
      : "the rows as they were before normalisation"
  }.
- \`${TORCH_FILES.losses}\`: the lab's ${losses.length} losses; \`train.py\` says how far it is from them.
- Seed ${spec.seed} decides the order of the rows, dropout masks and shifts (\`lab_support.py\`), not torch's generator.
- \`torch.load_state_dict\` takes the files with \`safetensors.torch.load_file\`, or with \`lab_support.load_safetensors\`.
${
  spec.stopAfterSeconds === undefined
    ? ""
    : `- The lab stopped after ${spec.stopAfterSeconds} s; train.py takes all steps: stop it with --steps.\n`
}`;

const rowsOf = (name: string, { x, y, shape, features }: ExportedRows): Record<string, WrittenTensor> => ({
  [`${name}.x`]: { shape: [x.length / features, features], data: x },
  [`${name}.y`]: { shape, data: y },
});

interface TorchFolderOptions {
  readonly pythonDir: string;
  readonly overwrite: boolean;
}

/** The folder, and those above it that are not there. */
function missingFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let path = folder; !existsSync(path) && dirname(path) !== path; path = dirname(path))
    missing.push(path);
  return missing;
}

/**
 * Writes a training as a folder that runs in Python: model.py, train.py, weights, data, requirements.txt, README.md. What
 * fails leaves nothing that was not there.
 *
 * @returns how many files. @throws {Error} If one cannot be written.
 */
export async function writeTorchFolder(
  folder: string,
  training: TorchTraining,
  options: TorchFolderOptions,
): Promise<number> {
  const made = missingFolders(folder);
  const names = [...TEXTS, ...SUPPORT, ...Object.values(TORCH_FILES)];
  const isNew = names.filter((name) => !existsSync(join(folder, name)));
  try {
    makeFolder(folder);
    return await writeFiles(folder, training, options);
  } catch (error) {
    for (const name of isNew) await rm(join(folder, name), { force: true });
    // Somebody may have put something into them meanwhile.
    for (const path of made) await rmdir(path).catch(() => undefined);
    throw error;
  }
}

async function writeFiles(
  folder: string,
  training: TorchTraining,
  { pythonDir, overwrite }: TorchFolderOptions,
): Promise<number> {
  const { network, initial, trained, data, losses, normalisation } = training;
  const texts: Record<(typeof TEXTS)[number], string> & Record<string, string> = {
    "model.py": modelPy(network),
    "train.py": trainPy(training),
    "requirements.txt": "torch>=1.13\n",
    "README.md": readme(training),
    ...(losses.length === 0
      ? {}
      : {
          [TORCH_FILES.losses]: stringify(
            losses.map(({ step, loss }) => [step, Number.isNaN(loss) ? "nan" : loss]),
            { header: true, columns: ["step", "loss"] },
          ),
        }),
  };
  for (const [name, text] of Object.entries(texts)) {
    await replaceFile(join(folder, name), (handle) => handle.writeFile(text), { overwrite });
  }
  for (const name of SUPPORT) await copyFile(join(pythonDir, name), join(folder, name));
  const weights = { metadata: { format: "pt" } };
  let files = Object.keys(texts).length + SUPPORT.length;
  const save = async (name: string, tensors: Readonly<Record<string, WrittenTensor>>): Promise<void> => {
    await writeSafetensors(join(folder, name), { ...weights, tensors }, { overwrite });
    files++;
  };
  if (initial !== null) await save(TORCH_FILES.initial, toTorchState(network, initial, 0));
  if (trained !== null) {
    await save(TORCH_FILES.trained, toTorchState(network, trained.parameters, trained.step));
  }
  const { offsets, scales } = normalisation;
  if (texts["train.py"].includes(TORCH_FILES.normalisation)) {
    await save(TORCH_FILES.normalisation, {
      offset: { shape: [offsets.length], data: Float64Array.from(offsets) },
      scale: { shape: [scales.length], data: Float64Array.from(scales) },
    });
  }
  if (data !== null) {
    await save(TORCH_FILES.data, {
      ...rowsOf("train", data.train),
      ...(data.valid === null ? {} : rowsOf("valid", data.valid)),
    });
  }
  return files;
}
