/**
 * @file mixer/leg/nack_responder.c  Repeats what the far end missed
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/nack_responder.h"
#include "mixer/net/sent_history.h"
#include "mixer/net/rtp.h"
#include "mixer/net/transport.h"


enum {
	HISTORY_PACKETS = 1024,
	WINDOW_US = 100000,
	AGE_MS = 5,
};

struct nack_responder {
	struct sent_history *history; /* NULL: disabled */
	int rtx_pt;
	uint32_t rtx_ssrc;
	uint16_t rtx_seq;
	uint64_t window_us; /* since when repeats are being counted */
	unsigned left;      /* may still be sent until the window's end */
};


static void nack_responder_destructor(void *arg)
{
	struct nack_responder *r = arg;

	mem_deref(r->history);
}


int nack_responder_alloc(struct nack_responder **rp)
{
	struct nack_responder *r;

	r = mem_zalloc(sizeof(*r), nack_responder_destructor);
	if (!r)
		return ENOMEM;

	r->rtx_pt = -1;
	r->rtx_seq = rtp_seq_start();
	*rp = r;

	return 0;
}


int nack_responder_enable(struct nack_responder *r)
{
	return r->history ? 0
			  : sent_history_alloc(&r->history, HISTORY_PACKETS);
}


void nack_responder_disable(struct nack_responder *r)
{
	r->history = mem_deref(r->history);
}


void nack_responder_rtx(struct nack_responder *r, int pt, uint32_t ssrc)
{
	r->rtx_pt = pt;
	r->rtx_ssrc = ssrc;
}


void nack_responder_keep(struct nack_responder *r, uint16_t seq,
			 const uint8_t *packet, size_t len, uint64_t now_us)
{
	if (r->history)
		sent_history_put(r->history, seq, packet, len, now_us);
}


static bool repeat(struct nack_responder *r, struct transport *t, uint16_t seq,
		   uint32_t min_age_ms, uint64_t now_us)
{
	uint8_t buf[TRANSPORT_MTU + TRANSPORT_TRAILER_MAX];
	const uint8_t *packet;
	size_t len = 0;

	packet = sent_history_get(r->history, seq, &len, now_us, min_age_ms);
	if (!packet)
		return false;

	if (r->rtx_pt >= 0) {
		len = rtx_encode(buf, TRANSPORT_MTU + 2, packet, len,
				 (uint8_t)r->rtx_pt, r->rtx_ssrc,
				 r->rtx_seq++);
	}
	else {
		memcpy(buf, packet, len);
	}

	return len && !transport_send_rtp(t, buf, len);
}


void nack_responder_answer(struct nack_responder *r, struct transport *t,
			   const uint16_t *seqs, size_t count, uint32_t rtt_ms,
			   uint64_t now_us)
{
	uint32_t age_ms = rtt_ms > AGE_MS ? rtt_ms : AGE_MS;

	if (!r->history)
		return;

	if (now_us - r->window_us >= WINDOW_US) {
		r->window_us = now_us;
		r->left = NACK_REPEATS_MAX;
	}

	for (size_t i = 0; i < count && r->left; i++)
		r->left -= repeat(r, t, seqs[i], age_ms, now_us);
}
