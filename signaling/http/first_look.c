/**
 * @file signaling/http/first_look.c  Waits for what tells what a connection is
 */
#include <sys/socket.h>
#include <unistd.h>
#include "signaling/http/first_bytes.h"
#include "signaling/http/first_look.h"


struct first_look {
	int fd; /**< -1: given away */
	size_t need;
	struct tmr timeout;
	first_look_h *h;
	void *arg;
};


/** No longer ours to poll; the descriptor may live on elsewhere, and is read
 *  there as soon as a byte comes */
static int let_go(struct first_look *l)
{
	const int least = 1;
	int fd = l->fd;

	tmr_cancel(&l->timeout);
	fd_close(fd);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof(least));
	l->fd = -1;

	return fd;
}


static void look_destructor(void *arg)
{
	struct first_look *l = arg;

	if (l->fd >= 0)
		(void)close(let_go(l));
}


static void give_up(void *arg)
{
	struct first_look *l = arg;

	(void)close(let_go(l));
	l->h(-1, NULL, l->arg);
}


/** Be woken when there are so many. One that was woken for more than there is
 *  sees the end of the stream */
static bool wait_for(struct first_look *l, size_t len, size_t need)
{
	int bytes = (int)need;

	if (len < l->need)
		return false;

	l->need = need;

	return !setsockopt(l->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes,
			   sizeof(bytes));
}


static void readable_handler(int flags, void *arg)
{
	struct first_look *l = arg;
	uint8_t buf[FIRST_BYTES_MAX];
	struct pl ufrag;
	size_t need;
	ssize_t n;
	int err;
	(void)flags;

	n = recv(l->fd, buf, sizeof(buf), MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;

	err = n > 0 ? first_bytes_look(buf, (size_t)n, &need, &ufrag)
		    : EBADMSG;
	if (!err)
		l->h(let_go(l), &ufrag, l->arg);
	else if (err == ENOENT)
		l->h(let_go(l), NULL, l->arg);
	else if (err != EAGAIN || !wait_for(l, (size_t)n, need))
		give_up(l);
}


int first_look_alloc(struct first_look **lp, int fd, first_look_h *h,
		     void *arg)
{
	struct first_look *l = mem_zalloc(sizeof(*l), look_destructor);
	int err;

	if (!l) {
		(void)close(fd);
		return ENOMEM;
	}

	l->fd = fd;
	l->need = 1;
	l->h = h;
	l->arg = arg;
	err = fd_listen(fd, FD_READ, readable_handler, l);
	if (err) {
		mem_deref(l);
		return err;
	}

	tmr_start(&l->timeout, FIRST_LOOK_MS, give_up, l);
	*lp = l;

	return 0;
}
