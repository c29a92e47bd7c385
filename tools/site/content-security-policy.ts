import { randomBytes } from "node:crypto";
import type { Plugin } from "vite";

/**
 * What a page of the studio may load and do. Scripts, styles, pictures and the worker come from its own folder, nothing is
 * embedded, no form leaves, and only the default policy makes script addresses. Requests go to the studio and, encrypted,
 * to hubs and whatever hosts they redirect to; to plain http on this machine alone, where a mirror may be tried.
 */
const directives: Readonly<Record<string, readonly string[]>> = {
  "default-src": ["'none'"],
  "script-src": ["'self'"],
  "style-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  "font-src": ["'self'"],
  "connect-src": ["'self'", "https:", "http://localhost:*", "http://127.0.0.1:*", "http://*.localhost:*"],
  "worker-src": ["'self'"],
  "object-src": ["'none'"],
  "base-uri": ["'none'"],
  "form-action": ["'none'"],
  "require-trusted-types-for": ["'script'"],
  "trusted-types": ["default"],
};

/** Where an address cannot be reached through a frame of another page; browsers take that from headers alone. */
const headerDirectives = { ...directives, "frame-ancestors": ["'none'"] };

/** The policy as a page's meta element, or a server's header, states it. */
export function contentSecurityPolicy(where: "meta" | "header"): string {
  return format(where === "meta" ? directives : headerDirectives);
}

/** What servers of the studio send beside it. */
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
 * Puts the policy into the built page, and into the headers of the servers of development and preview, the worker's too.
 * In development the tools' own inline parts carry a nonce that is new with each start.
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
