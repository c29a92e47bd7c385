import type { TrainerGap } from "../../shared/exports";

/** What other trainers do differently from a run here, in English: for exported files, and for the page in English. */
export const trainerGaps: Readonly<Record<TrainerGap, string>> = {
  "dropout-draws": "Dropout draws other elements, so losses differ from the first step on.",
  "packing-undone":
    "Rows that were packed into one sequence are computed one per sequence: the same loss, with more padding.",
  "base-quantised":
    "The run was computed on a quantised base model, whose numbers differ slightly from full precision and from another library's quantisation.",
  "base-gguf":
    "The run used a GGUF file. Name a repository or folder with the model's transformers weights; losses differ if the file is quantised.",
  "batch-order": "Rows are shuffled and put into batches differently.",
  "start-values": "The adapter starts from other random values.",
  "optimizer-state": "The run continued an adapter with its optimizer's state; here it starts anew.",
  "loss-mean":
    "With gradient accumulation on several GPUs, micro-batches may be weighed differently than by their tokens.",
  "tokenized-again":
    "The tool tokenizes the text of each row again, piece by piece; README.md says for how many rows that gives other tokens.",
  "base-dropout": "The base model's own dropout cannot be turned on or off.",
  "best-values": "The values with the lowest validation loss are not restored at the end.",
  "early-stopping": "The run does not stop early.",
  "lora-start": "The adapter starts as LoRA does by default, not as in the run.",
  "rank-patterns": "Ranks and alphas of single modules (rank_pattern, alpha_pattern) are left out.",
  biases: "Biases are not trained.",
  "adapter-plus": "LoRA+'s learning rate ratio is left out.",
  "likelihood-term": "The cross-entropy that the objective adds to its loss is left out.",
  "time-limit": "The limit on training time is left out: all steps are trained.",
  "best-by-score":
    "What is best, and when to stop early, is decided by the validation loss and not by a score.",
  "scores-on-the-way": "No held-out rows are answered and scored on the way.",
};
