/** Makes the client of a visitor's page: one for each handle. */
import { ChatClient } from "./client.ts";
import { socketAt, tabMemory, tokenMemory } from "./surroundings.ts";
import { uploadTo } from "./upload-transport.ts";

export function visitorClient(desk: string, onChange: () => void): ChatClient {
  return new ChatClient({
    connect: () => socketAt("socket"),
    transport: uploadTo("upload"),
    desk,
    language: navigator.language || null,
    onChange,
    memory: tabMemory(`frontdesk-chat ${desk}`),
    token: tokenMemory,
  });
}
