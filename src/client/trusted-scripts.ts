/** The part of the Trusted Types API used here. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string | null }): unknown;
}

/**
 * Installs the default Trusted Types policy required by the page's CSP: script URLs (the worker) from this origin only,
 * and no conversion of text to HTML or script. No effect in browsers without Trusted Types.
 */
export function trustOwnScripts(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy("default", {
    createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : null),
  });
}
