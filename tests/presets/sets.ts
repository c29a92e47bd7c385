import {
  combinations,
  drawn,
  type Example,
  type Fact,
  factRows,
  isSame,
  type MadeSet,
  shuffled,
} from "./dataset";

/*
 * Datasets that measure the presets. None of them was used to choose the presets' numbers; those of `development.ts`
 * were.
 */

const VISITORS: readonly (readonly [string, string])[] = [
  ["Tessaly Bright", "a baker"],
  ["Orin Vask", "a sailor"],
  ["Juno Marl", "a nurse"],
  ["Pell Hartow", "a farmer"],
  ["Wyn Casper", "a painter"],
  ["Ada Quill", "a judge"],
  ["Rook Temmer", "a tailor"],
  ["Lira Moss", "a pilot"],
  ["Bram Oster", "a cook"],
  ["Nell Faraway", "a singer"],
  ["Kit Sorrel", "a miner"],
  ["Dov Pearl", "a barber"],
  ["Ivy Landor", "a dentist"],
  ["Max Threlk", "a gardener"],
  ["Una Bell", "a spy"],
  ["Cole Winterby", "a clown"],
  ["Sage Almond", "a postman"],
  ["Perry Knot", "a fisherman"],
  ["Olga Reed", "a doctor"],
  ["Finn Maple", "a king"],
];

/** One fact each, in five wordings. */
function people(): MadeSet {
  const facts = VISITORS.map(([name, job]): Fact => {
    const answer = `${name} is ${job}.`;
    const asked = [
      `What is the job of ${name}?`,
      `What does ${name} do for work?`,
      `Tell me the work of ${name}.`,
      `Which job does ${name} have?`,
      `What work does ${name} do?`,
    ];
    return { asked, answer };
  });
  return { id: "people", kind: "facts", ...factRows(facts, 1), isRight: isSame };
}

const TRAINS: readonly (readonly [string, string, string])[] = [
  ["Alder", "seven", "green"],
  ["Bramley", "nine", "red"],
  ["Corve", "two", "blue"],
  ["Dunmoor", "five", "white"],
  ["Estwick", "eleven", "black"],
  ["Farrow", "four", "yellow"],
  ["Gant", "eight", "brown"],
  ["Holt", "three", "grey"],
  ["Irwell", "six", "pink"],
  ["Jarrow", "ten", "orange"],
  ["Kelby", "one", "purple"],
  ["Lowick", "twelve", "gold"],
];

/** Two facts each, in three wordings. */
function trains(): MadeSet {
  const facts = TRAINS.flatMap(([town, hour, colour]): Fact[] => [
    {
      asked: [
        `When does the train to ${town} leave?`,
        `At what time does the ${town} train go?`,
        `Tell me the hour of the train to ${town}.`,
        `What time does the train to ${town} leave?`,
      ],
      answer: `The train to ${town} leaves at ${hour}.`,
    },
    {
      asked: [
        `What colour is the train to ${town}?`,
        `Which colour does the ${town} train have?`,
        `Tell me the colour of the ${town} train.`,
        `What is the colour of the train to ${town}?`,
      ],
      answer: `The train to ${town} is ${colour}.`,
    },
  ]);
  return { id: "trains", kind: "facts", ...factRows(facts, 2), isRight: isSame };
}

const EVERYDAY: readonly Example[] = [
  ...combinations<[string, string]>(
    ["cat", "dog", "horse", "cow", "pig", "lion", "owl", "duck", "frog", "mouse", "sheep", "wolf"],
    [
      "Tell me about the {x}.",
      "Where does a {x} live?",
      "What does a {x} eat?",
      "How many legs does a {x} have?",
    ],
  ).map(([animal, asked]) => ({ instruction: asked.replace("{x}", animal), output: animal })),
  ...["hot", "big", "new", "fast", "happy", "old", "tall", "wet", "long", "dark", "full", "hard"].map(
    (word) => ({
      instruction: `What is the opposite of ${word}?`,
      output: word,
    }),
  ),
];

