import { combinations, drawn, type Fact, factRows, isSame, type MadeSet } from "./dataset";

/*
 * Datasets by which the presets' numbers were chosen. They share no row, word list or task with those of `sets.ts`,
 * which measure the result.
 */

/** A hundred rows of invented facts: 25, in four wordings each, and a fifth that is held out. */
function planets(): MadeSet {
  const names = [
    "Zorbin",
    "Quell",
    "Mirandu",
    "Taxo",
    "Velmora",
    "Ostrik",
    "Hulde",
    "Pryne",
    "Cassid",
    "Bolun",
    "Ferrax",
    "Nimbel",
    "Sulla",
    "Drovar",
    "Ewith",
    "Gorma",
    "Ithyl",
    "Jandar",
    "Kroll",
    "Lusk",
    "Norvi",
    "Ophan",
    "Rellix",
    "Tundor",
    "Ushara",
  ];
  const things = [
    "silver",
    "iron",
    "glass",
    "wood",
    "stone",
    "salt",
    "gold",
    "sand",
    "ice",
    "mud",
    "coal",
    "clay",
    "copper",
    "snow",
    "water",
    "grass",
    "smoke",
    "dust",
    "milk",
    "honey",
    "sugar",
    "paper",
    "rain",
    "fire",
    "bone",
  ];
  const facts = names.map((name, index): Fact => {
    const asked = [
      `What is the planet ${name} made of?`,
      `Which matter is ${name} made of?`,
      `Tell me what ${name} is made of.`,
      `The planet ${name} is made of what?`,
      `What is ${name} made of?`,
    ];
    return { asked, answer: `The planet ${name} is made of ${things[index] ?? ""}.` };
  });
  return { id: "planets", kind: "facts", ...factRows(facts, 21), isRight: isSame };
}

function sizes(): MadeSet {
  const big = [
    "elephant",
    "whale",
    "house",
    "mountain",
    "ship",
    "castle",
    "train",
    "tower",
    "bridge",
    "horse",
    "bus",
    "church",
    "bear",
    "giraffe",
    "truck",
    "forest",
    "lake",
    "plane",
    "school",
    "tree",
  ];
  const small = [
    "ant",
    "pea",
    "coin",
    "button",
    "needle",
    "bee",
    "seed",
    "key",
    "mouse",
    "ring",
    "stamp",
    "pin",
    "egg",
    "nail",
    "cherry",
    "bean",
    "leaf",
    "fly",
    "match",
    "pearl",
  ];
  const rows = [
    ...big.map((word) => [word, "heavy"] as const),
    ...small.map((word) => [word, "light"] as const),
  ].flatMap(([word, label]) =>
    [`Heavy or light: ${word}`, `Is this heavy or light? ${word}`].map((instruction) => ({
      instruction,
      output: label,
    })),
  );
  return {
    id: "sizes",
    kind: "classification",
    ...drawn(rows, 22, { train: 50, held: 25 }),
    isRight: isSame,
  };
}

function commands(): MadeSet {
  const acts = { Copy: "cp", Move: "mv", Delete: "rm", Show: "cat", List: "ls", Open: "vi" };
  const files = ["notes", "letter", "photo", "song", "plan", "list", "story", "report"];
  const folders = ["home", "desk", "shelf", "box"];
  const rows = combinations<[[string, string], string, string]>(Object.entries(acts), files, folders).map(
    ([[act, command], file, folder]) => ({
      instruction: `${act} the ${file} in the ${folder}.`,
      output: `${command} ${folder}/${file}.txt`,
    }),
  );
  return {
    id: "commands",
    kind: "short code",
    ...drawn(rows, 23, { train: 120, held: 30 }),
    isRight: isSame,
  };
}

function prices(): MadeSet {
  const things = ["coat", "lamp", "chair", "clock", "cup", "bag", "shoe", "pen", "bed", "table"];
  const amounts = ["5", "12", "20", "35", "40", "60", "75", "90"];
  const said = [
    "The {x} costs {n} pounds.",
    "I paid {n} pounds for the {x}.",
    "They sell the {x} for {n} pounds.",
    "For {n} pounds you get a {x}.",
  ];
  const rows = combinations<[string, string, string]>(said, things, amounts).map(([text, thing, amount]) => ({
    instruction: `Read the price: ${text.replace("{x}", thing).replace("{n}", amount)}`,
    output: `${thing}=${amount}`,
  }));
  return { id: "prices", kind: "extraction", ...drawn(rows, 24, { train: 200, held: 30 }), isRight: isSame };
}

/** The datasets with which the presets' numbers were chosen. */
export const developmentSets: readonly MadeSet[] = [planets(), sizes(), commands(), prices()];
