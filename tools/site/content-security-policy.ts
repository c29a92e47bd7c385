import { randomBytes } from "node:crypto";
import type { Plugin } from "vite";

/**
 * The content security policy. Scripts, styles, images and the worker come from the studio's own folder; embedding and
 * form submission are forbidden, and script URLs require the default Trusted Types policy. Requests may go to the
 * studio and, over https, to hubs and whatever hosts they redirect to; plain http is limited to this machine, for
 * testing a mirror.
 */
const directives: Readonly<Record<string, readonly string[]>> = {
  "default-src": ["'none'"],
  // WebAssembly, of onnxruntime-web.
  "script-src": ["'self'", "'wasm-unsafe-eval'"],
  "style-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  "font-src": ["'self'"],
  "connect-src": ["'self'", "https:", "http://localhost:*", "http://127.0.0.1:*", "http://*.localhost:*"],
  "worker-src": ["'self'"],
  "manifest-src": ["'self'"],
  "object-src": ["'none'"],
  "base-uri": ["'none'"],
  "form-action": ["'none'"],
  "require-trusted-types-for": ["'script'"],
  "trusted-types": ["default"],
};

/** Adds the directives that browsers only accept in headers. */
const headerDirectives = { ...directives, "frame-ancestors": ["'none'"] };

/** The policy for a page's meta element or a server's header. */
export function contentSecurityPolicy(where: "meta" | "header"): string {
  return format(where === "meta" ? directives : headerDirectives);
}

/** Other headers that servers of the studio send. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": contentSecurityPolicy("header"),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

function format(policy: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(policy)
    .map(([name, values]) => [name, ...values].join(" "))
    .join("; ");
}

/**
 * Adds the policy to the built page, and to the headers of the development and preview servers, including the worker's.
 * In development the tools' own inline scripts and styles get a nonce per start.
 */
export function securityPlugin(): Plugin {
  const nonce = randomBytes(16).toString("base64url");
  const isNonced = (name: string): boolean => name === "script-src" || name === "style-src";
  const developed = format(
    Object.fromEntries(
      Object.entries(headerDirectives).map(([name, values]) => [
        name,
        isNonced(name) ? [...values, `'nonce-${nonce}'`] : values,
      ]),
    ),
  );
  return {
    name: "luthier-security",
    config: (_, { command, isPreview }) => ({
      ...(command === "serve" && !isPreview ? { html: { cspNonce: nonce } } : {}),
      server: { headers: { ...securityHeaders, "Content-Security-Policy": developed } },
      preview: { headers: { ...securityHeaders } },
    }),
    transformIndexHtml: {
      order: "post",
      handler: (_, { server }) =>
        server
          ? []
          : [
              {
                tag: "meta",
                attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy("meta") },
                injectTo: "head-prepend",
              },
            ],
    },
  };
}
