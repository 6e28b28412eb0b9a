/**
 * @file mixer/net/port.c  UDP sockets of the media plane
 *
 * Plain non-blocking reads of a socket that is due are as fast here as any
 * batch call; on the way out, segmentation offload is what pays for the
 * packets of a video frame, and a connected socket for single ones.
 */
#include <string.h>
#include <unistd.h>
#include <netinet/udp.h>
#include "mixer/base/clock.h"
#include "mixer/net/net_private.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum {
	/** Room for a burst of key frames between two wakes, bytes */
	SOCKET_BUFFER_BYTES = 1 << 20,
	/** Largest UDP payload of one send with GSO */
	GSO_BYTES_MAX = 65000,
};


static void port_readable(int flags, void *arg)
{
	struct port *port = arg;
	struct net *net = mem_ref(port->net);
	void *owner = mem_ref(port->arg);
	size_t count = port->own ? NET_DRAIN_OWN_MAX : NET_DRAIN_MAX;

	(void)flags;
	net->now_us = clock_us();
	for (size_t i = 0; i < count && port->fd >= 0; i++) {
		struct sa src;
		ssize_t n;

		src.len = sizeof(src.u);
		n = recvfrom(port->fd, net->buf, TRANSPORT_DATAGRAM_MAX,
			     MSG_TRUNC | MSG_DONTWAIT, &src.u.sa, &src.len);
		if (n < 0) {
			/* ICMP errors of earlier sends are not the end */
			if (errno == ECONNREFUSED || errno == EINTR)
				continue;
			break;
		}

		++net->stats.packets_in;
		net->stats.bytes_in += (uint64_t)n;
		if (!n || n > TRANSPORT_DATAGRAM_MAX) {
			++net->stats.discarded;
			continue;
		}

		port->receiveh(port, &src, net->buf, (size_t)n, net->now_us,
			       port->arg);
	}

	mem_deref(owner);
	mem_deref(net);
}


int port_open(struct port *port, struct net *net, const struct sa *addr,
	      port_receive_h *receiveh, void *arg)
{
	int bytes = SOCKET_BUFFER_BYTES, on = 1, err;
	int fd;

	fd = socket(sa_af(addr), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    IPPROTO_UDP);
	if (fd < 0)
		return errno;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (sa_af(addr) == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				 sizeof(on));

	port->net = net;
	port->receiveh = receiveh;
	port->arg = arg;
	port->addr = *addr;
	if (bind(fd, &addr->u.sa, addr->len)) {
		err = errno;
		goto out;
	}

	port->addr.len = sizeof(port->addr.u);
	if (getsockname(fd, &port->addr.u.sa, &port->addr.len)) {
		err = errno;
		goto out;
	}

	port->fd = fd;
	err = fd_listen(fd, FD_READ, port_readable, port);

out:
	if (err) {
		close(fd);
		port->fd = -1;
	}

	return err;
}


void port_close(struct port *port)
{
	if (port->fd < 0)
		return;

	fd_close(port->fd);
	close(port->fd);
	port->fd = -1;
	port->connected = false;
}


void port_connect(struct port *port, const struct sa *peer)
{
	if (port->fd < 0 || port->connected || port->refused)
		return;

	port->connected = !connect(port->fd, &peer->u.sa, peer->len);
	port->refused = !port->connected;
}


void port_disconnect(struct port *port)
{
	const struct sockaddr none = {.sa_family = AF_UNSPEC};

	port->refused = false;
	if (!port->connected)
		return;

	port->connected = false;
	(void)connect(port->fd, &none, sizeof(none));
}


static int send_single(const struct port *port, const struct sa *dst,
		       const uint8_t *buf, size_t len)
{
	ssize_t n;

	if (port->stream)
		return ice_stream_send(port->stream, (uint8_t *const *)&buf,
				       &len, 1)
			       ? 0
			       : EAGAIN;

	if (port->connected)
		n = send(port->fd, buf, len, MSG_DONTWAIT);
	else
		n = sendto(port->fd, buf, len, MSG_DONTWAIT, &dst->u.sa,
			   dst->len);

	return n < 0 ? errno : 0;
}


