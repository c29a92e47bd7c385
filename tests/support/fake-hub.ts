import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Simulated failures of a {@link FakeHub} for one file. Counts decrease with each occurrence. */
export interface Trouble {
  /** Path of the affected file. */
  path: string;
  /**
   * Responses to cut off after `dropAfterBytes`, once {@link FakeHub.arrived} confirms that these bytes have arrived.
   */
  drops: number;
  dropAfterBytes: number;
  /** Requests to answer with this status. */
  refusals: number;
  refusalStatus: number;
  retryAfter: string | null;
  /** Responses with a corrupted byte. */
  damaged: number;
  /** Requests to leave unanswered. */
  silent: number;
  /** Ignores Range headers. */
  noRanges: boolean;
  /** Omits checksums from the tree. */
  noChecksums: boolean;
  /** Responses that end early with a matching length. */
  short: number;
  /** Milliseconds between pieces of 64 KiB; 0 sends the whole at once. */
  pauseMs: number;
}

export interface FakeRepository {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Required access token, if any. */
  readonly token?: string;
  readonly license?: string;
}

/** A request as seen by the server. */
export interface SeenRequest {
  readonly host: "hub" | "files";
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
}

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** Files up to this size are stored in git, larger ones in LFS, as on the hub. */
const LARGE_BYTES = 64 * 1024;

/**
 * A server that behaves like a model hub: describes revisions, lists trees in pages, and redirects large files to
 * another host, which, like the hub's, answers no CORS preflight.
 */
export class FakeHub {
  readonly trouble = noTrouble();
  readonly seen: SeenRequest[] = [];
  readonly commit = COMMIT;
  /** Overrides the revision response, or a page of the tree. */
  instead: { readonly revision?: unknown; readonly tree?: unknown } = {};
  /** Tree entries per page. */
  pageSize = 1000;
  /** Called for each unanswered request. */
  onSilence: () => void = () => undefined;
  /** Changes with the files, like an ETag. */
  version = 1;
  /** The response to cut off once the file has grown to `at` bytes. */
  #drop: { readonly at: number; readonly end: () => void } | null = null;
  readonly #repositories: Record<string, FakeRepository>;
  readonly #hub = createServer((request, response) => this.#onHub(request, response));
  readonly #files = createServer((request, response) => this.#onFiles(request, response));

  private constructor(repositories: Record<string, FakeRepository>) {
    this.#repositories = repositories;
  }

  static async start(repositories: Record<string, FakeRepository>): Promise<FakeHub> {
    const hub = new FakeHub(repositories);
    await Promise.all([listen(hub.#hub), listen(hub.#files)]);
    return hub;
  }

  /** Value for the page's endpoint field. */
  get endpoint(): string {
    return addressOf(this.#hub);
  }

  /**
   * Reports how many bytes of the affected file the client has. Cutting the connection by a timer could lose bytes sent
   * but not yet read, which would make the test depend on timing.
   */
  arrived(bytes: number): void {
    if (!this.#drop || bytes < this.#drop.at) return;
    this.#drop.end();
    this.#drop = null;
  }

  /** File content requests, without redirects. */
  fileRequests(): SeenRequest[] {
    return this.seen.filter(({ host }) => host === "files");
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#files]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #onHub(request: IncomingMessage, response: ServerResponse): void {
    allowPages(request, response);
    if (request.method === "OPTIONS") {
      response.setHeader("Access-Control-Allow-Headers", "Authorization, Range");
      response.writeHead(204).end();
      return;
    }
    this.#note("hub", request);
    const url = new URL(request.url ?? "/", this.endpoint);
    const api = /^\/api\/(?:models\/|(?=datasets\/))(.+)\/(revision|tree)\/([^/]+)$/.exec(url.pathname);
    const file = /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const name = api?.[1] ?? file?.[1] ?? "";
    const repository = this.#repositories[name];
    const revision = decodeURIComponent(api?.[3] ?? file?.[2] ?? "");
    if (!repository) return refuse(response, 401, "RepoNotFound");
    if (repository.token !== undefined) {
      if (request.headers.authorization === undefined) return refuse(response, 401, "GatedRepo");
      if (request.headers.authorization !== `Bearer ${repository.token}`) return refuse(response, 401, "");
    }
    // Parquet files are on their own branch.
    const branch = name.startsWith("datasets/") ? "refs/convert/parquet" : "main";
    if (![branch, COMMIT].includes(revision) || (branch !== "main" && !Object.keys(repository.files).length))
      return refuse(response, 404, "RevisionNotFound");
    const answer = api?.[2] === "revision" ? this.instead.revision : this.instead.tree;
    if (api && answer !== undefined) return json(response, answer);
    if (api?.[2] === "revision") return this.#describe(repository, response);
    if (api) return this.#tree(name, repository, url, response);
    this.#resolve(name, repository, decodeURIComponent(file?.[3] ?? ""), request, response);
  }

  #describe({ license, token, files }: FakeRepository, response: ServerResponse): void {
    const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
    const gated = token === undefined ? false : "manual";
    json(response, { sha: COMMIT, gated, siblings, cardData: { license: license ?? "apache-2.0" } });
  }

  #tree(name: string, { files }: FakeRepository, url: URL, response: ServerResponse): void {
    const entries = Object.entries(files).map(([path, bytes]) => this.#entry(path, bytes));
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const next = from + this.pageSize;
    if (next < entries.length) {
      url.searchParams.set("cursor", String(next));
      // Mirrors return the upstream hub's address.
      response.setHeader("Link", `<https://hub.example/api/models/${name}/tree/x${url.search}>; rel="next"`);
    }
    json(response, [{ type: "directory", path: "onnx", oid: "0", size: 0 }, ...entries.slice(from, next)]);
  }

  #entry(path: string, bytes: Uint8Array): object {
    const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
    const entry = { type: "file", path, size: bytes.length };
    if (this.trouble.noChecksums) return entry;
    if (bytes.length < LARGE_BYTES) return { ...entry, oid };
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { ...entry, oid: "1".repeat(40), lfs: { oid: sha256, size: bytes.length, pointerSize: 134 } };
  }

  #resolve(
    name: string,
    { files }: FakeRepository,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const bytes = files[path];
    if (!bytes) return refuse(response, 404, "EntryNotFound");
    const { trouble } = this;
    if (trouble.path === path && trouble.refusals-- > 0) {
      if (trouble.retryAfter !== null) response.setHeader("Retry-After", trouble.retryAfter);
      return refuse(response, trouble.refusalStatus, "");
    }
    if (bytes.length < LARGE_BYTES) return this.#send(path, bytes, request, response);
    const target = `${addressOf(this.#files)}/blobs/${encodeURIComponent(name)}/${encodeURIComponent(path)}`;
    response.writeHead(302, { Location: target }).end();
  }

  #onFiles(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === "OPTIONS") {
      response.writeHead(403).end();
      return;
    }
    allowPages(request, response);
    this.#note("files", request);
    const [name = "", path = ""] = (request.url ?? "").split("/").slice(2).map(decodeURIComponent);
    const bytes = this.#repositories[name]?.files[path];
    if (!bytes) return refuse(response, 404, "");
    this.#send(path, bytes, request, response);
  }

