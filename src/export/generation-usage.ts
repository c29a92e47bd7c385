import { pythonString } from "../lib/python-string";
import type { AutoModel } from "../shared/model";
import type { BaseFacts } from "./base-facts";
import type { PromptFormat } from "./prompt-format";

/** Question in the usage examples. */
export const EXAMPLE_QUESTION = "What is a lantern?";

/** Python code that prompts `model` through `tokenizer` as in training: same text, start token and end tokens. */
export function generationUsage(prompt: PromptFormat, autoModel: AutoModel): string {
  const question = { role: "user", content: EXAMPLE_QUESTION } as const;
  const isChat = prompt.rendering === "chat";
  // The loaded tokenizer may be the base model's, with another chat template.
  const asking =
    isChat && prompt.chatTemplate === null
      ? [
          `messages = [{"role": "user", "content": ${pythonString(question.content)}}]`,
          "prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)",
        ]
      : [`prompt = ${pythonString(prompt.text([question]))}`];
  const added = isChat && autoModel === "AutoModelForCausalLM" ? ", add_special_tokens=False" : "";
  const ends = prompt.endIds.length > 0 ? `, eos_token_id=[${prompt.endIds.join(", ")}]` : "";
  const answer =
    autoModel === "AutoModelForCausalLM" ? 'output[0][inputs["input_ids"].shape[1]:]' : "output[0]";
  return [
    ...asking,
    `inputs = tokenizer(prompt${added}, return_tensors="pt").to(model.device)`,
    `output = model.generate(**inputs, max_new_tokens=128, do_sample=False${ends})`,
    `print(tokenizer.decode(${answer}, skip_special_tokens=True))`,
  ].join("\n");
}

/** Python code that loads a merged model from a folder and prompts it. */
export function mergedUsage(
  { autoModel }: Pick<BaseFacts, "autoModel">,
  prompt: PromptFormat,
  folder: string,
): string {
  const place = pythonString(folder);
  return [
    `from transformers import ${autoModel}, AutoTokenizer`,
    `tokenizer = AutoTokenizer.from_pretrained(${place})`,
    `model = ${autoModel}.from_pretrained(${place})`,
    generationUsage(prompt, autoModel),
  ].join("\n");
}
