import type { NamedTemplateId } from "../../shared/data";

/** A published prompt format as a Jinja chat template. */
interface NamedTemplate {
  /** Jinja that reads `end` for the end-of-answer token. */
  readonly source: string;
  /** End-of-answer token; null if the format uses the tokenizer's own end token. */
  readonly end: string | null;
  /** Other special tokens of the format. */
  readonly tokens: readonly string[];
}

/** A named template resolved for one tokenizer. */
export interface FittedTemplate {
  /** Plain Jinja for any reader of chat templates. */
  readonly source: string;
  /** Tokens of the format that the tokenizer lacks and encodes as ordinary text. */
  readonly missing: readonly string[];
  /** The format's end-of-answer token, if the tokenizer's own end token replaces it. */
  readonly replacedEnd: string | null;
}

/**
 * Resolves a named template for a tokenizer. If the tokenizer lacks the format's end-of-answer token, its own end token
 * is used instead, since generation stops only at single tokens.
 * @param tokenizer.hasToken whether a text is a single token
 * @param tokenizer.hasEnd whether the tokenizer has an end token
 */
export function namedTemplate(
  id: NamedTemplateId,
  tokenizer: { readonly hasToken: (text: string) => boolean; readonly hasEnd: boolean },
): FittedTemplate {
  const { source, end, tokens } = templates[id];
  const isReplaced = end !== null && tokenizer.hasEnd && !tokenizer.hasToken(end);
  const written = end === null || isReplaced ? "eos_token" : `'${end}'`;
  const needed = isReplaced || end === null ? tokens : [...tokens, end];
  return {
    source: `{%- set end = ${written} %}\n${source}`,
    missing: needed.filter((token) => !tokenizer.hasToken(token)),
    replacedEnd: isReplaced ? end : null,
  };
}

/** Each turn between markers, after the name of its role. */
function marked(start: string, afterRole: string, trims: boolean): string {
  const content = trims ? "message['content'] | trim" : "message['content']";
  return `{%- for message in messages %}
    {{- '${start}' + message['role'] + '${afterRole}' + ${content} }}{{ end }}`;
}

const CHATML = `${marked("<|im_start|>", "\\n", false)}{{ '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}`;

const LLAMA3 = `{{- bos_token }}
${marked("<|start_header_id|>", "<|end_header_id|>\\n\\n", true)}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}`;

const ROLE_MARKS = `${marked("<|", "|>\\n", false)}{{ '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|assistant|>\\n' }}`;
const ZEPHYR = `${ROLE_MARKS}
{%- endif %}`;
/** Phi-3 writes the tokenizer's end token after a finished conversation. */
const PHI = `${ROLE_MARKS}
{%- else %}
    {{- eos_token }}
{%- endif %}`;

/** Removes a leading system message from the messages. */
function withSystem(before: string, after: string): string {
  return `{%- if messages and messages[0]['role'] == 'system' %}
    {%- set system = ${before}messages[0]['content'] | trim + '${after}' %}
    {%- set turns = messages[1:] %}
{%- else %}
    {%- set system = '' %}
    {%- set turns = messages %}
{%- endif %}
`;
}

/** Raises an exception for roles that the format does not support, instead of dropping them silently. */
const NO_PLACE = `{%- else %}
        {{- raise_exception('this prompt format has no place for the role ' + message['role']) }}
    {%- endif %}`;

const LLAMA2 = `${withSystem("'<<SYS>>\\n' + ", "\\n<</SYS>>\\n\\n")}{%- for message in turns %}
    {%- set content = (system if loop.first else '') + message['content'] %}
    {%- if message['role'] == 'user' %}
        {{- bos_token }}{{ '[INST] ' + content | trim + ' [/INST]' }}
    {%- elif message['role'] == 'assistant' %}
        {{- ' ' + message['content'] | trim + ' ' }}{{ end }}
    ${NO_PLACE}
{%- endfor %}`;

const MISTRAL = `${withSystem("", "\\n\\n")}{{- bos_token }}
{%- for message in turns %}
    {%- set content = (system if loop.first else '') + message['content'] %}
    {%- if message['role'] == 'user' %}
        {{- '[INST] ' + content | trim + ' [/INST]' }}
    {%- elif message['role'] == 'assistant' %}
        {{- ' ' + message['content'] | trim }}{{ end }}
    ${NO_PLACE}
{%- endfor %}`;

