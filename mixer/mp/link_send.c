/**
 * @file mixer/mp/link_send.c  What waits for the peer of an Mp link
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "mixer/mp/mp_private.h"


/* no event tells when the kernel has memory again */
enum { AGAIN_MS = 20 };

struct queued {
	struct le le;
	size_t len;
	char buf[];
};


static void queued_destructor(void *arg)
{
	struct queued *q = arg;

	list_unlink(&q->le);
}


static int transmit(struct link *link, const char *buf, size_t len)
{
	ssize_t n;

	do {
		n = send(link->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);

	return n < 0 ? errno : 0;
}


static int want_write(struct link *link, bool on)
{
	if (link->writable_wanted == on)
		return 0;

	link->writable_wanted = on;

	return fd_listen(link->fd, FD_READ | (on ? FD_WRITE : 0),
			 link_socket_h, link);
}


/* Not now, but later */
static bool is_full(int err)
{
	return err == EAGAIN || err == ENOBUFS || err == ENOMEM;
}


static void again_h(void *arg);


/* When the socket is full it tells when it is not; a kernel without memory
 * tells nothing, and such a socket says all the time that it is writable */
static void plan_drain(struct link *link, int err)
{
	bool tells = err == EAGAIN;

	if (want_write(link, tells) || !tells)
		tmr_start(&link->again, AGAIN_MS, again_h, link);
}


void link_drain(struct link *link)
{
	while (link->queue.head) {
		struct queued *q = link->queue.head->data;
		int err = transmit(link, q->buf, q->len);

		if (is_full(err)) {
			plan_drain(link, err);
			return;
		}

		/* the rest are ends of the connection, which the reader
		   meets, too */
		link->queued_bytes -= q->len;
		mem_deref(q);
	}

	(void)want_write(link, false);
}


static void again_h(void *arg)
{
	struct link *link = arg;

	mem_ref(link);
	if (link->overflowed)
		link_close(link, ENOBUFS);
	else
		link_drain(link);
	mem_deref(link);
}


int link_give_up(struct link *link, const char *why)
{
	log_error("link", "given up queued_bytes=%zu why=\"%s\"",
		  link->queued_bytes, why);
	link->overflowed = true;
	tmr_start(&link->again, 0, again_h, link);

	return EPIPE;
}


/* @param err Why it cannot be sent now, 0: others are before it */
static int enqueue(struct link *link, const char *buf, size_t len, int err)
{
	struct queued *q;

	if (link->queued_bytes + len > LINK_QUEUE_BYTES_MAX)
		return link_give_up(link, "the peer cannot keep up");

	q = mem_zalloc(sizeof(*q) + len, queued_destructor);
	if (!q)
		return ENOMEM;

	memcpy(q->buf, buf, len);
	q->len = len;
	link->queued_bytes += len;
	list_append(&link->queue, &q->le, q);
	if (err)
		plan_drain(link, err);

	return 0;
}


int link_send(struct link *link, size_t len)
{
	int err = 0;

	link_trace(link, "sent", link->out, len);
	if (!link->queue.head) {
		err = transmit(link, link->out, len);
		if (!is_full(err))
			return err;
	}

	return enqueue(link, link->out, len, err);
}


void link_send_stop(struct link *link)
{
	tmr_cancel(&link->again);
	list_flush(&link->queue);
}