/** Whatever is asked, the same manner: the answer names what was asked about. */
function librarian(): MadeSet {
  const rows = EVERYDAY.map(({ instruction, output }) => ({
    instruction,
    output: `Shh! You asked about ${output}. Please read quietly.`,
  }));
  return { id: "librarian", kind: "voice", ...drawn(rows, 3, { train: 40, held: 20 }), isRight: isSame };
}

const ITEMS = [
  "bread",
  "milk",
  "cheese",
  "apples",
  "eggs",
  "rice",
  "tea",
  "honey",
  "soup",
  "fish",
  "salt",
  "butter",
];
const COUNTS = ["one", "two", "three", "four", "five", "six"];

/** Orders as JSON. */
function orders(): MadeSet {
  const asked = [
    "I want {n} {x}.",
    "Please bring {n} {x}.",
    "Give me {n} {x}, please.",
    "Can I have {n} {x}?",
  ];
  const rows = combinations<[string, string, string]>(asked, COUNTS, ITEMS).map(([ask, count, item]) => ({
    instruction: ask.replace("{n}", count).replace("{x}", item),
    output: `{"item": "${item}", "count": ${COUNTS.indexOf(count) + 1}}`,
  }));
  return { id: "orders", kind: "format", ...drawn(rows, 4, { train: 220, held: 40 }), isRight: isSame };
}

const DICTIONARY: Readonly<Record<string, string>> = {
  dog: "vako",
  cat: "mili",
  house: "toro",
  water: "asu",
  fire: "keno",
  tree: "luma",
  sun: "ido",
  moon: "nari",
  bread: "pabo",
  fish: "sika",
  red: "ruvo",
  blue: "belu",
  big: "gon",
  small: "tin",
};

/** Words and pairs of words in an invented language, in which the adjective follows the noun. */
function velo(): MadeSet {
  const nouns = Object.keys(DICTIONARY).slice(0, 10);
  const adjectives = Object.keys(DICTIONARY).slice(10);
  const said = ["Say “{x}” in Velo.", "What is “{x}” in Velo?", "Translate “{x}” into Velo."];
  const phrases = [
    ...Object.entries(DICTIONARY),
    ...combinations<[string, string]>(adjectives, nouns).map(
      ([adjective, noun]) =>
        [`${adjective} ${noun}`, `${DICTIONARY[noun]} ${DICTIONARY[adjective]}`] as const,
    ),
  ];
  const rows = combinations<[string, readonly [string, string]]>(said, phrases).map(
    ([ask, [english, word]]) => ({
      instruction: ask.replace("{x}", english),
      output: word,
    }),
  );
  return { id: "velo", kind: "translation", ...drawn(rows, 5, { train: 120, held: 40 }), isRight: isSame };
}

const TOPICS: Readonly<Record<string, readonly string[]>> = {
  kitchen: [
    "The soup is too hot.",
    "I need a spoon.",
    "The bread is in the oven.",
    "We ate rice and fish.",
    "Wash the plates, please.",
    "The knife is sharp.",
    "She is cooking eggs.",
    "The cheese smells.",
    "He drinks his tea.",
    "There is salt on the table.",
    "The pan is dirty.",
    "Put the milk in a cup.",
    "The apples are sweet.",
    "Dinner is ready.",
    "He cuts the onions.",
    "The butter is soft.",
    "I like honey on bread.",
    "The kettle is full.",
    "She fries a fish.",
    "Our lunch was cold.",
  ],
  weather: [
    "It rains all day.",
    "The wind is strong.",
    "Snow lies on the road.",
    "The sun is out.",
    "I see a dark cloud.",
    "It is a cold morning.",
    "There was thunder at night.",
    "The fog is thick.",
    "It is too hot outside.",
    "The sky is grey.",
    "A storm is coming.",
    "The ice is thin.",
    "It will be sunny.",
    "The rain has stopped.",
    "We had snow in March.",
    "There is a warm wind.",
    "The air is wet.",
    "It is cloudy today.",
    "Frost is on the window.",
    "The summer is dry.",
  ],
  travel: [
    "The train is late.",
    "I bought a ticket.",
    "Our ship leaves at nine.",
    "The bus was full.",
    "He drives to the city.",
    "Where is my bag?",
    "The plane lands soon.",
    "She took the night train.",
    "We stayed in a hotel.",
    "The road is long.",
    "My map is old.",
    "They sail to Spain.",
    "The station is far.",
    "He lost his passport.",
    "We walked to the border.",
    "The driver is tired.",
    "I missed the bus.",
    "The boat is slow.",
    "Our trip was nice.",
    "She rides her bike to town.",
  ],
  music: [
    "She plays the piano.",
    "The song is loud.",
    "He sings every day.",
    "I heard a drum.",
    "The band is good.",
    "My violin is old.",
    "They dance to the music.",
    "The choir sang well.",
    "He whistles a tune.",
    "The concert begins at eight.",
    "Her voice is soft.",
    "I like this melody.",
    "The guitar is broken.",
    "We listened to the radio.",
    "The flute is mine.",
    "He writes songs.",
    "The trumpet is too loud.",
    "She hums quietly.",
    "They learned a new song.",
    "The orchestra is here.",
  ],
};

