/**
 * Some browsers report the language of a bare system as "en-US@posix", which Intl refuses; the chart library asks
 * Intl for it as it loads. This is imported before that library and gives such a browser a language Intl knows.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}

export {};
