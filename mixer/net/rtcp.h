/**
 * @file mixer/net/rtcp.h  RTCP packets (RFC 3550 section 6, 4585, 5104)
 *
 * Writers append one packet of a compound to a caller's buffer; the reader
 * walks a compound or reduced-size packet (RFC 5506) and calls back. Pure
 * functions, no state, no allocation.
 */
#ifndef PARLEY_MIXER_NET_RTCP_H
#define PARLEY_MIXER_NET_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RTCP_REPORTS_MAX = 31,
	/** Sequence numbers one NACK packet can carry here */
	RTCP_NACK_MAX = 256,
	RTCP_REMB_SSRC_MAX = 8,
};

/** A report block */
struct rtcp_report {
	uint32_t ssrc;
	uint8_t fraction_lost; /**< of 256 since the last report */
	int32_t total_lost;
	uint32_t highest_seq; /**< extended */
	uint32_t jitter;      /**< timestamp units */
	uint32_t last_sr;     /**< middle 32 bits of the SR's NTP time */
	uint32_t delay;       /**< since it, 1/65536 s */
};

struct rtcp_sender_info {
	uint64_t ntp;
	uint32_t rtp_timestamp, packets, bytes;
};

/** Buffer being filled with a compound packet */
struct rtcp_writer {
	uint8_t *buf;
	size_t size, len;
};

/* Each returns 0, or ENOSPC and leaves the buffer as it was */
int rtcp_write_sr(struct rtcp_writer *w, uint32_t ssrc,
		  const struct rtcp_sender_info *info,
		  const struct rtcp_report *reports, size_t count);
int rtcp_write_rr(struct rtcp_writer *w, uint32_t ssrc,
		  const struct rtcp_report *reports, size_t count);
int rtcp_write_sdes_cname(struct rtcp_writer *w, uint32_t ssrc,
			  const char *cname);
int rtcp_write_bye(struct rtcp_writer *w, const uint32_t *ssrcs, size_t count);
/** Generic NACK (RFC 4585 section 6.2.1); seqs ascending */
int rtcp_write_nack(struct rtcp_writer *w, uint32_t sender, uint32_t media,
		    const uint16_t *seqs, size_t count);
int rtcp_write_pli(struct rtcp_writer *w, uint32_t sender, uint32_t media);
int rtcp_write_fir(struct rtcp_writer *w, uint32_t sender, uint32_t media,
		   uint8_t command_seq);
/** draft-alvestrand-rmcat-remb-03 */
int rtcp_write_remb(struct rtcp_writer *w, uint32_t sender, uint32_t bps,
		    const uint32_t *ssrcs, size_t count);

/** What a walk reports; any member may be NULL */
struct rtcp_handlers {
	void (*sr)(uint32_t ssrc, const struct rtcp_sender_info *info,
		   void *arg);
	/** One report block of an SR or RR of `from` */
	void (*report)(uint32_t from, const struct rtcp_report *r, void *arg);
	void (*bye)(uint32_t ssrc, void *arg);
	void (*nack)(uint32_t media, const uint16_t *seqs, size_t count,
		     void *arg);
	void (*pli)(uint32_t media, void *arg);
	/** FIR entry for us; the same command_seq again of `from` is a
	 *  repetition */
	void (*fir)(uint32_t from, uint32_t media, uint8_t command_seq,
		    void *arg);
	void (*remb)(uint32_t bps, const uint32_t *ssrcs, size_t count,
		     void *arg);
};

/**
 * Walk a compound packet; unknown packet types are skipped
 *
 * @return 0; EBADMSG when a length does not fit (what came before it has
 *         been reported)
 */
int rtcp_walk(const uint8_t *buf, size_t len, const struct rtcp_handlers *h,
	      void *arg);

#endif
