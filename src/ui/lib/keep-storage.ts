/**
 * Asks the browser not to clear this page's files away when the disk runs low; some browsers ask the person. Only pages
 * may ask, and a no changes nothing but the risk.
 */
export function askToKeepStorage(): void {
  // Absent on plain http.
  const storage = "storage" in navigator ? navigator.storage : undefined;
  storage?.persist?.().catch(() => false);
}
