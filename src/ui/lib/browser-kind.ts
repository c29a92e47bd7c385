/**
 * Determines the advice on enabling WebGPU: the browser, or "insecure" for an address that gets no WebGPU in any
 * browser.
 */
export type BrowserKind = "insecure" | "safari" | "firefox" | "chromium" | "chromiumOnLinux" | "other";

/**
 * Classifies a browser by its user agent.
 * @param isSecure whether the page came over https or from localhost
 */
export function browserKind(userAgent: string, isSecure: boolean): BrowserKind {
  if (!isSecure) return "insecure";
  // All browsers on iPhone and iPad are WebKit, and an iPad may identify as a Macintosh.
  if (/iPhone|iPad|iPod|Macintosh.* Mobile\//.test(userAgent)) return "safari";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Chrom(?:e|ium)\//.test(userAgent))
    return /Linux(?!.*Android)/.test(userAgent) ? "chromiumOnLinux" : "chromium";
  return /Macintosh.* Safari\//.test(userAgent) ? "safari" : "other";
}
