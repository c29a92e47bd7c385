// Shared by the kernels that draw a token. Scores are sorted into bins by their distance from the largest one: bin b
// holds the weights exp(-b / BINS_PER_NAT) down to exp(-(b + 1) / BINS_PER_NAT), as multiples of the largest weight.
struct Params {
  vocabulary: u32,
  // Scores per workgroup.
  chunk: u32,
  groups: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

// Words of the controls.
const STEP = 0u;
const LENGTH = 1u;
const STAMP = 2u;
const BANS = 3u;
const NGRAM = 4u;
const TOP_K = 5u;
// Floats.
const PENALTY = 6u;
const SCALE = 7u;
const TOP_P = 8u;
const UNIFORM = 9u;

const BINS = 1024u;
const BINS_PER_NAT = 32.0;

// Words of `bins`: mass and number of scores before each bin, with the totals at the end, then whether it is listed.
const COUNTS = BINS + 1u;
const LISTED = 2u * (BINS + 1u);

// Words of `histogram`: scores in each bin, what their weights lack of the bin's largest, and the length of the list.
const RESTS = BINS;
const LIST_LENGTH = 2u * BINS;
const LIST = 1024u;

// Fixed-point units of a weight in `histogram`: a bin of all scores stays below 2^31.
const REST_UNITS = 262144.0;

// Share of the mass within which f32 does not decide: about ten times the error of the sums.
const SLACK = 1e-5;

// Below any score, and finite: drivers may assume that infinities do not occur.
const LOWEST = -3e38;
