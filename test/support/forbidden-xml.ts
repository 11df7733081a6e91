/** XML that no sound server sends, and that a reader of an XMPP stream has to refuse (RFC 6120 §11.1, §11.4; XML 1.0; Namespaces in XML). */

/** What, the text of a stanza, the stream error that answers it. */
export const FORBIDDEN: readonly (readonly [what: string, xml: string, condition: string])[] = [
  ["a document type in the stream", "<!DOCTYPE x>", "restricted-xml"],
  ["a comment", "<!-- x -->", "restricted-xml"],
  ["a comment in a stanza", "<message><!-- x --></message>", "restricted-xml"],
  ["a processing instruction", "<?php x ?>", "restricted-xml"],
  ["a processing instruction that begins like a declaration", "<?x <a/>?>", "restricted-xml"],
  ["an undefined entity", "<message><body>&boom;</body></message>", "restricted-xml"],
  ["an entity named like an inherited property", "<message><body>&constructor;</body></message>", "restricted-xml"],
  ["the same attribute twice", "<message to='a' to='b'/>", "not-well-formed"],
  ["the same attribute under two prefixes", "<m xmlns:a='u' xmlns:b='u' a:x='1' b:x='2'/>", "not-well-formed"],
  ["a raw < in an attribute", "<message to='<'/>", "not-well-formed"],
  ["a control character", "<message><body>\u0001</body></message>", "not-well-formed"],
  ["a control character by number", "<message><body>&#1;</body></message>", "not-well-formed"],
  ["NUL by number", "<message><body>&#x0;</body></message>", "not-well-formed"],
  ["half a character by number", "<message><body>&#xD800;</body></message>", "not-well-formed"],
  ["U+FFFE", "<message><body>\ufffe</body></message>", "not-well-formed"],
  ["an undeclared element prefix", "<x:message/>", "bad-namespace-prefix"],
  ["an undeclared attribute prefix", "<message x:to='a'/>", "bad-namespace-prefix"],
  ["a prefix that ended with its element", "<m><a xmlns:x='u'/><x:b/></m>", "bad-namespace-prefix"],
  ["an undeclared prefix named like an inherited property", "<constructor:m/>", "bad-namespace-prefix"],
  ["a prefix declared away", "<message xmlns:x=''/>", "bad-namespace-prefix"],
  ["xmlns declared", "<message xmlns:xmlns='u'/>", "bad-namespace-prefix"],
  ["xml declared to be something else", "<message xmlns:xml='u'/>", "bad-namespace-prefix"],
  ["a name with two colons", "<message xmlns:a='u' a:b:c='x'/>", "bad-namespace-prefix"],
  ["the wrong end tag", "<message><body>x</message>", "not-well-formed"],
  ["the wrong end tag of a stanza", "<message></iq>", "not-well-formed"],
  ["an attribute without quotes", "<message to=a/>", "not-well-formed"],
  ["an attribute without value", "<message to/>", "not-well-formed"],
  ["]]> in text", "<message><body>]]></body></message>", "not-well-formed"],
  ["text between stanzas", "hello", "bad-format"],
  ["a second XML declaration", "<?xml version='1.0'?>", "not-well-formed"],
];

/** The same, before the stream has begun. */
export const BEFORE_THE_STREAM: readonly (readonly [what: string, xml: string, condition: string])[] = [
  ["a document type", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>", "restricted-xml"],
  ["a billion laughs", "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><x>&b;</x>", "restricted-xml"],
  ["an encoding other than UTF-8", "<?xml version='1.0' encoding='UTF-16'?><x/>", "unsupported-encoding"],
  ["no XML at all", "HTTP/1.1 400 Bad Request\r\n\r\n", "not-well-formed"],
  [
    "a root with too many attributes",
    `<x ${Array.from({ length: 50 }, (_, n) => `a${n}=''`).join(" ")}>`,
    "policy-violation",
  ],
];
