import type { MakeContender } from "./gemm";
import { type JaxArray, loadJax, loadTfjs } from "./load-rivals.js";

/** jax-js: one `matmul`, with the transpose of NT as a view. */
export async function makeJax(): Promise<MakeContender> {
  const jax = await loadJax();
  await jax.init("webgpu");
  jax.defaultDevice("webgpu");
  const device = jax.getWebGPUDevice();
  return async ({ form, m, n, k, a, b }) => {
    const x = await jax.numpy.array(a).reshape([m, k]).blockUntilReady();
    const w = await jax.numpy
      .array(b)
      .reshape(form === "nt" ? [n, k] : [k, n])
      .blockUntilReady();
    const factor = (): JaxArray => (form === "nt" ? w.ref.transpose() : w.ref);
    const run = (): Promise<Float32Array> => jax.numpy.matmul(x.ref, factor()).data();
    return {
      contender: { name: "jax-js", device, run },
      destroy: () => {
        x.dispose();
        w.dispose();
      },
    };
  };
}

/** TensorFlow.js on its WebGPU backend: one `matMul` with its own transpose flag. */
export async function makeTfjs(): Promise<MakeContender> {
  const tf = await loadTfjs();
  await tf.setBackend("webgpu");
  await tf.ready();
  const { device } = tf.backend();
  return ({ form, m, n, k, a, b }) => {
    const x = tf.tensor2d(a, [m, k]);
    const w = tf.tensor2d(b, form === "nt" ? [n, k] : [k, n]);
    const run = async (): Promise<Float32Array> => {
      const y = tf.matMul(x, w, false, form === "nt");
      const data = await y.data();
      y.dispose();
      return data;
    };
    const destroy = (): void => {
      x.dispose();
      w.dispose();
    };
    return Promise.resolve({ contender: { name: "tfjs", device, run }, destroy });
  };
}
