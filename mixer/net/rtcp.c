/**
 * @file mixer/net/rtcp.c  Writers and the reader of RTCP
 */
#include <errno.h>
#include <string.h>
#include "mixer/net/bytes.h"
#include "mixer/net/rtcp.h"


enum {
	RTCP_SR = 200,
	RTCP_RR = 201,
	RTCP_SDES = 202,
	RTCP_BYE = 203,
	RTCP_RTPFB = 205, /* RFC 4585 */
	RTCP_PSFB = 206,
	RTPFB_NACK = 1,
	PSFB_PLI = 1,
	PSFB_FIR = 4, /* RFC 5104 */
	PSFB_AFB = 15,
	SDES_CNAME = 1,
	HEADER_BYTES = 4,
	REPORT_BYTES = 24,
	SENDER_INFO_BYTES = 20,
	FEEDBACK_BYTES = 12, /* header, sender, media */
	COUNT_MAX = 31,
	CNAME_MAX = 255,
	TOTAL_LOST_MAX = 0x7fffff,
};

static const uint8_t remb_name[4] = {'R', 'E', 'M', 'B'};


/* Room for one packet with its header written; NULL when it does not fit */
static uint8_t *begin(struct rtcp_writer *w, unsigned count, uint8_t type,
		      size_t bytes)
{
	uint8_t *p = w->buf + w->len;

	if (bytes > w->size - w->len || count > COUNT_MAX)
		return NULL;

	p[0] = (uint8_t)(2 << 6 | count);
	p[1] = type;
	put16(p + 2, (uint16_t)(bytes / 4 - 1));
	w->len += bytes;

	return p + HEADER_BYTES;
}


static uint8_t *put_reports(uint8_t *p, const struct rtcp_report *reports,
			    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct rtcp_report *r = &reports[i];
		int32_t lost = r->total_lost;

		if (lost > TOTAL_LOST_MAX)
			lost = TOTAL_LOST_MAX;
		if (lost < -TOTAL_LOST_MAX - 1)
			lost = -TOTAL_LOST_MAX - 1;

		put32(p, r->ssrc);
		put32(p + 4, (uint32_t)r->fraction_lost << 24 |
				     ((uint32_t)lost & 0xffffff));
		put32(p + 8, r->highest_seq);
		put32(p + 12, r->jitter);
		put32(p + 16, r->last_sr);
		put32(p + 20, r->delay);
		p += REPORT_BYTES;
	}

	return p;
}


int rtcp_write_sr(struct rtcp_writer *w, uint32_t ssrc,
		  const struct rtcp_sender_info *info,
		  const struct rtcp_report *reports, size_t count)
{
	uint8_t *p = begin(w, (unsigned)count, RTCP_SR,
			   HEADER_BYTES + 4 + SENDER_INFO_BYTES +
				   count * REPORT_BYTES);

	if (!p)
		return ENOSPC;

	put32(p, ssrc);
	put32(p + 4, (uint32_t)(info->ntp >> 32));
	put32(p + 8, (uint32_t)info->ntp);
	put32(p + 12, info->rtp_timestamp);
	put32(p + 16, info->packets);
	put32(p + 20, info->bytes);
	put_reports(p + 24, reports, count);

	return 0;
}


int rtcp_write_rr(struct rtcp_writer *w, uint32_t ssrc,
		  const struct rtcp_report *reports, size_t count)
{
	uint8_t *p = begin(w, (unsigned)count, RTCP_RR,
			   HEADER_BYTES + 4 + count * REPORT_BYTES);

	if (!p)
		return ENOSPC;

	put32(p, ssrc);
	put_reports(p + 4, reports, count);

	return 0;
}


int rtcp_write_sdes_cname(struct rtcp_writer *w, uint32_t ssrc,
			  const char *cname)
{
	size_t n = strlen(cname);
	size_t chunk;
	uint8_t *p;

	if (n > CNAME_MAX)
		return ENOSPC;

	/* at least one null octet ends the list of items */
	chunk = (4 + 2 + n + 1 + 3) & ~(size_t)3;
	p = begin(w, 1, RTCP_SDES, HEADER_BYTES + chunk);
	if (!p)
		return ENOSPC;

	memset(p, 0, chunk);
	put32(p, ssrc);
	p[4] = SDES_CNAME;
	p[5] = (uint8_t)n;
	memcpy(p + 6, cname, n);

	return 0;
}