  #send(path: string, bytes: Uint8Array, request: IncomingMessage, response: ServerResponse): void {
    const trouble = this.trouble.path === path ? this.trouble : noTrouble();
    if (trouble.silent-- > 0) {
      this.onSilence();
      return;
    }
    const range = trouble.noRanges ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const start = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
    response.setHeader("ETag", `"version ${this.version}"`);
    if (start >= bytes.length && start > 0) {
      response.writeHead(416, { "Content-Range": `bytes */${bytes.length}` }).end();
      return;
    }
    let body = bytes.slice(start, end);
    if (trouble.damaged-- > 0) body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
    if (trouble.short-- > 0) body = body.slice(0, body.length >> 1);
    response.statusCode = range ? 206 : 200;
    response.setHeader("Content-Length", body.length);
    if (range) {
      response.setHeader("Content-Range", `bytes ${start}-${end - 1}/${bytes.length}`);
    }
    if (trouble.drops-- > 0) {
      response.write(body.subarray(0, trouble.dropAfterBytes));
      this.#drop = { at: start + trouble.dropAfterBytes, end: () => response.socket?.destroy() };
    } else if (trouble.pauseMs > 0) void sendSlowly(response, body, trouble.pauseMs);
    else response.end(body);
  }

  #note(host: SeenRequest["host"], request: IncomingMessage): void {
    const { range = null, authorization = null } = request.headers;
    this.seen.push({ host, path: request.url ?? "", range, authorization });
  }
}

/** Sends a body in pieces, until the client goes away. */
async function sendSlowly(response: ServerResponse, body: Uint8Array, pauseMs: number): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += LARGE_BYTES) {
    response.write(body.subarray(at, at + LARGE_BYTES));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  response.end();
}

function noTrouble(): Trouble {
  return {
    path: "model.safetensors",
    drops: 0,
    dropAfterBytes: 0,
    damaged: 0,
    silent: 0,
    short: 0,
    pauseMs: 0,
    refusals: 0,
    refusalStatus: 429,
    retryAfter: null,
    noRanges: false,
    noChecksums: false,
  };
}

function allowPages(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
  response.setHeader(
    "Access-Control-Expose-Headers",
    "ETag, Link, Accept-Ranges, Content-Range, X-Error-Code, Retry-After",
  );
}

function refuse(response: ServerResponse, status: number, code: string): void {
  if (code !== "") response.setHeader("X-Error-Code", code);
  response.writeHead(status).end();
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(value));
}

function addressOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "localhost", resolve));
}
