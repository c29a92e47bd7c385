import type {
  FormatProblems,
  Nf4Fault,
  SafetensorsFault,
  TensorEntryFault,
  ZipFault,
} from "../../../../lib/problems/format-problems";
import type { ValueProblems, WrongValue } from "../../../../lib/problems/value-faults";
import { format } from "../format";
import { remedies, valueFault } from "../value-faults";
import type { ProblemTexts } from "./words";

const ONE_MODEL = "Choose the files of one model only.";

function zipFault(fault: ZipFault): string {
  switch (fault.kind) {
    case "damaged":
      return "is damaged or not a readable zip archive";
    case "unsafe-name":
      return `holds a file with the unsafe name ${JSON.stringify(fault.name)}`;
    case "name-twice":
      return `holds ${fault.name} twice`;
    case "too-many-files":
      return `holds more than ${fault.most} files`;
    case "too-large":
      return `unpacks to more than ${format.bytes(fault.mostBytes)}`;
  }
}

function safetensorsFault(fault: SafetensorsFault): string {
  switch (fault.kind) {
    case "too-short":
      return "is too short to be a safetensors file";
    case "header-size":
      return `declares a header of ${fault.headerBytes} bytes, more than the file has`;
    case "header-damaged":
      return "is not a safetensors file, or its header is damaged";
    case "header-not-object":
      return "has a header that is not a JSON object";
    case "name-twice":
      return `names "${fault.name}" twice in its header`;
    case "metadata-not-object":
      return "has metadata that is not a JSON object";
    case "metadata-not-text":
      return `has metadata "${fault.key}" that is not text`;
    case "tensor":
      return `describes tensor ${fault.tensor} ${entryFault(fault.fault)}`;
    case "cut":
      return `is truncated: it has ${format.bytes(fault.fileBytes)}, but its header declares ${format.bytes(fault.announcedBytes)}`;
    case "overlap":
      return `lets tensor ${fault.tensor} overlap another`;
    case "gap-before":
      return `has unused bytes before tensor ${fault.tensor}`;
    case "bytes-behind":
      return "has unused bytes after its last tensor";
  }
}

function entryFault(fault: TensorEntryFault): string {
  switch (fault.kind) {
    case "not-object":
      return "by something that is not a JSON object";
    case "dtype":
      return fault.dtype === null ? "without a type" : `with the unknown type ${fault.dtype}`;
    case "shape":
      return "with a shape that is not a list of whole numbers";
    case "offsets":
      return "without two whole numbers as data_offsets";
    case "size":
      return `as ${fault.dtype} [${fault.shape.join(", ")}], which takes ${fault.sizeBytes} bytes, but gives it ${fault.givenBytes}`;
  }
}

function nf4Fault(fault: Nf4Fault): string {
  switch (fault.kind) {
    case "part-missing":
      return `is stored without ${fault.part}`;
    case "wrong-size": {
      const { asked, found } = fault;
      return `asks for ${asked.bytes} bytes of ${asked.dtype} in ${fault.tensor}, which has ${found.bytes} of ${found.dtype}`;
    }
    case "own-table":
      return `has a non-standard code table in ${fault.tensor}`;
  }
}

const wrongValue = ({ file, fault, remedy }: WrongValue) => ({
  what: `${file} ${valueFault(fault)}.`,
  advice: remedies[remedy],
});

export const valueProblems: ProblemTexts<ValueProblems> = {
  "format/value": wrongValue,
  "model/value": wrongValue,
  "adapter/value": wrongValue,
  "format/not-json": ({ file, reason }) => ({
    what: `${file} is not valid JSON: ${reason}.`,
    advice: remedies["check-file"],
  }),
  "format/no-object": ({ file }) => ({
    what: `${file} does not hold a JSON object.`,
    advice: remedies["check-file"],
  }),
};

