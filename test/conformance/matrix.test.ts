/** The Matrix adapter keeps the law: as an application service of a real Synapse, with matrix-js-sdk on the other side. */
import { requires } from "../support/requires.ts";
import { adapterSuite } from "./adapter.ts";
import { MatrixFarEnd } from "./matrix-far-end.ts";

describe("on a real Synapse", () => {
  requires("synapse");
  adapterSuite({ name: "matrix appservice on Synapse", open: () => MatrixFarEnd.open(), exceptions: [] });
});
