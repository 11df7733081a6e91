/** El catálogo español. The Spanish catalogue; keys and places are those of en.ts. */
import type { PhraseKey } from "./en.ts";

export const ES: Readonly<Record<PhraseKey, string>> = {
  yes: "sí",
  no: "no",
  customer: "cliente",
  minutes: "{count} min",
  "less-than-a-minute": "menos de un minuto",

  "waiting.place":
    "Gracias. Es usted el número {place} en la cola de {queue}. Le atenderemos lo antes posible; mientras tanto puede seguir escribiendo.",
  "waiting.next": "Gracias. Es usted la siguiente persona en la cola de {queue}; enseguida le atendemos.",
  "waiting.status": "Es usted el número {place} en la cola de {queue}. Tiempo de espera hasta ahora: {minutes}.",
  "waiting.still": "Gracias por su paciencia. Conserva su turno; le atenderemos lo antes posible.",
  "waiting.help":
    "Está esperando a una persona. Escriba «estado» para saber su turno o «salir» para marcharse. Todo lo demás que escriba se guarda para quien le atienda.",
  "waiting.held-full":
    "Ya ha escrito mucho; espere, por favor, a que le atiendan. Este último mensaje no se ha aceptado.",

  "talking.handover": "Ya está en contacto con {csr}.",
  "talking.csr-left":
    "La persona que le atendía ha perdido la conexión. Vuelve usted a la cola, por delante de quienes llegaron después.",
  "talking.transferred": "Le pasamos con {queue}. Un momento, por favor.",
  "talking.transferred-csr": "Le pasamos con {csr}. Un momento, por favor.",

  "closed.by-csr": "Esta conversación ha terminado. Escríbanos de nuevo cuando quiera y abriremos otra.",
  "closed.by-customer": "Ha terminado usted esta conversación. Escríbanos de nuevo cuando quiera.",
  "closed.idle":
    "Hace un rato que no sabemos de usted, así que hemos cerrado esta conversación. Escríbanos de nuevo cuando quiera.",
  "closed.by-desk": "Nuestro equipo ha cerrado esta conversación. Escríbanos de nuevo cuando quiera.",

  "hours.closed": "{queue} está cerrado en este momento. Volvemos a abrir: {opens}.",
  "queue.full": "Hay muchísimas personas esperando en {queue}. Inténtelo de nuevo un poco más tarde, por favor.",
  "desk.full": "Tenemos muchísimas conversaciones en este momento. Inténtelo de nuevo un poco más tarde, por favor.",
  "no-csr-ever":
    "En este momento no hay nadie que pueda ayudarle con {queue}, por lo que tenemos que terminar esta conversación. Escríbanos de nuevo en otro momento.",
  undelivered: "No se ha podido entregar este mensaje: «{text}»",
  flood:
    "Son más mensajes de los que podemos recibir a la vez. Espere un momento, por favor; el último no se ha aceptado.",
  "too-long":
    "Este mensaje es demasiado largo y no se ha aceptado. Divídalo, por favor: {bytes} bytes como máximo cada vez.",
  "conversation.limit":
    "Ya tiene varias conversaciones con nosotros. Continúe en una de ellas o termine una primero, por favor.",

  "edit.fallback": "corregido: {text}",
  "retraction.fallback": "retirado: «{text}»",
  "reaction.fallback": "{reactions} a: «{text}»",
  "retraction.refused": "Aquí no se puede retirar un mensaje ya entregado.",

  "alias.closed":
    "Esta conversación está cerrada y ya nadie lee aquí. Escriba a nuestra dirección pública, por favor, y abriremos otra.",
  "alias.not-yours":
    "No hay ninguna conversación para usted en esta dirección. Escriba a nuestra dirección pública, por favor.",
  "label.which": "¿A qué conversación se refiere? Empiece la línea con una de estas: {labels}.",
  "label.unknown": "No hay ninguna conversación abierta {label}.",
  "label.hint": "Para responder, empiece la línea con {label}.",
  "software.unknown": "programa desconocido",

  "dialog.greeting": "¡Hola, le damos la bienvenida!",
  "dialog.help":
    "Responda con sus propias palabras o con el número de una opción. Estas palabras sirven siempre: «atrás» (a la pregunta anterior), «repetir», «estado», «una persona, por favor» y «salir».",
  "dialog.status": "Está hablando con nuestro asistente automático. Unas respuestas más y le atenderá una persona.",
  "dialog.person": "Por supuesto. Busco a una persona para usted.",
  "dialog.routing": "Un momento, por favor.",
  "dialog.goodbye": "¡Gracias y hasta pronto!",
  "dialog.stopped": "De acuerdo, lo dejamos aquí. Escríbanos de nuevo cuando quiera.",
  "dialog.finished": "Gracias. Busco a una persona para usted.",
  "dialog.lost": "Lo siento, he perdido el hilo. Busco a una persona para usted.",
  "dialog.renewed":
    "Lo siento, nuestras preguntas acaban de cambiar y tengo que empezar de nuevo. Lo que me ha dicho se conserva.",
  "dialog.back-none": "Esta es la primera pregunta; no se puede volver más atrás.",
  "dialog.no-input-1": "¿Sigue ahí? Tómese su tiempo; escriba «ayuda» si algo no está claro.",
  "dialog.no-input-2": "Sigo esperando su respuesta. Escriba «una persona, por favor» si prefiere hablar con alguien.",
  "dialog.no-input-close": "No he recibido respuesta, así que cierro por ahora. Escríbanos de nuevo cuando quiera.",
  "dialog.no-match-1": "Lo siento, no lo he entendido. ¿Puede decirlo de otra manera?",
  "dialog.no-match-2": "Lo siento, sigo sin entenderlo. Inténtelo una vez más o escriba «una persona, por favor».",
  "dialog.no-match-person": "Lo siento, no lo entiendo. Busco a una persona para usted.",
  "dialog.did-you-mean": "¿Quería decir «{label}»?",
  "dialog.which-of-these": "No sé con seguridad a cuál de estas se refiere:",
  "dialog.which-then": "De acuerdo. ¿De qué se trata entonces?",
  "dialog.understood": "Entiendo: {label}.",
  "answer.yes-or-no": "Responda sí o no, por favor.",
  "answer.number": "Responda con un número, por favor.",
  "answer.integer": "Responda con un número entero, por favor.",
  "answer.number-min": "Dé un número que sea como mínimo {min}, por favor.",
  "answer.number-max": "Dé un número que sea como máximo {max}, por favor.",
  "answer.number-range": "Dé un número de {min} a {max}, por favor.",
  "answer.email": "Eso no parece una dirección de correo electrónico. Debería ser como nombre@example.com.",
  "answer.phone": "Eso no parece un número de teléfono. Escríbalo con su prefijo, por favor.",
  "answer.phone-international":
    "Eso no parece un número de teléfono. Escríbalo con el prefijo del país, por ejemplo +34 912 345 678.",
  "answer.date": "Eso no parece una fecha. Escríbala así, por favor: 31/12/2025.",
  "answer.long": "Es demasiado largo para mí. Dígalo en {max} caracteres como máximo, por favor.",
  "answer.name": "Lo siento, no he entendido su nombre. ¿Cómo le llamo?",
  "answer.name-aside": "Gracias, lo he anotado. ¿Y cómo se llama?",
  "answer.name-long": "Es muy largo para un nombre. ¿Cómo le llamo?",
  "answer.name-reserved":
    "No puedo llamarle así, porque podría confundirse con alguien de nuestro equipo. ¿De qué otra forma le llamo?",
  "answer.account": "No encuentro ese número de cliente. Compruébelo, por favor, o escriba «una persona, por favor».",
  "identify.name": "¿Cómo se llama?",
  "identify.account": "¿Cuál es su número de cliente?",
  "identify.account-optional": "¿Cuál es su número de cliente? Si no tiene, escriba «invitado».",
  "identify.who": "¿Cómo se llama, o cuál es su número de cliente si lo tiene?",
  "identify.recognised": "Hola, {name}, nos alegra verle de nuevo.",
  "language.ask": "¿En qué idioma quiere continuar?",

  "csr.offer.head": "Conversación nueva: {name} · {queue} · {network}",
  "csr.offer.software": "Escribe desde: {software}",
  "csr.offer.reason": "Motivo: {reason}",
  "csr.offer.waited": "Tiempo de espera: {minutes}",
  "csr.offer.language": "Idioma: {language}",
  "csr.offer.answer": "{name}: {value}",
  "csr.offer.recognised": "Cliente conocido: {customer}",
  "csr.offer.ask": "/accept (aceptar) o /decline (rechazar); {seconds} segundos",
  "csr.offer.accept": "Aceptar",
  "csr.offer.decline": "Rechazar",
  "csr.offer.revoked": "Esta oferta se ha retirado: el cliente se ha ido o ya le atienden.",
  "csr.offer.missed": "Esta oferta no se respondió a tiempo y ha pasado a otra persona.",
  "csr.offer.missed-away":
    "Ha perdido {count} ofertas seguidas y ahora figura como ausente. Escriba /back cuando vuelva.",
  "csr.offer.taken": "Otra persona ha aceptado esta oferta.",
  "csr.accepted": "Está en contacto con {name}. Lo que escriba aquí le llega; /help muestra las palabras para el desk.",
  "csr.declined": "Rechazada. La conversación pasa a otra persona.",

  "csr.closed": "La conversación con {name} ha terminado.",
  "csr.closed-by-customer": "El cliente ha terminado la conversación.",
  "csr.customer-gone": "Ya no se puede contactar con el cliente; la conversación ha terminado.",
  "csr.closed-idle": "La conversación se ha cerrado porque nadie escribió durante un rato.",
  "csr.closed-by-desk": "Un administrador ha cerrado la conversación.",
  "csr.transferred": "Transferida a {target}.",
  "csr.transfer-unknown": "No hay ninguna cola ni colega con el nombre «{target}». Conocidos: {known}.",
  "csr.transfer-unavailable": "{target} no está disponible en este momento ({state}). La conversación sigue con usted.",
  "csr.note-kept": "Nota guardada. El cliente no la ve.",
  "csr.note-empty": "Escriba la nota detrás de la palabra: /note llamó dos veces, prefiere por la mañana",
  "csr.wrap-up": "Tiene {seconds} segundos para cerrar el trabajo antes de la próxima oferta. /back lo acorta.",
  "csr.left-absent": "Ha estado demasiado tiempo sin conexión; esta conversación ha vuelto a la cola.",

  "csr.away": "Figura como ausente: sin ofertas nuevas. /back cuando vuelva.",
  "csr.back": "Bienvenida de nuevo: vuelve a recibir ofertas.",
  "csr.already": "Ya es así.",
  "csr.status": "Estado: {state}, con {load} de {capacity} conversaciones. Esperan en sus colas: {waiting}.",
  "csr.state.free": "libre",
  "csr.state.busy": "en conversación",
  "csr.state.away": "ausente",
  "csr.state.wrap-up": "en cierre de trabajo",
  "csr.state.offline": "sin conexión",
  "csr.state.closed": "cerrado",
  "csr.state.unserved": "sin nadie que pueda atender",
  "csr.help": [
    "/accept – aceptar la conversación ofrecida",
    "/decline – dejarla a otra persona",
    "/transfer NOMBRE – pasar a una cola o a un colega",
    "/close – terminar la conversación",
    "/note TEXTO – guardar una nota que el cliente no ve",
    "/who – lo que se sabe del cliente",
    "/away – no recibir ofertas nuevas",
    "/back – volver a recibir ofertas",
    "/status – su estado y las colas",
    "/help – esta lista",
    "Si una línea para el cliente ha de empezar con /, escriba //",
  ].join("\n"),
  "csr.help-desk": [
    "Este es el desk. Cada conversación le llega como un contacto propio.",
    "/away – no recibir ofertas nuevas",
    "/back – volver a recibir ofertas",
    "/status – su estado y las colas",
    "/help – esta lista",
  ].join("\n"),
  "csr.unknown-word":
    "No existe la palabra {word}. /help las muestra todas. Para enviar una línea que empiece con / escriba //.",
  "csr.unknown-word-near":
    "No existe la palabra {word}; ¿quería decir {near}? Para enviar una línea que empiece con / escriba //.",
  "csr.answer-offer-first": "Responda primero a la oferta, por favor: /accept o /decline.",
  "csr.no-conversation": "Aquí no hay ninguna conversación en este momento.",
  "csr.who.head": "{name} · {queue} · {network}",
  "csr.history.head": "Hasta ahora:",
};
