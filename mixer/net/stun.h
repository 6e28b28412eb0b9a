/**
 * @file mixer/net/stun.h  STUN binding messages of ICE (RFC 8489, 8445)
 *
 * What an ICE-lite agent hears and says, without allocation: the reader
 * yields pointers into the datagram, the writer fills a caller's buffer.
 * Also what a full agent needs to ask, for tests and the load generator.
 * Pure functions, any thread. (libre's codec allocates per attribute, which
 * would let an unauthenticated datagram cost heap.)
 */
#ifndef PARLEY_MIXER_NET_STUN_H
#define PARLEY_MIXER_NET_STUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/base/re.h"

enum {
	STUN_UNKNOWN_MAX = 8,
	/** Longest message whose integrity is checked, bytes */
	STUN_READ_MAX = 1500,
	/** Longest message written here, bytes */
	STUN_WRITE_MAX = 384,
};

/** Message types: method Binding in its four classes */
enum stun_type {
	STUN_BINDING_REQUEST = 0x0001,
	STUN_BINDING_INDICATION = 0x0011,
	STUN_BINDING_SUCCESS = 0x0101,
	STUN_BINDING_ERROR = 0x0111,
};

/** One read message; pointers into the datagram */
struct stun_packet {
	uint16_t type;
	const uint8_t *transaction; /**< 12 bytes */
	const uint8_t *username;    /**< NULL: absent */
	size_t username_bytes;
	const uint8_t *integrity; /**< HMAC of 20 bytes, NULL: absent */
	bool has_fingerprint, fingerprint_valid;
	bool use_candidate, has_priority;
	bool controlling, controlled; /**< attribute present */
	uint64_t tie_breaker;
	uint32_t priority;
	uint16_t error;   /**< of an error response, 0: none */
	struct sa mapped; /**< XOR-MAPPED-ADDRESS, if any */
	uint16_t unknown[STUN_UNKNOWN_MAX]; /**< comprehension-required */
	size_t unknown_count;
	const uint8_t *start;
	size_t bytes; /**< all of it */
};

/**
 * Read one message; attributes after MESSAGE-INTEGRITY are ignored except
 * FINGERPRINT (RFC 8489 section 14.5)
 *
 * @return 0; EBADMSG if it is not one well-formed STUN message
 */
int stun_packet_decode(struct stun_packet *p, const uint8_t *buf, size_t len);

/** @return true if MESSAGE-INTEGRITY is there and made with this password */
bool stun_packet_authentic(const struct stun_packet *p, const char *password);

/** Message being written */
struct stun_writer {
	uint8_t buf[STUN_WRITE_MAX];
	size_t len;
};

/** Begin a message; transaction is 12 bytes */
void stun_write_header(struct stun_writer *w, enum stun_type type,
		       const uint8_t *transaction);
/** Append an attribute; silently nothing when it does not fit */
void stun_write_attribute(struct stun_writer *w, uint16_t type,
			  const void *value, size_t len);
/** XOR-MAPPED-ADDRESS */
void stun_write_mapped(struct stun_writer *w, const struct sa *addr);
/** ERROR-CODE, 300..699 */
void stun_write_error(struct stun_writer *w, unsigned code,
		      const char *reason);
/** MESSAGE-INTEGRITY if password is not NULL, then FINGERPRINT */
void stun_write_end(struct stun_writer *w, const char *password);

#endif
