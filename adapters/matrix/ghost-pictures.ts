/** The pictures (avatars) of the desk's users: the company's own for handles, one drawn for each alias. */
import { z } from "zod";
import type { AdapterContext } from "../../src/adapter.ts";
import { drawPicture, pictureNumber } from "./alias-picture.ts";
import type { Homeserver } from "./homeserver.ts";
import type { Media } from "./media.ts";

export interface GhostPicturesParts {
  readonly context: AdapterContext;
  readonly homeserver: Homeserver;
  readonly media: Media;
  /** The address of the handles' picture; left out: theirs stays as it is. */
  readonly avatar?: string | undefined;
  /** Whether aliases have one. */
  readonly aliasPictures: boolean;
}

const address = z.string().startsWith("mxc://");

export class GhostPictures {
  readonly #parts: GhostPicturesParts;

  constructor(parts: GhostPicturesParts) {
    this.#parts = parts;
  }

  /** Gives that user its picture. `isNew`: it has none yet. A message never waits for it in vain: failures are counted alone. */
  async give(user: string, local: string, isNew: boolean): Promise<void> {
    const { context, homeserver, avatar } = this.#parts;
    const isPublic = context.handles.includes(local) || local === context.desk;
    const path = ["v3", "profile", user, "avatar_url"];
    if (isPublic ? avatar === undefined : !this.#parts.aliasPictures) {
      return;
    }
    const worn = isNew ? null : await this.#worn(path, user);
    const wanted = isPublic ? (avatar ?? null) : (worn ?? (await this.#drawn(pictureNumber(local))));
    if (wanted === null || wanted === worn) {
      return;
    }
    const answer = await homeserver.request({ method: "PUT", path, as: user, body: { avatar_url: wanted } });
    if (answer.kind !== "ok") {
      context.count("matrix.picture.missing", "the homeserver did not take it");
    }
  }

  async #worn(path: readonly string[], user: string): Promise<string | null> {
    const answer = await this.#parts.homeserver.request({ method: "GET", path, as: user });
    return answer.kind === "ok" ? (address.safeParse(answer.body.avatar_url).data ?? null) : null;
  }

  /** Brought once, and known from then on. */
  async #drawn(number: number): Promise<string | null> {
    const { context, media } = this.#parts;
    const key = `picture ${number}`;
    const known = address.safeParse(await context.state.get(key));
    if (known.success) {
      return known.data;
    }
    const brought = await media.bring(drawPicture(number), "image/png");
    if (brought === null) {
      context.count("matrix.picture.missing", "the homeserver did not take it");
      return null;
    }
    await context.state.set(key, brought);
    return brought;
  }
}
