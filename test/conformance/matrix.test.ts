/** The Matrix adapter keeps the law on a real Synapse, with matrix-js-sdk on the other side: as a service and as an account. */
import { requires } from "../support/requires.ts";
import { adapterSuite } from "./adapter.ts";
import { MatrixAccountFarEnd } from "./matrix-account-far-end.ts";
import { MatrixFarEnd } from "./matrix-far-end.ts";

describe("on a real Synapse", () => {
  requires("synapse");
  adapterSuite({ name: "matrix appservice on Synapse", open: () => MatrixFarEnd.open(), exceptions: [] });
  adapterSuite({ name: "matrix account on Synapse", open: () => MatrixAccountFarEnd.open(false), exceptions: [] });
  adapterSuite({ name: "matrix account, encrypted", open: () => MatrixAccountFarEnd.open(true), exceptions: [] });
});
