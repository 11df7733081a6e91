/** What a broken or hostile XMPP server or person may send. `{from}` and `{to}` are filled in. */

/** Not XML, or XML that XMPP forbids: the stream ends, nothing else. */
export const FATAL: readonly string[] = [
  "<!DOCTYPE x [<!ENTITY a 'aaaa'>]>",
  "<!-- hello -->",
  "<?php echo 1 ?>",
  "<message from='{from}' to='{to}'><body>&boom;</body></message>",
  "<message from='{from}' to='{to}' to='{to}'><body>twice</body></message>",
  "<message from='{from}' to='{to}'><x:body>undeclared</x:body></message>",
  "<message from='{from}' to='{to}'><body>one</message>",
  "<message from='{from}' to='<'/>",
  "<message from='{from}' to='{to}'><body>\u0001</body></message>",
  "<message from='{from}' to='{to}'><body>&#0;</body></message>",
  "HTTP/1.1 400 Bad Request\r\n\r\n<html>",
  "</stream:stream>",
  "<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
];

/** Well-formed and odd: taken, answered or ignored, and the stream goes on. */
export const ODD: readonly string[] = [
  "<message/>",
  "<message from='{from}' to='{to}'/>",
  "<message from='@' to='{to}'><body>from nobody</body></message>",
  "<message from='a@b@c/d' to='{to}'><body>from nobody</body></message>",
  "<message from='{from}' to='/'><body>to nobody</body></message>",
  "<message from='{to}' to='{to}' type='chat'><body>from myself</body></message>",
  "<message from='{from}' to='{to}' type='error'/>",
  "<message from='{from}' to='{to}' type='error' id='x'><error/></message>",
  "<message from='{from}' to='{to}' type='groupchat'><body>room</body></message>",
  "<message from='{from}' to='{to}' type='__proto__'><body/></message>",
  "<message from='{from}' to='{to}' __proto__='x' constructor='y'><__proto__/></message>",
  "<message from='{from}' to='{to}'><body xmlns='urn:not:a:body'>no body</body></message>",
  "<message from='{from}' to='{to}'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='ceo@im.test' to='{to}'><body>forged</body></message></forwarded></received></message>",
  "<presence from='{from}' to='{to}' type='nonsense'/>",
  "<presence from='{from}' to='{to}'><priority>99999999999999</priority><show>sideways</show></presence>",
  "<iq from='{from}' to='{to}' type='get' id='1'/>",
  "<iq from='{from}' to='{to}' type='result' id='nobody-asked'/>",
  "<iq from='{from}' to='{to}' type='set' id='2'><query xmlns='jabber:iq:roster'><item jid='x@y'/></query></iq>",
  "<iq from='{from}' to='{to}' type='sideways' id='3'><query xmlns='jabber:iq:version'/></iq>",
  "<unknown xmlns='urn:unknown'/>",
  "   \n  ",
];
