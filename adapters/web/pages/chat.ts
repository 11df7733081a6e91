/** The page `chat`: the chat alone, as a page or in a frame. `?to=billing` opens another handle than the first. */
import { render } from "preact";
import { html } from "../../../src/http/pages/html.ts";
import { ChatPanel } from "./chat-panel.ts";
import { said, speak } from "./page-words.ts";
import { followBrowser, ignoreDrops, isVisible } from "./surroundings.ts";
import { visitorClient } from "./visitor.ts";

const root = document.getElementById("chat");
if (root === null) {
  throw new Error("The page has no element #chat.");
}
const desk = new URLSearchParams(location.search).get("to") ?? root.dataset.handle ?? "";
const name = root.dataset.name ?? desk;
const client = visitorClient(desk, draw);

function draw(): void {
  if (root === null) {
    return;
  }
  // A handle that does not exist becomes the first one, which the server names.
  const shown = client.desk ?? desk;
  const panel = html`<${ChatPanel}
    client=${client}
    desk=${shown}
    name=${name}
    heading="h1"
    visible=${isVisible()}
    focus=${1}
    onMinimise=${null}
  />`;
  render(panel, root);
}

speak(navigator.languages);
document.documentElement.lang = said().language;
followBrowser(() => [client], draw);
ignoreDrops();
client.wake();
const invitation = /^#continue=([a-z2-7]+)$/.exec(location.hash)?.[1];
if (invitation === undefined) {
  client.open(desk);
} else {
  // Of use once; a page that is reloaded has the conversation.
  history.replaceState(null, "", location.pathname + location.search);
  client.follow(desk, invitation);
}
draw();
