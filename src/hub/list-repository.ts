import * as v from "valibot";
import { isRecord } from "../lib/json";
import { count, form, objectOf } from "../lib/schema";
import type { Checksum, HubAddress, HubFile } from "../shared/hub";
import { revisionUrl, treeUrl } from "./address";
import type { RequestTarget } from "./hub-errors";
import { type AskOptions, readJson } from "./read-json";

/** A repository at one commit. */
export interface HubRepository {
  readonly address: HubAddress;
  readonly commit: string;
  readonly license: string;
  readonly files: readonly HubFile[];
}

/** Pages of 1,000 files; far more than any model repository has. */
const MOST_PAGES = 50;

/** The licence is free-form metadata; only text is used. */
const licenseText = v.fallback(v.nullish(v.string()), null);

/** Response for a revision. */
const revision = objectOf({
  sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{7,64}$/i, form("commit-id"))),
  cardData: v.nullish(objectOf({ license_name: licenseText, license: licenseText })),
  tags: v.nullish(v.array(v.string())),
});

/** A file of a commit. For LFS files, `size` and `oid` describe the pointer. */
const treeFile = v.pipe(
  objectOf({
    type: v.literal("file"),
    path: v.string(),
    size: v.nullish(count),
    oid: v.nullish(v.string()),
    lfs: v.nullish(
      objectOf({ size: v.nullish(count), oid: v.nullish(v.string()), sha256: v.nullish(v.string()) }),
    ),
  }),
  v.check(({ size, lfs }) => typeof (lfs?.size ?? size) === "number", form("sized-file")),
  v.transform(({ path, size, oid, lfs }): HubFile => ({
    path,
    sizeBytes: lfs?.size ?? size ?? 0,
    checksum: lfs ? readChecksum("sha256", 64, lfs.oid ?? lfs.sha256) : readChecksum("git-sha1", 40, oid),
  })),
);
/** Folders and other entries. */
const treeRest = v.pipe(
  objectOf({ type: v.string() }),
  v.transform(() => null),
);

/** A page of a file listing. */
const treePage = v.array(
  v.lazy((entry): v.GenericSchema<unknown, HubFile | null> =>
    isRecord(entry) && entry.type === "file" ? treeFile : treeRest,
  ),
);

/**
 * Resolves a revision to a commit, and lists its files with sizes and checksums.
 * @throws LuthierError("network") when the hub refuses, is unreachable or is not a hub
 */
export async function listRepository(address: HubAddress, options: AskOptions): Promise<HubRepository> {
  const asked: RequestTarget = { address, path: null, hasToken: options.token !== "" };
  const { value: info } = await readJson(revisionUrl(address), revision, asked, options);
  const commit = info.sha;
  return {
    address,
    commit,
    license: readLicense(info),
    files: await listFiles(commit, asked, options),
  };
}

async function listFiles(commit: string, asked: RequestTarget, options: AskOptions): Promise<HubFile[]> {
  const first = treeUrl(asked.address, commit);
  const files: HubFile[] = [];
  let url: string | null = first;
  for (let page = 0; url !== null && page < MOST_PAGES; page++) {
    const { value, headers } = await readJson(url, treePage, asked, options);
    for (const entry of value) if (entry !== null) files.push(entry);
    url = nextPage(first, headers.get("link"));
  }
  return files;
}

/**
 * URL of the next page from the Link header. Only its query is used: mirrors forward the upstream hub's header, and the
 * token must not be sent to another host.
 */
function nextPage(first: string, link: string | null): string | null {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(link ?? "")?.[1];
  const next = target === undefined ? null : URL.parse(target, first);
  if (!next) return null;
  const url = new URL(first);
  url.search = next.search;
  return url.href;
}

/** Null for an unknown format. */
function readChecksum(
  kind: Checksum["kind"],
  digits: number,
  value: string | null | undefined,
): Checksum | null {
  if (!value) return null;
  const hex = value.replace(/^sha256:/, "").toLowerCase();
  return hex.length === digits && /^[0-9a-f]+$/.test(hex) ? { kind, hex } : null;
}

/** Licence of the model card: its own name if given, else the hub's identifier; "" if unknown. */
function readLicense({ cardData, tags }: v.InferOutput<typeof revision>): string {
  const tag = tags?.find((each) => each.startsWith("license:"));
  const stated = [cardData?.license_name, cardData?.license, tag?.slice("license:".length)].find(Boolean);
  return (stated ?? "").slice(0, 80);
}
