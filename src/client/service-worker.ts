/** A newer version of the studio that is installed and waits. */
export interface WaitingVersion {
  /** Changes to the newer version and reloads the page. */
  readonly takeOver: () => void;
}

/**
 * Registers the service worker of a built studio, which keeps its files for use without a network. Where there is none,
 * or it is refused, the studio works as before.
 *
 * @param onWaiting is called once a newer version is there; nothing changes before it is asked to take over
 */
export async function registerServiceWorker(onWaiting: (version: WaitingVersion) => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  try {
    const registration = await serviceWorker.register("service-worker.js");
    const tell = (): void => {
      const { waiting } = registration;
      // The first version takes over by itself.
      if (!waiting || !serviceWorker.controller) return;
      onWaiting({
        takeOver() {
          serviceWorker.addEventListener("controllerchange", () => {
            location.reload();
          });
          waiting.postMessage("take-over");
        },
      });
    };
    tell();
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", tell);
    });
  } catch {
    // Blocked by a setting of the browser, or not served: there is only no use without a network.
  }
}
