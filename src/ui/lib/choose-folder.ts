/** Chromium's picker, which TypeScript's DOM does not know yet. */
interface FolderPicker {
  showDirectoryPicker(options: { readonly mode: "readwrite" }): Promise<FileSystemDirectoryHandle>;
}

function hasPicker(page: object): page is FolderPicker {
  return "showDirectoryPicker" in page;
}

/** Whether this browser lets a page write into a folder that the person chooses. */
export function canChooseFolder(): boolean {
  return hasPicker(window);
}

/** Asks for a folder to write into; null when the person backs out. Only in answer to a click. */
export async function chooseFolder(): Promise<FileSystemDirectoryHandle | null> {
  if (!hasPicker(window)) return null;
  try {
    return await window.showDirectoryPicker({ mode: "readwrite" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}
