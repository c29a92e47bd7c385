// vec4 loads, for head dimensions divisible by four. HEAD_DIM is prepended.
alias Element = vec4<f32>;
const WIDTH = HEAD_DIM / 4u;

fn inner(a: Element, b: Element) -> f32 {
  return dot(a, b);
}
