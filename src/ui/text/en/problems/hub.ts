import type { HubProblems } from "../../../../lib/problems/hub-problems";
import { valueFault } from "../value-faults";
import type { ProblemTexts } from "./words";

export const hubProblems: ProblemTexts<HubProblems> = {
  "config/no-model-repository": ({ path, kind }) => ({
    what: `${path} is one of the hub's ${kind}, not a model.`,
    advice: "Enter the name of a model repository.",
  }),
  "config/repository-name": ({ path }) => ({
    what: path === "" ? "No repository is named." : `“${path}” is not the name of a repository.`,
    advice: "Enter a name such as HuggingFaceTB/SmolLM2-135M-Instruct, or paste the address of its page.",
  }),
  "config/revision": ({ revision }) => ({
    what: `“${revision}” cannot be a branch, tag or commit.`,
    advice: "After the @ comes a name such as main, or leave it out.",
  }),
  "config/endpoint": ({ typed, example }) => ({
    what: `“${typed}” is not the address of a hub.`,
    advice: `Enter an address such as ${example}, or leave the field empty.`,
  }),
  "config/token-characters": () => ({
    what: "This is not an access token: it contains invalid characters.",
    advice: "Copy the token again, alone.",
  }),
  "config/token-unencrypted": ({ host }) => ({
    what: `The access token would be sent to ${host} unencrypted.`,
    advice: "Use an endpoint that begins with https, or leave the token empty.",
  }),
  "config/no-owner": ({ path }) => ({
    what: path === "" ? "No repository is named." : `“${path}” lacks its owner.`,
    advice: "Enter owner/name, with your user name or that of an organisation as the owner.",
  }),
  "config/no-token": ({ hub }) => ({
    what: `${hub} needs an access token to publish.`,
    advice: "Create one there that may write to repositories, and enter it.",
  }),
  "network/push-refused": ({ repository, hub }) => ({
    what: `${hub} does not let this access token write to ${repository}.`,
    advice: "Check the owner's name, and let the token write to its repositories.",
  }),
  "network/push-conflict": ({ repository, hub }) => ({
    what: `${repository} on ${hub} is being changed by somebody else.`,
    advice: "Nothing was published. Push again; files that have arrived are not uploaded twice.",
  }),
  "network/push-rejected": ({ hub, status, reason }) => ({
    what: `${hub} rejected the files with status ${status}${reason === "" ? "" : `: ${reason.replace(/\.$/, "")}`}.`,
    advice: "Nothing was published.",
  }),
  "network/push-busy": ({ hub, status, retryAfterMs }) => {
    const minutes = retryAfterMs === null ? null : Math.max(1, Math.ceil(retryAfterMs / 60_000));
    const when = minutes === null ? "in a few minutes" : `in about ${minutes} min`;
    return {
      what:
        status === 429
          ? `${hub} received too many requests from here.`
          : `${hub} has a problem: it answered with status ${status}.`,
      advice: `Nothing was published. Push again ${when}; files that have arrived are not uploaded twice.`,
    };
  },
  "network/push-broken-off": ({ hub }) => ({
    what: `The connection to ${hub} was repeatedly lost.`,
    advice:
      "Nothing was published. Push again when the connection is better; files that have arrived are not uploaded twice.",
  }),
  "network/push-unknown": ({ repository, hub, page }) => ({
    what: `The connection was lost while ${hub} was publishing ${repository}.`,
    advice: `Look at ${page} to see whether it is there before pushing again.`,
  }),
  "network/gated": ({ repository, hub, page, hasToken }) => ({
    what: `${repository} requires accepting its owners' terms on ${hub}.`,
    advice: hasToken
      ? `Accept them at ${page} with the account of this access token, and let the token read gated repositories.`
      : `Accept them at ${page}, create an access token there, and enter it as Access token.`,
  }),
  "network/token-refused": ({ hub }) => ({
    what: `${hub} refused the access token.`,
    advice: "Check that it was copied completely, has not expired and may read this repository.",
  }),
  "network/no-revision": ({ repository, hub, revision }) => ({
    what: `${repository} on ${hub} has no branch, tag or commit ${revision}.`,
    advice: "Remove the part after the @ to use main.",
  }),
  "network/file-gone": ({ repository, hub, path }) => ({
    what: `${repository} on ${hub} no longer has the file ${path}.`,
    advice: "Discard this download and begin again.",
  }),
  "network/refused": ({ hub, asked, status }) => ({
    what: `${hub} refused to send ${asked}: it answered with status ${status}.`,
    advice: "Check the repository's page in the browser, or try another hub endpoint.",
  }),
  "network/no-repository": ({ repository, hub, hasToken }) => ({
    what: `There is no public model ${repository} on ${hub}.`,
    advice: hasToken
      ? "Check the name; if it is private, the access token must be of an account that may read it."
      : "Check the name; if it is private, enter an access token of an account that may read it.",
  }),
  "network/too-many-requests": ({ hub, retryAfterMs }) => {
    const minutes = retryAfterMs === null ? null : Math.max(1, Math.ceil(retryAfterMs / 60_000));
    const when = minutes === null ? "in a few minutes" : `in about ${minutes} min`;
    return {
      what: `${hub} received too many requests from here.`,
      advice: `Continue ${when}; what has been downloaded is kept. With an access token the hub allows more.`,
    };
  },
  "network/in-trouble": ({ hub, status }) => ({
    what: `${hub} has a problem: it answered with status ${status}.`,
    advice: "Continue in a few minutes; what has been downloaded is kept.",
  }),
  "network/unreachable": ({ hub }) => ({
    what: `${hub} could not be reached.`,
    advice:
      "Check the connection and the hub endpoint. A content blocker or company network may block it, and a mirror must allow other web pages to read from it (CORS).",
  }),
  "network/broken-off": ({ path }) => ({
    what: `The connection was repeatedly lost while downloading ${path}.`,
    advice: "Continue when the connection is better; what has been downloaded is kept.",
  }),
  "network/offline": () => ({
    what: "This machine is offline.",
    advice: "Continue when the connection is back; what has been downloaded is kept.",
  }),
  "network/no-hub": ({ hub, repository, fault }) => ({
    what: `${hub} does not answer like a model hub${fault === null ? "" : `: what it says of ${repository} ${valueFault(fault)}`}.`,
    advice: "Check the hub endpoint; leave it empty for Hugging Face itself.",
  }),
  "format/wrong-size": ({ path, expectedBytes, found }) => ({
    what: `${path} should have ${expectedBytes} bytes, but the server sent ${found}.`,
    advice: "The server or mirror does not have the complete file: try another hub endpoint.",
  }),
  "format/wrong-checksum": ({ path }) => ({
    what: `${path} arrived damaged twice: its checksum does not match the repository's.`,
    advice: "Try again later, or another hub endpoint; the damaged file is not kept.",
  }),
  "model/several-weights": ({ repository, count, index }) => ({
    what: `${repository} has ${count} safetensors files and no ${index}, so it is unclear which of them are the model.`,
    advice: "Download the files that belong together yourself, and drop them below.",
  }),
  "model/file-missing-on-hub": ({ repository, name, isAdapter }) => ({
    what: `${repository} has no ${name}, which the model needs.`,
    advice: isAdapter
      ? "It is an adapter: download its base model here, and load the adapter under Export."
      : "Look for another copy of this model on the hub, often one that says “safetensors” or “HF” in its name.",
  }),
  "model/no-weights-on-hub": ({ repository, instead }) => {
    const only = instead === "gguf-parts" ? "some parts of split GGUF files" : instead?.path;
    const isPyTorch = /\.(bin|pt|pth)$/i.test(only ?? "");
    return {
      what: `${repository} has no weights that the studio reads${only ? `, only ${only}` : ""}.`,
      advice: isPyTorch
        ? `PyTorch's format can run code when it is opened. Convert it once in Python: \`AutoModelForCausalLM.from_pretrained("${repository}").save_pretrained("converted")\`, then drop that folder with the tokenizer's files below.`
        : "It reads *.safetensors and whole *.gguf files: look for another copy of this model on the hub.",
    };
  },
};
