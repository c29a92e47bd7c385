/** Downloads a blob. */
export function saveBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has its own reference to the blob long before this.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
