/** Chromium's directory picker, missing from TypeScript's DOM types. */
interface FolderPicker {
  showDirectoryPicker(options: { readonly mode: "readwrite" }): Promise<FileSystemDirectoryHandle>;
}

function hasPicker(page: object): page is FolderPicker {
  return "showDirectoryPicker" in page;
}

/** Whether this browser can write into a chosen folder. */
export function canChooseFolder(): boolean {
  return hasPicker(window);
}

/** Asks for a folder to write into; null if cancelled. Requires a user gesture. */
export async function chooseFolder(): Promise<FileSystemDirectoryHandle | null> {
  if (!hasPicker(window)) return null;
  try {
    return await window.showDirectoryPicker({ mode: "readwrite" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}
