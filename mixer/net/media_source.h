/**
 * @file mixer/net/media_source.h  From where plain media is believed, and
 * where it goes
 *
 * SDP without ICE names an address that is often not the one that media comes
 * from: terminals sit behind NATs, and a NAT gives another port in mid-call.
 * Believing whoever sends first gives sound to strangers (RFC 7362 section 4,
 * "RTP bleed"); believing only the SDP gives none to people behind a NAT. So
 * there are ranks:
 *
 *  - the signalled address;
 *  - any port of the host that the signalling came from, and any source whose
 *    packets SRTP authenticates;
 *  - where the configuration says `media_from any`, everybody else.
 *
 * Media goes where it is believed to come from, `current`; at first that is
 * the signalled address, whether it is heard or not. Another source takes over
 * by going on for a while in which the current one is silent, and no late
 * packet, nor a burst of them, is a while:
 *
 *    newcomer                     takes over
 *    the signalled address        after 3 packets, also from a live one
 *    second rank                  after 5 packets in at least 1 s without one
 *                                 of the current source, or in 10 s if all
 *                                 that this sends is reports; after 3 packets
 *                                 when nothing was heard yet and the SDP names
 *                                 another host than the signalling came from
 *                                 (a NAT), or when the current one is of the
 *                                 third rank
 *    who was followed before it   after 3 packets, also from a live one
 *    third rank                   after 50 packets of one SSRC in order, when
 *                                 neither the current one nor anybody better
 *                                 was heard for 2 s
 *    an address that was signalled before, and is no more    never
 *
 * One RTCP packet counts as three, for it is seldom. While the current source
 * is silent (200 ms) the second rank is heard before it takes over, so that a
 * new port of a NAT costs a moment only; what is sent follows later. Nothing
 * here lasts: who fell silent can be followed by another at any time.
 *
 * Several share a host behind a NAT, and one of them may take over while
 * another is silent. So who comes after another is either the same stream that
 * goes on (its SSRC and numbers; or SRTP proves it), as behind a NAT's new
 * port, or its junior: who was followed before, by its address or its stream,
 * comes back at once, and a terminal that has moved to another port and SSRC
 * for good is not disturbed, as nobody comes back.
 *
 * A neighbour behind the NAT may speak before the terminal does. One who
 * speaks to several legs from one place is found out (mixer/net/sprayers.h).
 *
 * RTP and RTCP have one of these each unless they share a port (RFC 5761); the
 * one of RTCP believes the host that RTP follows, too.
 *
 * Pure, time is an argument; it allocates nothing. Media thread.
 */
#ifndef PARLEY_MIXER_NET_MEDIA_SOURCE_H
#define PARLEY_MIXER_NET_MEDIA_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"

enum {
	/** Addresses of before that are remembered */
	MEDIA_SOURCE_FORMER_MAX = 4,
	/** The current source is silent: others of the second rank are heard.
	 *  Longer than a lost packet or two */
	MEDIA_SOURCE_SILENT_US = 200000,
	/** A newcomer goes on for so long */
	MEDIA_SOURCE_WHILE_US = 1000000,
	/** And it has stopped when nothing comes for so long: longer than the
	 *  400 ms between packets of Opus in DTX; RTCP's interval */
	MEDIA_SOURCE_GAP_US = 700000,
	MEDIA_SOURCE_GAP_RTCP_US = 15000000,
	/** Who sends no RTP is silent when no report came for so long: one
	 * that is due after 5 s on average (RFC 3550 section 6.2) may be late
	 */
	MEDIA_SOURCE_REPORTS_US = 10000000,
	/** Numbers that a stream may have gone on by, unheard (RFC 3550
	 *  appendix A.1, MAX_DROPOUT) */
	MEDIA_SOURCE_DROPOUT = 3000,
	/** Sources that were followed before and are remembered */
	MEDIA_SOURCE_SENIOR_MAX = 4,
	/** Nobody better was heard for so long: the third rank may */
	MEDIA_SOURCE_ANY_SILENT_US = 2000000,
	/** Packets: of the rank above the current one's, of the same, of the
	 *  third; and what an RTCP packet counts */
	MEDIA_SOURCE_BETTER_PACKETS = 3,
	MEDIA_SOURCE_SAME_PACKETS = 5,
	MEDIA_SOURCE_ANY_PACKETS = 50,
	MEDIA_SOURCE_RTCP_WEIGHT = 3,
};

enum media_source_rank {
	MEDIA_SOURCE_STRANGER,
	MEDIA_SOURCE_ANY,
	MEDIA_SOURCE_NEAR, /**< the signalling's host, or SRTP proves it */
	MEDIA_SOURCE_SIGNALLED,
};

