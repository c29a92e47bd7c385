import { LuthierError } from "../lib/errors";
import { DEFAULT_HUB_ENDPOINT, type HubAddress } from "../shared/hub";

/** Form field ids for errors. */
const FIELD = { repository: "hubRepository", endpoint: "hubEndpoint", token: "hubToken" } as const;

/** A component of a repository name: letters, digits, "-", "_" and ".", but not only dots. */
const NAME = /^(?!\.+$)[A-Za-z0-9._-]{1,96}$/;

/** Whitespace and control characters, invalid in git revisions. */
// eslint-disable-next-line no-control-regex -- intended
const NOT_IN_REVISION = /[\u0000-\u0020\u007f]/;

/**
 * Parses a repository address: "owner/name", "owner/name@revision", or a web page's URL. A URL's host is ignored in
 * favour of the endpoint.
 * @throws LuthierError("config") with the invalid field
 */
export function parseAddress(repositoryText: string, endpointText: string): HubAddress {
  const endpoint = parseEndpoint(endpointText);
  const { path, revision } = splitRevision(repositoryText.trim());
  const parts = path.split("/").filter((part) => part !== "");
  if (parts[0] === "datasets" || parts[0] === "spaces") {
    throw new LuthierError(
      { code: "config/no-model-repository", path, kind: parts[0] },
      { field: FIELD.repository },
    );
  }
  if (parts.length < 1 || parts.length > 2 || !parts.every((part) => NAME.test(part))) throw badName(path);
  if (revision === "" || revision.length > 200 || NOT_IN_REVISION.test(revision)) {
    throw new LuthierError({ code: "config/revision", revision }, { field: FIELD.repository });
  }
  return { endpoint, repository: parts.join("/"), revision };
}

/** The branch on which hubs publish every dataset as Parquet files. */
const PARQUET_BRANCH = "refs/convert/parquet";

/**
 * Parses the address of a dataset's Parquet files: "owner/name", or its web page's URL.
 * @throws LuthierError("config") with the invalid field
 */
export function parseDatasetAddress(repositoryText: string, endpointText: string): HubAddress {
  const endpoint = parseEndpoint(endpointText);
  const { path } = splitRevision(repositoryText.trim());
  const parts = path.split("/").filter((part) => part !== "");
  const own = parts[0] === "datasets" ? parts.slice(1) : parts;
  const name = own.slice(0, 2);
  // A page's URL may have further parts, as in ".../viewer/default/train".
  const isPage = repositoryText.includes("://") || own.length === name.length;
  if (name.length < 1 || !isPage || !name.every((part) => NAME.test(part))) throw badName(path);
  return { endpoint, repository: name.join("/"), revision: PARQUET_BRANCH, kind: "dataset" };
}

/**
 * Parses the address of a hub or mirror; "" is Hugging Face, and https is the default scheme.
 * @throws LuthierError("config")
 */
export function parseEndpoint(text: string): string {
  const typed = text.trim() || DEFAULT_HUB_ENDPOINT;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:") || url.username || url.password) {
    throw new LuthierError(
      { code: "config/endpoint", typed, example: DEFAULT_HUB_ENDPOINT },
      { field: FIELD.endpoint },
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/**
 * Parses an access token; "" is none. Refuses to send one unencrypted.
 * @throws LuthierError("config") on invalid characters, or plain http to a remote host
 */
export function parseToken(typed: string, endpoint: string): string {
  const token = typed.trim();
  if (token === "") return token;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new LuthierError({ code: "config/token-characters" }, { field: FIELD.token });
  }
  const { protocol, hostname } = new URL(endpoint);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(hostname) || hostname.endsWith(".localhost");
  if (protocol === "https:" || local) return token;
  throw new LuthierError({ code: "config/token-unencrypted", host: hostname }, { field: FIELD.token });
}

/** Display name of a hub: its host. */
export function hubName({ endpoint }: Pick<HubAddress, "endpoint">): string {
  return new URL(endpoint).host;
}

/** API URL of a revision. */
export function revisionUrl(address: HubAddress): string {
  const { endpoint, repository, revision } = address;
  return `${endpoint}/api/${apiOf(address)}/${repository}/revision/${encodeURIComponent(revision)}`;
}

/** API URL of a commit's file tree, folders included. */
export function treeUrl(address: HubAddress, commit: string): string {
  const { endpoint, repository } = address;
  return `${endpoint}/api/${apiOf(address)}/${repository}/tree/${encodeURIComponent(commit)}?recursive=true`;
}

/** Download URL of a file. */
export function fileUrl(address: HubAddress, commit: string, path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `${pageUrl(address)}/resolve/${encodeURIComponent(commit)}/${encoded}`;
}

/** Web page of a repository. */
export function pageUrl({ endpoint, repository, kind }: HubAddress): string {
  return `${endpoint}/${kind === "dataset" ? "datasets/" : ""}${repository}`;
}

function apiOf({ kind }: HubAddress): string {
  return kind === "dataset" ? "datasets" : "models";
}

function splitRevision(typed: string): { path: string; revision: string } {
  const pasted = /^(?:https?:\/\/[^/]+|(?:www\.)?huggingface\.co|hf\.co)\/+([^?#]*)/i.exec(typed)?.[1];
  if (pasted === undefined) {
    const at = typed.indexOf("@");
    return at < 0
      ? { path: typed, revision: "main" }
      : { path: typed.slice(0, at), revision: typed.slice(at + 1).trim() };
  }
  const page = /^(.*?)\/(?:tree|blob|resolve|raw|commit)\/([^/]+)/.exec(pasted);
  return page ? { path: page[1] ?? "", revision: decode(page[2] ?? "") } : { path: pasted, revision: "main" };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function badName(path: string): LuthierError {
  return new LuthierError({ code: "config/repository-name", path }, { field: FIELD.repository });
}
