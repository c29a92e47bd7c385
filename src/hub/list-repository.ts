import * as v from "valibot";
import { isRecord } from "../lib/json";
import { count, form, objectOf } from "../lib/schema";
import type { Checksum, HubAddress, HubFile } from "../shared/hub";
import { revisionUrl, treeUrl } from "./address";
import type { Asked } from "./hub-errors";
import { type AskOptions, readJson } from "./read-json";

/** A repository at one commit. */
export interface HubRepository {
  readonly address: HubAddress;
  readonly commit: string;
  readonly license: string;
  readonly files: readonly HubFile[];
}

/** No model repository has this many pages of 1,000 files. */
const MOST_PAGES = 50;

/** Licences are what an owner wrote, in whatever form: only text counts. */
const licenseText = v.fallback(v.nullish(v.string()), null);

/** What a hub tells of a revision. */
const revision = objectOf({
  sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{7,64}$/i, form("commit-id"))),
  cardData: v.nullish(objectOf({ license_name: licenseText, license: licenseText })),
  tags: v.nullish(v.array(v.string())),
});

/** A file of a commit. Of one in large storage `size` and `oid` are those of the pointer to it. */
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
/** Folders, and whatever else is no file. */
const treeRest = v.pipe(
  objectOf({ type: v.string() }),
  v.transform(() => null),
);

/** A page of a commit's files and folders. */
const treePage = v.array(
  v.lazy((entry): v.GenericSchema<unknown, HubFile | null> =>
    isRecord(entry) && entry.type === "file" ? treeFile : treeRest,
  ),
);

/**
 * Asks the hub which commit a revision is now, and for that commit's files with their sizes and checksums.
 * @throws LuthierError("network") when the hub refuses, cannot be reached or is none
 */
export async function listRepository(address: HubAddress, options: AskOptions): Promise<HubRepository> {
  const asked: Asked = { address, path: null, hasToken: options.token !== "" };
  const { value: info } = await readJson(revisionUrl(address), revision, asked, options);
  const commit = info.sha;
  return {
    address,
    commit,
    license: readLicense(info),
    files: await listFiles(commit, asked, options),
  };
}

async function listFiles(commit: string, asked: Asked, options: AskOptions): Promise<HubFile[]> {
  const first = treeUrl(asked.address, commit);
  const files: HubFile[] = [];
  let url: string | null = first;
  for (let page = 0; url !== null && page < MOST_PAGES; page++) {
    const { value, headers } = await readJson(url, treePage, asked, options);
    files.push(...value.filter((entry) => entry !== null));
    url = nextPage(first, headers.get("link"));
  }
  return files;
}

/**
 * The next page by its Link header. Of that address only the query counts: mirrors pass on the header of the hub behind
 * them, and the access token must not go to a host that the person did not name.
 */
function nextPage(first: string, link: string | null): string | null {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(link ?? "")?.[1];
  const next = target === undefined ? null : URL.parse(target, first);
  if (!next) return null;
  const url = new URL(first);
  url.search = next.search;
  return url.href;
}

/** Null for a checksum of a kind that is not known here. */
function readChecksum(
  kind: Checksum["kind"],
  digits: number,
  value: string | null | undefined,
): Checksum | null {
  if (!value) return null;
  const hex = value.replace(/^sha256:/, "").toLowerCase();
  return hex.length === digits && /^[0-9a-f]+$/.test(hex) ? { kind, hex } : null;
}

/** The licence of the model card: its own name where it has one, else the hub's word for it; "" when none is stated. */
function readLicense({ cardData, tags }: v.InferOutput<typeof revision>): string {
  const tag = tags?.find((each) => each.startsWith("license:"));
  const stated = [cardData?.license_name, cardData?.license, tag?.slice("license:".length)].find(Boolean);
  return (stated ?? "").slice(0, 80);
}
