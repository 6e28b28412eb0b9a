/**
 * @file signaling/transport/libre_seam.h  Messages to and from libre's SIP
 * stack
 *
 * libre keeps its parser, transactions and dialogs, but not its transports:
 * this is the only file that knows how a message gets into the stack and out
 * of it, and so the one to write anew for a libre that can do it otherwise.
 *
 * Neither libre 1.1 (Debian 12) nor 2.0 (Debian 13) has a call that takes a
 * message, but the socket of its UDP transport can be reached (it is in every
 * message that came by it), and a helper on that socket may replace what was
 * received and divert what is sent. So a message waits in a queue here, a
 * token of a few bytes goes to libre's socket over loopback, and when it
 * arrives the helper puts the message in its place, with the source that it
 * shall have. libre 2.1 has udp_recv_packet() and 3.15 sip_transp_add_sock():
 * with these neither token nor queue nor the probe of the beginning is needed.
 *
 * Single-threaded; owned by the transport layer.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_LIBRE_SEAM_H
#define PARLEY_SIGNALING_TRANSPORT_LIBRE_SEAM_H

#include "mixer/base/re.h"

enum { LIBRE_SEAM_QUEUE_MAX = 8192 /**< messages waiting for libre */ };

struct libre_seam;

/** What libre says; called from the loop */
struct libre_seam_handlers {
	/** libre sends to an address; to be sent otherwise. @return 0 or what
	 *  its transaction is told */
	int (*sendh)(const struct sa *dst, struct mbuf *mb, void *arg);
	/** Of what no transaction took; always true */
	sip_msg_h *requesth, *responseh;
	void *arg;
};

/**
 * Open libre's stack behind a UDP transport on loopback that nobody else
 * reaches
 *
 * The seam closes in the first turns of the event loop: what is injected
 * before that waits, what libre sends before that is lost.
 *
 * @param sp       Set to it; mem_deref() frees the stack
 * @param handlers Copied
 * @return 0, ENOMEM, or errno of a socket
 */
int libre_seam_alloc(struct libre_seam **sp,
		     const struct libre_seam_handlers *handlers);

/** The stack: sip_treplyf(), sip_drequestf(), ... */
struct sip *libre_seam_sip(const struct libre_seam *seam);

/**
 * Hand libre a message, as if it had come from `src` by UDP; it is read from
 * the loop
 *
 * @param mb Whole message from its first byte; referenced, not changed
 * @return 0, ENOMEM, EBUSY: too many wait
 */
int libre_seam_inject(struct libre_seam *seam, const struct sa *src,
		      struct mbuf *mb);

#endif
