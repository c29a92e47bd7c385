import { newId } from "../lib/id";
import { cardText, readCardText } from "./card-text";
import { findFile, findFolder, namesIn, openFolder, readText, removeEntry, replaceFile } from "./file-system";

const CARD = "card.json";
const FORM = 1;

/** What stands on a card: what is known of a thing, and under which names its files lie beside it. */
interface Sheet<Card> {
  readonly form: typeof FORM;
  readonly card: Card;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Things that are kept in the private file system, each in a folder of its own: a card, and files that it names. A thing
 * is there from the moment its card is, and gone with it; a save that fails leaves the one before whole. No database
 * knows of them, so that none can forget them.
 */
export class OpfsShelf<Card, File extends string> {
  readonly #area: string;

  /** @param area the folder under the root in which the things lie */
  constructor(area: string) {
    this.#area = area;
  }

  /** Keeps a thing in the place of the one of that id. */
  async save(
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
    // What clearing away misses now, the next save finds.
    await this.#sweep(id).catch(() => undefined);
  }

  /** Changes what is known of a thing; false where there is none. */
  async describe(id: string, change: (card: Card) => Card): Promise<boolean> {
    const folder = await findFolder(this.#area, id);
    const sheet = folder && (await this.#sheet(folder));
    if (!folder || !sheet) return false;
    await this.#writeCard(folder, { ...sheet, card: change(sheet.card) });
    return true;
  }

  /** The cards of all things, in no order. */
  async cards(): Promise<Card[]> {
    const area = await findFolder(this.#area);
    if (!area) return [];
    const cards = await Promise.all((await namesIn(area)).map((id) => this.card(id)));
    return cards.filter((card) => card !== null);
  }

  /** What is known of a thing, or null where there is none. */
  async card(id: string): Promise<Card | null> {
    const folder = await findFolder(this.#area, id);
    return (folder && (await this.#sheet(folder)))?.card ?? null;
  }

  /** A thing's file, or null where it has none of that name. */
  async file(id: string, name: File): Promise<Uint8Array<ArrayBuffer> | null> {
    const folder = await findFolder(this.#area, id);
    const place = (folder && (await this.#sheet(folder)))?.files[name];
    const file = folder && place !== undefined ? await findFile(folder, place) : null;
    return file && new Uint8Array(await file.arrayBuffer());
  }

  /** Deletes a thing; nothing happens when it is not there. */
  async delete(id: string): Promise<void> {
    const area = await findFolder(this.#area);
    if (!area) return;
    const folder = await findFolder(this.#area, id);
    // The card first: whatever comes in between, a thing without files is never shown.
    if (folder) await removeEntry(folder, CARD);
    await removeEntry(area, id);
  }

  /** Bytes of each thing with all its files. */
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

  async #sheet(folder: FileSystemDirectoryHandle): Promise<Sheet<Card> | null> {
    return readCardText<Sheet<Card>>(await readText(folder, CARD));
  }

  #writeCard(folder: FileSystemDirectoryHandle, sheet: Sheet<Card>): Promise<void> {
    return replaceFile(folder, CARD, [cardText(sheet)]);
  }

  /** Removes files that the card does not name: those of saves that failed, and of the thing before. */
  async #sweep(id: string): Promise<void> {
    const folder = await findFolder(this.#area, id);
    if (!folder) return;
    const names = await namesIn(folder);
    const sheet = await this.#sheet(folder);
    if (!sheet) {
      // A card that cannot be read may be told by a newer version.
      if (!names.includes(CARD)) await this.delete(id);
      return;
    }
    const named = new Set([CARD, ...Object.values(sheet.files)]);
    for (const name of names) if (!named.has(name)) await removeEntry(folder, name);
  }
}
