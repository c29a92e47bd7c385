/** The part of the browsers' Trusted Types that the studio uses. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string | null }): unknown;
}

/**
 * Lets scripts, which is to say the worker, come from the studio's own origin alone, and no text become HTML or script: what
 * the page's content security policy asks of a browser with Trusted Types. Others have none of it to do.
 */
export function trustOwnScripts(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy("default", {
    createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : null),
  });
}
