/**
 * @file signaling/http/acceptor.c  Accepts the connections of a listening
 * socket
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "signaling/http/acceptor.h"
#include "mixer/base/log.h"


struct acceptor {
	int fd;
	const char *name;
	struct tmr pause;
	uint64_t pauses;
	bool short_of; /**< it had to pause, and has accepted nobody since */
	acceptor_h *h;
	void *arg;
};

static int poll_it(struct acceptor *a);


static void acceptor_destructor(void *arg)
{
	struct acceptor *a = arg;

	tmr_cancel(&a->pause);
	fd_close(a->fd);
	(void)close(a->fd);
}


static void pause_handler(void *arg)
{
	struct acceptor *a = arg;

	if (poll_it(a))
		tmr_start(&a->pause, ACCEPTOR_PAUSE_MS, pause_handler, a);
}


/** There is nothing left for another connection */
static void wait_for_room(struct acceptor *a, int err)
{
	++a->pauses;
	if (!a->short_of)
		log_warn("acceptor", "no room listener=%s error=\"%s\"",
			 a->name, strerror(err));
	a->short_of = true;
	fd_close(a->fd);
	tmr_start(&a->pause, ACCEPTOR_PAUSE_MS, pause_handler, a);
}


static bool is_shortage(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOBUFS ||
	       err == ENOMEM;
}


static void readable_handler(int flags, void *arg)
{
	struct acceptor *a = arg;
	struct sa peer;
	int fd;
	(void)flags;

	sa_init(&peer, AF_UNSPEC);
	peer.len = sizeof(peer.u);
	fd = accept4(a->fd, &peer.u.sa, &peer.len,
		     SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		/* Anything else is over with that connection (accept(2)). */
		if (is_shortage(errno))
			wait_for_room(a, errno);
		return;
	}

	if (a->short_of)
		log_info("acceptor", "room again listener=%s", a->name);
	a->short_of = false;
	a->h(fd, &peer, a->arg);
}


static int poll_it(struct acceptor *a)
{
	return fd_listen(a->fd, FD_READ, readable_handler, a);
}


int acceptor_alloc(struct acceptor **ap, int fd, const char *name,
		   acceptor_h *h, void *arg)
{
	struct acceptor *a = NULL;
	int err = EINVAL;

	if (ap && fd >= 0 && name && h) {
		a = mem_zalloc(sizeof(*a), acceptor_destructor);
		err = ENOMEM;
	}
	if (!a) {
		if (fd >= 0)
			(void)close(fd);
		return err;
	}

	a->fd = fd;
	a->name = name;
	a->h = h;
	a->arg = arg;
	err = poll_it(a);
	if (err)
		mem_deref(a);
	else
		*ap = a;

	return err;
}


uint64_t acceptor_pauses(const struct acceptor *a)
{
	return a ? a->pauses : 0;
}
