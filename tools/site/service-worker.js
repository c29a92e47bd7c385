/* global self, caches, fetch, Request -- the service worker's scope */
// Keeps the studio's own files, so that it opens without a network. VERSION and FILES are filled in by the build.
const VERSION = "__VERSION__";
const FILES = JSON.parse("__FILES__");
// A host may have several studios.
const PREFIX = `luthier ${self.registration.scope} `;
const CACHE = PREFIX + VERSION;

self.addEventListener("install", (event) => {
  // Asks the server again, but fetches nothing twice that the page has just loaded.
  const requests = FILES.map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

// A new version waits until the person asks for it, so that nothing changes under a run.
self.addEventListener("message", ({ data }) => {
  if (data === "take-over") self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const own = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    // Newest last. Other tabs may still show the version before this one, and load parts of it on demand.
    await Promise.all(own.slice(0, -1).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOwn = request.method === "GET" && request.url.startsWith(self.registration.scope);
  if (isOwn && !request.headers.has("range")) event.respondWith(answer(event));
});

async function answer(event) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  // The page is kept under its folder; other files can be opened in tabs as well.
  const isPage = request.mode === "navigate" && /\/(index\.html)?$/.test(new URL(request.url).pathname);
  const wanted = isPage ? "./" : request;
  const search = { ignoreSearch: true, ignoreVary: true };
  const kept = (await cache.match(wanted, search)) ?? (await caches.match(wanted, search));
  if (kept) return kept;
  const fetched = await fetch(request);
  // Large parts that few need, such as onnxruntime, are kept once they have been used, if there is room.
  if (fetched.ok && fetched.type === "basic")
    event.waitUntil(cache.put(request, fetched.clone()).catch(() => undefined));
  return fetched;
}
