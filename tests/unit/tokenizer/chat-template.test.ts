import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ChatTemplate } from "../../../src/tokenizer/chat/template";
import type { ChatMessage } from "../../../src/shared/generation";

const chat: readonly ChatMessage[] = [
  { role: "user", content: "  Hi \n" },
  { role: "assistant", content: "\n\u0085Hello 🎻\ufeff" },
];

function render(source: string, messages = chat): string {
  return new ChatTemplate(source, { bos_token: "<s>" }).render(messages, { addGenerationPrompt: true });
}

describe("Python's text functions in templates", () => {
  const cases: [string, string][] = [
    ["{{ '--a-b--'.strip('-') }}", "a-b"],
    ["{{ '--a--'.lstrip('-') }}|{{ '--a--'.rstrip('-') }}", "a--|--a"],
    ["{{ '\\n  a\\n'.lstrip('\\n') }}", "  a\n"],
    ["{{ 'xyxa'.lstrip('yx') }}", "a"],
    ["[{{ messages[0].content.strip() }}]", "[Hi]"],
    ["[{{ messages[0].content | trim }}]", "[Hi]"],
    ["[{{ messages[0].content | trim('\\n ') }}]", "[Hi]"],
    ["[{{ messages[1].content | trim }}]", "[Hello 🎻\ufeff]"],
    ["{{ messages[1].content | length }}", "10"],
    ["{{ 'a  b\\tc'.split() | length }}", "3"],
    ["{{ 'a-b-c'.split('-', 1)[1] }}", "b-c"],
    ["{{ 'a-b-c'.split('-')[-1] }}", "c"],
    ["{{ 'hELLO wORLD'.title() }} {{ 'hELLO' | capitalize }}", "Hello World Hello"],
    ["{{ bos_token }}{% if missing is defined %}no{% endif %}", "<s>"],
    [
      "{%- if add_generation_prompt %}{{ messages | map(attribute='role') | join(',') }}{% endif %}",
      "user,assistant",
    ],
  ];

  it.each(cases)("%s", (source, expected) => {
    expect(render(source)).toBe(expected);
  });
});

describe("loops in templates", () => {
  it("scope variables to an iteration, as in Jinja", () => {
    const source =
      "{% for m in messages %}{% if loop.first %}{% set seen = 'x' %}{% endif %}[{{ seen }}]{% endfor %}[{{ seen }}]";
    expect(render(source)).toBe("[x][][]");
  });

  it("keep the text before continue and break, also inside conditions", () => {
    expect(
      render(
        "{% for i in range(5) %}{% if i == 1 %}one{% continue %}{% endif %}{{ i }}{% if i == 3 %}!{% break %}{% endif %}{% endfor %}",
      ),
    ).toBe("0one23!");
    expect(render("{% for i in range(2) %}{% continue %}{% else %}none{% endfor %}")).toBe("");
    expect(render("{% for i in [] %}{% else %}none{% endfor %}")).toBe("none");
  });

  it("iterate over filtered lists, pairs, keys and characters", () => {
    expect(
      render("{% for m in messages if m.role == 'assistant' %}{{ loop.length }}{{ m.role }}{% endfor %}"),
    ).toBe("1assistant");
    expect(render("{% for k, v in messages[0].items() %}{{ k }};{% endfor %}")).toBe("role;content;");
    expect(
      render("{% for k in messages[0] %}{{ k }};{% endfor %}{% for c in 'a🎻' %}{{ c }}.{% endfor %}"),
    ).toBe("role;content;a.🎻.");
    expect(
      render(
        "{% for m in messages %}{{ loop.previtem.role }}{{ loop.index }}{{ loop.revindex0 }}{{ loop.nextitem.role }};{% endfor %}",
      ),
    ).toBe("11assistant;user20;");
    expect(() => render("{% for a in 5 %}{% endfor %}")).toThrow(/fails on the conversation/);
  });
});

describe("hostile templates", () => {
  const nested = (depth: number): string =>
    `${"{% for i in range(1000) %}".repeat(depth)}${"{% endfor %}".repeat(depth)}`;
  const hostile: [string, string][] = [
    ["a range without end", "{% for i in range(1000000000) %}{% endfor %}x"],
    ["loops in loops, empty ones too", nested(5)],
    [
      "a text that doubles",
      "{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
    ],
    [
      "a list that doubles",
      "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    ],
    ["a macro that calls itself", "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}"],
    [
      "a text that is written again and again",
      "{% set s = messages[0].content * 1 if false else 'x' | indent(100000) %}{% for i in range(100000) %}{{ '0123456789' * 1 if false else messages | tojson }}{% endfor %}",
    ],
    [
      "lists that hold each other twice",
      "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s | tojson }}",
    ],
    ["a wide indent", "{{ (messages | tojson(indent=2)) | indent(300000000) }}"],
    ["a wide indent of lists", "{{ range(100000) | list | tojson(indent=50000) }}"],
    [
      "a text that is put in everywhere",
      "{% set ns = namespace(s='abcdefgh') %}{% for i in range(17) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s.replace('', ns.s) }}",
    ],
    [
      "a text that joins a long list",
      "{% set ns = namespace(s='abcdefgh') %}{% for i in range(17) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ range(100000) | join(ns.s) }}",
    ],
    [
      "sorting again and again",
      "{% for i in range(100000) %}{% set s = range(100000) | sort(reverse=true) %}{% endfor %}",
    ],
    ["blanks for the parser", `{{ 1 }}${" ".repeat(200_000)}x`],
    ["parentheses", `{{ ${"(".repeat(50_000)}1${")".repeat(50_000)} }}`],
    ["megabytes of template", `{# ${"ab ".repeat(200_000)} #}`],
  ];

  it.each(hostile)("end quickly: %s", (_what, source) => {
    const started = performance.now();
    expect(() => render(source)).toThrow(/does not terminate/);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("render long conversations", () => {
    const source = readFileSync(
      new URL("../../golden/tokenizer/qwen/chat_template.jinja", import.meta.url),
      "utf8",
    );
    const long = Array.from({ length: 2000 }, (_, i): ChatMessage => {
      return { role: i % 2 === 0 ? "user" : "assistant", content: "the violin ".repeat(500) };
    });
    expect(render(source, long).length).toBeGreaterThan(10_000_000);
  });
});

describe("a fault in a template", () => {
  const faults: [string, string, RegExp][] = [
    ["an unknown statement", "line\n{% if true %}\n{% fro m in messages %}\n{% endif %}", /in line 3:/],
    ["a character that is none of Jinja's", "a\nb\n{{ 'x' ? 1 }}\nc", /in line 3:/],
    ["a block that is closed by another", "{% for m in messages %}\n{{ m.role }}\n{% endif %}", /in line 3:/],
    ["a block that is not closed", "{% for m in messages %}\n{{ m.role }}\n", /ends too early/],
    ["a comment that is not closed", "a\n{# b", /ends too early/],
    [
      "a failure while it renders, behind strings of several lines",
      "{{- 'one\ntwo' }}{#- a\ncomment -#}\n{% for m in messages %}\n  {{- 'it\\'s' + m.role }}\n  {{ m.content | nofilter }}\n{% endfor %}",
      /in line 6:/,
    ],
  ];

  it.each(faults)("is reported with its line: %s", (_what, source, expected) => {
    expect(() => render(source)).toThrow(expected);
  });
});
