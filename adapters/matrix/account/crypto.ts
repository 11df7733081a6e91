/** The Matrix SDK's crypto (Rust, as WebAssembly), loaded when an account needs it: it takes 8 MB and a moment. */
type Crypto = typeof import("@matrix-org/matrix-sdk-crypto-wasm");

let loading: Promise<Crypto> | null = null;

export async function loadCrypto(): Promise<Crypto> {
  loading ??= import("@matrix-org/matrix-sdk-crypto-wasm").then(async (crypto) => {
    await crypto.initAsync();
    return crypto;
  });
  return await loading;
}
