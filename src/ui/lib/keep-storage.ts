/**
 * Requests persistent storage, so that the browser does not evict this page's files when disk space runs low. Some
 * browsers prompt. Only pages can request it; refusal has no immediate effect.
 */
export function askToKeepStorage(): void {
  // Absent in insecure contexts.
  const storage = "storage" in navigator ? navigator.storage : undefined;
  storage?.persist?.().catch(() => false);
}
