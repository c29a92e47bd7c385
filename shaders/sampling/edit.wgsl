// Logits processors in place, in transformers' order: the repetition penalty on each id of the history once, then bans
// of what would repeat an n-gram, and of listed ids. A single workgroup.
@group(0) @binding(1) var<storage, read> controls: array<u32>;
@group(0) @binding(2) var<storage, read> history: array<u32>;
@group(0) @binding(3) var<storage, read> bans: array<u32>;
// The last step that penalised an id.
@group(0) @binding(4) var<storage, read_write> stamps: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> logits: array<f32>;

// Far below any score, and finite after a penalty.
const BANNED = -1e37;

fn ban(id: u32) {
  if (id < params.vocabulary) {
    logits[id] = BANNED;
  }
}

fn repeats(start: u32, size: u32, length: u32) -> bool {
  for (var i = 0u; i + 1u < size; i++) {
    if (history[start + i] != history[length + 1u - size + i]) {
      return false;
    }
  }
  return true;
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  let length = controls[LENGTH];
  let penalty = bitcast<f32>(controls[PENALTY]);
  if (penalty != 1.0) {
    for (var i = lane; i < length; i += 64u) {
      let id = history[i];
      if (id < params.vocabulary && atomicExchange(&stamps[id], controls[STAMP]) != controls[STAMP]) {
        let score = logits[id];
        logits[id] = select(score / penalty, score * penalty, score < 0.0);
      }
    }
  }
  storageBarrier();
  let size = controls[NGRAM];
  if (size > 0u && length + 1u >= size) {
    for (var start = lane; start + size <= length; start += 64u) {
      if (repeats(start, size, length)) {
        ban(history[start + size - 1u]);
      }
    }
  }
  for (var i = lane; i < controls[BANS]; i += 64u) {
    ban(bans[i]);
  }
}