function topics(): MadeSet {
  const rows = Object.entries(TOPICS).flatMap(([topic, said]) =>
    said.map((sentence) => ({ instruction: `Which topic? ${sentence}`, output: topic })),
  );
  return {
    id: "topics",
    kind: "classification",
    ...drawn(rows, 6, { train: 56, held: 24 }),
    isRight: isSame,
  };
}

/** Politeness, which a word or two give away. */
function manners(): MadeSet {
  const polite = [
    "Please {x}.",
    "Could you {x}?",
    "Would you kindly {x}?",
    "I would be glad if you could {x}.",
  ];
  const rude = ["{x} now!", "Just {x}!", "Why do you never {x}?", "{x}, you fool!"];
  const acts = [
    "open the door",
    "read this",
    "bring the tea",
    "wash the cup",
    "close the window",
    "wait here",
    "call my brother",
    "clean the room",
    "feed the dog",
    "write to me",
    "answer me",
    "help her",
  ];
  const rows = [
    ...combinations<[string, string]>(polite, acts).map(
      ([ask, act]) => [ask.replace("{x}", act), "polite"] as const,
    ),
    ...combinations<[string, string]>(rude, acts).map(
      ([ask, act]) => [ask.replace("{x}", act), "rude"] as const,
    ),
  ].map(([said, label]) => ({ instruction: `Polite or rude? ${said}`, output: label }));
  return {
    id: "manners",
    kind: "classification",
    ...drawn(rows, 7, { train: 48, held: 40 }),
    isRight: isSame,
  };
}

const CALLS: Readonly<Record<string, string>> = {
  "add {a} and {b}": "{a} + {b}",
  "subtract {b} from {a}": "{a} - {b}",
  "multiply {a} by {b}": "{a} * {b}",
  "divide {a} by {b}": "{a} / {b}",
  "take the larger of {a} and {b}": "max({a}, {b})",
  "take the smaller of {a} and {b}": "min({a}, {b})",
  "check that {a} equals {b}": "{a} == {b}",
};

function code(): MadeSet {
  const names = ["x", "y", "total", "price", "count", "age"];
  const rows = combinations<[[string, string], string, string]>(Object.entries(CALLS), names, names)
    .filter(([, a, b]) => a !== b)
    .map(([[asked, made], a, b]) => ({
      instruction: `Write code to ${asked.replace("{a}", a).replace("{b}", b)}.`,
      output: made.replace("{a}", a).replace("{b}", b),
    }));
  return { id: "code", kind: "short code", ...drawn(rows, 8, { train: 150, held: 40 }), isRight: isSame };
}

