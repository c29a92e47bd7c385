import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A commit of a {@link PushHub}. */
export interface HubCommit {
  readonly id: string;
  readonly title: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface PushedRepository {
  readonly isPrivate: boolean;
  /** Commits of each branch, latest last. */
  readonly branches: Map<string, HubCommit[]>;
  readonly pullRequests: HubCommit[];
}

/** A request as the hub or its storage saw it. */
export interface SeenPush {
  readonly host: "hub" | "storage";
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** What goes wrong with a request: a status, a lost connection before it is carried out, or one after. */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly error?: string }
  | "dropped"
  | "answer-dropped";

/** Tokens of the user "ada": one may write, the other only read. */
export const WRITE_TOKEN = "hf_mayWriteKeepSecret";
export const READ_TOKEN = "hf_mayOnlyReadKeepSecret";
const OWNERS = ["ada", "woods"];

const MEBIBYTE = 2 ** 20;

/**
 * A server that takes repositories as the hub does: creating, preupload, LFS batch, storage on another host that is
 * addressed by signed links and accepts no token, and commits, which are refused if a file they name was not uploaded.
 */
export class PushHub {
  readonly repositories = new Map<string, PushedRepository>();
  readonly seen: SeenPush[] = [];
  /** Uploaded files by SHA-256. */
  readonly stored = new Map<string, Buffer>();
  /** Files larger than this are uploaded in parts. */
  partBytes = 5 * MEBIBYTE;
  /** Decides which requests fail. */
  fault: (request: Omit<SeenPush, "body" | "headers">) => Fault | null = () => null;
  /** Milliseconds until an upload is answered. */
  storageDelayMs = 0;
  readonly #parts = new Map<string, Buffer[]>();
  readonly #hub = createServer((request, response) => void this.#on("hub", request, response));
  readonly #storage = createServer((request, response) => void this.#on("storage", request, response));

  static async start(): Promise<PushHub> {
    const hub = new PushHub();
    await Promise.all([listen(hub.#hub), listen(hub.#storage)]);
    return hub;
  }

  get endpoint(): string {
    return addressOf(this.#hub);
  }

  /** Files of a branch's latest commit. */
  files(name: string, branch = "main"): Map<string, Uint8Array> {
    return new Map(this.repositories.get(name)?.branches.get(branch)?.at(-1)?.files);
  }

  /** Adds a repository with one commit. */
  add(name: string, files: Readonly<Record<string, Uint8Array>> = {}, isPrivate = true): PushedRepository {
    const first = commitOf("initial commit", new Map(Object.entries(files)));
    const repository = { isPrivate, branches: new Map([["main", [first]]]), pullRequests: [] };
    this.repositories.set(name, repository);
    return repository;
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #on(host: SeenPush["host"], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    response.setHeader("Access-Control-Allow-Origin", headers.origin ?? "*");
    const exposed = host === "hub" ? "X-Error-Code, X-Request-Id, Retry-After" : "ETag";
    response.setHeader("Access-Control-Expose-Headers", exposed);
    if (method === "OPTIONS") {
      response.setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE");
      response.setHeader("Access-Control-Allow-Headers", headers["access-control-request-headers"] ?? "");
      response.writeHead(204).end();
      return;
    }
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    this.seen.push({ host, method, url, headers, body });
    const fault = this.fault({ host, method, url });
    if (fault === "dropped") {
      response.destroy();
      return;
    }
    if (fault !== null && fault !== "answer-dropped") {
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
      json(response, fault.status, fault.error === undefined ? {} : { error: fault.error });
      return;
    }
    if (fault === "answer-dropped") response.end = () => response.destroy();
    try {
      if (host === "storage")
        await this.#onStorage(method, new URL(url, "http://storage"), headers, body, response);
      else this.#onHub(method, new URL(url, this.endpoint), headers, body, response);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code !== "") response.setHeader("X-Error-Code", error.code);
      json(response, error.status, { error: error.message });
    }
  }

  #onHub(
    method: string,
    { pathname, searchParams }: URL,
    headers: IncomingMessage["headers"],
    body: Buffer,
    response: ServerResponse,
  ): void {
    const token = headers.authorization?.replace("Bearer ", "");
    if (token !== WRITE_TOKEN && token !== READ_TOKEN) throw new Refusal(401, "", "Invalid credentials");
    const mayWrite = (name: string): void => {
      if (token !== WRITE_TOKEN || !OWNERS.includes(name.split("/")[0] ?? ""))
        throw new Refusal(403, "", `Forbidden: you may not write to ${name}`);
    };
    if (/^\/api\/repos\/(create|delete)$/.test(pathname)) {
      const { name, organization, visibility } = JSON.parse(body.toString()) as Record<string, string>;
      const full = `${organization ?? ""}/${name ?? ""}`;
      mayWrite(full);
      if (method === "DELETE") {
        if (!this.repositories.delete(full)) throw new Refusal(404, "RepoNotFound", "Not found");
        return json(response, 200, {});
      }
      if (this.repositories.has(full)) throw new Refusal(409, "", "You already created this model repo");
      this.add(full, {}, visibility === "private");
      return json(response, 200, { url: `${this.endpoint}/${full}`, id: "1" });
    }
    const lfs = /^\/(.+)\.git\/info\/lfs\/objects\/batch$/.exec(pathname);
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|branch|preupload|commit)\/([^/]+)$/.exec(pathname);
    const name = lfs?.[1] ?? api?.[1] ?? "";
    const repository = this.repositories.get(name);
    if (!repository) throw new Refusal(404, "RepoNotFound", "Repository not found");
    if (lfs) {
      mayWrite(name);
      return this.#batch(JSON.parse(body.toString()) as LfsRequest, response);
    }
    const [, , what = "", encoded = ""] = api ?? [];
    const revision = decodeURIComponent(encoded);
    if (what === "branch") {
      mayWrite(name);
      return branch(repository, method, revision, response);
    }
    const history = repository.branches.get(revision);
    if (!history) throw new Refusal(404, "RevisionNotFound", "Invalid rev id");
    if (what === "revision") return json(response, 200, { sha: history.at(-1)?.id ?? "" });
    mayWrite(name);
    if (what === "preupload") return preupload(JSON.parse(body.toString()) as PreuploadRequest, response);
    this.#commit(repository, history, body.toString(), searchParams.has("create_pr"), name, response);
  }

  #batch({ objects, transfers }: LfsRequest, response: ServerResponse): void {
    if (!transfers.includes("multipart")) throw new Refusal(400, "", "no transfer in common");
    const answers = objects.map(({ oid, size }) => {
      if (this.stored.has(oid)) return { oid, size };
      const link = `${addressOf(this.#storage)}/${oid}?X-Amz-Signature=signed`;
      if (size <= this.partBytes) return { oid, size, actions: { upload: { href: link } } };
      const count = Math.ceil(size / this.partBytes);
      const numbers = Array.from({ length: count }, (_, index) => String(index + 1).padStart(5, "0"));
      const header = Object.fromEntries(numbers.map((part) => [part, `${link}&partNumber=${Number(part)}`]));
      return {
        oid,
        size,
        actions: {
          upload: { href: `${link}&complete`, header: { chunk_size: String(this.partBytes), ...header } },
        },
      };
    });
    json(response, 200, { transfer: "basic", objects: answers });
  }

  async #onStorage(
    method: string,
    { pathname, searchParams }: URL,
    headers: IncomingMessage["headers"],
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    // A signed link allows one kind of authentication alone.
    if (headers.authorization !== undefined) throw new Refusal(400, "", "Only one auth mechanism allowed");
    if (this.storageDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.storageDelayMs));
    const oid = pathname.slice(1);
    const part = Number(searchParams.get("partNumber") ?? 0);
    if (method === "PUT" && part > 0) {
      const parts = this.#parts.get(oid) ?? [];
      parts[part - 1] = body;
      this.#parts.set(oid, parts);
      response.setHeader("ETag", `"${part}"`);
      return json(response, 200, {});
    }
    const whole = searchParams.has("complete") ? Buffer.concat(this.#parts.get(oid) ?? []) : body;
    if (createHash("sha256").update(whole).digest("hex") !== oid) throw new Refusal(400, "", "BadDigest");
    this.stored.set(oid, whole);
    json(response, 200, {});
  }

