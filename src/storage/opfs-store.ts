import { newId } from "../lib/id";
import { cardText, readCardText } from "./card-text";
import { findFile, findFolder, namesIn, openFolder, readText, removeEntry, replaceFile } from "./file-system";
import { holdLock, ifUnlocked } from "./locks";

const CARD = "card.json";
const FORM = 1;

/** Content of a card: metadata, and the file names in use. */
interface CardFile<Card> {
  readonly form: typeof FORM;
  readonly card: Card;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Objects in OPFS, each in its own folder with a card and the files that it names. The card determines existence, and a
 * failed save leaves the previous state intact. Independent of any database.
 */
export class OpfsStore<Card, File extends string> {
  readonly #area: string;
  /** Shared by saves, so that no tab takes their folders for leftovers. */
  readonly #lock: string;

  /** @param area parent folder below the root */
  constructor(area: string) {
    this.#area = area;
    this.#lock = `luthier-saving-${area}`;
  }

  /** Saves an object, replacing one with the same id. */
  async save(
    id: string,
    card: Card,
    contents: readonly (readonly [name: File, parts: readonly BlobPart[]])[],
  ): Promise<void> {
    const release = await holdLock(this.#lock, "shared");
    try {
      await this.#save(id, card, contents);
    } finally {
      release();
    }
  }

  async #save(
    id: string,
    card: Card,
    contents: readonly (readonly [name: File, parts: readonly BlobPart[]])[],
  ): Promise<void> {
    const folder = await openFolder(this.#area, id);
    const files: Record<string, string> = {};
    try {
      for (const [name, parts] of contents) {
        const place = `${name}-${newId()}`;
        files[name] = place;
        await replaceFile(folder, place, parts);
      }
      await this.#writeCard(folder, { form: FORM, card, files });
    } catch (error) {
      await this.#sweep(id).catch(() => undefined);
      throw error;
    }
    // Files left behind here are removed by the next save.
    await this.#sweep(id).catch(() => undefined);
  }

  /** Updates the card; returns false if there is no such object. */
  async describe(id: string, change: (card: Card) => Card): Promise<boolean> {
    const folder = await findFolder(this.#area, id);
    const sheet = folder && (await this.#sheet(folder));
    if (!folder || !sheet) return false;
    await this.#writeCard(folder, { ...sheet, card: change(sheet.card) });
    return true;
  }

  /** All cards, unordered. */
  async cards(): Promise<Card[]> {
    const area = await findFolder(this.#area);
    if (!area) return [];
    const cards = await Promise.all((await namesIn(area)).map((id) => this.card(id)));
    return cards.filter((card) => card !== null);
  }

  /** The card of an object; null if there is none. */
  async card(id: string): Promise<Card | null> {
    const folder = await findFolder(this.#area, id);
    return (folder && (await this.#sheet(folder)))?.card ?? null;
  }

  /** A file of an object; null if there is none. */
  async file(id: string, name: File): Promise<Uint8Array<ArrayBuffer> | null> {
    const folder = await findFolder(this.#area, id);
    const place = (folder && (await this.#sheet(folder)))?.files[name];
    const file = folder && place !== undefined ? await findFile(folder, place) : null;
    return file && new Uint8Array(await file.arrayBuffer());
  }

  /** Deletes an object, if present. */
  async delete(id: string): Promise<void> {
    const area = await findFolder(this.#area);
    if (!area) return;
    const folder = await findFolder(this.#area, id);
    // The card first, so that an object without files is never visible.
    if (folder) await removeEntry(folder, CARD);
    await removeEntry(area, id);
  }

  /** Deletes folders without a card, left when the browser died while saving or deleting. */
  async removeLeftovers(): Promise<void> {
    await ifUnlocked(this.#lock, async () => {
      const area = await findFolder(this.#area);
      for (const id of area ? await namesIn(area) : []) {
        const folder = await findFolder(this.#area, id);
        if (folder && !(await namesIn(folder)).includes(CARD)) await this.delete(id);
      }
    });
  }

  /** Bytes per object, all files included. */
  async sizes(): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    const area = await findFolder(this.#area);
    for (const id of area ? await namesIn(area) : []) sizes.set(id, await this.#sizeBytes(id));
    return sizes;
  }

  async #sizeBytes(id: string): Promise<number> {
    const folder = await findFolder(this.#area, id);
    const files = folder
      ? await Promise.all((await namesIn(folder)).map((name) => findFile(folder, name)))
      : [];
    return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
  }

  async #sheet(folder: FileSystemDirectoryHandle): Promise<CardFile<Card> | null> {
    return readCardText<CardFile<Card>>(await readText(folder, CARD));
  }

  #writeCard(folder: FileSystemDirectoryHandle, sheet: CardFile<Card>): Promise<void> {
    return replaceFile(folder, CARD, [cardText(sheet)]);
  }

  /** Removes files that the card does not name, left by failed or earlier saves. */
  async #sweep(id: string): Promise<void> {
    const folder = await findFolder(this.#area, id);
    if (!folder) return;
    const names = await namesIn(folder);
    const sheet = await this.#sheet(folder);
    if (!sheet) {
      // An unreadable card may come from a newer version.
      if (!names.includes(CARD)) await this.delete(id);
      return;
    }
    const named = new Set([CARD, ...Object.values(sheet.files)]);
    for (const name of names) if (!named.has(name)) await removeEntry(folder, name);
  }
}
