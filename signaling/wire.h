/**
 * @file signaling/wire.h  A SIP message as bytes (RFC 3261 section 7)
 *
 * Finds the lines of a message without interpreting more than their names:
 * the gate judges them, the bus moves them. Nothing is copied; everything
 * points into the caller's bytes. Pure, any thread.
 */
#ifndef PARLEY_SIGNALING_WIRE_H
#define PARLEY_SIGNALING_WIRE_H

#include "mixer/base/re.h"

enum { WIRE_HEADERS_MAX = 128, WIRE_HEAD_BYTES_MAX = 32768 };

/** Headers that the transport half looks at; compact forms included */
enum wire_header {
	WIRE_OTHER,
	WIRE_VIA,
	WIRE_FROM,
	WIRE_TO,
	WIRE_CALL_ID,
	WIRE_CSEQ,
	WIRE_MAX_FORWARDS,
	WIRE_CONTENT_LENGTH,
	WIRE_CONTENT_TYPE,
	WIRE_CONTACT,
	WIRE_ROUTE,
	WIRE_RECORD_ROUTE,
	WIRE_REQUIRE,
	WIRE_EXPIRES,
	WIRE_HEADER_KINDS
};

/** One header with its continuation lines */
struct wire_line {
	enum wire_header id;
	struct pl name;
	struct pl value; /**< without surrounding white space, folds inside */
	struct pl whole; /**< as received, with the last CRLF */
};

enum wire_error {
	WIRE_OK,
	WIRE_INCOMPLETE,  /**< no empty line */
	WIRE_BAD_START,   /**< neither request nor status line */
	WIRE_BAD_VERSION, /**< well formed, but not SIP/2.0 */
	WIRE_BAD_HEADER,  /**< no colon, no name, bare CR, LF or NUL */
	WIRE_TOO_MANY     /**< headers or header bytes */
};

/** The message; `headers` are in the order of arrival */
struct wire {
	bool request;
	struct pl method, uri, version; /**< request line */
	unsigned status;                /**< status line: 100..699 */
	struct pl reason;
	struct wire_line headers[WIRE_HEADERS_MAX];
	size_t count;
	size_t head_bytes; /**< start line to empty line, inclusive */
	struct pl body;    /**< all that follows */
};

/**
 * Find the lines
 *
 * @return The first error met. What could be found is filled in all the
 *         same, so that a refusal can be addressed
 */
enum wire_error wire_parse(struct wire *w, const char *p, size_t len);

/** First header of a kind, or NULL */
const struct wire_line *wire_find(const struct wire *w, enum wire_header id);

/** Number of headers (lines, not values) of a kind */
size_t wire_count(const struct wire *w, enum wire_header id);

/** True if the request's method is this one */
bool wire_method_is(const struct wire *w, const char *method);

/** A method of RFC 3261 or one of its registered extensions: what does not do
 *  it says 405, what has never heard of a method 501 (section 21.5.2) */
bool wire_method_is_known(const struct pl *method);

/** Whole decimal number up to max; false for anything else */
bool wire_number(const struct pl *pl, uint64_t max, uint64_t *value);

/** Strip white space (SP, HTAB, CR, LF) at both ends */
void wire_trim(struct pl *pl);

/**
 * Take the next value of a comma-separated list
 *
 * Commas in quoted strings and within <> do not separate.
 *
 * @param rest  What is left, advanced
 * @param value Set to the value, trimmed
 * @return false at the end
 */
bool wire_next_value(struct pl *rest, struct pl *value);

/**
 * Take the next ;name[=value] parameter
 *
 * @param rest Starts at ';' or white space, advanced
 * @return false at the end or where it is not a parameter
 */
bool wire_next_param(struct pl *rest, struct pl *name, struct pl *value);

/**
 * Split name-addr or addr-spec (RFC 3261 section 25.1)
 *
 * @param display Display name with quotes, may be empty
 * @param uri     The URI
 * @param params  Header parameters from the first ';'
 * @return false if it is neither
 */
bool wire_address(const struct pl *value, struct pl *display, struct pl *uri,
		  struct pl *params);

/** The tag parameter of From or To, empty if there is none */
struct pl wire_tag(const struct wire *w, enum wire_header id);

/** RFC 3261 token characters only, at least one */
bool wire_is_token(const struct pl *pl);

#endif
