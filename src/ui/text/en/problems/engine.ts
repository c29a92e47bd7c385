import type { EngineProblems, GpuAllocation } from "../../../../lib/problems/engine-problems";
import { format } from "../format";
import type { ProblemTexts } from "./words";

function memoryFor(wanted: GpuAllocation): string {
  switch (wanted.kind) {
    case "weights":
      return `the model's weights (${wanted.bytes} bytes)`;
    case "merged-weights":
      return "the merged weights";
    case "training":
      return "training";
    case "answer-cache":
      return "the answers' cache";
    case "tuning":
      return "tuning";
    case "step":
      return "this step";
  }
}

const shape = (sizes: readonly number[]): string => `[${sizes.join(", ")}]`;

export const engineProblems: ProblemTexts<EngineProblems> = {
  "gpu/no-adapter": () => ({
    what: "This browser offers no WebGPU adapter.",
    advice:
      "Use a current Chrome, Edge, Firefox or Safari, and turn on hardware acceleration in its settings.",
  }),
  "gpu/command-refused": ({ reason }) => ({
    what: `The GPU refused a command: ${reason}`,
    advice: "This is a fault of Luthier or of the driver. Reload the page, and report it with this message.",
  }),
  "gpu/no-result": () => ({
    what: "The GPU did not return a result.",
    advice: "Reload the model and try again; if it happens again, choose a smaller batch.",
  }),
  "gpu/kernel-not-compiled": ({ kernel, fault }) => ({
    what: `The kernel ${kernel} did not compile: ${
      fault.kind === "refused" ? fault.message : "the GPU was lost when it was last compiled"
    }`,
    advice: "Update the browser and the graphics driver. If that does not help, report it with this message.",
  }),
  "device-lost/gpu": ({ reason, message }) => ({
    what: `The GPU stopped working for this page (${reason || "unknown"}: ${message || "no details"}).`,
    advice:
      "Your data and the last saved adapter are kept. Reload the model to continue; a smaller batch or a shorter maximum length needs less of the GPU.",
  }),
  "out-of-memory/gpu": ({ wanted }) => ({
    what: `The GPU does not have enough memory for ${memoryFor(wanted)}.`,
    advice:
      "Close other tabs that use the GPU, or choose a shorter maximum length, a smaller batch or a smaller model.",
  }),
  "out-of-memory/buffer": ({ buffer, bytes, maxBufferBytes }) => ({
    what: `The buffer "${buffer}" needs ${bytes} bytes, but one buffer of this GPU holds at most ${maxBufferBytes}.`,
    advice: "Choose a shorter maximum length, a smaller batch or a smaller model.",
  }),
  "out-of-memory/binding": ({ tensor, bytes, maxBindingBytes }) => ({
    what: `${tensor === null ? "One intermediate result" : `"${tensor}"`} needs ${bytes} bytes, but this GPU binds at most ${maxBindingBytes} at once.`,
    advice: "Choose a shorter maximum length, a smaller batch size or a smaller adapter.",
  }),
  "out-of-memory/parameters": ({ bytes, maxBindingBytes }) => ({
    what: `The trained parameters take ${format.bytes(bytes)} in f32, and this GPU gives a kernel at most ${format.bytes(maxBindingBytes)} at once.`,
    advice: "Choose a method or options that train less of the model.",
  }),
  "model/rows-exceed-binding": ({ tensor, rows, bytes, maxBindingBytes }) => ({
    what: `${rows} rows of ${tensor} take ${bytes} bytes, more than this GPU binds at once (${maxBindingBytes}).`,
    advice: "Use a GPU with a larger binding limit or a smaller model.",
  }),
  "model/not-finite": ({ tensor }) => ({
    what: `${tensor} holds numbers that are not finite (NaN or infinity), so the model can neither answer nor learn.`,
    advice:
      "The file is damaged, or was saved from a run that had diverged: download it again, or choose another checkpoint.",
  }),
  "model/element-type": ({ tensor, dtype }) => ({
    what: `${tensor} is stored as ${dtype}, which Luthier does not train on.`,
    advice: "Use a checkpoint in F32, F16, BF16 or NF4, or a GGUF file.",
  }),
  "model/tensor-shape": ({ tensor, found, expected }) => ({
    what: `${tensor} has shape ${shape(found)} in the files, but config.json asks for ${shape(expected)}.`,
    advice: "Check that config.json and the weights belong to the same model.",
  }),
  diverged: ({ step, loss, gradNorm }) => ({
    what: `Training diverged at step ${step}: the loss is ${loss} and the gradient norm ${gradNorm}.`,
    advice:
      "The adapter keeps its last good values. Lower the learning rate, keep Max grad norm at 1, and try again.",
  }),
  "config/empty-prompt": () => ({ what: "The prompt has no tokens.", advice: "Write a message first." }),
  "config/conversation-too-long": ({ tokens, maxTokens }) => ({
    what: `The conversation has ${tokens} tokens; only ${maxTokens} fit, and an answer needs room too.`,
    advice: "Clear the conversation or shorten the message.",
  }),
};
