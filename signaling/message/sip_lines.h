/**
 * @file signaling/message/sip_lines.h  A SIP message as bytes (RFC 3261
 * section 7)
 *
 * Finds the lines of a message without interpreting more than their names:
 * the gate judges them, the transport layer moves them. Nothing is copied;
 * everything points into the caller's bytes. Pure, any thread.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_SIP_LINES_H
#define PARLEY_SIGNALING_MESSAGE_SIP_LINES_H

#include "mixer/base/re.h"

enum {
	SIP_LINES_HEADERS_MAX = 128,
	SIP_LINES_VALUES_MAX = 512, /**< of all headers together */
	SIP_LINES_HEAD_BYTES_MAX = 32768,
	SIP_LINES_METHODS = 14, /**< that are known */
};

/** Headers that the transport half looks at; compact forms included */
enum sip_line_kind {
	SIP_LINES_OTHER,
	SIP_LINES_VIA,
	SIP_LINES_FROM,
	SIP_LINES_TO,
	SIP_LINES_CALL_ID,
	SIP_LINES_CSEQ,
	SIP_LINES_MAX_FORWARDS,
	SIP_LINES_CONTENT_LENGTH,
	SIP_LINES_CONTENT_TYPE,
	SIP_LINES_CONTACT,
	SIP_LINES_ROUTE,
	SIP_LINES_RECORD_ROUTE,
	SIP_LINES_REQUIRE,
	SIP_LINES_EXPIRES,
	SIP_LINES_HEADER_KINDS
};

/** One header with its continuation lines */
struct sip_line {
	enum sip_line_kind id;
	struct pl name;
	struct pl value; /**< without surrounding white space, folds inside */
	struct pl whole; /**< as received, with the last CRLF */
};

enum sip_lines_error {
	SIP_LINES_OK,
	SIP_LINES_INCOMPLETE,  /**< no empty line */
	SIP_LINES_BAD_START,   /**< neither request nor status line */
	SIP_LINES_BAD_VERSION, /**< well formed, but not SIP/2.0 */
	SIP_LINES_BAD_HEADER,  /**< no colon, no name, bare CR, LF or NUL */
	SIP_LINES_TOO_MANY     /**< headers, values or header bytes */
};

/** The message; `headers` are in the order of arrival */
struct sip_lines {
	const char *start;          /**< the bytes that all else points into */
	enum sip_lines_error error; /**< the first that was met */
	bool request;
	struct pl method, uri, version; /**< request line */
	unsigned status;                /**< status line: 100..699 */
	struct pl reason;
	struct sip_line headers[SIP_LINES_HEADERS_MAX];
	size_t count;
	size_t values;     /**< of headers, a comma everywhere counts as one:
				libre keeps each by itself */
	size_t head_bytes; /**< start line to empty line, inclusive */
	struct pl body;    /**< all that follows */
};

/**
 * Find the lines
 *
 * @return The first error met. What could be found is filled in all the
 *         same, so that a refusal can be addressed
 */
enum sip_lines_error sip_lines_parse(struct sip_lines *w, const char *p,
				     size_t len);

/**
 * The same bytes lie elsewhere now, and perhaps more of them: let everything
 * point there, so that nobody needs to find the lines again
 *
 * @param len Bytes of the whole message, at least its head
 */
void sip_lines_move(struct sip_lines *w, const char *p, size_t len);

/** First header of a kind, or NULL */
const struct sip_line *sip_lines_find(const struct sip_lines *w,
				      enum sip_line_kind id);

/** Number of headers (lines, not values) of a kind */
size_t sip_lines_count(const struct sip_lines *w, enum sip_line_kind id);

/** True if the request's method is this one */
bool sip_lines_method_is(const struct sip_lines *w, const char *method);

/**
 * A method of RFC 3261 or one of its registered extensions: what does not do
 * it says 405, what has never heard of a method 501 (section 21.5.2)
 *
 * @return Its place among the SIP_LINES_METHODS, -1 for one that is unknown
 */
int sip_lines_method_index(const struct pl *method);

/** The method that stands there, "" for none */
const char *sip_lines_method_name(int index);

/** Whole decimal number up to max; false for anything else */
bool sip_lines_number(const struct pl *pl, uint64_t max, uint64_t *value);

/** Strip white space (SP, HTAB, CR, LF) at both ends */
void sip_lines_trim(struct pl *pl);

/**
 * Take the next value of a comma-separated list
 *
 * Commas in quoted strings and within <> do not separate.
 *
 * @param rest  What is left, advanced
 * @param value Set to the value, trimmed
 * @return false at the end
 */
bool sip_lines_next_value(struct pl *rest, struct pl *value);

/**
 * Take the next ;name[=value] parameter
 *
 * @param rest Starts at ';' or white space, advanced
 * @return false at the end or where it is not a parameter
 */
bool sip_lines_next_param(struct pl *rest, struct pl *name, struct pl *value);

/**
 * Split name-addr or addr-spec (RFC 3261 section 25.1)
 *
 * @param display Display name with quotes, may be empty
 * @param uri     The URI
 * @param params  Header parameters from the first ';'
 * @return false if it is neither
 */
bool sip_lines_address(const struct pl *value, struct pl *display,
		       struct pl *uri, struct pl *params);

/** The tag parameter of From or To, empty if there is none */
struct pl sip_lines_tag(const struct sip_lines *w, enum sip_line_kind id);

/** RFC 3261 token characters only, at least one */
bool sip_lines_is_token(const struct pl *pl);

#endif
