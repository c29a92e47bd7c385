import { type ScalarTag, stringify } from "yaml";

/** Numbers with an exponent: version 1.1 takes 1e-7 for text, but not 1.0e-7. */
const exponents: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  identify: (value) => typeof value === "number" && String(value).includes("e"),
  test: /^-?\d+(?:\.\d+)?e[-+]?\d+$/,
  resolve: Number,
  stringify: ({ value }) => String(value).replace(/^(-?\d+)e/, "$1.0e"),
};

/** YAML for Python's parsers, which read version 1.1: there "no" is a boolean unless it is quoted. */
export function trainerYaml(value: Readonly<Record<string, unknown>>): string {
  return stringify(value, { version: "1.1", customTags: (tags) => [exponents, ...tags] });
}
