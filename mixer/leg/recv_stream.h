/**
 * @file mixer/leg/recv_stream.h  One incoming RTP stream of a media section
 *
 * Which SSRC is followed and when another takes its place (RFC 3550 sections
 * 8 and A.1), reception statistics, which packets to ask for again (RFC
 * 4585), and the source where packets become sound (jitter buffer, decoder)
 * or pictures (assembly, decoder). Owned by its media; media thread; time is
 * an argument; a packet does not allocate.
 */
#ifndef PARLEY_MIXER_LEG_RECV_STREAM_H
#define PARLEY_MIXER_LEG_RECV_STREAM_H

#include "mixer/audio/source.h"
#include "mixer/net/receive_stats.h"
#include "mixer/net/rtp.h"
#include "mixer/video/engine.h"

enum {
	/** Packets of an SSRC that was given up are ignored so long */
	RECV_STREAM_OLD_US = 2000000,
	/** One that was received from so lately is alive: another has to send
	 *  two packets in order to take its place */
	RECV_STREAM_ALIVE_US = 500000,
};

struct recv_stream;

/** What a packet's SSRC is to a stream */
enum recv_verdict {
	RECV_FOLLOWED, /**< the one it follows */
	RECV_NEW,      /**< it follows this one from now on */
	RECV_REFUSED,  /**< a straggler, or on probation: drop the packet */
};

/** Make one that follows nobody and has no source. @return 0 or ENOMEM */
int recv_stream_alloc(struct recv_stream **sp);

/** Make its source of sound, or let it follow another configuration */
int recv_stream_set_audio(struct recv_stream *s,
			  const struct audio_source_config *config);

/**
 * Make its source of pictures, with no formats yet
 *
 * @param h,arg Called by the source (mixer/video/engine.h) until the stream
 *              is freed
 */
int recv_stream_set_video(struct recv_stream *s, struct video_engine *engine,
			  const struct video_source_handlers *h, void *arg);

/** Borrowed; NULL: not of that kind */
struct audio_source *recv_stream_audio(const struct recv_stream *s);
struct video_source *recv_stream_video(const struct recv_stream *s);

/**
 * Judge a packet by its SSRC; a new one resets the source
 *
 * @param clock_hz RTP clock of the packet's payload type
 */
enum recv_verdict recv_stream_admit(struct recv_stream *s,
				    const struct rtp_packet *p,
				    uint32_t clock_hz, uint64_t now_us);

/**
 * Judge a packet on an RTX stream (RFC 4588), which carries no SSRC but its
 * own: repeats of a source that was given up would be taken for others'
 *
 * @return false: it repeats nothing of the SSRC that is followed
 */
bool recv_stream_admit_rtx(struct recv_stream *s, uint32_t ssrc,
			   uint64_t now_us);

/**
 * Count an admitted packet
 *
 * @param rtx      It came on the RTX stream: no sign of the way's delay or
 *                 loss
 * @param nack     Gaps may be asked for
 * @param clock_hz RTP clock of the packet's payload type
 * @return its extended sequence number
 */
int64_t recv_stream_count(struct recv_stream *s, const struct rtp_packet *p,
			  bool rtx, bool nack, uint32_t clock_hz,
			  uint64_t now_us);

/** It follows an SSRC, or that one */
bool recv_stream_known(const struct recv_stream *s);
bool recv_stream_follows(const struct recv_stream *s, uint32_t ssrc);

/** The SSRC it follows; meaningless before it knows one */
uint32_t recv_stream_ssrc(const struct recv_stream *s);

/** Its SSRC said BYE, or what carried it ended: it follows nobody, and if
 *  another comes, late packets and repeats of this one are refused. What waits
 *  is for the caller to reset or not */
void recv_stream_end(struct recv_stream *s, uint64_t now_us);

/** A hold or another way: forget what waits to be played or repaired */
void recv_stream_reset(struct recv_stream *s);

/** An SR of its SSRC came */
void recv_stream_sender_report(struct recv_stream *s, uint64_t ntp,
			       uint64_t now_us);

/** Fill a report block and begin the next interval. @return false: none */
bool recv_stream_report(struct recv_stream *s, struct rtcp_report *r,
			uint64_t now_us);

/** Numbers to ask for now: nack_list_due */
size_t recv_stream_missing(struct recv_stream *s, uint64_t now_us,
			   uint32_t rtt_ms, uint16_t *seqs, size_t max,
			   bool *lost);

/** Ask for nothing of what is missing now */
void recv_stream_forgive(struct recv_stream *s);

const struct receive_stats *recv_stream_stats(const struct recv_stream *s);

#endif