int rtcp_write_bye(struct rtcp_writer *w, const uint32_t *ssrcs, size_t count)
{
	uint8_t *p =
		begin(w, (unsigned)count, RTCP_BYE, HEADER_BYTES + 4 * count);

	if (!p)
		return ENOSPC;

	for (size_t i = 0; i < count; i++)
		put32(p + 4 * i, ssrcs[i]);

	return 0;
}


static uint8_t *begin_feedback(struct rtcp_writer *w, uint8_t type,
			       unsigned fmt, uint32_t sender, uint32_t media,
			       size_t fci)
{
	uint8_t *p = begin(w, fmt, type, FEEDBACK_BYTES + fci);

	if (!p)
		return NULL;

	put32(p, sender);
	put32(p + 4, media);

	return p + 8;
}


/* Pairs (PID, BLP) of ascending numbers; written when p is not NULL */
static size_t nack_pairs(uint8_t *p, const uint16_t *seqs, size_t count)
{
	size_t pairs = 0;

	for (size_t i = 0; i < count;) {
		uint16_t pid = seqs[i++];
		uint16_t blp = 0;

		while (i < count) {
			uint16_t d = (uint16_t)(seqs[i] - pid);

			if (d > 16)
				break;
			if (d)
				blp |= (uint16_t)(1u << (d - 1));
			i++;
		}

		if (p) {
			put16(p + 4 * pairs, pid);
			put16(p + 4 * pairs + 2, blp);
		}
		pairs++;
	}

	return pairs;
}


int rtcp_write_nack(struct rtcp_writer *w, uint32_t sender, uint32_t media,
		    const uint16_t *seqs, size_t count)
{
	uint8_t *p;

	if (count > RTCP_NACK_MAX)
		count = RTCP_NACK_MAX;

	p = begin_feedback(w, RTCP_RTPFB, RTPFB_NACK, sender, media,
			   4 * nack_pairs(NULL, seqs, count));
	if (!p)
		return ENOSPC;

	nack_pairs(p, seqs, count);

	return 0;
}


int rtcp_write_pli(struct rtcp_writer *w, uint32_t sender, uint32_t media)
{
	return begin_feedback(w, RTCP_PSFB, PSFB_PLI, sender, media, 0)
		       ? 0
		       : ENOSPC;
}


int rtcp_write_fir(struct rtcp_writer *w, uint32_t sender, uint32_t media,
		   uint8_t command_seq)
{
	/* "media source" of the header is zero (RFC 5104 section 4.3.1.2) */
	uint8_t *p = begin_feedback(w, RTCP_PSFB, PSFB_FIR, sender, 0, 8);

	if (!p)
		return ENOSPC;

	put32(p, media);
	put32(p + 4, (uint32_t)command_seq << 24);

	return 0;
}


int rtcp_write_remb(struct rtcp_writer *w, uint32_t sender, uint32_t bps,
		    const uint32_t *ssrcs, size_t count)
{
	unsigned exp = 0;
	uint8_t *p;

	if (count > RTCP_REMB_SSRC_MAX)
		count = RTCP_REMB_SSRC_MAX;

	p = begin_feedback(w, RTCP_PSFB, PSFB_AFB, sender, 0, 8 + 4 * count);
	if (!p)
		return ENOSPC;

	while (bps >> exp > 0x3ffff)
		exp++;

	memcpy(p, remb_name, sizeof(remb_name));
	put32(p + 4, (uint32_t)count << 24 | exp << 18 | bps >> exp);
	for (size_t i = 0; i < count; i++)
		put32(p + 8 + 4 * i, ssrcs[i]);

	return 0;
}


/* -------------------------------------------------------------- reader */

static void walk_reports(uint32_t from, const uint8_t *p, size_t len,
			 unsigned count, const struct rtcp_handlers *h,
			 void *arg)
{
	for (; count && len >= REPORT_BYTES; count--) {
		struct rtcp_report r;
		uint32_t lost = get32(p + 4) & 0xffffff;

		r.ssrc = get32(p);
		r.fraction_lost = p[4];
		r.total_lost =
			(int32_t)lost - (lost & 0x800000 ? 0x1000000 : 0);
		r.highest_seq = get32(p + 8);
		r.jitter = get32(p + 12);
		r.last_sr = get32(p + 16);
		r.delay = get32(p + 20);
		if (h->report)
			h->report(from, &r, arg);

		p += REPORT_BYTES;
		len -= REPORT_BYTES;
	}
}


