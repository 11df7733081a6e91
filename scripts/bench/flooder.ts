/**
 * A process of its own behind a component listener (xmpp-stub.ts): told to by its parent, strangers write, always some thousands of messages
 * ahead of what the desk has answered. Told `true` it begins, told `false` it ends; it tells its port at first, and how many were answered
 * when the last one was.
 */
import { openStub, STUB } from "./xmpp-stub.ts";

const HANDLE = `support@${STUB.componentDomain}`;
/** Beyond what one address may send, all of them, at once. */
const STRANGERS = 50;
const UNANSWERED = 3_000;
const REQUEST = "<request xmlns='urn:xmpp:receipts'/>";
/** How a message is answered: taken (XEP-0184), or refused. */
const ANSWER = /<received |type="error"/gu;
const ANSWER_CHARACTERS = 16;

let isFlooding = false;
let written = 0;
let answered = 0;
const stub = await openStub({ ear, seat: () => {} });
process.on("message", (told) => {
  isFlooding = told === true;
  if (isFlooding) flood();
  else if (answered >= written) process.send?.(answered);
});
process.on("disconnect", () => process.exit());
process.send?.(stub.port);

function flood(): void {
  for (; isFlooding && written - answered < UNANSWERED; written += 1) {
    const from = `stranger${written % STRANGERS}@${STUB.domain}/x`;
    const body = `<body>buy this, number ${written}</body>`;
    stub.write(`<message from='${from}' to='${HANDLE}' id='f${written}' type='chat'>${body}${REQUEST}</message>`);
  }
}

/** Counts answers; what two pieces share is put together again. */
function ear(): (text: string) => void {
  let rest = "";
  return (text) => {
    const whole = rest + text;
    let read = 0;
    for (const { 0: found, index } of whole.matchAll(ANSWER)) {
      answered += 1;
      read = index + found.length;
    }
    rest = whole.slice(Math.max(read, whole.length - ANSWER_CHARACTERS));
    if (isFlooding) flood();
    else if (answered >= written) process.send?.(answered);
  };
}
