/**
 * @file signaling/transport/gate.h  Judges a SIP message before libre's parser
 * sees it
 *
 * libre drops what it cannot parse without an answer and checks little else
 * (RFC 4475's invalid messages mostly pass). The gate refuses by rule, with
 * the stateless answer RFC 3261 section 8.2 wants; a broken response or ACK
 * is dropped. Pure: no socket, no state.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_GATE_H
#define PARLEY_SIGNALING_TRANSPORT_GATE_H

#include "signaling/message/sip_lines.h"

/** Why a message is refused; gate_rule_name() gives the word for counters */
enum gate_rule {
	GATE_PASS,
	GATE_SIZE,       /**< over sip_message_max_bytes */
	GATE_INCOMPLETE, /**< no end of headers */
	GATE_START_LINE,
	GATE_VERSION,
	GATE_HEADER, /**< header syntax */
	GATE_HEADER_COUNT,
	GATE_MISSING,   /**< essential header absent */
	GATE_DUPLICATE, /**< header that may stand only once */
	GATE_VIA,
	GATE_ADDRESS, /**< From, To, Contact or request URI */
	GATE_CSEQ,
	GATE_CONTENT_LENGTH,
	GATE_NUMBER, /**< Max-Forwards, Expires */
	GATE_SCHEME,
	GATE_EXTENSION,   /**< Require */
	GATE_UNDECODABLE, /**< libre's parser refuses it */
	GATE_RATE,        /**< source over its rate of messages */
	GATE_INVITE_RATE, /**< source over its rate of calls and the like */
	GATE_STRANGERS,   /**< all who are not known are too many together */
	GATE_RULES
};

/** The judgement; `status` 0 with a rule set means: drop silently */
struct gate_verdict {
	enum gate_rule rule;
	unsigned status;
	const char *reason;
	char header[240];  /**< extra header line with CRLF, or "" */
	size_t body_bytes; /**< of the message, when it passes */
};

/**
 * Judge a message
 *
 * What passes can be decoded by libre, once rewrite_in() has printed it.
 *
 * @param v      Result
 * @param w      As sip_lines_parse() left it, error or not. The body is cut to
 *               Content-Length (what follows is padding)
 * @param len    Bytes of the message
 * @param stream Came by TCP or TLS: Content-Length is obligatory
 * @return true if it passes
 */
bool gate_check(struct gate_verdict *v, struct sip_lines *w, size_t len,
		size_t max_bytes, bool stream);

/** Fill a verdict: status 0 if the message is no request or an ACK */
void gate_refuse(struct gate_verdict *v, const struct sip_lines *w,
		 enum gate_rule rule, unsigned status, const char *reason);

/**
 * Print the stateless answer (RFC 3261 section 8.2.6)
 *
 * @param source Where the request came from, for received and rport
 * @return 0; EBADMSG when not even a Via can be echoed
 */
int gate_reply(struct mbuf *mb, const struct sip_lines *w,
	       const struct gate_verdict *v, const struct sa *source);

/** Counter name of a rule: "content_length" */
const char *gate_rule_name(enum gate_rule rule);

#endif