static void walk_sr(const uint8_t *p, size_t len, unsigned count,
		    const struct rtcp_handlers *h, void *arg)
{
	struct rtcp_sender_info info;

	if (len < 4 + SENDER_INFO_BYTES)
		return;

	info.ntp = (uint64_t)get32(p + 4) << 32 | get32(p + 8);
	info.rtp_timestamp = get32(p + 12);
	info.packets = get32(p + 16);
	info.bytes = get32(p + 20);
	if (h->sr)
		h->sr(get32(p), &info, arg);

	walk_reports(get32(p), p + 24, len - 24, count, h, arg);
}


static void walk_nack(const uint8_t *p, size_t len,
		      const struct rtcp_handlers *h, void *arg)
{
	uint16_t seqs[RTCP_NACK_MAX];
	size_t n = 0;

	for (size_t i = 8; i + 4 <= len; i += 4) {
		uint16_t pid = get16(p + i);
		uint16_t blp = get16(p + i + 2);

		if (n + 17 > RTCP_NACK_MAX)
			break;

		seqs[n++] = pid;
		for (unsigned b = 0; b < 16; b++) {
			if (blp & 1u << b)
				seqs[n++] = (uint16_t)(pid + b + 1);
		}
	}

	if (n && h->nack)
		h->nack(get32(p + 4), seqs, n, arg);
}


static void walk_remb(const uint8_t *p, size_t len,
		      const struct rtcp_handlers *h, void *arg)
{
	uint32_t ssrcs[RTCP_REMB_SSRC_MAX];
	size_t count, n = 0;
	uint64_t bps;

	if (len < 16 || memcmp(p + 8, remb_name, sizeof(remb_name)) != 0)
		return;

	bps = (uint64_t)(get32(p + 12) & 0x3ffff) << (p[13] >> 2);
	if (bps > UINT32_MAX)
		bps = UINT32_MAX;

	count = p[12];
	for (size_t i = 16; i + 4 <= len && n < count; i += 4) {
		if (n == RTCP_REMB_SSRC_MAX)
			break;
		ssrcs[n++] = get32(p + i);
	}

	if (h->remb)
		h->remb((uint32_t)bps, ssrcs, n, arg);
}


static void walk_psfb(const uint8_t *p, size_t len, unsigned fmt,
		      const struct rtcp_handlers *h, void *arg)
{
	switch (fmt) {

	case PSFB_PLI:
		if (h->pli)
			h->pli(get32(p + 4), arg);
		break;

	case PSFB_FIR:
		for (size_t i = 8; h->fir && i + 8 <= len; i += 8)
			h->fir(get32(p), get32(p + i), p[i + 4], arg);
		break;

	case PSFB_AFB: walk_remb(p, len, h, arg); break;

	default: break;
	}
}


/* p: the body behind the common header */
static void walk_packet(uint8_t type, unsigned count, const uint8_t *p,
			size_t len, const struct rtcp_handlers *h, void *arg)
{
	switch (type) {

	case RTCP_SR: walk_sr(p, len, count, h, arg); break;

	case RTCP_RR:
		if (len >= 4)
			walk_reports(get32(p), p + 4, len - 4, count, h, arg);
		break;

	case RTCP_BYE:
		for (size_t i = 0; h->bye && count && i + 4 <= len; i += 4) {
			h->bye(get32(p + i), arg);
			count--;
		}
		break;

	case RTCP_RTPFB:
		if (count == RTPFB_NACK && len >= 8)
			walk_nack(p, len, h, arg);
		break;

	case RTCP_PSFB:
		if (len >= 8)
			walk_psfb(p, len, count, h, arg);
		break;

	default: break;
	}
}


int rtcp_walk(const uint8_t *buf, size_t len, const struct rtcp_handlers *h,
	      void *arg)
{
	while (len) {
		size_t bytes, padding = 0;

		if (len < HEADER_BYTES || buf[0] >> 6 != 2)
			return EBADMSG;

		bytes = 4 * ((size_t)get16(buf + 2) + 1);
		if (bytes > len)
			return EBADMSG;

		if (buf[0] & 0x20) {
			padding = buf[bytes - 1];
			if (!padding || padding > bytes - HEADER_BYTES)
				return EBADMSG;
		}

		walk_packet(buf[1], buf[0] & 0x1f, buf + HEADER_BYTES,
			    bytes - HEADER_BYTES - padding, h, arg);
		buf += bytes;
		len -= bytes;
	}

	return 0;
}