const GEMMA = `${withSystem("", "\\n\\n")}{{- bos_token }}
{%- for message in turns %}
    {%- set content = (system if loop.first else '') + message['content'] %}
    {%- if message['role'] == 'user' %}
        {{- '<start_of_turn>user\\n' + content | trim }}{{ end }}{{ '\\n' }}
    {%- elif message['role'] == 'assistant' %}
        {{- '<start_of_turn>model\\n' + message['content'] | trim }}{{ end }}{{ '\\n' }}
    ${NO_PLACE}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<start_of_turn>model\\n' }}
{%- endif %}`;

/** FastChat's version 1.1. */
const VICUNA = `${withSystem("", " ")}{{- bos_token }}
{{- system or "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions. " }}
{%- for message in turns %}
    {%- if message['role'] == 'user' %}
        {{- 'USER: ' + message['content'] | trim + ' ' }}
    {%- elif message['role'] == 'assistant' %}
        {{- 'ASSISTANT: ' + message['content'] | trim }}{{ end }}
    ${NO_PLACE}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- 'ASSISTANT:' }}
{%- endif %}`;

const DEEPSEEK = `{{- bos_token }}
{%- for message in messages %}
    {%- if message['role'] == 'system' %}
        {{- message['content'] }}
    {%- elif message['role'] == 'user' %}
        {{- '<｜User｜>' + message['content'] }}
    {%- elif message['role'] == 'assistant' %}
        {{- '<｜Assistant｜>' + message['content'] }}{{ end }}
    ${NO_PLACE}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<｜Assistant｜>' }}
{%- endif %}`;

/** Qwen2.5, with its default system text and tools. */
const QWEN = `{%- set system = messages[0]['content'] if messages and messages[0]['role'] == 'system' else 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.' %}
{{- '<|im_start|>system\\n' + system }}
{%- if tools %}
    {{- '\\n\\n# Tools\\n\\nYou may call one or more functions to assist with the user query.\\n\\nYou are provided with function signatures within <tools></tools> XML tags:\\n<tools>' }}
    {%- for tool in tools %}
        {{- '\\n' }}{{ tool | tojson }}
    {%- endfor %}
    {{- '\\n</tools>\\n\\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\\n<tool_call>\\n{"name": <function-name>, "arguments": <args-json-object>}\\n</tool_call>' }}
{%- endif %}
{{- end }}{{ '\\n' }}
{%- for message in messages %}
    {%- if message['role'] == 'tool' %}
        {%- if loop.first or messages[loop.index0 - 1]['role'] != 'tool' %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' + message['content'] + '\\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1]['role'] != 'tool' %}
            {{- end }}{{ '\\n' }}
        {%- endif %}
    {%- elif message['role'] == 'assistant' and message['tool_calls'] %}
        {{- '<|im_start|>assistant' }}
        {%- if message['content'] %}
            {{- '\\n' + message['content'] }}
        {%- endif %}
        {%- for call in message['tool_calls'] %}
            {{- '\\n<tool_call>\\n{"name": "' + call['function']['name'] + '", "arguments": ' }}{{ call['function']['arguments'] | tojson }}{{ '}\\n</tool_call>' }}
        {%- endfor %}
        {{- end }}{{ '\\n' }}
    {%- elif message['role'] != 'system' or not loop.first %}
        {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] }}{{ end }}{{ '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}`;

const templates: Readonly<Record<NamedTemplateId, NamedTemplate>> = {
  chatml: { source: CHATML, end: "<|im_end|>", tokens: ["<|im_start|>"] },
  llama2: { source: LLAMA2, end: null, tokens: [] },
  llama3: {
    source: LLAMA3,
    end: "<|eot_id|>",
    tokens: ["<|start_header_id|>", "<|end_header_id|>"],
  },
  mistral: { source: MISTRAL, end: null, tokens: [] },
  gemma: { source: GEMMA, end: "<end_of_turn>", tokens: ["<start_of_turn>"] },
  qwen: { source: QWEN, end: "<|im_end|>", tokens: ["<|im_start|>"] },
  zephyr: { source: ZEPHYR, end: null, tokens: [] },
  vicuna: { source: VICUNA, end: null, tokens: [] },
  deepseek: {
    source: DEEPSEEK,
    end: "<｜end▁of▁sentence｜>",
    tokens: ["<｜User｜>", "<｜Assistant｜>"],
  },
  phi: { source: PHI, end: "<|end|>", tokens: ["<|user|>", "<|assistant|>"] },
};
