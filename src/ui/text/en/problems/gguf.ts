import type {
  GgufCount,
  GgufFault,
  GgufProblems,
  GgufTokenizerFault,
} from "../../../../lib/problems/gguf-problems";
import { format } from "../format";
import { otherKinds } from "./models";
import type { ProblemTexts } from "./words";

function things(of: GgufCount): string {
  switch (of.things) {
    case "tensors":
      return "tensors";
    case "metadata-entries":
      return "metadata entries";
    case "text-bytes":
      return "bytes of text";
    case "numbers-along":
      return `numbers along tensor ${of.tensor}`;
    case "bytes-before":
      return `bytes before tensor ${of.tensor}`;
    case "list-items":
      return `elements of "${of.key}"`;
  }
}

function headerFault(fault: GgufFault): string {
  switch (fault.kind) {
    case "not-gguf":
      return "is not a GGUF file";
    case "header-cut":
      return "is truncated in its header";
    case "name-not-text":
      return "has a name in its header that is not valid UTF-8";
    case "version":
      return fault.version > 0xffff
        ? "is stored for big-endian machines"
        : `has GGUF version ${fault.version}; only versions 2 and 3 are supported`;
    case "count":
      return `declares ${fault.count} ${things(fault.of)}, which is impossible`;
    case "key-twice":
      return `gives "${fault.key}" twice`;
    case "value-type":
      return `gives "${fault.key}" the unknown type ${fault.type}`;
    case "item-type":
      return `lists values of the unknown type ${fault.type} under "${fault.key}"`;
    case "alignment":
      return `asks for an alignment of ${fault.alignment}`;
    default:
      return tensorFault(fault);
  }
}

function tensorFault(fault: Extract<GgufFault, { tensor: string }>): string {
  const { tensor } = fault;
  switch (fault.kind) {
    case "dimensions":
      return `gives tensor ${tensor} ${fault.dimensions} dimensions`;
    case "sizes":
      return `gives tensor ${tensor} the sizes ${fault.sizes.join(" × ")}, which ${fault.dtype} cannot have`;
    case "tensor-twice":
      return `describes tensor ${tensor} twice`;
    case "not-aligned":
      return `puts tensor ${tensor} at a byte that is not aligned`;
    case "overlap":
      return `lets tensor ${tensor} overlap another`;
    case "cut":
      return `is truncated after ${format.bytes(fault.fileBytes)}; tensor ${tensor} ends at ${format.bytes(fault.endBytes)}`;
  }
}

function tokenizerFault(fault: GgufTokenizerFault): string {
  switch (fault.kind) {
    case "none":
      return "holds no tokenizer";
    case "no-tokens":
      return "holds no list of tokens";
    case "lengths-differ":
      return "has lists of tokens, types and scores of different lengths";
    case "no-merges":
      return "has a BPE tokenizer without its merges";
    case "unknown":
      return `has a tokenizer of the unsupported type "${fault.name}"`;
    case "unknown-splitting":
      return `uses an unknown pre-tokenizer ("${fault.name}")`;
  }
}

const readable = (known: readonly string[]): string =>
  `Supported: ${format.list(known)}. Other models may work from their safetensors folder.`;

export const ggufProblems: ProblemTexts<GgufProblems> = {
  "format/gguf": ({ file, fault }) => ({
    what: `${file} ${headerFault(fault)}.`,
    advice:
      fault.kind === "sizes"
        ? "The program that wrote it made an error. Choose another GGUF file of the model, or its safetensors folder."
        : "Download the file again; if that does not help, choose another GGUF file of the model.",
  }),
  "model/no-gguf": () => ({ what: "No GGUF file was given.", advice: "Choose a *.gguf file." }),
  "model/gguf-parts": ({ file, count, missing }) => ({
    what: `${file} is one of ${count} parts of a model; missing: ${missing.join(", ")}.`,
    advice: "Choose all its parts together.",
  }),
  "model/several-ggufs": ({ given }) => ({
    what: `${given} GGUF files were chosen, each a model of its own.`,
    advice: "Choose one of them.",
  }),
  "model/gguf-architecture": ({ file, architecture, kind, known }) => ({
    what: `${file} holds a model of the architecture "${architecture}", which is not read from GGUF yet${kind ? `: ${otherKinds[kind]}` : ""}.`,
    advice: readable(known),
  }),
  "model/gguf-kind": ({ file, kind, known }) => ({
    what: `${file} does not contain a model, but a "${kind}".`,
    advice: readable(known),
  }),
  "model/gguf-rotary": () => ({
    what: "The GGUF file uses an unknown scaling of its rotary positions.",
    advice: "Choose the model's safetensors folder instead, whose config.json describes it.",
  }),
  "model/gguf-tokenizer": ({ fault }) => ({
    what: `The GGUF file ${tokenizerFault(fault)}.`,
    advice: "Choose the model's safetensors folder instead, which has its tokenizer.json.",
  }),
};
