/**
 * @file mixer/net/ice_stream.c  A TCP connection that ICE goes over (RFC 6544,
 * passive)
 *
 * It looks like a port that has one far end: what comes in frames (RFC 4571)
 * is what comes in datagrams elsewhere, and a check makes it the path of a
 * transport. It lives as long as it is one: what it begins with is a check
 * that passes, or it is closed; and when its path goes, it goes, and the other
 * way round.
 *
 * Nothing waits for a far end that does not read. What the kernel does not
 * take is lost, as it is by UDP, and little is taken that is not sent at once:
 * so sound does not grow old, and a far end that loses packets asks for less.
 * Of a frame that was begun the rest is kept, as those after it could not be
 * told apart without it.
 */
#include <string.h>
#include <unistd.h>
#include <netinet/tcp.h>
#include "mixer/base/clock.h"
#include "mixer/base/host_key.h"
#include "mixer/net/framing.h"
#include "mixer/net/net_private.h"


enum {
	/** Kept by the kernel until it is acknowledged, and of it not sent
	 *  yet: a third of a second of picture and sound */
	SEND_BUFFER_BYTES = 256 * 1024,
	UNSENT_MAX_BYTES = 64 * 1024,
	/** The longest check that may begin it, bytes */
	STREAM_CHECK_MAX = 1500,
	FRAME_OUT_MAX = TRANSPORT_DATAGRAM_MAX + TRANSPORT_TRAILER_MAX,
};

struct ice_stream {
	struct le le;
	struct port port;
	struct sa peer;
	uint8_t host[HOST_KEY_BYTES];
	struct frame_reader in;
	/** The rest of a frame that is sent in part */
	uint8_t out[FRAMING_HEAD_BYTES + FRAME_OUT_MAX];
	size_t out_pos, out_end;
	bool reading; /**< its reader ends it, not who is called by that */
	bool ended;
};

static void stream_ready(int flags, void *arg);


static void stream_destructor(void *arg)
{
	struct ice_stream *s = arg;

	list_unlink(&s->le);
	port_close(&s->port);
}


void ice_stream_end(struct ice_stream *s)
{
	struct path *path;

	s->ended = true;
	if (s->reading || s->port.fd < 0)
		return;

	port_close(&s->port);
	path = ice_path(s->port.net, &s->port, &s->peer);
	if (path)
		ice_path_end(path);

	mem_deref(s);
}


static void listen_for(struct ice_stream *s, int flags)
{
	if (fd_listen(s->port.fd, flags, stream_ready, s))
		s->ended = true;
}


/** @return true if nothing is left of what was begun */
static bool flush(struct ice_stream *s)
{
	ssize_t n;

	if (s->out_pos == s->out_end)
		return true;

	n = send(s->port.fd, s->out + s->out_pos, s->out_end - s->out_pos,
		 MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		s->out_pos += (size_t)n;
	if (s->out_pos < s->out_end)
		return false;

	s->out_pos = s->out_end = 0;
	listen_for(s, FD_READ);

	return true;
}


/** What is left of it after so many bytes */
static void keep_rest(struct ice_stream *s, const struct iovec frame[2],
		      size_t sent)
{
	uint8_t *p = s->out;

	for (size_t i = 0; i < 2; i++) {
		memcpy(p, frame[i].iov_base, frame[i].iov_len);
		p += frame[i].iov_len;
	}

	s->out_pos = sent;
	s->out_end = (size_t)(p - s->out);
	listen_for(s, FD_READ | FD_WRITE);
}


size_t ice_stream_send(struct ice_stream *s, uint8_t *const bufs[],
		       const size_t lens[], size_t count)
{
	uint8_t heads[TRANSPORT_BURST_MAX][FRAMING_HEAD_BYTES];
	struct iovec iov[2 * TRANSPORT_BURST_MAX];
	struct msghdr msg = {.msg_iov = iov};
	ssize_t n;
	size_t i;

	if (s->ended || !flush(s))
		return 0;

	for (i = 0; i < count && i < TRANSPORT_BURST_MAX; i++) {
		if (lens[i] > FRAME_OUT_MAX)
			break;
		heads[i][0] = (uint8_t)(lens[i] >> 8);
		heads[i][1] = (uint8_t)lens[i];
		iov[2 * i].iov_base = heads[i];
		iov[2 * i].iov_len = FRAMING_HEAD_BYTES;
		iov[2 * i + 1].iov_base = bufs[i];
		iov[2 * i + 1].iov_len = lens[i];
	}

	msg.msg_iovlen = 2 * i;
	count = i;
	/* its end is told by the loop, where nobody is in the midst of it */
	n = sendmsg(s->port.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	for (i = 0; i < count && n > 0; i++) {
		size_t whole = FRAMING_HEAD_BYTES + lens[i];

		if ((size_t)n < whole)
			keep_rest(s, &iov[2 * i], (size_t)n);
		n -= (ssize_t)whole;
	}

	return i;
}


/** A frame: a datagram. It is the stream's last if no path is left then */
static void frame_in(struct ice_stream *s, const uint8_t *frame, size_t len)
{
	struct net *net = s->port.net;

	++net->stats.packets_in;
	net->stats.bytes_in += len;
	if (!len) {
		++net->stats.discarded;
		return;
	}

	memcpy(net->buf, frame, len);
	demux_receive(&s->port, &s->peer, net->buf, len, net->now_us, net);
	if (!ice_path(net, &s->port, &s->peer))
		s->ended = true;
}


/** @return true if there may be more */
static bool receive(struct ice_stream *s)
{
	uint8_t *frame, *room;
	size_t size;
	ssize_t n;
	int err;

	room = frame_room(&s->in, &size);
	n = recv(s->port.fd, room, size, MSG_DONTWAIT);
	if (n <= 0) {
		s->ended =
			s->ended || !n || (errno != EAGAIN && errno != EINTR);
		return false;
	}

	frame_received(&s->in, (size_t)n);
	while (!s->ended && !(err = frame_next(&s->in, &frame, &size)))
		frame_in(s, frame, size);
	s->ended = s->ended || err == EMSGSIZE;

	return !s->ended;
}


static void stream_ready(int flags, void *arg)
{
	struct ice_stream *s = mem_ref(arg);
	struct net *net = mem_ref(s->port.net);

	net->now_us = clock_us();
	s->reading = true;
	if (flags & FD_WRITE)
		(void)flush(s);
	for (size_t i = 0; i < NET_DRAIN_OWN_MAX && receive(s); i++)
		;
	s->reading = false;
	if (s->ended)
		ice_stream_end(s);

	mem_deref(s);
	mem_deref(net);
}


static void tune(int fd)
{
	const int on = 1, buffer = SEND_BUFFER_BYTES,
		  unsent = UNSENT_MAX_BYTES;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent,
			 sizeof(unsent));
	/* who looked at what it begins with waited for more than a byte */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &on, sizeof(on));
}


