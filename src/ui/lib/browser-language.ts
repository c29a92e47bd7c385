/**
 * Some browsers report the language of an unconfigured system as "en-US@posix", which Intl rejects, and the chart
 * library calls Intl when it loads. Import this before it to replace such a language with a valid one.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}

export {};