/** What the rule looks at in a packet */
struct media_source_packet {
	bool rtcp;
	bool proven; /**< SRTP has authenticated it */
	uint32_t ssrc;
	uint16_t seq; /**< RTP only */
};

/** A source's last RTP packet */
struct media_source_stream {
	bool known; /**< there was one */
	uint32_t ssrc;
	uint16_t seq;
};

/** A source that may become the current one */
struct media_source_candidate {
	struct sa addr;
	enum media_source_rank rank;
	int senior; /**< which of those of before it is, -1: none */
	bool kin;   /**< it is one, or the current one's stream, or proven */
	unsigned count; /**< 0: there is none */
	uint64_t first_us, last_us, gap_us;
	uint32_t ssrc;
	uint16_t seq;
};

/** Of one component; written by media_source.c only */
struct media_source {
	bool from_any;
	const struct media_source *lead;    /**< of RTP, for RTCP's; or NULL */
	const struct media_source *reports; /**< of RTCP, for RTP's; or NULL */
	struct sa signalled;                /**< unset: not known yet */
	struct sa near;    /**< host of the signalling; unset: not known */
	struct sa current; /**< unset: none */
	enum media_source_rank rank; /**< of the current one */
	bool proven, heard;          /**< and of it */
	uint64_t heard_us;           /**< its last packet, else since when */
	uint64_t known_us;           /**< any packet of the first two ranks */
	struct media_source_stream stream; /**< of the current one */
	struct media_source_candidate candidate;
	/** Who was followed before the current one, which was no heir of
	 *  theirs; the first one first */
	struct {
		struct sa addr;
		struct media_source_stream stream;
	} seniors[MEDIA_SOURCE_SENIOR_MAX];
	int senior_count;
	struct {
		struct sa addr;
		bool signalled;
	} former[MEDIA_SOURCE_FORMER_MAX];
	unsigned former_next;
};

/**
 * Begin without an address
 *
 * @param from_any The third rank may be believed
 * @param lead     For RTCP on a port of its own: that of its RTP, which lives
 *                 as long; else NULL
 * @param reports  For RTP: that of its RTCP, likewise; else NULL
 */
void media_source_init(struct media_source *s, bool from_any,
		       const struct media_source *lead,
		       const struct media_source *reports);

/**
 * The signalling says where; the same again changes nothing
 *
 * @param addr Signalled address; unset: nothing is said of it
 * @param near Host of the signalling, its port is ignored; unset: likewise
 * @return true if the current source is another or not to be trusted alone
 */
bool media_source_signal(struct media_source *s, const struct sa *addr,
			 const struct sa *near, uint64_t now_us);

/** Does media come from there and go there? */
static inline bool media_source_is_current(const struct media_source *s,
					   const struct sa *src)
{
	return sa_cmp(&s->current, src, SA_ALL);
}

/** How good a source would be by its address, current or not */
enum media_source_rank media_source_rank_of(const struct media_source *s,
					    const struct sa *src);

/** Is it worth looking at a packet of another source at all? Before its
 *  authentication, which costs. @param srtp It will be authenticated */
bool media_source_considers(const struct media_source *s, const struct sa *src,
			    bool srtp, uint64_t now_us);

/** A good packet of the current source */
void media_source_heard(struct media_source *s,
			const struct media_source_packet *p, uint64_t now_us);

/** One of the current source that was good before, from elsewhere: somebody
 *  who sees it sends copies that are faster, to seem the one who speaks */
void media_source_repeated(struct media_source *s, uint64_t now_us);

/**
 * A good packet of another source
 *
 * @return true if it is to be heard; it may be the current one by now
 */
bool media_source_accepts(struct media_source *s, const struct sa *src,
			  const struct media_source_packet *p,
			  uint64_t now_us);

/**
 * Somebody at a place that was learnt has turned out to be nobody's far end.
 * Where that was followed media goes to the signalled address again, and who
 * speaks next from the signalling's host is followed as if nothing was heard.
 *
 * @return true if the current source is another
 */
bool media_source_refuse(struct media_source *s, const struct sa *src,
			 uint64_t now_us);

/** Where media goes; NULL: not known */
static inline const struct sa *
media_source_destination(const struct media_source *s)
{
	return sa_isset(&s->current, SA_ALL) ? &s->current : NULL;
}

/** Was the signalled address heard within that time, so that nobody else need
 *  be listened to? */
bool media_source_is_settled(const struct media_source *s, uint64_t within_us,
			     uint64_t now_us);

/** An IPv4 address that is written as an IPv6 one (RFC 4291 section 2.5.5.2)
 *  as what it is; others stay */
void media_source_canonical(struct sa *sa);

#endif
