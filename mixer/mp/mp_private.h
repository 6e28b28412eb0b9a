/**
 * @file mixer/mp/mp_private.h  The two halves of a link, what comes (link.c)
 * and what is sent (link_send.c), and the tables of leg_description.h
 */
#ifndef PARLEY_MIXER_MP_MP_PRIVATE_H
#define PARLEY_MIXER_MP_MP_PRIVATE_H

#include "mixer/base/re.h"
#include "mixer/mp/json_table.h"
#include "mixer/mp/link.h"
#include "mixer/mp/protocol.h"

struct link {
	struct list pending, queue;
	size_t pending_count, queued_bytes;
	struct tmr tmr, again;
	link_message_h *messageh;
	link_close_h *closeh;
	void *arg;
	json_int_t last_id, answered_id; /* of requests to the peer */
	uint64_t heard_us;               /* anything */
	uint64_t owed_us; /* the last answer, or the first request after it */
	uint64_t service_us; /* mean time that one takes when others wait */
	json_int_t answers;  /* that came, where `strict` */
	uint64_t sweep_ms;   /* when those who wait too long are next told */
	int fd;
	int descriptor; /* that came with a message; -1: none */
	bool closed, debug, writable_wanted, strict, ignored;
	bool descriptors;         /**< are taken */
	bool stood_still;         /**< this process, until after sweep_ms */
	bool overflowed;          /**< it is about to be closed */
	char buf[MP_MESSAGE_MAX]; /**< received */
	char out[MP_MESSAGE_MAX]; /**< being sent */
};

/** The socket can be read, or written to: fd_listen() */
void link_socket_h(int flags, void *arg);

/** The end; who waits for an answer is told first */
void link_close(struct link *link, int err);

/** Print a message where MP_DEBUG is set */
void link_trace(const struct link *link, const char *what, const char *buf,
		size_t len);

/**
 * Send what stands in link->out, now or behind what waits
 *
 * @return 0; ENOMEM it cannot wait; EPIPE the link is or will be closed
 */
int link_send(struct link *link, size_t len);

/** Send that now, with a descriptor. @return 0, EAGAIN, EPIPE, ... */
int link_send_descriptor(struct link *link, size_t len, int fd);

/** As recv(), into link->buf; link->descriptor is the one that came with it */
ssize_t link_receive(struct link *link);

/** Close the one that nobody took */
void link_drop_descriptor(struct link *link);

/** The peer would miss a message: the link ends, but not from within this
 *  call. @return EPIPE */
int link_give_up(struct link *link, const char *why);

/** Send what waits, as far as the socket takes it */
void link_drain(struct link *link);

/** Nothing is sent any more */
void link_send_stop(struct link *link);

/** The largest picture of who does not say */
enum { PICTURE_WIDTH = 1280, PICTURE_HEIGHT = 720, PICTURE_FPS = 25 };

/** T, LT, M and LM of mixer/mp/protocol.h, into struct transport_description,
 *  local_transport, media_description and local_media */
extern const struct json_row leg_transport_rows[], leg_local_transport_rows[],
	leg_media_rows[], leg_local_media_rows[];

#endif