export const formatProblems: ProblemTexts<FormatProblems> = {
  "file/gone": ({ name }) => ({
    what: `${name} can no longer be read: it was moved or changed after it was chosen.`,
    advice: "Choose the file again.",
  }),
  "file/not-served": ({ name, status }) => ({
    what: `${name} could not be fetched: the server answered ${status}.`,
    advice: "Reload the page; if that does not help, the studio was not installed completely.",
  }),
  "file/connection-lost": ({ name }) => ({
    what: `${name} could not be fetched: the connection was lost.`,
    advice: "Check that the studio is still being served, then try again.",
  }),
  "file/too-large-for-zip": ({ totalBytes }) => ({
    what: `The files take ${format.bytes(totalBytes)}, more than one zip can hold.`,
    advice: "Use a browser that can write into a folder, such as Chrome or Edge.",
  }),
  "format/zip": ({ file, fault }) => ({
    what: `${file} ${zipFault(fault)}.`,
    advice: "Create the archive again, or choose the files themselves.",
  }),
  "format/safetensors": ({ file, fault }) => ({
    what: `${file} ${safetensorsFault(fault)}.`,
    advice: "Download the file again, or save it again with the safetensors library.",
  }),
  "format/lfs-pointer": ({ file }) => ({
    what: `${file} is only a Git LFS pointer, not the weights themselves.`,
    advice: "Run `git lfs pull` in the model's folder, or download the file from its page.",
  }),
  "format/nf4": ({ matrix, fault }) => ({
    what: `The NF4 matrix ${matrix} ${nf4Fault(fault)}.`,
    advice: remedies["renew-nf4"],
  }),
  "format/tensor-twice": ({ tensor, first, second }) => ({
    what: `Tensor ${tensor} is stored twice: in ${first} and in ${second}.`,
    advice: ONE_MODEL,
  }),
  "format/index": ({ index, file, tensor }) => ({
    what: `${index} says that ${file} holds tensor ${tensor}, but it does not.`,
    advice: "The files belong to different models or versions; download them together.",
  }),
  "model/file-twice": ({ file }) => ({
    what: `${file} was chosen twice: these are the files of more than one model.`,
    advice: ONE_MODEL,
  }),
  "model/several": ({ first, second }) => ({
    what: `There is more than one model: ${first} and ${second}.`,
    advice: ONE_MODEL,
  }),
  "model/is-adapter": () => ({
    what: "These files are an adapter, not a model: there is an adapter_config.json but no config.json.",
    advice: "Load the adapter's base model first; the adapter itself goes to “Adapter files”.",
  }),
  "model/no-config": () => ({
    what: "No config.json was found.",
    advice:
      "Choose a whole Hugging Face model folder (config.json, tokenizer.json and the *.safetensors files), or a *.gguf file.",
  }),
  "model/no-tokenizer": ({ instead }) => ({
    what: `No tokenizer.json was found${instead === null ? "" : `; ${instead} alone is the older format`}.`,
    advice:
      instead === null
        ? "Choose the model's tokenizer.json (and tokenizer_config.json) together with the other files."
        : 'Create it once in Python: `AutoTokenizer.from_pretrained(folder).save_pretrained("converted")`, then choose the tokenizer.json of that folder too.',
  }),
  "model/no-weights": () => ({
    what: "No weights were found: there is no *.safetensors file beside config.json.",
    advice: "Choose the weights together with config.json and tokenizer.json.",
  }),
  "model/other-weights": ({ file, isPyTorch }) => ({
    what: isPyTorch
      ? `${file} is in PyTorch's own format, which can run code when it is opened.`
      : `${file} is not in the safetensors format.`,
    advice: isPyTorch
      ? 'Convert it once in Python: `AutoModelForCausalLM.from_pretrained(folder).save_pretrained("converted")`, then choose the files of that folder.'
      : "Choose the model's safetensors files instead; most model pages offer them.",
  }),
  "model/shard-missing": ({ file }) => ({
    what: `The weights are not complete: ${file} is missing.`,
    advice: "Choose all *.safetensors files of the model together.",
  }),
  "adapter/no-config": ({ config, weights }) => ({
    what: `No ${config} was found.`,
    advice: `Choose the adapter's zip, or its ${config} and ${weights} together.`,
  }),
  "adapter/no-weights": ({ config, weights }) => ({
    what: `No ${weights} was found beside ${config}.`,
    advice: "Choose both files, or the adapter's zip.",
  }),
  "adapter/several": ({ first, second }) => ({
    what: `There is more than one adapter: ${first} and ${second}.`,
    advice: "Choose the files of one adapter only.",
  }),
  "adapter/pickled": ({ file, library }) => ({
    what: `${file} is in PyTorch's own format, which can run code when it is opened.`,
    advice:
      library === "peft"
        ? "Save the adapter again with a current PEFT: it then writes adapter_model.safetensors."
        : "Save the adapter again with use_safetensors=True.",
  }),
  "adapter/dtype": ({ file, tensor, dtype }) => ({
    what: `Tensor ${tensor} of ${file} is of type ${dtype}.`,
    advice: "Save the adapter in float32, float16 or bfloat16.",
  }),
};
