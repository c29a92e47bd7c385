import * as v from "valibot";
import { cancelled, LuthierError } from "../../lib/errors";
import { objectOf } from "../../lib/schema";
import type { HubAddress } from "../../shared/hub";
import { hubName, pageUrl, revisionUrl } from "../address";
import { readJson } from "../read-json";
import type * as library from "./library";
import { ofPush, refusedPush } from "./push-problem";
import { OutcomeUnknown, type PushAccess, pushTransport } from "./transport";
import { UploadProgress } from "./upload-progress";

/** What to publish. */
export interface PushPlan {
  /** The repository, and the branch or the base of the pull request as its revision. */
  readonly address: HubAddress;
  /** Visibility of a repository that is created; an existing one keeps its own. */
  readonly isPrivate: boolean;
  readonly asPullRequest: boolean;
  /** Title of the commit. */
  readonly title: string;
  readonly files: readonly { readonly path: string; readonly content: Blob }[];
}

/** How to publish it. */
export interface PushOptions extends PushAccess {
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
}

/** What was published. */
export interface PushedFiles {
  /** The page of the repository, branch or pull request. */
  readonly url: string;
  readonly created: boolean;
}

type Library = typeof library;

/** Time for clearing up after a failure. */
const CLEARING_MS = 15_000;

const head = objectOf({ sha: v.string() });

/**
 * Publishes files as one commit. The repository and the branch are created if they do not exist. Large files are
 * uploaded first, and only the commit makes anything visible; if it is not reached, what was created is removed.
 * @throws LuthierError("network") if the hub refuses or cannot be reached, "cancelled"
 */
export async function pushFiles(plan: PushPlan, options: PushOptions): Promise<PushedFiles> {
  // Loaded on demand: few visits publish anything.
  const push = new Push(await import("./library"), plan, options);
  try {
    return await push.run();
  } catch (error) {
    await push.clearUp().catch(() => undefined);
    throw push.problemOf(error);
  }
}

/** A push under way. */
class Push {
  readonly #library: Library;
  readonly #plan: PushPlan;
  readonly #options: PushOptions;
  readonly #progress: UploadProgress;
  #created: "repository" | "branch" | null = null;
  /** The branch's commit before the push. */
  #head: string | null = null;
  /** Whether it is unknown if the commit was made. */
  #unknown = false;

  constructor(library: Library, plan: PushPlan, options: PushOptions) {
    this.#library = library;
    this.#plan = plan;
    this.#options = options;
    this.#progress = new UploadProgress(plan.files, options.onProgress);
  }

  async run(): Promise<PushedFiles> {
    await this.#prepare();
    const { address, asPullRequest } = this.#plan;
    const created = this.#created === "repository";
    try {
      const pullRequest = await this.#commit();
      return { url: pullRequest ?? this.#page(), created };
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      this.#unknown = true;
      if (!asPullRequest && (await this.#hasMoved())) return { url: this.#page(), created };
      const { repository } = address;
      throw new LuthierError(
        this.#unknown
          ? { code: "network/push-unknown", repository, hub: hubName(address), page: pageUrl(address) }
          : { code: "network/push-broken-off", hub: hubName(address) },
        { cause: error },
      );
    }
  }

  /** Removes the repository or branch that was created for a push that failed. */
  async clearUp(): Promise<void> {
    if (this.#created === null || this.#unknown) return;
    const signal = AbortSignal.timeout(CLEARING_MS);
    const where = this.#where(signal);
    if (this.#created === "branch") {
      await this.#library.deleteBranch({ ...where, branch: this.#plan.address.revision });
      return;
    }
    // Unless somebody has committed to it in the meantime.
    const { revision } = this.#plan.address;
    const isUntouched = this.#head === null || (await this.#headOf(revision, signal)) === this.#head;
    if (isUntouched) await this.#library.deleteRepo(where);
  }

  /** The problem to show for a failure. */
  problemOf(error: unknown): unknown {
    const { signal, token } = this.#options;
    if (signal.aborted) return cancelled();
    const { address } = this.#plan;
    if (error instanceof LuthierError) return ofPush(error, address);
    return error instanceof this.#library.HubApiError ? refusedPush(error, { address, token }) : error;
  }

  /** Creates what does not exist. */
  async #prepare(): Promise<void> {
    const { address, isPrivate, asPullRequest } = this.#plan;
    const { signal } = this.#options;
    const where = this.#where(signal);
    const { revision } = address;
    try {
      this.#head = await this.#headOf(revision, signal);
      return;
    } catch (error) {
      if (!isProblem(error, "network/no-repository", "network/no-revision")) throw error;
      if (isProblem(error, "network/no-repository")) {
        const visibility = isPrivate ? "private" : "public";
        const isNew = await this.#make(() => this.#library.createRepo({ ...where, visibility }));
        if (isNew) this.#created = "repository";
      } else if (asPullRequest) throw error;
    }
    if (revision !== "main" && !asPullRequest) {
      const isNew = await this.#make(() => this.#library.createBranch({ ...where, branch: revision }));
      if (isNew) this.#created ??= "branch";
    }
    this.#head = await this.#headOf(revision, signal);
  }

  /** Creates something. Returns false if it exists by now. */
  async #make(create: () => Promise<unknown>): Promise<boolean> {
    try {
      await create();
      return true;
    } catch (error) {
      if (error instanceof this.#library.HubApiError && error.statusCode === 409) return false;
      throw error;
    }
  }

  /** Uploads and commits. Returns the address of the pull request, if it is one. */
  async #commit(): Promise<string | undefined> {
    const { address, title, files, asPullRequest } = this.#plan;
    const { signal } = this.#options;
    const events = this.#library.commitIter({
      ...this.#where(signal),
      branch: address.revision,
      isPullRequest: asPullRequest,
      title,
      operations: files.map((file) => ({ operation: "addOrUpdate", ...file })),
      abortSignal: signal,
      // Xet would send a second token to a third host.
      useXet: false,
    });
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value?.pullRequestUrl;
      if (value.event === "fileProgress" && value.state === "uploading" && value.progress === 1)
        this.#progress.finished(value.path);
    }
  }

  /** Whether the branch has a new commit. */
  async #hasMoved(): Promise<boolean> {
    const signal = AbortSignal.timeout(CLEARING_MS);
    const { revision } = this.#plan.address;
    const now = await this.#headOf(revision, signal).catch(() => null);
    if (now !== null) this.#unknown = false;
    return now !== null && now !== this.#head;
  }

  async #headOf(revision: string, signal: AbortSignal): Promise<string> {
    const { token, onWait, sleep } = this.#options;
    const address = { ...this.#plan.address, revision };
    const asked = { address, path: null, hasToken: true };
    const access = { token, signal, ...(onWait && { onWait }), ...(sleep && { sleep }) };
    return (await readJson(revisionUrl(address), head, asked, access)).value.sha;
  }

  #where(signal: AbortSignal) {
    const { address } = this.#plan;
    const onSent = this.#progress.sent.bind(this.#progress);
    return {
      repo: { type: "model", name: address.repository },
      hubUrl: address.endpoint,
      // The transport adds the token.
      accessToken: "",
      fetch: pushTransport(address, { ...this.#options, signal }, onSent),
    } as const;
  }

  #page(): string {
    const { address } = this.#plan;
    const { revision } = address;
    return revision === "main"
      ? pageUrl(address)
      : `${pageUrl(address)}/tree/${encodeURIComponent(revision)}`;
  }
}

function isProblem(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof LuthierError && codes.includes(error.problem.code);
}
