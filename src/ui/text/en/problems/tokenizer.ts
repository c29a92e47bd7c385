import type { TokenizerProblems } from "../../../../lib/problems/tokenizer-problems";
import { regexFault } from "../regex-faults";
import type { ProblemTexts } from "./words";

const OTHER_TEMPLATE = "Choose another prompt template.";
const RENEW = "Download tokenizer.json again, or save it again with a current version of transformers.";

export const tokenizerProblems: ProblemTexts<TokenizerProblems> = {
  "tokenizer/not-built": ({ reason }) => ({
    what: `tokenizer.json describes a tokenizer that cannot be built: ${reason}.`,
    advice: RENEW,
  }),
  "tokenizer/id-out-of-range": ({ token, id, tokens }) => ({
    what: `tokenizer.json gives the token “${token}” the id ${id}, though it has only ${tokens} tokens.`,
    advice: "Download tokenizer.json again.",
  }),
  "tokenizer/text-grows": () => ({
    what: "tokenizer.json has a normaliser that makes text grow without limit.",
    advice: "Download tokenizer.json again.",
  }),
  "tokenizer/too-many-parts": ({ most }) => ({
    what: `tokenizer.json has a normaliser, pre-tokenizer or decoder of more than ${most} parts.`,
    advice: RENEW,
  }),
  "tokenizer/text-failed": ({ reason }) => ({
    what: `The tokenizer described by tokenizer.json failed on a text: ${reason}.`,
    advice: RENEW,
  }),
  "tokenizer/pattern-endless": ({ pattern }) => ({
    what: `tokenizer.json has a regular expression that does not terminate: ${pattern}`,
    advice: RENEW,
  }),
  "tokenizer/pattern-unreadable": ({ pattern, fault }) => ({
    what: `tokenizer.json has a regular expression that cannot be used (${regexFault(fault)}): ${pattern}`,
    advice: RENEW,
  }),
  "tokenizer/no-chat-template": () => ({
    what: "The model has no chat template.",
    advice: OTHER_TEMPLATE,
  }),
  "tokenizer/template-unreadable": ({ reason }) => ({
    what: `The model's chat template cannot be read: ${reason}.`,
    advice: OTHER_TEMPLATE,
  }),
  "tokenizer/template-endless": () => ({
    what: "The model's chat template does not terminate.",
    advice: OTHER_TEMPLATE,
  }),
  "tokenizer/chat-refused": ({ reason }) => ({
    what: `The model's chat template rejects the conversation: ${reason}.`,
    advice: `Change the conversation (roles, system message, empty turns), or: ${OTHER_TEMPLATE}`,
  }),
  "tokenizer/template-failed": ({ reason }) => ({
    what: `The model's chat template fails on the conversation: ${reason}.`,
    advice: OTHER_TEMPLATE,
  }),
};
