"""A real Matrix client (matrix-nio) for tests: commands as JSON lines on stdin, events as JSON lines on stdout."""
import asyncio
import json
import sys

from nio import AsyncClient, InviteMemberEvent, MatrixRoom, RoomMessageNotice, RoomMessageText


def report(**event):
    print(json.dumps(event), flush=True)


async def main(url, user, password):
    client = AsyncClient(url, user)
    await client.login(password)

    async def on_message(room: MatrixRoom, event):
        if event.sender != client.user_id:
            name = room.user_name(event.sender)
            report(event="message", room=room.room_id, sender=event.sender, name=name, body=event.body,
                   source=json.dumps(event.source))

    async def on_invite(room, event):
        if event.state_key == client.user_id and event.membership == "invite":
            await client.join(room.room_id)

    await client.sync(timeout=0)
    client.add_event_callback(on_message, (RoomMessageText, RoomMessageNotice))
    client.add_event_callback(on_invite, InviteMemberEvent)
    report(event="online", user=client.user_id)

    async def commands():
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            command = json.loads(line)
            if command["do"] == "chat":
                answer = await client.room_create(is_direct=True, invite=[command["with"]])
                report(event="chat", room=answer.room_id)
            elif command["do"] == "say":
                content = {"msgtype": "m.text", "body": command["text"]}
                answer = await client.room_send(command["room"], "m.room.message", content)
                report(event="said", id=getattr(answer, "event_id", None), text=command["text"])

    await asyncio.gather(client.sync_forever(timeout=10000), commands())


asyncio.run(main(*sys.argv[1:4]))
