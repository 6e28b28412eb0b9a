/**
 * @file mixer/mp/link_descriptor.c  Descriptors that go over an Mp link
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "mixer/mp/mp_private.h"


/** Room for one, and to see that there were more */
union control {
	struct cmsghdr head;
	uint8_t room[CMSG_SPACE(2 * sizeof(int))];
};


int link_send_descriptor(struct link *link, size_t len, int fd)
{
	struct iovec iov = {link->out, len};
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(sizeof(fd)),
	};
	ssize_t n;

	/* none overtakes what was said before */
	if (link->queue.head)
		return EAGAIN;

	memset(&control, 0, sizeof(control));
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	link_trace(link, "sent", link->out, len);
	do {
		n = sendmsg(link->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);

	return n < 0 ? errno : 0;
}


void link_drop_descriptor(struct link *link)
{
	if (link->descriptor >= 0)
		(void)close(link->descriptor);
	link->descriptor = -1;
}


/** All of them are ours to close, however many there are */
static unsigned count_and_keep(struct link *link, const struct cmsghdr *c)
{
	size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	for (size_t i = 0; i < count; i++) {
		link_drop_descriptor(link);
		memcpy(&link->descriptor, CMSG_DATA(c) + i * sizeof(int),
		       sizeof(int));
	}

	return (unsigned)count;
}


ssize_t link_receive(struct link *link)
{
	struct iovec iov = {link->buf, sizeof(link->buf)};
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = link->descriptors ? &control : NULL,
		.msg_controllen = link->descriptors ? sizeof(control) : 0,
	};
	unsigned count = 0;
	ssize_t n;

	link_drop_descriptor(link);
	n = recvmsg(link->fd, &msg,
		    MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	if (n < 0 || !link->descriptors)
		return n;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c;
	     c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			count += count_and_keep(link, c);
	}

	/* cut off: there were more, or there is no room for one */
	if (count > 1 || msg.msg_flags & MSG_CTRUNC) {
		log_warn("link", "descriptors refused count=%u cut=%d", count,
			 (msg.msg_flags & MSG_CTRUNC) != 0);
		link_drop_descriptor(link);
	}

	return n;
}


void link_accept_descriptors(struct link *link)
{
	link->descriptors = true;
}


int link_take_descriptor(struct link *link)
{
	int fd = link->descriptor;

	link->descriptor = -1;

	return fd;
}
