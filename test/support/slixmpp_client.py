"""A real slixmpp client for the tests, driven by one JSON object a line.

Arguments: address, password, port on 127.0.0.1. Reads commands from stdin, writes events to stdout; see slixmpp.ts
for both. Ends when stdin closes.
"""

import asyncio
import json
import sys

import slixmpp
from slixmpp.stanza import Message
from slixmpp.xmlstream import ET, tostring

PLUGINS = [
    "xep_0004",  # data forms
    "xep_0030",  # service discovery
    "xep_0085",  # chat states
    "xep_0092",  # software version
    "xep_0115",  # entity capabilities
    "xep_0172",  # nickname
    "xep_0184",  # receipts, answered by the plugin itself
    "xep_0199",  # ping
    "xep_0203",  # delay
    "xep_0308",  # correction
    "xep_0333",  # displayed markers
    "xep_0359",  # stable ids
]


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, address, password):
        super().__init__(address, password)
        for name in PLUGINS:
            self.register_plugin(name)
        self.add_filter("in", self.report_stanza)
        self.add_event_handler("session_start", self.session_started)
        self.add_event_handler("failed_auth", lambda _: report("error", text="the server refused the login"))
        self.add_event_handler("disconnected", lambda _: report("offline"))
        self.add_event_handler("receipt_received", lambda m: report("receipt", id=m["receipt"], sender=str(m["from"])))

    def report_stanza(self, stanza):
        # Nonzas of the login pass here too; tests want stanzas only.
        if isinstance(stanza, (Message, slixmpp.Presence, slixmpp.Iq)):
            body = stanza["body"] if isinstance(stanza, Message) else ""
            report(
                "stanza",
                kind=stanza.name,
                type=stanza["type"],
                sender=str(stanza["from"]),
                id=stanza["id"],
                body=body,
                xml=tostring(stanza.xml),
            )
        return stanza

    async def session_started(self, _):
        await self.get_roster()
        self.send_presence()
        report("online", jid=str(self.boundjid))

    def message(self, to, body, id=None, receipt=False, markable=False, state=None, replaces=None):
        message = self.make_message(mto=to, mbody=body, mtype="chat")
        if id is not None:
            message["id"] = id
        # The receipts plugin asks by itself for every body; its own way to leave that out is this attribute.
        self["xep_0184"].auto_request = receipt
        if markable:
            message.enable("markable")
        if state is not None:
            message["chat_state"] = state
        if replaces is not None:
            message["replace"]["id"] = replaces
        message.send()

    def state(self, to, state):
        message = self.make_message(mto=to, mtype="chat")
        message["chat_state"] = state
        message.send()

    def displayed(self, to, id):
        message = self.make_message(mto=to, mtype="chat")
        message["displayed"]["id"] = id
        message.send()

    def presence(self, to=None, type=None, show=None, status=None):
        self.send_presence(pto=to, ptype=type, pshow=show, pstatus=status)

    def raw(self, xml):
        self.send_raw(xml)

    def software(self, to, query):
        asyncio.ensure_future(self.ask_software(to, query))

    async def ask_software(self, to, query):
        try:
            iq = await self["xep_0092"].get_version(slixmpp.JID(to), timeout=60)
            version = iq["software_version"]
            report("software", query=query, name=version["name"], version=version["version"], os=version["os"])
        except slixmpp.exceptions.XMPPError as error:
            report("software", query=query, error=error.condition)


COMMANDS = {"message", "state", "displayed", "presence", "raw", "software"}


async def read_commands(client):
    reader = asyncio.StreamReader(limit=4 * 1024 * 1024)
    loop = asyncio.get_event_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        try:
            fields = json.loads(line)
            command = fields.pop("do")
            if command not in COMMANDS:
                raise ValueError(f"there is no command {command}")
            getattr(client, command)(**fields)
        except Exception as error:  # whatever it was, the test must learn of it and the client must go on
            report("error", text=f"{line.decode().strip()}: {error!r}")
    client.disconnect(wait=1.0)
    await client.disconnected


def main():
    address, password, host, port = sys.argv[1:5]
    client = Client(address, password)
    client.use_ipv6 = ":" in host
    if client.use_ipv6:
        # It takes an address of IPv6 for a name, and forgets the port.
        async def records(*_):
            return [(host, host, int(port))]

        client.get_dns_records = records
    client.connect(address=(host, int(port)), force_starttls=False, disable_starttls=True)
    client.loop.run_until_complete(read_commands(client))


main()