/** Whose it is; one that came by IPv6 sockets may be of IPv4 */
static int peer_of(int fd, struct sa *peer)
{
	sa_init(peer, AF_UNSPEC);
	peer->len = sizeof(peer->u);
	if (getpeername(fd, &peer->u.sa, &peer->len))
		return errno;
	if (sa_af(peer) != AF_INET && sa_af(peer) != AF_INET6)
		return EAFNOSUPPORT;

	media_source_canonical(peer);

	return 0;
}


/** Nothing is kept for one that does not begin with a check that passes */
static bool begins_well(const struct net *net, int fd)
{
	uint8_t buf[FRAMING_HEAD_BYTES + STREAM_CHECK_MAX];
	const ssize_t n = recv(fd, buf, sizeof(buf), MSG_PEEK | MSG_DONTWAIT);
	size_t len;

	if (n < FRAMING_HEAD_BYTES)
		return false;

	len = (size_t)buf[0] << 8 | buf[1];

	return (size_t)n >= FRAMING_HEAD_BYTES + len &&
	       ice_is_ours(net, buf + FRAMING_HEAD_BYTES, len);
}


/** What a leg's media goes by: who has as many of these as he likes has as
 * many calls */
static bool is_selected(const struct ice_stream *s)
{
	const struct path *path = ice_path(s->port.net, &s->port, &s->peer);

	return path && path->transport->ice.selected == path;
}


/** Is there room for one more of that host? Where it has as many as it may
 *  that nothing goes by, the oldest of them goes: who comes has shown a leg's
 *  password, and may need it more than a browser that has got through by UDP
 */
static bool make_room(struct net *net, const uint8_t host[HOST_KEY_BYTES])
{
	struct ice_stream *oldest = NULL;
	size_t same = 0;

	for (struct le *le = net->streams.head; le; le = le->next) {
		struct ice_stream *s = le->data;

		if (memcmp(s->host, host, sizeof(s->host)) != 0 ||
		    is_selected(s))
			continue;
		if (!oldest)
			oldest = s;
		same++;
	}

	if (oldest && (same >= NET_STREAMS_HOST_MAX ||
		       list_count(&net->streams) >= NET_STREAMS_MAX))
		ice_stream_end(oldest);

	return list_count(&net->streams) < NET_STREAMS_MAX;
}


static int stream_alloc(struct ice_stream **sp, struct net *net, int fd)
{
	uint8_t host[HOST_KEY_BYTES];
	struct ice_stream *s;
	struct sa peer;
	int err = peer_of(fd, &peer);

	if (err)
		return err;
	if (!begins_well(net, fd)) {
		++net->stats.discarded;
		return EACCES;
	}

	host_key(host, &peer);
	if (!make_room(net, host))
		return EUSERS;

	s = mem_zalloc(sizeof(*s), stream_destructor);
	if (!s)
		return ENOMEM;

	s->port.fd = -1;
	err = fd_listen(fd, FD_READ, stream_ready, s);
	if (err) {
		mem_deref(s);
		return err;
	}

	tune(fd);
	s->port.net = net;
	s->port.fd = fd;
	s->port.stream = s;
	s->peer = peer;
	memcpy(s->host, host, sizeof(host));
	list_append(&net->streams, &s->le, s);
	*sp = s;

	return 0;
}


int net_take_stream(struct net *net, int fd)
{
	struct ice_stream *s = NULL;
	int err = stream_alloc(&s, net, fd);

	if (err) {
		(void)close(fd);
		return err;
	}

	/* what it begins with is there, or it is none of ours */
	mem_ref(s);
	stream_ready(FD_READ, s);
	if (!s->ended && !ice_path(net, &s->port, &s->peer))
		ice_stream_end(s);
	err = s->ended ? EACCES : 0;
	mem_deref(s);

	return err;
}