int port_send(struct port *port, const struct sa *dst, const uint8_t *buf,
	      size_t len)
{
	struct net_stats *stats = &port->net->stats;
	int err = send_single(port, dst, buf, len);

	/* a connected socket tells of the ICMP error that an earlier packet
	 * met, instead of sending this one */
	if (err && err != EAGAIN && port->connected)
		err = send_single(port, dst, buf, len);

	if (err) {
		++stats->send_errors;
		return err;
	}

	++stats->packets_out;
	stats->bytes_out += len;

	return 0;
}


/** One send of packets that are all of the first one's size but the last */
static int send_segmented(struct port *port, const struct sa *dst,
			  uint8_t *const bufs[], const size_t lens[],
			  size_t count)
{
	struct iovec iov[TRANSPORT_BURST_MAX];
	union {
		struct cmsghdr head;
		uint8_t room[CMSG_SPACE(sizeof(uint16_t))];
	} control;
	struct msghdr msg = {0};
	uint16_t segment = (uint16_t)lens[0];
	size_t total = 0;

	for (size_t i = 0; i < count; i++) {
		iov[i].iov_base = bufs[i];
		iov[i].iov_len = lens[i];
		total += lens[i];
	}

	memset(&control, 0, sizeof(control));
	control.head.cmsg_level = SOL_UDP;
	control.head.cmsg_type = UDP_SEGMENT;
	control.head.cmsg_len = CMSG_LEN(sizeof(segment));
	memcpy(CMSG_DATA(&control.head), &segment, sizeof(segment));
	if (!port->connected) {
		msg.msg_name = (void *)&dst->u.sa;
		msg.msg_namelen = dst->len;
	}
	msg.msg_iov = iov;
	msg.msg_iovlen = count;
	msg.msg_control = &control;
	msg.msg_controllen = sizeof(control.room);
	if (sendmsg(port->fd, &msg, MSG_DONTWAIT) < 0)
		return errno;

	port->net->stats.packets_out += count;
	port->net->stats.bytes_out += total;

	return 0;
}


/** How many packets from the first can leave in one segmented send */
static size_t run_length(const size_t lens[], size_t count)
{
	size_t total = lens[0], n = 1;

	while (n < count && n < TRANSPORT_BURST_MAX && lens[n] <= lens[0] &&
	       total + lens[n] <= GSO_BYTES_MAX) {
		total += lens[n];
		if (lens[n++] < lens[0])
			break;
	}

	return n;
}


/** What a stream does not take is lost */
static int send_frames(struct port *port, uint8_t *const bufs[],
		       const size_t lens[], size_t count)
{
	struct net_stats *stats = &port->net->stats;
	size_t sent = ice_stream_send(port->stream, bufs, lens, count);

	stats->packets_out += sent;
	stats->send_errors += count - sent;
	for (size_t i = 0; i < sent; i++)
		stats->bytes_out += lens[i];

	return sent < count ? EAGAIN : 0;
}


int port_send_burst(struct port *port, const struct sa *dst,
		    uint8_t *const bufs[], const size_t lens[], size_t count)
{
	int err = 0;
	size_t n;

	if (port->stream)
		return send_frames(port, bufs, lens, count);

	for (size_t i = 0; i < count; i += n) {
		int e;

		n = run_length(lens + i, count - i);
		if (n > 1 && !port->net->gso_refused) {
			e = send_segmented(port, dst, bufs + i, lens + i, n);
			if (!e)
				continue;

			if (e == EAGAIN) {
				port->net->stats.send_errors += n;
				err = e;
				continue;
			}

			/* no checksum offload, or no GSO in this kernel; any
			 * other refusal concerns this burst alone */
			if (e == EIO || e == ENOPROTOOPT || e == EOPNOTSUPP)
				port->net->gso_refused = true;
		}

		for (size_t j = 0; j < n; j++) {
			e = port_send(port, dst, bufs[i + j], lens[i + j]);
			if (e)
				err = e;
		}
	}

	return err;
}
