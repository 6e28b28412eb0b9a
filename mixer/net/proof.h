/**
 * @file mixer/net/proof.h  How much goes to a host that has proved nothing
 *
 * Whoever calls names the address that media goes to, and need not be there:
 * an SDP that names a third party makes a cannon of a conference (RFC 5245
 * section 18.5.1, the voice hammer). ICE asks first; RTP without it cannot, so
 * a host gets little until it is heard: until any packet of it has come, a
 * DTLS handshake with it is done or a STUN message came from there.
 *
 *    sound      at its full rate for 2 s from its first packet, then a packet
 *               in 250 ms, after 5 s one a second, after 30 s one in 5 s
 *    pictures   32 KiB within those 2 s; none after one that was left out,
 *               for nothing is seen of what follows
 *    reports    one in 5 s
 *    handshakes of DTLS 8 KiB within those 2 s, then two datagrams a second
 *               to one host, whoever sends them; but of a flight that has
 *               begun all go, and the next waits the longer
 *
 * The full rate is an allowance that legs do not renew and calls do not add
 * up: it is given to one leg for one host, and not again for 30 s to that host
 * or that leg unless the host was heard; who moves on from a host that never
 * was gets it no more. All who have it share 256 KiB/s, with a burst of 2 s;
 * what is beyond that goes as after those 2 s. And what trickles to one host
 * is four packets a second, whoever sends it; but the first of each goes, so
 * that a far end which waits to be spoken to is.
 *
 * Hosts are remembered by IPv4 address or IPv6 /64, PROOF_HOSTS_MAX of them;
 * where one finds no room it has no allowance and shares its trickle with the
 * others that find none.
 *
 * Pure, time is an argument; it allocates nothing. Media thread.
 */
#ifndef PARLEY_MIXER_NET_PROOF_H
#define PARLEY_MIXER_NET_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/base/host_key.h"
#include "mixer/base/re.h"

enum {
	/** Full rate for so long */
	PROOF_FULL_US = 2000000,
	/** Of pictures within it, bytes */
	PROOF_PICTURES_BYTES = 32 * 1024,
	/** Of handshakes within it, bytes: ten ClientHellos on each of the
	 *  four ports that sound and pictures have */
	PROOF_HANDSHAKE_BYTES = 8 * 1024,
	/** Of all who have it: bytes a second, and for so long at once */
	PROOF_BYTES_PER_S = 256 * 1024,
	PROOF_BURST_US = 2000000,
	/** Between packets of sound, by the time since the first one */
	PROOF_TRICKLE_US = 250000,
	PROOF_SLOWER_AFTER_US = 5000000,
	PROOF_SLOWER_US = 1000000,
	/** Then nothing more: the leg lives by another line of its own */
	PROOF_OVER_US = 30000000,
	/** Between reports */
	PROOF_REPORT_US = 5000000,
	/** Between trickled packets to one host, and how many at once */
	PROOF_HOST_US = 250000,
	PROOF_HOST_BURST = 4,
	/** A datagram of a handshake takes that of so many: it is repeated */
	PROOF_HANDSHAKE_COST = 2,
	/** Of a flight, bytes: our certificate's is 700, and of one that comes
	 *  in pieces none is of use */
	PROOF_FLIGHT_BYTES = 2048,
	/** No other allowance for so long */
	PROOF_MEMORY_US = 30000000,
	PROOF_HOSTS_MAX = 1024,
	PROOF_HOSTS_WAYS = 4, /**< places that a host may have */
};

enum proof_matter {
	PROOF_SOUND,
	PROOF_PICTURE,   /**< a whole one: it goes or is left out */
	PROOF_REPORT,    /**< RTCP */
	PROOF_HANDSHAKE, /**< a datagram of DTLS */
};

/** What was sent to a host without proof; written by proof.c only */
struct proof_host {
	uint8_t key[HOST_KEY_BYTES];
	bool used;
	bool granted;      /**< the allowance, and it was not heard since */
	bool heard;        /**< while it is remembered: many call by it */
	uint64_t leg;      /**< who has it */
	uint64_t since_us; /**< since when */
	size_t picture_bytes, handshake_bytes;
	uint64_t paid_us; /**< trickle: until when it is paid for */
	uint64_t used_us; /**< last asked for */
};

/** All hosts of a mixer; zeroed is ready */
struct proof_hosts {
	struct proof_host hosts[PROOF_HOSTS_MAX];
	struct proof_host rest; /**< those without a place */
	uint64_t paid_us;       /**< the budget: until when it is paid for */
};

/** Of one component of a transport; written by proof.c only */
struct proof {
	struct proof_hosts *all; /**< borrowed */
	uint64_t leg;            /**< 0: of nobody's others */
	struct sa host;          /**< unset: none; the port is ignored */
	bool proven;
	bool begun;  /**< something was to be sent */
	bool full;   /**< it has the allowance */
	bool spent;  /**< had it for a host that was never heard */
	bool missed; /**< a picture was left out */
	uint64_t begun_us;
	uint64_t full_until_us;
	uint64_t sound_us;  /**< last one that trickled */
	uint64_t report_us; /**< likewise */
	uint64_t flight_us; /**< when the last flight that trickled began */
	size_t flight_bytes;
	bool sound, report; /**< there was one */
};

/** Begin without a host */
void proof_init(struct proof *p, struct proof_hosts *all);

/**
 * Packets go there from now on. Another port of the host changes nothing;
 * another host has proved nothing.
 *
 * @param addr Unset or NULL: not known
 */
void proof_towards(struct proof *p, const struct sa *addr);

/** Would proof from that address count? */
static inline bool proof_is_of(const struct proof *p, const struct sa *addr)
{
	return sa_isset(&p->host, SA_ADDR) && sa_cmp(&p->host, addr, SA_ADDR);
}

/** The host was heard. @return true if a picture had been left out */
bool proof_given(struct proof *p);

/**
 * May that be sent now? It counts as sent if so
 *
 * @param bytes About what it takes on the wire
 */
bool proof_may_send(struct proof *p, enum proof_matter matter, size_t bytes,
		    uint64_t now_us);

#endif
