/**
 * @file mixer/mp/link.h  Framing, ids and deadlines of the Mp link
 *
 * Both ends use it: the focus sends requests and receives events, the mixer
 * answers. Lives on the thread whose libre event loop it is registered with.
 * The vocabulary is mixer/mp/protocol.h. MP_DEBUG in the environment prints
 * every message at debug level.
 */
#ifndef PARLEY_MIXER_MP_LINK_H
#define PARLEY_MIXER_MP_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

struct link;

enum {
	/** What may wait for a peer that does not read. A message that meets a
	 *  full socket, or a kernel without memory, is sent later; one that
	 *  finds so much before it ends the link, since a peer that misses a
	 *  message would not do what is believed of it */
	LINK_QUEUE_BYTES_MAX = 16 * 1024 * 1024,
	/** After so much time with messages the loop gets its turn (packets,
	 *  beats), and after every message that takes longer; microseconds */
	LINK_TURN_US = 2000,
};

/**
 * The answer to a request
 *
 * @param err   0, or an errno: what the peer answered (EPROTO if it is none,
 *              or one of the next two), ETIMEDOUT after MP_REPLY_DEADLINE_MS
 *              (and a look at what has come, where this process stood still
 *              meanwhile), ECONNRESET when the link closed
 * @param reply The reply, borrowed; NULL when err came from this side
 * @param arg   Handler argument
 *
 * May send further requests; must not free the link.
 */
typedef void(link_reply_h)(int err, json_t *reply, void *arg);

/** A request (mixer's end) or an event (focus's end) came. `msg` is borrowed
 */
typedef void(link_message_h)(json_t *msg, void *arg);

/** The peer is gone, cannot keep up (ENOBUFS), or has said what could not be
 *  read, also for lack of memory where this side is not strict. Last call from
 *  this link, never from within a call of it; may free it */
typedef void(link_close_h)(int err, void *arg);

/**
 * Take over one end of a SOCK_SEQPACKET pair
 *
 * @param linkp    Set to the link
 * @param fd       Connected socket; closed with the link
 * @param messageh Requests and events
 * @param closeh   End of the link
 * @param arg      Argument of both
 * @return 0 or errno; fd is untouched on failure
 */
int link_alloc(struct link **linkp, int fd, link_message_h *messageh,
	       link_close_h *closeh, void *arg);

/**
 * Do not bear with a peer that breaks the protocol
 *
 * Bytes that are no JSON object, and more of them than a message may have, end
 * the link (EBADMSG, EMSGSIZE); then with a line in the log, otherwise with an
 * answer that says so. Answers that nobody asked for end it, too (EPROTO),
 * where otherwise they are ignored: such a peer is broken, or somebody else's.
 */
void link_set_strict(struct link *link);

/** Read what comes and do nothing with it, until the peer ends: whoever has
 *  been found out says nothing more */
void link_ignore(struct link *link);

/**
 * Send a request; takes over (steals) the reference to `msg`, which has "op"
 * but no "id"
 *
 * @param replyh Called exactly once if 0 was returned; NULL: do not care
 * @return 0; EMSGSIZE; ENOBUFS too many wait for an answer already (not where
 *         nobody cares for it); EPIPE as soon as the link closes, also from
 *         within the handlers that are then told ECONNRESET
 */
int link_request(struct link *link, json_t *msg, link_reply_h *replyh,
		 void *arg);

/**
 * Send a request whose loss nobody could bear, and whose answer nobody waits
 * for. It takes no memory, unless it has to wait; where there is none for that
 * the link ends, as for a peer that cannot keep up: it must not go on without
 *
 * @param text A JSON object with "op" but no "id", not empty
 * @return 0; EMSGSIZE; EPIPE as link_request()
 */
int link_tell(struct link *link, const char *text);

/**
 * As link_tell(), and pass a descriptor with it (SCM_RIGHTS). It is sent at
 * once or not at all
 *
 * @param fd Borrowed: the peer has one of its own afterwards
 * @return 0; EAGAIN: others wait to be sent, or the socket is full; EMSGSIZE;
 *         EPIPE
 */
int link_tell_descriptor(struct link *link, const char *text, int fd);

/** Take descriptors that the peer passes. Who has not said so never gets one:
 *  the kernel closes them */
void link_accept_descriptors(struct link *link);

/** The descriptor that came with the message that is being handled, now the
 *  caller's; -1: none, or more than one. Nobody takes it: it is closed */
int link_take_descriptor(struct link *link);

/** For how long, in us, the peer has said nothing at all; counted from the
 *  link's beginning before its first message */
uint64_t link_silent_us(const struct link *link);

/** For how long, in us, the peer has owed an answer and given none, though it
 *  may say other things; 0: it owes none. Peers answer in order, and each
 *  request, whoever waits for it or did not wait so long */
uint64_t link_owing_us(const struct link *link);

/**
 * Whether a request sent now had better not be
 *
 * Its answer would probably take longer than `wait_ms`: so many are before it,
 * by what the ones before them took each, or no answer has come for so long;
 * or a quarter of LINK_QUEUE_BYTES_MAX waits to be sent. Always false while
 * few are unanswered and answers come, so that it learns when the peer is
 * faster again.
 */
bool link_is_congested(const struct link *link, unsigned wait_ms);

/** Forget the handlers of requests whose argument is `arg` */
void link_forget(struct link *link, const void *arg);

/**
 * Answer a request; steals `result` (an object; NULL = empty)
 *
 * @param request The request as received
 */
int link_reply(struct link *link, const json_t *request, json_t *result);

/** Answer a request with an error: an errno and words for the log */
int link_reply_error(struct link *link, const json_t *request, int code,
		     const char *why);

/** Send an event; steals `msg`, which has "event" */
int link_event(struct link *link, json_t *msg);

#endif
