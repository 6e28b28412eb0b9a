/**
 * @file signaling/transport/stream.h  SIP over a byte stream (RFC 3261
 * section 18.3)
 *
 * Cuts a TCP or TLS connection into messages by Content-Length, answers
 * CRLF keep-alives (RFC 5626 section 4.4.1), and closes on silence while
 * nobody uses it, on a
 * sender that takes too long over a message and on a reader that falls more
 * than STREAM_BEHIND_MAX bytes behind. Single-threaded; owned by its flow.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_STREAM_H
#define PARLEY_SIGNALING_TRANSPORT_STREAM_H

#include "signaling/http/listener.h"
#include "signaling/message/sip_lines.h"

enum {
	STREAM_BEHIND_MAX = 1048576, /**< bytes in the send queue */
	STREAM_FIRST_MS = 32000,     /**< until the first whole message,
					  empty lines are none */
	STREAM_PARTIAL_MS = 20000,   /**< from first to last byte of one */
	STREAM_IDLE_MS = 3600000,
	STREAM_RETIRED_ACK_MS = 30000, /**< by its far end's kernel */
	STREAM_RETIRED_MS = 5000,      /**< how often one that is retired looks
					    whether it is still used */
};

/** What stands at the front of the received bytes */
enum stream_piece {
	STREAM_MORE,  /**< nothing whole yet */
	STREAM_BLANK, /**< CRLF: skip */
	STREAM_PING,  /**< double CRLF: answer CRLF */
	STREAM_MESSAGE,
	STREAM_BROKEN, /**< no way to find the end; refuse and close */
};

/**
 * Has a message begun that is not whole? An empty line is none: it may be the
 * answer to a ping of ours (RFC 5626 section 4.4.1) and nothing follows
 */
bool stream_is_partial(const char *p, size_t len);

/**
 * Find the first piece
 *
 * @param w       Filled when the end of a message's headers is there (MESSAGE
 *                and, with bytes over 2, MORE): its lines, without a body
 * @param scanned In and out: bytes already searched for the end of headers;
 *                0 at the start of every piece
 * @param max     Largest message
 * @param bytes   Set to the piece's size (BROKEN: what may be shown to the
 *                gate; MORE: what it will be, 0 if that is not known)
 */
enum stream_piece stream_piece(struct sip_lines *w, const char *p, size_t len,
			       size_t max, size_t *scanned, size_t *bytes);

struct stream;
struct tls;

/** A whole message of `len` bytes, its lines found (w->start is its first
 *  byte), or with `broken` what is there of one; the handler may send, but not
 *  free the stream */
typedef void(stream_message_h)(struct sip_lines *w, size_t len, bool broken,
			       void *arg);

/** Nothing has come for long: is the connection used all the same? */
typedef bool(stream_used_h)(void *arg);

/** The connection is over; the handler may free the stream */
typedef void(stream_close_h)(int err, void *arg);

/** Take a connection that a listener has accepted; a reference is taken
 *  @param place Moves into the stream */
int stream_accept(struct stream **sp, struct tcp_conn *tc,
		  struct listener_place *place, struct tls *tls,
		  size_t max_bytes, stream_message_h *msgh,
		  stream_close_h *closeh, stream_used_h *usedh, void *arg);

/**
 * Open a connection
 *
 * @param local Address that it comes from, NULL: as the host's routes say
 * @param host  Name that the TLS certificate must bear, NULL: not checked
 */
int stream_connect(struct stream **sp, const struct sa *local,
		   const struct sa *peer, struct tls *tls, const char *host,
		   size_t max_bytes, stream_message_h *msgh,
		   stream_close_h *closeh, stream_used_h *usedh, void *arg);

/** It ends as soon as it is not used any more, from the loop. Meanwhile its
 *  far end is asked for a sign of life, so that the kernel finds out if there
 *  is none */
void stream_retire(struct stream *s);

/** Is it a connection of ours that has not come about? */
bool stream_is_outstanding(const struct stream *s);

/** Send, or keep until the connection is up. ENOTCONN, ENOSPC (behind; the
 *  connection is then closed from the loop) */
int stream_send(struct stream *s, struct mbuf *mb);

/** Our address on the connection */
int stream_local(const struct stream *s, struct sa *local);

#endif
