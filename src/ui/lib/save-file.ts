/** Hands a blob to the browser's downloads. */
export function saveBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken its own hold of the bytes long before this.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