  #commit(
    { pullRequests }: PushedRepository,
    history: HubCommit[],
    body: string,
    asPullRequest: boolean,
    name: string,
    response: ServerResponse,
  ): void {
    const files = new Map(history.at(-1)?.files);
    let title = "";
    for (const line of body.split("\n")) {
      const { key, value } = JSON.parse(line) as CommitLine;
      if (key === "header") title = value.summary ?? "";
      else if (key === "file") files.set(value.path ?? "", Buffer.from(value.content ?? "", "base64"));
      else {
        const stored = this.stored.get(value.oid ?? "");
        if (!stored) throw new Refusal(400, "", `${value.path ?? ""}: LFS pointer points to a missing file`);
        files.set(value.path ?? "", stored);
      }
    }
    const commit = commitOf(title, files);
    (asPullRequest ? pullRequests : history).push(commit);
    const page = `${this.endpoint}/${name}`;
    json(response, 200, {
      success: true,
      commitOid: commit.id,
      commitUrl: `${page}/commit/${commit.id}`,
      ...(asPullRequest && { pullRequestUrl: `${page}/discussions/${pullRequests.length}` }),
    });
  }
}

interface LfsRequest {
  readonly transfers: readonly string[];
  readonly objects: readonly { readonly oid: string; readonly size: number }[];
}

interface PreuploadRequest {
  readonly files: readonly { readonly path: string; readonly size: number; readonly sample: string }[];
}

interface CommitLine {
  readonly key: "header" | "file" | "lfsFile";
  readonly value: {
    readonly summary?: string;
    readonly path?: string;
    readonly content?: string;
    readonly oid?: string;
  };
}

/** An answer with an error status. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Binary and large files go to LFS. */
function preupload({ files }: PreuploadRequest, response: ServerResponse): void {
  const modes = files.map(({ path, size, sample }) => {
    const isBinary = /\.(safetensors|gguf|onnx|png)$/.test(path) || Buffer.from(sample, "base64").includes(0);
    return { path, uploadMode: isBinary || size > 10 * MEBIBYTE ? "lfs" : "regular" };
  });
  json(response, 200, { files: modes });
}

function branch(
  { branches }: PushedRepository,
  method: string,
  name: string,
  response: ServerResponse,
): void {
  if (method === "DELETE") {
    if (!branches.delete(name)) throw new Refusal(404, "RevisionNotFound", "Not found");
  } else {
    if (branches.has(name)) throw new Refusal(409, "", "Reference already exists");
    branches.set(name, [...(branches.get("main") ?? [])]);
  }
  json(response, 200, {});
}

function commitOf(title: string, files: ReadonlyMap<string, Uint8Array>): HubCommit {
  const id = createHash("sha1").update(`${title} ${Math.random()}`).digest("hex");
  return { id, title, files };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.setHeader("Content-Type", "application/json");
  response.statusCode = status;
  response.end(JSON.stringify(value));
}

function addressOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "localhost", resolve));
}
