/* global self, caches, fetch, Request -- the service worker's scope */
// Keeps the studio's own files, so that it opens without a network. VERSION and FILES are filled in by the build.
const VERSION = "__VERSION__";
const FILES = JSON.parse("__FILES__");
const PREFIX = "luthier ";
const CACHE = PREFIX + VERSION;

self.addEventListener("install", (event) => {
  const requests = FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

// A new version waits until the person asks for it, so that nothing changes under a run.
self.addEventListener("message", ({ data }) => {
  if (data === "take-over") self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOwn = request.method === "GET" && request.url.startsWith(self.registration.scope);
  if (isOwn && !request.headers.has("range")) event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const wanted = request.mode === "navigate" ? "./" : request;
  const kept = await cache.match(wanted, { ignoreSearch: true });
  if (kept) return kept;
  const fetched = await fetch(request);
  // Large parts that few need, such as onnxruntime, are kept once they have been used.
  if (fetched.ok && fetched.type === "basic") await cache.put(request, fetched.clone());
  return fetched;
}