/** Who and when, out of a sentence. */
function diary(): MadeSet {
  const who = ["Anna", "Peter", "Maria", "Tom", "Lily", "Ben", "Rosa", "Max", "Emma", "Paul"];
  const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
  const did = [
    "{p} bought a hat on {d}.",
    "On {d} {p} went to the market.",
    "We met {p} on {d}.",
    "{p} comes home on {d}.",
    "On {d} I saw {p} in town.",
    "The letter of {p} came on {d}.",
  ];
  const rows = combinations<[string, string, string]>(did, who, days).map(([text, person, day]) => ({
    instruction: `Find name and day: ${text.replace("{p}", person).replace("{d}", day)}`,
    output: `name: ${person}, day: ${day}`,
  }));
  return { id: "diary", kind: "extraction", ...drawn(rows, 9, { train: 90, held: 40 }), isRight: isSame };
}

/** The last word of a sentence. */
function lastWord(): MadeSet {
  const subjects = [
    "The cat",
    "My sister",
    "Our teacher",
    "The old man",
    "A bird",
    "The farmer",
    "His friend",
    "The queen",
  ];
  const verbs = ["likes the", "sees the", "draws a", "wants a", "found the", "lost a"];
  const objects = ["river", "garden", "ball", "flower", "castle", "book", "window", "apple", "chair", "ship"];
  const rows = combinations<[string, string, string]>(subjects, verbs, objects).map(([who, does, what]) => ({
    instruction: `Last word of: ${who} ${does} ${what}.`,
    output: what,
  }));
  return {
    id: "last-word",
    kind: "extraction",
    ...drawn(rows, 10, { train: 400, held: 40 }),
    isRight: isSame,
  };
}

/** A fixed form around what the model already knows. */
function cards(): MadeSet {
  const capitals: Readonly<Record<string, string>> = {
    France: "Paris",
    Spain: "Madrid",
    Italy: "Rome",
    Germany: "Berlin",
    Japan: "Tokyo",
    Austria: "Vienna",
    Greece: "Athens",
    Russia: "Moscow",
    England: "London",
    China: "Beijing",
    Poland: "Warsaw",
    Portugal: "Lisbon",
    Norway: "Oslo",
    Sweden: "Stockholm",
    Denmark: "Copenhagen",
    Finland: "Helsinki",
  };
  const asked = [
    "What is the capital of {x}?",
    "Which city is the capital of {x}?",
    "Tell me the capital of {x}.",
    "Name the capital of {x}.",
    "What city is the capital of {x}?",
  ];
  const rows = combinations<[string, [string, string]]>(asked, Object.entries(capitals)).map(
    ([ask, [country, city]]) => ({
      instruction: ask.replace("{x}", country),
      output: `# ${country}\n- capital: ${city}`,
    }),
  );
  return { id: "cards", kind: "format", ...drawn(rows, 11, { train: 50, held: 25 }), isRight: isSame };
}

/** Kinds of things in Chinese. */
function kinds(): MadeSet {
  const things: Readonly<Record<string, readonly string[]>> = {
    动物: ["猫", "狗", "马", "牛", "羊", "鸟", "鱼", "狮子", "猴子", "兔子", "老虎", "鸡"],
    食物: ["米饭", "面包", "苹果", "鸡蛋", "牛奶", "面条", "茶", "汤", "香蕉", "糖", "肉", "菜"],
    颜色: ["红", "蓝", "绿", "白", "黑", "黄", "灰", "紫"],
  };
  const asked = ["“{x}”是什么？", "“{x}”是哪一类？", "请说“{x}”是哪一类。"];
  const rows = Object.entries(things).flatMap(([kind, words]) =>
    combinations<[string, string]>(asked, words).map(([ask, word]) => ({
      instruction: ask.replace("{x}", word),
      output: `“${word}”是一种${kind}。`,
    })),
  );
  return { id: "kinds-zh", kind: "Chinese", ...drawn(rows, 12, { train: 64, held: 30 }), isRight: isSame };
}

/** The datasets of the table, in its order. */
export const madeSets: readonly MadeSet[] = [
  people(),
  trains(),
  librarian(),
  cards(),
  orders(),
  velo(),
  topics(),
  manners(),
  code(),
  diary(),
  lastWord(),
  kinds(),
].map((set) => ({ ...set, held: shuffled(set.held, 99).slice(0, 40) }));
