/** What decides how a person gets WebGPU: the browser, or an address that no browser gives it to. */
export type BrowserKind = "insecure" | "safari" | "firefox" | "chromium" | "chromiumOnLinux" | "other";

/**
 * The kind of the browser that names itself `userAgent`.
 * @param isSecure whether the page came over https or from localhost
 */
export function browserKind(userAgent: string, isSecure: boolean): BrowserKind {
  if (!isSecure) return "insecure";
  // On iPhone and iPad every browser is WebKit underneath, and an iPad may call itself a Macintosh.
  if (/iPhone|iPad|iPod|Macintosh.* Mobile\//.test(userAgent)) return "safari";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Chrom(?:e|ium)\//.test(userAgent))
    return /Linux(?!.*Android)/.test(userAgent) ? "chromiumOnLinux" : "chromium";
  return /Macintosh.* Safari\//.test(userAgent) ? "safari" : "other";
}
