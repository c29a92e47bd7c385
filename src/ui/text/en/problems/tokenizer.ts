import type { TokenizerProblems } from "../../../../lib/problems/tokenizer-problems";
import { regexFault } from "../regex-faults";
import type { ProblemTexts } from "./words";

const OTHER_TEMPLATE = "Correct the template, or choose another prompt template.";
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
  "tokenizer/part": ({ place, type, key }) => ({
    what:
      key === null
        ? `tokenizer.json has a ${place} of the type “${type}”, which Luthier does not support.`
        : `tokenizer.json sets ${key} of its ${place} “${type}” to a value that Luthier does not support.`,
    advice: "Choose a model with another tokenizer.",
  }),
  "tokenizer/config-key": ({ key }) => ({
    what: `tokenizer_config.json sets ${key}, which Luthier does not support for this tokenizer.`,
    advice: "Choose a model with another tokenizer.",
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
    advice: "Choose another prompt template.",
  }),
  "tokenizer/template-unreadable": ({ reason, line }) => ({
    what: `The chat template cannot be read, in line ${line}: ${reason}.`,
    advice: OTHER_TEMPLATE,
  }),
  "tokenizer/template-unfinished": () => ({
    what: "The chat template ends too early: a block, an expression or a comment is not closed.",
    advice: OTHER_TEMPLATE,
  }),
  "tokenizer/template-endless": () => ({
    what: "The chat template does not terminate.",
    advice: OTHER_TEMPLATE,
  }),
  "tokenizer/chat-refused": ({ reason }) => ({
    what: `The chat template rejects the conversation: ${reason}.`,
    advice: `Change the conversation (roles, system message, empty turns), or: ${OTHER_TEMPLATE}`,
  }),
  "tokenizer/template-failed": ({ reason, line }) => ({
    what: `The chat template fails on the conversation${line ? `, in line ${line}` : ""}: ${reason}.`,
    advice: OTHER_TEMPLATE,
  }),
};
