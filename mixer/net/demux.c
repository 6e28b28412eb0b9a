/**
 * @file mixer/net/demux.c  Which protocol, whose datagram (RFC 7983)
 */
#include "mixer/net/net_private.h"


enum {
	RTCP_TYPE_FIRST = 192, /**< RFC 5761 section 4 */
	RTCP_TYPE_LAST = 223,
};


enum datagram_type datagram_type(const uint8_t *buf, size_t len)
{
	if (len < 2)
		return DATAGRAM_UNKNOWN;

	if (buf[0] <= 3)
		return DATAGRAM_STUN;

	if (buf[0] >= 20 && buf[0] <= 63)
		return DATAGRAM_DTLS;

	if (buf[0] < 128 || buf[0] > 191)
		return DATAGRAM_UNKNOWN;

	return buf[1] >= RTCP_TYPE_FIRST && buf[1] <= RTCP_TYPE_LAST
		       ? DATAGRAM_RTCP
		       : DATAGRAM_RTP;
}


void demux_receive(struct port *port, const struct sa *src, uint8_t *buf,
		   size_t len, uint64_t now_us, void *arg)
{
	enum datagram_type type = datagram_type(buf, len);
	struct net *net = arg;
	struct path *path;

	if (type == DATAGRAM_STUN) {
		ice_receive(net, port, src, buf, len, now_us);
		return;
	}

	path = type == DATAGRAM_UNKNOWN ? NULL : ice_path(net, port, src);
	if (!path)
		++net->stats.discarded;
	else if (path->transport->kind == TRANSPORT_RELAY)
		relay_receive(path, buf, len, type, now_us);
	else if (type == DATAGRAM_DTLS)
		webrtc_dtls_receive(path, buf, len);
	else
		webrtc_media_receive(path, buf, len, type == DATAGRAM_RTCP,
				     now_us);
}
