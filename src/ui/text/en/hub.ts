import { format } from "./format";
import { plural } from "./words";

/** Texts of downloads from a hub. */
export const hub = {
  title: "From the Hugging Face Hub",
  private:
    "Files come straight from the hub into this browser. Nothing is sent there except your access token.",
  repository: "Repository",
  repositoryPlaceholder: "HuggingFaceTB/SmolLM2-135M-Instruct",
  repositoryHint: "owner/name, owner/name@revision, or the address of its page",
  endpoint: "Hub endpoint",
  endpointHint: "Empty for Hugging Face, or a mirror's address",
  token: "Access token",
  tokenShow: "Show or hide the token",
  tokenHint: "For gated and private models; not saved",
  tokenHintRemember: "Saved in this browser once the hub accepts it",
  tokenHintKept: "One is saved in this browser",
  remember: "Remember on this machine",
  forget: "Forget it",
  weights: "Weights to fetch",
  weightsHint: (count: number, license: string) =>
    `${plural(count, "variant is", "variants are")} available${license && `, licence ${license}`}; choose one, then download.`,
  choice: (kind: "safetensors" | "gguf", id: string, bytes: number) =>
    `${kind === "safetensors" ? "safetensors" : id} · ${format.bytes(bytes)}`,
  download: "Download",
  looking: "Looking it up…",
  downloading: "Downloading",
  waiting: "connection lost, retrying soon",
  sendsWhole: "this server sends whole files only, so more than the rows is downloaded",
  unfinished: "Unfinished downloads",
  arrived: (done: number, total: number) => `${format.bytes(done)} of ${format.bytes(total)} downloaded`,
  goOn: "Continue",
  goOnWith: (name: string) => `Continue ${name}`,
  discard: "Discard",
  discardOf: (name: string) => `Discard ${name}`,
  known: "Well-known models",
  knownHint: "their download, and the GPU memory that training needs",
  facts: (parameters: number, license: string) => `${format.compact(parameters)} parameters · ${license}`,
  needs: (download: number, memory: number) =>
    `${format.bytes(download)} download · ~${format.bytes(memory)} to train`,
  gated: "Requires accepting its terms first",
  get: "Get",
  getOf: (title: string) => `Get ${title}`,
  here: "In your library",
  estimateTitle: "How the memory is estimated",
  estimate: (rank: number, length: number) =>
    `For LoRA with r = ${rank} on all linear layers and one text of ${length} tokens at a time: the weights as they are stored, plus 4 bytes × tokens × layers × (8 × hidden size + 3.2 × intermediate size) for the activations kept for the backward pass, plus 16 bytes per adapter parameter. This is a rough estimate, accurate to about a sixth; shorter texts need less, larger batches more.`,
};
