import { isRecord } from "../lib/json";
import type { Checksum, HubAddress, HubFile } from "../spec/hub";
import { revisionUrl, treeUrl } from "./address";
import { type Asked, notAHub } from "./hub-errors";
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

/**
 * Asks the hub which commit a revision is now, and for that commit's files with their sizes and checksums.
 * @throws LuthierError("network") when the hub refuses, cannot be reached or is none
 */
export async function listRepository(address: HubAddress, options: AskOptions): Promise<HubRepository> {
  const asked: Asked = { address, path: null, hasToken: options.token !== "" };
  const { value: info } = await readJson(revisionUrl(address), asked, options);
  if (!isRecord(info) || typeof info.sha !== "string" || !/^[0-9a-f]{7,64}$/i.test(info.sha)) {
    throw notAHub(address);
  }
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
    const { value, headers } = await readJson(url, asked, options);
    if (!Array.isArray(value)) throw notAHub(asked.address);
    files.push(...value.flatMap((entry: unknown) => readEntry(entry) ?? []));
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

/** A file of the tree; null for a folder, and for what is no entry at all. */
function readEntry(entry: unknown): HubFile | null {
  if (!isRecord(entry) || entry.type !== "file" || typeof entry.path !== "string") return null;
  const lfs = isRecord(entry.lfs) ? entry.lfs : null;
  const sizeBytes = lfs?.size ?? entry.size;
  if (typeof sizeBytes !== "number" || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return null;
  const checksum = lfs
    ? readChecksum("sha256", 64, lfs.oid ?? lfs.sha256)
    : readChecksum("git-sha1", 40, entry.oid);
  return { path: entry.path, sizeBytes, checksum };
}

function readChecksum(kind: Checksum["kind"], digits: number, value: unknown): Checksum | null {
  if (typeof value !== "string") return null;
  const hex = value.replace(/^sha256:/, "").toLowerCase();
  return hex.length === digits && /^[0-9a-f]+$/.test(hex) ? { kind, hex } : null;
}

/** The licence of the model card: its own name where it has one, else the hub's word for it; "" when none is stated. */
function readLicense(info: Readonly<Record<string, unknown>>): string {
  const card = isRecord(info.cardData) ? info.cardData : {};
  const tags = Array.isArray(info.tags) ? info.tags : [];
  const tag = tags.find((each): each is string => typeof each === "string" && each.startsWith("license:"));
  const stated = [card.license_name, card.license, tag?.slice("license:".length)].find(
    (each): each is string => typeof each === "string" && each !== "",
  );
  return (stated ?? "").slice(0, 80);
}
