/**
 * Replaces `@huggingface/xetchunk-wasm` inside `@huggingface/hub` (see vite.config.ts). Files are uploaded through LFS,
 * so this keeps the unused Xet protocol's WebAssembly out of the build.
 */
export const MerkleHashSubtree = undefined;
export const createChunker = undefined;
export const fileHash = undefined;
export const finalize = undefined;
export const hashToHex = undefined;
export const hexToBytes = undefined;
export const hmac = undefined;
export const nextBlock = undefined;
export const verificationHash = undefined;
export const xorbHash = undefined;
