/** The Matrix network: its protocol name, its configuration, its adapter. README.md lists what of the standard it speaks. */
import type { AdapterModule } from "../../src/adapter.ts";
import { MatrixAccount } from "./account/adapter.ts";
import { MatrixAdapter } from "./adapter.ts";
import type { MatrixConfig } from "./config.ts";
import { checkHandles, matrixDescription } from "./description.ts";

export type { MatrixConfig } from "./config.ts";

export const matrix: AdapterModule<MatrixConfig> = {
  ...matrixDescription,
  create(config, context) {
    if (config.mode === "appservice") {
      return new MatrixAdapter(config, context);
    }
    checkHandles(config, context.handles);
    const [handle] = context.handles;
    return new MatrixAccount(config, context, handle ?? context.desk);
  },
};
